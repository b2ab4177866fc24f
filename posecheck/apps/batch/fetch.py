"""One clip at a time on this machine's disk, and the hash of its content.

::

    with local_copy(job, folder) as clip:
        ...                     # clip.path, clip.sha256
        clip.check()            # before anything is kept under its hash

A local file is taken where it lies, after a look at what it is: it may have become a pipe, or
be one that is still being written. A remote one is streamed into ``folder`` and removed again;
`ContentHashCache` tells whether it need be fetched at all.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from posecheck.apps.batch.addresses import (
    PIECE_BYTES,
    Address,
    file_system,
    is_address,
    parse_address,
    why,
)
from posecheck.apps.batch.discovery import what_it_is
from posecheck.apps.batch.storage import Storage
from posecheck.apps.batch.tasks import CACHE, ClipJob
from posecheck.errors import InputError, OutputError, PosecheckError

MOST_BYTES = 64 << 30  # of one clip; a camera's endless stream is none
_PIECE = 1 << 20
_FETCHED_FOLDER = f"{CACHE}/fetched"
_DATES = ("LastModified", "Last-Modified", "mtime", "updated")  # as servers call them
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


class ContentHashCache:
    """The hash of a clip behind an address, known from an earlier run without fetching it again.

    What its content hashed to is kept under the address and what its server says of it: a strong
    ETag, with the length and the date. Where a server gives none, the clip is fetched.

    Parameters
    ----------
    out
        Where the results of the batch are kept.
    job
        The clip; one of this machine has nothing here.

    """

    def __init__(self, out: Storage, job: ClipJob) -> None:
        self._out, self._location = out, job.location
        self._name = self._name_now()

    def load(self) -> str | None:
        """The SHA-256 of its content, None where it has to be fetched."""
        content = None if self._name is None else self._out.read_bytes(self._name)
        text = (content or b"").decode("ascii", "replace")
        return text if len(text) == 64 and set(text) <= set("0123456789abcdef") else None

    def save(self, sha256: str) -> None:
        """Keep what it was when it had been fetched, if it has not been replaced meanwhile."""
        if self._name is not None and self._name == self._name_now():
            self._out.write_bytes(self._name, sha256.encode())

    def _name_now(self) -> str | None:
        """Where it is kept; None for a file of this machine, or without a strong ETag."""
        if not is_address(self._location):
            return None
        try:
            address = parse_address(self._location)
            files, place = file_system(address)
            said = files.info(place)
            tag = str(said.get("ETag") or said.get("etag") or "")
        except Exception:  # whoever fetches it says what is wrong
            return None
        if not tag or tag.startswith("W/"):
            return None
        facts = [address.same, tag, said.get("size"), [str(said.get(name)) for name in _DATES]]
        digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        return f"{_FETCHED_FOLDER}/{digest[:2]}/{digest}"


@contextmanager
def local_copy(job: ClipJob, folder: Path) -> Iterator[LocalClip]:
    """The clip of a job as a local file, for as long as the block lasts.

    Parameters
    ----------
    job
        The clip.
    folder
        Where one behind an address is fetched to.

    Raises
    ------
    InputError
        In a sentence without credentials: whatever cannot be read, and at the end of the block a
        file that was changed meanwhile.

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
