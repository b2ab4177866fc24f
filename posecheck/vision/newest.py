"""A place for one thing: the newest. Whoever is slow misses what came between, by design."""

from __future__ import annotations

import queue
from typing import Generic, TypeVar

T = TypeVar("T")
_POLL_S = 0.1


class _End:
    """The last thing in the place."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Nudge:
    """Nothing, but now."""


class Newest(Generic[T]):
    """Handed from one thread to another; what is not taken in time is replaced.

    Made of `queue.SimpleQueue`, as `Handover` is and for the same reason. One thread puts; any
    may nudge or end.
    """

    def __init__(self) -> None:
        self.dropped = 0  # replaced before anybody took them
        self.ended = False
        self._place: queue.SimpleQueue[T | _End | _Nudge] = queue.SimpleQueue()
        self._taken: queue.SimpleQueue[None] = queue.SimpleQueue()

    def put(self, item: T) -> None:
        """Replace what is there; never blocks."""
        if self.ended:
            return
        while not self._place.empty():
            there = self._now()
            if isinstance(there, _End):
                self._place.put(there)
                return
            self.dropped += not (there is None or isinstance(there, _Nudge))
        self._place.put(item)

    def nudge(self) -> None:
        """Let who waits in `take` go, with nothing: there is something else to do."""
        if self._place.empty():
            self._place.put(_Nudge())

    def take(self, timeout_s: float | None = None) -> T | None:
        """What is there, as soon as there is something; None after the time, or at the end.

        None as well after a `nudge`, where there is nothing else.

        What `end` was given is raised here, once what was put before has been taken.
        """
        try:
            item = self._place.get(timeout=timeout_s)
            while isinstance(item, _Nudge):  # what was put meanwhile stands behind it
                item = self._place.get_nowait()
        except queue.Empty:
            return None
        if isinstance(item, _End):
            self._place.put(_End(None))  # the next one finds the end too
            if item.error is not None:
                raise item.error
            return None
        if self._taken.empty():
            self._taken.put(None)
        return item

    def wait_taken(self) -> bool:
        """Block until the place is free; False when nothing more is wanted."""
        while not self.ended and not self._place.empty():
            try:
                self._taken.get(timeout=_POLL_S)
            except queue.Empty:
                continue
        return not self.ended

    def end(self, error: BaseException | None = None) -> None:
        """Nothing more comes; the item that is there can still be taken."""
        if not self.ended:
            self.ended = True
            self._place.put(_End(error))
            self._taken.put(None)

    def _now(self) -> T | _End | _Nudge | None:
        try:
            return self._place.get_nowait()
        except queue.Empty:
            return None
