"""A thread that does what is to be done while its owner waits for the model.

A thread pool would do as well, but for its locks, which are written in Python: see `handover`.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from posecheck.closing import Closing

LET_BEGIN_S = 0.001  # by then the model is at work for the owner, and leaves Python alone


class _Errand(NamedTuple):
    call: Callable[[], None]
    done: queue.SimpleQueue[BaseException | None]  # filled with what it raised


class Aside(Closing):
    """Does one thing at a time; what that raises is raised in the owner."""

    def __init__(self) -> None:
        self._errands: queue.SimpleQueue[_Errand | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[BaseException | None] | None = None
        self._thread = threading.Thread(target=self._run, name="posecheck-aside", daemon=True)
        self._thread.start()

    def begin(self, call: Callable[[], None]) -> None:
        """Have it done from in a moment on."""
        self.end()
        if not self._thread.is_alive():
            raise ValueError("it is closed")
        errand = _Errand(call, queue.SimpleQueue())
        self._errands.put(errand)
        self._done = errand.done

    def end(self) -> None:
        """Wait until what was begun is done; does nothing the second time."""
        done, self._done = self._done, None
        error = None if done is None else done.get()
        if error is not None:
            raise error

    def close(self) -> None:
        """Let what was begun end, and the thread."""
        self._errands.put(None)
        try:
            self._thread.join()
        except BaseException:  # an interrupt: what it is at may still need its owner's things
            self._thread.join()
            raise

    def _run(self) -> None:
        while (errand := self._errands.get()) is not None:
            time.sleep(LET_BEGIN_S)
            error: BaseException | None = None
            try:
                errand.call()
            except BaseException as raised:  # handed over, to be raised on the other side
                error = raised
            errand.done.put(error)
            del errand, error  # pictures among them, and nobody knows when the next comes
