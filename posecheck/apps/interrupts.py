"""Ctrl-C, and a polite request to end, at any moment: everything is tidied up, once.

The first signal raises KeyboardInterrupt, and whatever is under way cleans up after itself;
further ones do not disturb that. Python swallows an exception that is raised inside a
destructor or a callback (and would print it), so long work also asks `check` from time to time.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

_SIGNALS = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]


class _State:
    """What the process has been told; signals are for all of it."""

    requested = False
    shields = 0


def requested() -> bool:
    """Return whether the user has asked to stop."""
    return _State.requested


def check() -> None:
    """Raise KeyboardInterrupt if the user has asked to stop."""
    if _State.requested:
        raise KeyboardInterrupt


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """Hold interrupts back while something short must not stop half-way."""
    before = _State.requested
    _State.shields += 1
    try:
        yield
    finally:
        _State.shields -= 1
    if _State.requested and not before and not _State.shields:
        raise KeyboardInterrupt


@contextlib.contextmanager
def interruptible(last: bool = False) -> Iterator[None]:
    """Let signals stop the block tidily; elsewhere than in the main thread, do nothing.

    Parameters
    ----------
    last
        Whether nothing but the end of the program follows, so that signals come too late.

    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _State.requested = False
    before: dict[signal.Signals, Any] = {}
    tell = sys.unraisablehook

    def hush(swallowed: sys.UnraisableHookArgs) -> None:
        if not (_State.requested and swallowed.exc_type is KeyboardInterrupt):
            tell(swallowed)

    sys.unraisablehook = hush
    try:
        for one in _SIGNALS:
            if signal.getsignal(one) is not signal.SIG_IGN:  # as `nohup` asks for
                before[one] = signal.signal(one, _stop)
        yield
    finally:
        for one, handler in before.items():
            # Python gives its own handlers up before its last destructors have run, so that
            # a signal would kill it then; this one it leaves.
            signal.signal(one, signal.SIG_IGN if last or _State.requested else handler)
        sys.unraisablehook = tell


def _stop(_number: int, _frame: FrameType | None) -> None:
    first = not _State.requested
    _State.requested = True
    if first and not _State.shields:
        raise KeyboardInterrupt
