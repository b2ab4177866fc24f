"""Whether there is room on the disk for what the queue makes."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import threading
from pathlib import Path

_PROBE_BYTES = 4 << 20  # more than a report takes
FULL = "The disk of the data folder is full; make room, and the queue goes on by itself."


class RoomOnDisk:
    """Says that the queue pauses, and when it need not any more; for any thread.

    Parameters
    ----------
    folder
        On the disk, and there.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._needed = 0  # bytes, since a clip did not find them
        self._lock = threading.Lock()
        self.paused: str | None = None  # why, in one sentence

    def pause_if_full(self, told: str, size: int) -> bool:
        """Pause where a clip failed for the disk's sake; False where it is the clip's own fault.

        Parameters
        ----------
        told
            Why it failed.
        size
            Of the clip, in bytes: its copy may be as large.

        """
        full = is_full(told)
        with self._lock:
            why = self._probed()
            if why is None and full:
                why = FULL
                self._needed = _PROBE_BYTES + size
            self.paused = why
        return why is not None

    def look(self) -> bool:
        """Return whether there is room (again); to be called before a clip is begun."""
        with self._lock:
            if self.paused is not None:
                self.paused = self._probed()
                if self.paused is None and self._free() < self._needed:
                    self.paused = FULL
            if self.paused is None:
                self._needed = 0
            return self.paused is None

    def _free(self) -> int:
        with contextlib.suppress(OSError):
            return shutil.disk_usage(self._folder).free
        return 0

    def _probed(self) -> str | None:
        """Return why the disk does not take anything; None where it does."""
        probe = self._folder / f".room-{os.getpid()}"
        try:
            probe.write_bytes(bytes(_PROBE_BYTES))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return FULL
            return (
                f"Nothing can be written to the data folder ({error.strerror}); the queue goes on "
                "by itself when it can."
            )
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)
        return None


def is_full(told: str) -> bool:
    """Tell whether a sentence says that a disk is full."""
    return any(os.strerror(code) in told for code in (errno.ENOSPC, errno.EDQUOT))
