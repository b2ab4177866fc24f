"""Keeps what native libraries write to standard error from the user.

MediaPipe and TensorFlow Lite print notes about themselves straight to file descriptor 2, from
threads of their own and whatever the environment says. So the descriptor itself is turned
away for a while; Python's own ``sys.stderr`` goes on reaching the user.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_natives() -> Iterator[None]:
    """Turn away what is written to descriptor 2 past Python; may be nested."""
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError, AttributeError):  # there is no standard error to protect
        yield
        return
    python = sys.stderr
    ours = _same_stream_on(kept) if _writes_to_2(python) else None
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        if ours is not None:
            sys.stderr = ours
        yield
    finally:
        if ours is not None:
            with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
                ours.flush()
            if sys.stderr is ours:
                sys.stderr = python
        os.dup2(kept, 2)
        if ours is not None:
            ours.close()
        os.close(kept)


def _writes_to_2(stream: object) -> bool:
    try:
        return stream.fileno() == 2  # type: ignore[attr-defined,no-any-return]
    except (AttributeError, OSError, ValueError):  # replaced by something without a descriptor
        return False


def _same_stream_on(descriptor: int):  # type: ignore[no-untyped-def]
    python = sys.stderr
    return os.fdopen(
        descriptor, "w", buffering=1, encoding=python.encoding, errors=python.errors,
        closefd=False,
    )  # fmt: skip
