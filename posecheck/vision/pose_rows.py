"""A pose as one row of numbers: how poses are kept in memory and on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from posecheck.errors import InputError
from posecheck.types import Array, Pose

LANDMARKS = 33
ROW = np.dtype(
    [
        ("t_s", "<f8"),
        ("xy_px", "<f4", (LANDMARKS, 2)),
        ("visibility", "<f2", (LANDMARKS,)),
        ("width_px", "<i4"),
        ("height_px", "<i4"),
        ("brightness", "<f4"),
        ("others", "<i2"),
        ("touched", "?"),
    ]
)
FIELDS: dict[str, np.dtype[Any]] = {name: ROW.fields[name][0] for name in ROW.names or ()}  # type: ignore[index]
FRAMES = "frame_t_s"  # the times of all frames of the clip, in the file of its poses
BLOCK = 512  # rows; a block is never copied, so a log grows without a doubling


class Poses(Sequence[Pose]):
    """Poses of a clip, one a look, made when they are asked for; 353 bytes each.

    `frame_t_s` (m,) are the times of all frames of the clip; empty where they are not known.
    """

    def __init__(
        self,
        blocks: Sequence[NDArray[np.void]],
        count: int,
        model_sha256: str,
        frame_t_s: Array | None = None,
    ) -> None:
        self._blocks, self._count = blocks, count
        self.model_sha256 = model_sha256
        self.frame_t_s: Array = np.empty(0) if frame_t_s is None else frame_t_s

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Pose: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Pose]: ...
    def __getitem__(self, index: int | slice) -> Pose | Sequence[Pose]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(index)
        index %= self._count
        return from_row(self._blocks[index // BLOCK][index % BLOCK])


def to_row(pose: Pose) -> NDArray[np.void]:
    """A pose as it is kept, (1,)."""
    row = np.zeros(1, ROW)
    fill(row[0], pose)
    return row


def fill(row: np.void, pose: Pose) -> None:
    """Write a pose into its row."""
    for name in FIELDS:
        row[name] = getattr(pose, name)


def from_row(row: np.void) -> Pose:
    """The pose of a row."""
    return Pose(
        t_s=float(row["t_s"]),
        width_px=int(row["width_px"]),
        height_px=int(row["height_px"]),
        xy_px=row["xy_px"].astype(np.float64),
        visibility=row["visibility"].astype(np.float64),
        brightness=float(row["brightness"]),
        others=int(row["others"]),
        touched=bool(row["touched"]),
    )


def from_rows(rows: NDArray[np.void], path: Path, model_sha256: str) -> Poses:
    """The poses of rows (n,) that were read from ``path``; an InputError for what cannot be."""
    return from_arrays({name: rows[name] for name in FIELDS}, model_sha256, path)


def from_arrays(
    arrays: dict[str, NDArray[Any]],
    model_sha256: str,
    path: Path,
    frame_t_s: Array | None = None,
) -> Poses:
    """The poses of one array (n, ...) a field; an InputError where they hold what cannot be."""
    t_s = arrays["t_s"]
    wrong = [name for name in ("width_px", "height_px") if (arrays[name] < 1).any()]
    wrong += ["others"] * bool((arrays["others"] < 0).any())
    wrong += ["t_s"] * (not _rises(t_s))
    wrong += [FRAMES] * (frame_t_s is not None and not _rises(frame_t_s))
    for name in ("visibility", "brightness"):
        wrong += [name] * bool(((arrays[name] < 0) | (arrays[name] > 1)).any())
    wrong += ["xy_px"] * bool(np.isinf(arrays["xy_px"]).any())
    if wrong:
        raise InputError(f"{path} is damaged: {', '.join(wrong)} hold what cannot be.")
    blocks = []
    for start in range(0, len(t_s), BLOCK):
        block = np.zeros(BLOCK, ROW)
        for name, array in arrays.items():
            piece = array[start : start + BLOCK]
            block[name][: len(piece)] = piece
        blocks.append(block)
    return Poses(blocks, len(t_s), model_sha256, frame_t_s)


def _rises(times: NDArray[Any]) -> bool:
    return bool(np.isfinite(times).all() and (np.diff(times) > 0).all())
