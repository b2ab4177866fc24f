"""A thread that does what is to be done while its owner is in native code, which needs no Python.

A thread pool would do as well, but for its locks, which are written in Python: see `handover`.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from posecheck.closing import Closing

LET_BEGIN_S = 0.001  # by then the owner is at work, and leaves Python alone


class Aside(Closing):
    """Does one thing at a time; what that raises is raised in the owner."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._ends: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._owed = False
        self._thread = threading.Thread(target=self._run, name="posecheck-aside", daemon=True)
        self._thread.start()

    def begin(self, call: Callable[[], None]) -> None:
        """Have it done from in a moment on."""
        self.end()
        self._owed = True
        self._calls.put(call)

    def end(self) -> None:
        """Wait until what was begun is done; does nothing the second time."""
        if self._owed:
            error = self._ends.get()
            self._owed = False
            if error is not None:
                raise error

    def close(self) -> None:
        """Let what was begun end, and the thread."""
        self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            time.sleep(LET_BEGIN_S)
            error: BaseException | None = None
            try:
                call()
            except BaseException as raised:  # handed over, to be raised on the other side
                error = raised
            self._ends.put(error)
