"""The poses of a clip in memory: one row of numbers for each look, in blocks that never move.

::

    log = PoseLog()
    for pose in poses:
        session.push(log.append(pose))      # the pose as it is kept, so re-grading is exact
    save_poses(log.poses(model_sha256), folder / "poses.npz")
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from posecheck.motion.skeleton import N_LANDMARKS
from posecheck.types import Array, Pose

ROW = np.dtype(
    [
        ("t_s", "<f8"),
        ("xy_px", "<f4", (N_LANDMARKS, 2)),
        ("visibility", "<f2", (N_LANDMARKS,)),
        ("width_px", "<i4"),
        ("height_px", "<i4"),
        ("brightness", "<f4"),
        ("others", "<i2"),
        ("touched", "?"),
    ]
)
FIELDS: dict[str, np.dtype[Any]] = {name: ROW.fields[name][0] for name in ROW.names or ()}  # type: ignore[index]
BLOCK = 512  # rows; a block is never copied, so a log grows without a doubling


class Poses(Sequence[Pose]):
    """The poses of a clip, one for each look, made when they are asked for; 353 bytes each.

    Parameters
    ----------
    blocks
        Rows of dtype `ROW`, (`BLOCK`,) each.
    count
        How many of the rows are poses.
    model_sha256
        The hash of the landmark model that looked, empty where it is not known.
    frame_t_s
        The times (m,) of all frames of the clip in seconds; None where they are not known.

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

    def column(self, name: str) -> Iterator[NDArray[Any]]:
        """Yield a field of all poses in arrays (k, ...) with k up to `BLOCK`."""
        for i, block in enumerate(self._blocks):
            yield block[name][: self._count - i * BLOCK]


class PoseLog:
    """Collects the poses of a clip, and the times of all its frames."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.void]] = []
        self._count = 0
        self.frame_t_s: Array = np.empty(0)  # (m,), of all frames; empty where not known

    def __len__(self) -> int:
        return self._count

    def append(self, pose: Pose) -> Pose:
        """Keep a pose, and return it as it is kept: pixels in 32 bits, visibility in 16."""
        if self._count % BLOCK == 0:
            self._blocks.append(np.zeros(BLOCK, ROW))
        row = self._blocks[-1][self._count % BLOCK]
        self._count += 1
        _fill(row, pose)
        return from_row(row)

    def poses(self, model_sha256: str = "") -> Poses:
        """Return what was kept so far, without copying it."""
        return Poses(self._blocks, len(self), model_sha256, self.frame_t_s)


def to_row(pose: Pose) -> NDArray[np.void]:
    """Convert a pose to how it is kept: one row (1,) of dtype `ROW`."""
    row = np.zeros(1, ROW)
    _fill(row[0], pose)
    return row


def from_row(row: np.void) -> Pose:
    """Convert a row of dtype `ROW` to its pose."""
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


def from_columns(
    columns: dict[str, NDArray[Any]], model_sha256: str, frame_t_s: Array | None = None
) -> Poses:
    """Make poses of one array a field.

    Parameters
    ----------
    columns
        For each name of `FIELDS` an array (n, ...).
    model_sha256
        The hash of the landmark model that looked.
    frame_t_s
        The times (m,) of all frames of the clip in seconds; None where they are not known.

    """
    count = len(columns["t_s"])
    blocks = []
    for start in range(0, count, BLOCK):
        block = np.zeros(BLOCK, ROW)
        for name, column in columns.items():
            piece = column[start : start + BLOCK]
            block[name][: len(piece)] = piece
        blocks.append(block)
    return Poses(blocks, count, model_sha256, frame_t_s)


def _fill(row: np.void, pose: Pose) -> None:
    for name in FIELDS:
        row[name] = getattr(pose, name)
