"""Poses on the disk, so that a clip is graded again without looking at it again.

``poses.npz`` is an ordinary archive that NumPy reads with ``allow_pickle=False``: one row a look in
each array, the times of all frames, and two texts, ``schema`` and ``model_sha256``.

``poses.log`` is the journal of a recording, which is written as poses come, so that a crash or a
power cut costs the last second only: a header and then chunks of rows, each with its own length and
checksum. What was being written when the machine went down is left out when it is read.
"""

from __future__ import annotations

import contextlib
import os
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from posecheck.atomic_files import atomic_file
from posecheck.errors import InputError
from posecheck.types import Array, Pose
from posecheck.vision.pose_log import FIELDS, ROW, Poses, from_columns, to_row

SCHEMA = "posecheck.poses/2"
# Raised when other poses are found in the same clip by the same model: kept poses of another
# number are not used, and the clip is looked at again.
POSES_SCHEMA = 2
_TEXTS = ("schema", "model_sha256")
_FRAMES = "frame_t_s"
_MOST_FRAMES = 5_000_000  # a day at 60 frames/s; a file that claims more is not one of ours
_MOST_PACKED = 50  # bytes for each of the file's; an array that claims more is not one of ours
_LONGEST_TEXT = 200
_UTF_32_BYTES = 4  # for each character of a text, as NumPy keeps it
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same poses make the same file

_MAGIC = b"posecheck.poses.log/2\n"
_SHA_CHARACTERS = 64
_CHUNK = struct.Struct("<4sII")  # mark, rows, CRC-32 of the rows
_MARK = b"rows"
_MOST_ROWS = 1_000_000  # in one chunk; a second holds a hundred


def save_poses(poses: Poses, path: Path) -> None:
    """Write a ``poses.npz`` whole or not at all, a block at a time.

    Parameters
    ----------
    poses
        What a `PoseLog` has collected.
    path
        The file to make or replace; its folder is there.

    Raises
    ------
    OutputError
        One line: it cannot be written.

    """
    with (
        atomic_file(path) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name in FIELDS:
            with _member(archive, name) as out:
                _write_column(poses, name, out)
        with _member(archive, _FRAMES) as out:
            npy.write_array(out, poses.frame_t_s.astype("<f8"), allow_pickle=False)
        for name, text in zip(_TEXTS, (SCHEMA, poses.model_sha256), strict=True):
            with _member(archive, name) as out:
                npy.write_array(out, np.array(text), allow_pickle=False)


def load_poses(path: str | Path) -> Poses:
    """Read what `save_poses` wrote, or the ``poses.log`` of a recording that broke off.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        One line that says what is wrong with the file.

    """
    path = Path(path)
    try:
        if not path.is_file():
            raise InputError(f"{path} is not there or not a file; give a poses.npz.")
        if _is_journal(path):
            return read_journal(path)
        with zipfile.ZipFile(path) as archive:
            texts = {name: _read_text(archive, name, path) for name in _TEXTS}
            if texts["schema"] != SCHEMA:
                raise InputError(
                    f"{path} holds no poses that this Posecheck can read ({SCHEMA}); "
                    "look at the clip again with 'posecheck review'."
                )
            columns = {name: _read(archive, name, FIELDS[name], path) for name in FIELDS}
            frame_t_s = _read(archive, _FRAMES, np.dtype("<f8"), path)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}).") from error
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, RuntimeError) as error:
        raise InputError(f"{path} is damaged, or no poses.npz of Posecheck.") from error
    if len({len(column) for column in columns.values()}) != 1:
        raise InputError(f"{path} is damaged: its arrays are not of one length.")
    return _checked(columns, texts["model_sha256"], path, frame_t_s)


