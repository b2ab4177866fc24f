"""One process at a time, by the system: a lock ends with the process that holds it.

The system's locks do not tell the threads of a process apart, so batches of one process are told
apart here as well. Where the results go to a bucket, or a disk knows no locks, two that meet do
the same work twice and write the same files, and nothing worse.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from posecheck.apps.batch.result_names import KEPT
from posecheck.errors import OutputError

LOCK = f"{KEPT}/lock"
_RUN_BYTE = 1 << 28  # of the lock file; those of clips lie before it: Windows counts to 2 GiB
_AGAIN_S = 0.1  # between two tries to have a lock, on Windows
_ours: set[tuple[int, int]] = set()  # folders that batches of this process write to
_between_threads = threading.Lock()


@contextlib.contextmanager
def content_lock(root: Path | None, sha256: str) -> Iterator[None]:
    """Let one process work on a clip's content while others that have the same wait."""
    with _locked(root, int(sha256[:7], 16), wait=True):
        yield


@contextlib.contextmanager
def only_batch(root: Path | None) -> Iterator[None]:
    """Let one batch write to a folder; an OutputError for a second one.

    It may be one of this process, in another thread.
    """
    # Looked at first: closing the lock file would let go of the lock of the other thread.
    with _only_here(root) as first, _locked(root if first else None, _RUN_BYTE, False) as ours:
        if not (first and ours):
            raise OutputError(
                f"Another posecheck grade is writing to {root}; wait for it, or give --out "
                "another folder."
            )
        yield


@contextlib.contextmanager
def _only_here(root: Path | None) -> Iterator[bool]:
    """Whether no other batch of this process writes there."""
    if root is None:
        yield True
        return
    try:
        root.mkdir(parents=True, exist_ok=True)
        status = root.stat()
    except OSError as error:
        raise _refusal(root, error) from error
    folder = (status.st_dev, status.st_ino)
    with _between_threads:
        first = folder not in _ours
        _ours.add(folder)
    try:
        yield first
    finally:
        if first:
            _ours.discard(folder)


@contextlib.contextmanager
def _locked(root: Path | None, byte: int, wait: bool) -> Iterator[bool]:
    if root is None:
        yield True
        return
    path = root / LOCK
    try:
        path.parent.mkdir(exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise _refusal(root, error) from error
    with file:
        ours = True
        try:
            _take(file.fileno(), byte, wait)
        except (BlockingIOError, PermissionError):
            ours = False
        except OSError:  # a disk without locks
            pass
        yield ours


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int, byte: int, wait: bool) -> None:
        """Lock a byte until the file is closed; PermissionError where another process has it."""
        while True:
            os.lseek(handle, byte, os.SEEK_SET)
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            except PermissionError:
                if not wait:
                    raise
            else:
                return
            time.sleep(_AGAIN_S)

else:
    import fcntl

    def _take(handle: int, byte: int, wait: bool) -> None:
        """Lock a byte until the file is closed; an OSError where another process has it."""
        fcntl.lockf(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), 1, byte)


def _refusal(root: Path, error: OSError) -> OutputError:
    return OutputError(
        f"Nothing can be written to {root} ({error.strerror or error}); make room, or give --out "
        "a folder that can be written."
    )
