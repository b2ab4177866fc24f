"""Poses to a file and back, so that a clip is graded again without looking at it again.

::

    log = PoseLog()
    for pose in poses:
        session.push(log.append(pose))      # the pose as it is kept, so re-grading is exact
    log.save(folder / "poses.npz", model_sha256)
    poses = load_poses(folder / "poses.npz")

The file is an ordinary ``.npz`` that NumPy reads with ``allow_pickle=False``: one row a look in
each array, the times of all frames, and two texts, ``schema`` and ``model_sha256``.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from posecheck.errors import InputError, OutputError
from posecheck.types import Array, Pose
from posecheck.vision.pose_journal import is_journal, read_journal
from posecheck.vision.pose_rows import (
    BLOCK,
    FIELDS,
    FRAMES,
    ROW,
    Poses,
    fill,
    from_arrays,
    from_row,
)

SCHEMA = "posecheck.poses/2"
_TEXTS = ("schema", "model_sha256")
_MOST_FRAMES = 5_000_000  # a day at 60 frames/s; a file that claims more is not one of ours
_LONGEST_TEXT = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same poses make the same file


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
        fill(row, pose)
        return from_row(row)

    def poses(self, model_sha256: str = "") -> Poses:
        """What was kept so far."""
        return Poses(self._blocks, len(self), model_sha256, self.frame_t_s)

    def save(self, path: Path, model_sha256: str | None = None) -> None:
        """Write the file whole or not at all, a block at a time."""
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                for name in FIELDS:
                    with _member(archive, name) as out:
                        self._write(name, out)
                with _member(archive, FRAMES) as out:
                    npy.write_array(out, self.frame_t_s.astype("<f8"), allow_pickle=False)
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
        field = FIELDS[name]
        header = {
            "descr": npy.dtype_to_descr(field.base),
            "fortran_order": False,
            "shape": (len(self), *field.shape),
        }
        npy.write_array_header_1_0(out, header)
        for i, block in enumerate(self._blocks):
            out.write(block[name][: len(self) - i * BLOCK].tobytes())


def load_poses(path: str | Path) -> Poses:
    """Read what `PoseLog.save` wrote, or the ``poses.log`` of a recording that broke off.

    Raises
    ------
    InputError
        One line that says what is wrong with the file.

    """
    path = Path(path)
    try:
        if not path.is_file():
            raise InputError(f"{path} is not there or not a file; give a poses.npz.")
        if is_journal(path):
            return read_journal(path)
        with zipfile.ZipFile(path) as archive:
            texts = {name: _read_text(archive, name, path) for name in _TEXTS}
            if texts["schema"] != SCHEMA:
                raise InputError(
                    f"{path} holds no poses that this Posecheck can read ({SCHEMA}); "
                    "look at the clip again with 'posecheck review'."
                )
            arrays = {name: _read(archive, name, FIELDS[name], path) for name in FIELDS}
            frames = _read(archive, FRAMES, np.dtype("<f8"), path)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, RuntimeError) as error:
        raise InputError(f"{path} is damaged, or no poses.npz of Posecheck.") from error
    if len({len(array) for array in arrays.values()}) != 1:
        raise InputError(f"{path} is damaged: its arrays are not of one length.")
    return from_arrays(arrays, texts["model_sha256"], path, frames)


def settle_journal(journal: Path, path: Path) -> None:
    """Make a ``poses.npz`` of a journal, whole or not at all; the journal stays."""
    poses, log = read_journal(journal), PoseLog()
    for pose in poses:
        log.append(pose)
    log.save(path, poses.model_sha256)


@contextlib.contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
    info.external_attr = 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as out:
        yield out


def _read(archive: zipfile.ZipFile, name: str, field: np.dtype[Any], path: Path) -> NDArray[Any]:
    """An array whose header was found right before anything was made room for."""
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
