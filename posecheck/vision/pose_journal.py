"""Poses written as they come, so that a crash or a power cut costs the last second only.

A journal is a header and then chunks of rows, each with its own length and checksum; what
was being written when the machine went down is left out when it is read.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from posecheck.errors import InputError
from posecheck.types import Pose
from posecheck.vision.pose_rows import ROW, Poses, from_rows, to_row

_MAGIC = b"posecheck.poses.log/2\n"
_SHA = 64  # characters
_CHUNK = struct.Struct("<4sII")  # mark, rows, CRC-32 of the rows
_MARK = b"rows"
_MOST_ROWS = 1_000_000  # in one chunk; a second holds a hundred


class PoseJournal:
    """A file of poses in the making. One thread may `append` while another calls `flush`."""

    def __init__(self, path: Path, model_sha256: str = "") -> None:
        self._waiting: deque[NDArray[np.void]] = deque()
        self._file = path.open("xb", buffering=0)
        self._file.write(_MAGIC + model_sha256.encode("ascii").ljust(_SHA)[:_SHA])

    def append(self, pose: Pose) -> None:
        """Take a pose; it is in memory until the next `flush`."""
        self._waiting.append(to_row(pose))

    def flush(self) -> None:
        """Bring what waits to the disk; OSError if it cannot be."""
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


def is_journal(path: Path) -> bool:
    """Whether a file begins as a journal does; OSError where it cannot be read."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def read_journal(path: Path) -> Poses:
    """The poses of a journal, up to where it breaks off.

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
    at = len(_MAGIC) + _SHA
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
    return from_rows(np.concatenate(chunks), path, sha256)
