"""Poses to a file and back, so that a clip is graded again without looking at it again.

::

    log = PoseLog()
    for pose in poses:
        session.push(log.append(pose))      # the pose as it is kept, so re-grading is exact
    log.save(folder / "poses.npz", model_sha256)
    poses = load_poses(folder / "poses.npz")

The file is an ordinary ``.npz`` that NumPy reads with ``allow_pickle=False``: one row a frame
in each array, and two texts, ``schema`` and ``model_sha256``.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, overload

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from posecheck.errors import InputError, OutputError
from posecheck.types import Pose

SCHEMA = "posecheck.poses/1"
LANDMARKS = 33
ROW = np.dtype(
    [
        ("t_s", "<f8"),
        ("xy_px", "<f4", (LANDMARKS, 2)),
        ("visibility", "<f2", (LANDMARKS,)),
        ("hidden_xy_px", "<f4", (LANDMARKS, 2)),
        ("hidden_visibility", "<f2", (LANDMARKS,)),
        ("width_px", "<i4"),
        ("height_px", "<i4"),
        ("brightness", "<f4"),
        ("others", "<i2"),
    ]
)
_FIELDS: dict[str, np.dtype[Any]] = {name: ROW.fields[name][0] for name in ROW.names or ()}  # type: ignore[index]
_TEXTS = ("schema", "model_sha256")
_BLOCK = 512  # rows; a block is never copied, so the log grows without a doubling
_MOST_FRAMES = 5_000_000  # a day at 60 frames/s; a file that claims more is not one of ours
_LONGEST_TEXT = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same poses make the same file


class Poses(Sequence[Pose]):
    """Poses of a clip, one a frame, made when they are asked for; 690 bytes each."""

    def __init__(self, blocks: Sequence[NDArray[np.void]], count: int, model_sha256: str) -> None:
        self._blocks, self._count = blocks, count
        self.model_sha256 = model_sha256

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
        return _pose(self._blocks[index // _BLOCK][index % _BLOCK])


class PoseLog:
    """Collects the poses of a clip in blocks."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.void]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, pose: Pose) -> Pose:
        """Keep a pose, and return it as it is kept: pixels in 32 bits, visibility in 16."""
        at = self._count % _BLOCK
        if at == 0:
            self._blocks.append(np.zeros(_BLOCK, ROW))
        row = self._blocks[-1][at]
        _fill(row, pose)
        self._count += 1
        return _pose(row)

    def poses(self, model_sha256: str = "") -> Poses:
        """What was kept so far."""
        return Poses(tuple(self._blocks), self._count, model_sha256)

    def save(self, path: Path, model_sha256: str | None = None) -> None:
        """Write the file whole or not at all, a block at a time."""
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                for name in _FIELDS:
                    with _member(archive, name) as out:
                        self._write(name, out)
                for name, text in zip(_TEXTS, (SCHEMA, model_sha256 or ""), strict=True):
                    with _member(archive, name) as out:
                        npy.write_array(out, np.array(text), allow_pickle=False)
            part.replace(path)
        except OSError as error:
            reason = error.strerror or error
            raise OutputError(f"Cannot write {path.name} in {path.parent}: {reason}.") from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _write(self, name: str, out: IO[bytes]) -> None:
        field = _FIELDS[name]
        header = {
            "descr": npy.dtype_to_descr(field.base),
            "fortran_order": False,
            "shape": (self._count, *field.shape),
        }
        npy.write_array_header_1_0(out, header)
        for i, block in enumerate(self._blocks):
            out.write(block[name][: self._count - i * _BLOCK].tobytes())


def to_row(pose: Pose) -> NDArray[np.void]:
    """A pose as it is kept, (1,)."""
    row = np.zeros(1, ROW)
    _fill(row[0], pose)
    return row


def from_rows(rows: NDArray[np.void], path: Path, model_sha256: str) -> Poses:
    """The poses of rows (n,) that were read from ``path``; an InputError for what cannot be."""
    return _blocks({name: rows[name] for name in _FIELDS}, model_sha256, path)


