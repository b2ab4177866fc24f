"""Files and folders that are there whole or not at all: written beside their place, then renamed.

::

    with atomic_text(path) as stream:       # or atomic_file, for whoever wants a path to write to
        stream.write(...)
    # here it stands as `path`; after an error or an interrupt an older one is as it was

This stays our own because the libraries for it (``atomicwrites``, ``safer``) know files only; a
report is a folder, and what a killed process has left of one must be told from live work. A
folder in the making, ``.NAME.<8 hex>.part``, is therefore locked by the system for as long as its
process lives: so no lock file is left, and none goes stale (``filelock`` locks files, not
folders). Where folders cannot be locked (Windows, some network disks) nothing can be told, and
leftovers stay.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from posecheck.errors import OutputError

PART, OLD = "part", "old"
# File systems take 255, and a folder in the making has a longer name.
LONGEST_NAME_BYTES = 180
_TRIES = 20  # a sweep takes a folder in the moment between its making and its lock


def remedy(error: OSError) -> str:
    """Return what to do where something cannot be written, as half a sentence."""
    return "choose a shorter name" if error.errno == errno.ENAMETOOLONG else "make room"


def cut_name(name: str) -> str:
    """Return a name of a file or folder, cut where a disk would not take it.

    Parameters
    ----------
    name
        Without what is still put behind it, for which there is room.

    """
    while len(os.fsencode(name)) > LONGEST_NAME_BYTES:
        name = name[:-1]
    return name


class AtomicFile:
    """A file in the making, for whoever ends it elsewhere than where it was begun.

    Parameters
    ----------
    path
        Where the file will stand. An empty one, `part`, is made beside it at once, with the
        permissions that the user's own files have; an OSError says why it cannot be.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.{PART}")
        self.part.touch(exist_ok=False)

    def commit(self) -> None:
        """Put it in its place, in one step."""
        self.part.replace(self.path)

    def discard(self) -> None:
        """Leave nothing of it; does nothing after `commit`."""
        with contextlib.suppress(OSError):
            self.part.unlink()


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give the name of an empty file beside ``path`` that takes its place when the block ends well.

    Whatever goes wrong, an interrupt too, the half file is removed and an older one stays as it
    was. An OSError is raised as it is, for callers that have a sentence of their own for it.
    """
    made = AtomicFile(path)
    try:
        yield made.part
        made.commit()
    finally:
        made.discard()


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """As `atomic_path`, but what cannot be written is an OutputError."""
    try:
        with atomic_path(path) as part:
            yield part
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"Cannot write {path.name} in {path.parent}: {reason}.") from error


@contextmanager
def atomic_text(path: Path) -> Iterator[TextIO]:
    """Open a text file in UTF-8 that takes its name when the block ends well.

    What UTF-8 has no bytes for (half a surrogate pair, from a file's name that is no text) is
    spelled out. What cannot be written is an OutputError.
    """
    with (
        atomic_file(path) as part,
        part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream,
    ):
        yield stream


class StagingFolder:
    """A folder in the making, `folder`, and a name for what it replaces, `old`.

    Parameters
    ----------
    path
        Where the folder will stand. `folder` is made beside it at once, and locked until `close`.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        for _ in range(_TRIES):
            token = f"{path.name}.{secrets.token_hex(4)}"
            self.folder = path.with_name(f".{token}.{PART}")
            self.old = path.with_name(f".{token}.{OLD}")  # what stood at `path` before
            self.folder.mkdir()
            with contextlib.suppress(FileNotFoundError, BlockingIOError):
                self._handle = _lock_folder(self.folder)
                return
        raise OutputError(f"{path} cannot be written: another program removes what is made there.")

    def commit(self) -> None:
        """Put it in its place; what stood there stands there again if that cannot be done."""
        move_into_place(self.folder, self.path, self.old)

    def close(self) -> None:
        """Remove what is left of it, and let go of its lock."""
        for folder in (self.folder, self.old):
            shutil.rmtree(folder, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def move_into_place(part: Path, path: Path, old: Path) -> None:
    """Rename a finished file or folder to its place, on the same disk.

    Parameters
    ----------
    part
        What was written.
    path
        Where it belongs. A file there is replaced in one step.
    old
        Where a folder that stands at ``path`` is moved first, as it cannot be replaced in a step;
        it is moved back if ``part`` cannot be renamed.

    """
    try:
        if path.is_dir() and not path.is_symlink():
            path.rename(old)
        part.replace(path)
    except BaseException:
        if old.exists() and not path.exists():
            old.rename(path)
        raise


def link_or_copy(file: Path, at: Path) -> None:
    """Give a file a second name, or copy it where the disk knows no second names."""
    try:
        os.link(file, at)
    except OSError:
        shutil.copyfile(file, at)


def remove_leftovers(path: Path) -> None:
    """Remove what killed processes have left of a folder at ``path``, and nothing else.

    An older one that was moved aside goes only while another stands in its place.
    """
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}\.({PART}|{OLD})")
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        found = [e for e in entries if ours.fullmatch(e.name) and e.is_dir(follow_symlinks=False)]
        for entry in found:
            if entry.name.endswith(PART):
                remove_unlocked(Path(entry.path))
            elif path.exists():
                shutil.rmtree(entry.path, ignore_errors=True)


def remove_unlocked(folder: Path) -> None:
    """Remove a folder in the making that no living process holds."""
    with contextlib.suppress(OSError):
        handle = _lock_folder(folder)
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)


def _lock_folder(folder: Path) -> int | None:
    """Lock a folder until the handle is closed; None where that cannot be.

    Raises BlockingIOError where somebody else holds it, FileNotFoundError where it is gone.
    """
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), folder.stat()):
            return handle
        raise FileNotFoundError(folder)
    except (FileNotFoundError, BlockingIOError):
        os.close(handle)
        raise
    except OSError:
        os.close(handle)
        return None
