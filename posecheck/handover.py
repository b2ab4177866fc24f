"""Things handed from one thread to another, with room for a few, whatever interrupts.

`queue.Queue` and `threading.Condition` are written in Python: a Ctrl-C between two of their lines
can leave their lock taken for ever, and the other thread waits for it (seen once in some hundred
interrupted drawings). Two `queue.SimpleQueue`, which are not, take their place.
"""

from __future__ import annotations

import queue
from typing import Generic, TypeVar

T = TypeVar("T")


class Handover(Generic[T]):
    """A queue with room for so many things; `queue.Full` and `queue.Empty` as with any."""

    def __init__(self, size: int) -> None:
        self._things: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._room: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(size):
            self._room.put(None)

    def full(self) -> bool:
        """Whether there is no room now."""
        return self._room.empty()

    def put(self, thing: T, timeout: float | None = None) -> None:
        """Add one, as soon as there is room; after `timeout` seconds without, `queue.Full`."""
        try:
            self._room.get(timeout=timeout)
        except queue.Empty:
            raise queue.Full from None
        self._things.put(thing)

    def put_nowait(self, thing: T) -> None:
        """Add one, or `queue.Full`."""
        self.put(thing, timeout=0)

    def get(self, timeout: float | None = None) -> T:
        """Take the oldest, as soon as there is one; after `timeout` seconds, `queue.Empty`."""
        thing = self._things.get(timeout=timeout)
        self._room.put(None)
        return thing

    def get_nowait(self) -> T:
        """Take the oldest, or `queue.Empty`."""
        return self.get(timeout=0)
