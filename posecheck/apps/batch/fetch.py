"""One clip at a time on this machine's disk, and the hash of its content.

::

    with local_copy(job, folder) as clip:
        ...                     # clip.path, clip.sha256
        clip.check()            # before anything is kept under its hash

A local file is taken where it lies, after a look at what it is: it may have become a pipe, or
be one that is still being written. A remote one is streamed into ``folder`` and removed again.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from posecheck.apps.batch.addresses import Address, is_address, parse_address
from posecheck.apps.batch.folders import what_it_is
from posecheck.apps.batch.jobs import ClipJob
from posecheck.apps.batch.remote import PIECE_BYTES, file_system, why
from posecheck.errors import InputError, OutputError, PosecheckError

MOST_BYTES = 64 << 30  # of one clip; a camera's endless stream is none
_PIECE = 1 << 20
_CHANGED = "It was changed while it was read; grade it again when it is whole."


@dataclass(frozen=True, slots=True)
class LocalClip:
    """A clip on this machine's disk, known by its content."""

    path: Path
    sha256: str
    state: tuple[int, ...]  # what the file was when it was hashed

    def check(self) -> None:
        """Raise InputError if the file is no longer the one that was hashed."""
        try:
            now = _state(self.path.stat())
        except OSError:
            raise InputError("It was taken away while it was read; grade it again.") from None
        if now != self.state:
            raise InputError(_CHANGED)


@contextmanager
def local_copy(job: ClipJob, folder: Path) -> Iterator[LocalClip]:
    """The clip of a job as a local file, for as long as the block lasts.

    Raises InputError, in a sentence without credentials, for whatever cannot be read, and at
    the end of the block for a file that was changed meanwhile.
    """
    if job.problem is not None:
        raise InputError(job.problem)
    if not is_address(job.location):
        clip = _hashed(Path(job.location))
        yield clip
        clip.check()
        return
    path = _new_file(folder, Path(job.name).suffix)
    try:
        sha256 = _fetched(parse_address(job.location), path)
        yield LocalClip(path, sha256, _state(path.stat()))
    finally:
        with suppress(OSError):
            path.unlink()


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _hashed(path: Path) -> LocalClip:
    digest = hashlib.sha256()
    try:
        # without O_NONBLOCK a pipe would be waited for
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(handle, "rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise InputError(what_it_is(str(path)) or _CHANGED)
            while piece := file.read(_PIECE):
                digest.update(piece)
            clip = LocalClip(path, digest.hexdigest(), _state(before))
    except OSError as error:
        said = what_it_is(str(path))
        raise InputError(said or f"It cannot be read ({error.strerror or error}).") from error
    clip.check()
    return clip


def _new_file(folder: Path, suffix: str) -> Path:
    plain = suffix if suffix[1:].isalnum() and len(suffix) < 10 else ""
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix="clip-", suffix=plain)
    except OSError as error:
        raise _no_room(folder, error) from error
    os.close(handle)
    return Path(name)


def _fetched(address: Address, path: Path) -> str:
    """Stream the content into ``path``; its SHA-256."""
    files, place = file_system(address)
    digest, count = hashlib.sha256(), 0
    try:
        # of a web server one stream, whether it knows ranges or not; of others pieces, for these
        # are asked for on condition that the object is still the same
        how = {"block_size": 0} if address.is_web else {"cache_type": "none"}
        with files.open(place, "rb", **how) as source, path.open("wb") as sink:
            size = getattr(source, "size", None)
            while piece := source.read(PIECE_BYTES):
                digest.update(piece)
                count += len(piece)
                _write(sink, piece, path.parent)
                if count > MOST_BYTES:
                    raise InputError("It does not end; give a recorded clip.")
    except PosecheckError:
        raise
    except Exception as error:
        raise InputError(f"It cannot be fetched: {why(error)}.") from None
    if size is not None and count != size:
        raise InputError("It cannot be fetched: the connection broke off half-way.")
    return digest.hexdigest()


def _write(sink: IO[Any], piece: bytes, folder: Path) -> None:
    try:
        sink.write(piece)
        sink.flush()
    except OSError as error:
        raise _no_room(folder, error) from error


def _no_room(folder: Path, error: OSError) -> OutputError:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return OutputError(f"There is no room in {folder} to fetch the clip; make some.")
    reason = error.strerror or type(error).__name__
    return OutputError(f"Nothing can be written to {folder} ({reason}).")