class PoseJournal:
    """A file of poses in the making. One thread may `append` while another calls `flush`.

    Parameters
    ----------
    path
        The file to make; one that is there is not replaced.
    model_sha256
        The hash of the landmark model that looks.

    """

    def __init__(self, path: Path, model_sha256: str = "") -> None:
        self._waiting: deque[NDArray[np.void]] = deque()
        self._file = path.open("xb", buffering=0)
        sha256 = model_sha256.encode("ascii").ljust(_SHA_CHARACTERS)[:_SHA_CHARACTERS]
        self._file.write(_MAGIC + sha256)

    def append(self, pose: Pose) -> None:
        """Take a pose; it is in memory until the next `flush`."""
        self._waiting.append(to_row(pose))

    def flush(self) -> None:
        """Bring what waits to the disk, or raise OSError if it cannot be."""
        rows = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if rows:
            data = np.concatenate(rows).tobytes()
            chunk = _CHUNK.pack(_MARK, len(rows), zlib.crc32(data)) + data
            if self._file.write(chunk) != len(chunk):
                raise OSError(28, os.strerror(28))
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; what waits is not written."""
        self._file.close()


def read_journal(path: Path) -> Poses:
    """Read the poses of a journal, up to where it breaks off.

    Parameters
    ----------
    path
        A ``poses.log``.

    Raises
    ------
    InputError
        One line: it cannot be read, or is no journal.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}).") from error
    if not data.startswith(_MAGIC):
        raise InputError(f"{path} holds no poses of Posecheck; give a poses.log.")
    at = len(_MAGIC) + _SHA_CHARACTERS
    sha256 = data[len(_MAGIC) : at].decode("ascii", "replace").strip()
    chunks = [np.zeros(0, ROW)]
    while at + _CHUNK.size <= len(data):
        mark, rows, checksum = _CHUNK.unpack_from(data, at)
        start = at + _CHUNK.size
        at = start + rows * ROW.itemsize
        if mark != _MARK or rows > _MOST_ROWS or at > len(data):
            break
        if zlib.crc32(memoryview(data)[start:at]) != checksum:
            break
        chunks.append(np.frombuffer(data, ROW, rows, start))
    table = np.concatenate(chunks)
    return _checked({name: table[name] for name in FIELDS}, sha256, path)


def settle_journal(journal: Path, path: Path) -> None:
    """Make a ``poses.npz`` of a journal, whole or not at all; the journal stays.

    Parameters
    ----------
    journal
        The ``poses.log`` of a recording.
    path
        The file to make.

    """
    save_poses(read_journal(journal), path)


def _checked(
    columns: dict[str, NDArray[Any]],
    model_sha256: str,
    path: Path,
    frame_t_s: Array | None = None,
) -> Poses:
    """Make poses of columns (n, ...) that were read, or raise InputError for what cannot be."""
    wrong = [name for name in ("width_px", "height_px") if (columns[name] < 1).any()]
    wrong += ["others"] * bool((columns["others"] < 0).any())
    wrong += ["t_s"] * (not _rises(columns["t_s"]))
    wrong += [_FRAMES] * (frame_t_s is not None and not _rises(frame_t_s))
    for name in ("visibility", "brightness"):
        wrong += [name] * bool(((columns[name] < 0) | (columns[name] > 1)).any())
    wrong += ["xy_px"] * bool(np.isinf(columns["xy_px"]).any())
    if wrong:
        raise InputError(f"{path} is damaged: {', '.join(wrong)} hold what cannot be.")
    return from_columns(columns, model_sha256, frame_t_s)


def _rises(times: NDArray[Any]) -> bool:
    return bool(np.isfinite(times).all() and (np.diff(times) > 0).all())


def _is_journal(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


@contextlib.contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
    info.external_attr = 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as out:
        yield out


def _write_column(poses: Poses, name: str, out: IO[bytes]) -> None:
    field = FIELDS[name]
    header = {
        "descr": npy.dtype_to_descr(field.base),
        "fortran_order": False,
        "shape": (len(poses), *field.shape),
    }
    npy.write_array_header_1_0(out, header)
    for piece in poses.column(name):
        out.write(piece.tobytes())


def _read(archive: zipfile.ZipFile, name: str, field: np.dtype[Any], path: Path) -> NDArray[Any]:
    """Read an array, once its header was found right: before that nothing is made room for."""
    with archive.open(f"{name}.npy") as member:
        shape, fortran, dtype = _header(member)
        if dtype != field.base or shape[1:] != field.shape or len(shape) != 1 + len(field.shape):
            raise InputError(f"{path} is damaged: {name} is of the wrong shape or kind.")
        size = int(np.prod(shape, dtype=object)) * dtype.itemsize
        most = _MOST_PACKED * os.fstat(archive.fp.fileno()).st_size  # type: ignore[union-attr]
        if fortran or shape[0] > _MOST_FRAMES or size > most:
            raise InputError(f"{path} is damaged: {name} cannot be so large.")
        data = member.read(size)
        if len(data) != size or member.read(1):
            raise InputError(f"{path} is damaged: {name} is not of the length it states.")
    return np.frombuffer(data, dtype).reshape(shape)


def _read_text(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    with archive.open(f"{name}.npy") as member:
        shape, _, dtype = _header(member)
        if shape != () or dtype.kind != "U" or dtype.itemsize > _UTF_32_BYTES * _LONGEST_TEXT:
            raise InputError(f"{path} is damaged: {name} is no text.")
        return str(np.frombuffer(member.read(dtype.itemsize), dtype)[0]) if dtype.itemsize else ""


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(member)
    if version == (1, 0):
        return npy.read_array_header_1_0(member)
    return npy.read_array_header_2_0(member)
