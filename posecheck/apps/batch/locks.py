"""One process at a time, by the system: a lock ends with the process that holds it.

Where the results go to a bucket, or a disk knows no locks, two that meet do the same work twice
and write the same files, and nothing worse.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from posecheck.apps.batch.result_names import KEPT
from posecheck.errors import OutputError

LOCK = f"{KEPT}/lock"
_RUN_BYTE = 1 << 62  # of the lock file; those of clips lie before it


@contextlib.contextmanager
def content_lock(root: Path | None, sha256: str) -> Iterator[None]:
    """Let one process work on a clip's content while others that have the same wait."""
    with _locked(root, int(sha256[:15], 16), wait=True):
        yield


@contextlib.contextmanager
def only_batch(root: Path | None) -> Iterator[None]:
    """Let one batch write to a folder; an OutputError for a second one."""
    with _locked(root, _RUN_BYTE, wait=False) as ours:
        if not ours:
            raise OutputError(
                f"Another posecheck grade is writing to {root}; wait for it, or give --out "
                "another folder."
            )
        yield


@contextlib.contextmanager
def _locked(root: Path | None, byte: int, wait: bool) -> Iterator[bool]:
    try:
        import fcntl
    except ImportError:  # Windows
        root = None
    if root is None:
        yield True
        return
    path = root / LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise OutputError(
            f"Nothing can be written to {root} ({error.strerror or error}); make room, or give "
            "--out a folder that can be written."
        ) from error
    with file:
        ours = True
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), 1, byte)
        except (BlockingIOError, PermissionError):
            ours = False
        except OSError:  # a disk without locks
            pass
        yield ours