def load_poses(path: Path) -> Poses:
    """Read what `PoseLog.save` wrote, or the ``poses.log`` of a recording that broke off.

    Raises
    ------
    InputError
        One line that says what is wrong with the file.

    """
    try:
        if not path.is_file():
            raise InputError(f"{path} is not there or not a file; give a poses.npz.")
        from posecheck.vision import pose_journal  # which imports this

        if pose_journal.is_journal(path):
            return pose_journal.read_journal(path)
        with zipfile.ZipFile(path) as archive:
            texts = {name: _read_text(archive, name, path) for name in _TEXTS}
            if texts["schema"] != SCHEMA:
                raise InputError(f"{path} holds no poses of Posecheck ({SCHEMA}).")
            arrays = {name: _read(archive, name, path) for name in _FIELDS}
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, RuntimeError) as error:
        raise InputError(f"{path} is damaged, or no poses.npz of Posecheck.") from error
    if len({len(array) for array in arrays.values()}) != 1:
        raise InputError(f"{path} is damaged: its arrays are not of one length.")
    return _blocks(arrays, texts["model_sha256"], path)


def _blocks(arrays: dict[str, NDArray[Any]], model_sha256: str, path: Path) -> Poses:
    t_s = arrays["t_s"]
    wrong = [name for name in ("width_px", "height_px") if (arrays[name] < 1).any()]
    wrong += ["others"] * bool((arrays["others"] < 0).any())
    wrong += ["t_s"] * bool(not np.isfinite(t_s).all() or (np.diff(t_s) <= 0).any())
    for name in ("visibility", "hidden_visibility", "brightness"):
        wrong += [name] * bool(((arrays[name] < 0) | (arrays[name] > 1)).any())
    wrong += [name for name in ("xy_px", "hidden_xy_px") if np.isinf(arrays[name]).any()]
    if wrong:
        raise InputError(f"{path} is damaged: {', '.join(wrong)} hold what cannot be.")
    blocks = []
    for start in range(0, len(t_s), _BLOCK):
        block = np.zeros(_BLOCK, ROW)
        for name, array in arrays.items():
            piece = array[start : start + _BLOCK]
            block[name][: len(piece)] = piece
        blocks.append(block)
    return Poses(blocks, len(t_s), model_sha256)


def _fill(row: np.void, pose: Pose) -> None:
    for name in _FIELDS:
        row[name] = getattr(pose, name)


@contextlib.contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
    info.external_attr = 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as out:
        yield out


def _read(archive: zipfile.ZipFile, name: str, path: Path) -> NDArray[Any]:
    """An array whose header was found right before anything was made room for."""
    field = _FIELDS[name]
    with archive.open(f"{name}.npy") as member:
        shape, fortran, dtype = _header(member)
        if dtype != field.base or shape[1:] != field.shape or len(shape) != 1 + len(field.shape):
            raise InputError(f"{path} is damaged: {name} is of the wrong shape or kind.")
        size = int(np.prod(shape, dtype=object)) * dtype.itemsize
        if fortran or shape[0] > _MOST_FRAMES or size > os.fstat(archive.fp.fileno()).st_size * 50:  # type: ignore[union-attr]
            raise InputError(f"{path} is damaged: {name} cannot be so large.")
        data = member.read(size)
        if len(data) != size or member.read(1):
            raise InputError(f"{path} is damaged: {name} is not of the length it states.")
    return np.frombuffer(data, dtype).reshape(shape)


def _read_text(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    with archive.open(f"{name}.npy") as member:
        shape, _, dtype = _header(member)
        if shape != () or dtype.kind != "U" or dtype.itemsize > 4 * _LONGEST_TEXT:
            raise InputError(f"{path} is damaged: {name} is no text.")
        return str(np.frombuffer(member.read(dtype.itemsize), dtype)[0]) if dtype.itemsize else ""


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(member)
    if version == (1, 0):
        return npy.read_array_header_1_0(member)
    return npy.read_array_header_2_0(member)


def _pose(row: np.void) -> Pose:
    return Pose(
        t_s=float(row["t_s"]),
        width_px=int(row["width_px"]),
        height_px=int(row["height_px"]),
        xy_px=row["xy_px"].astype(np.float64),
        visibility=row["visibility"].astype(np.float64),
        hidden_xy_px=row["hidden_xy_px"].astype(np.float64),
        hidden_visibility=row["hidden_visibility"].astype(np.float64),
        brightness=float(row["brightness"]),
        others=int(row["others"]),
    )
