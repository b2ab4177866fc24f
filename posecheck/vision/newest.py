"""A place for one thing: the newest. Whoever is slow misses what came between, by design."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """Handed from one thread to another; what is not taken in time is replaced."""

    def __init__(self) -> None:
        self.dropped = 0  # replaced before anybody took them
        self.ended = False
        self._item: T | None = None
        self._nudged = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def put(self, item: T) -> None:
        """Replace what is there; never blocks."""
        with self._changed:
            if self.ended:
                return
            self.dropped += self._item is not None
            self._item = item
            self._changed.notify_all()

    def nudge(self) -> None:
        """Let who waits in `take` go, with nothing: there is something else to do."""
        with self._changed:
            self._nudged = True
            self._changed.notify_all()

    def take(self, timeout_s: float | None = None) -> T | None:
        """What is there, as soon as there is something; None after the time, or at the end.

        None as well once after each `nudge`.

        What `end` was given is raised here, once what was put before has been taken.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._item is not None or self._nudged or self.ended, timeout_s
            )
            item, self._item, self._nudged = self._item, None, False
            self._changed.notify_all()
            if item is None and self._error is not None:
                error, self._error = self._error, None
                raise error
            return item

    def wait_taken(self) -> bool:
        """Block until the place is free; False when nothing more is wanted."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is None or self.ended)
            return not self.ended

    def end(self, error: BaseException | None = None) -> None:
        """Nothing more comes; the item that is there can still be taken."""
        with self._changed:
            if not self.ended:
                self.ended, self._error = True, error
            self._changed.notify_all()
