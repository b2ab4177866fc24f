"""The hidden folder in which a report is made, and those that a killed process has left.

``.NAME.<8 hex>.part`` stands beside NAME and is locked, by the system, for as long as its process
lives: so whoever makes the same report later knows a leftover from the work of somebody else. No
lock file is left, and none goes stale. Where folders cannot be locked (Windows, some network
disks) nothing can be told, and leftovers stay.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from pathlib import Path

from posecheck.errors import OutputError

PART, OLD = "part", "old"
_TRIES = 20  # a sweep takes a folder in the moment between its making and its lock


class Staging:
    """Makes the folder for a report at `path`; `close` lets go of its lock."""

    def __init__(self, path: Path) -> None:
        for _ in range(_TRIES):
            token = f"{path.name}.{secrets.token_hex(4)}"
            self.folder = path.with_name(f".{token}.{PART}")
            self.old = path.with_name(f".{token}.{OLD}")  # what stood at `path` before
            self.folder.mkdir()
            with contextlib.suppress(FileNotFoundError, BlockingIOError):
                self._handle = _lock(self.folder)
                return
        raise OutputError(f"{path} cannot be written: another program removes what is made there.")

    def close(self) -> None:
        """Remove what is left of it, and let go."""
        for folder in (self.folder, self.old):
            shutil.rmtree(folder, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def remove_leftovers(path: Path) -> None:
    """Remove what killed processes have left of a report at `path`, and nothing else.

    An older report that was moved aside goes only while another stands in its place.
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
    """Remove a folder that no living process holds."""
    with contextlib.suppress(OSError):
        handle = _lock(folder)
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)


def _lock(folder: Path) -> int | None:
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
