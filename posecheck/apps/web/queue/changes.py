"""What changes of clips on their way, for everybody who watches: one look at the database for all.

::

    changes = Changes(room.database)
    async for event in changes.follow(None, patient_id=7):
        ...
    changes.close()           # from any thread: everybody's stream ends

A thread looks while there are listeners. An event's number is good for as long as that thread
lives; whoever comes back with one that is not known any more is told anew what is on its way.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from posecheck.apps.web.queue.on_its_way import Change, Look
from posecheck.apps.web.store.database import Database
from posecheck.threads import start_thread

LOOK_S = 0.5
_KEPT = 2000  # events, for those who come back after a moment
_LINGER_S = 10.0  # without listeners, before the thread ends
CHECK_S = 15.0  # between two questions whether a listener may still listen


@dataclass(frozen=True, slots=True)
class Event:
    """One change, or all that is on its way."""

    id: str
    change: Change | None = None
    on_its_way: tuple[Change, ...] | None = None


@dataclass(eq=False, slots=True)
class _Listener:
    loop: asyncio.AbstractEventLoop
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        try:
            self.loop.call_soon_threadsafe(self.news.set)
        except RuntimeError:  # its loop has ended
            return


class Changes:
    """Looks at the database for all listeners; its methods may be called in any thread.

    Parameters
    ----------
    database
        Where the clips are.

    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._begin_anew()

    async def follow(
        self,
        last_id: str | None,
        patient_id: int | None = None,
        may_listen: Callable[[], Awaitable[bool]] | None = None,
    ) -> AsyncIterator[Event]:
        """Give what changes from now on, or since an event that was given before.

        Parameters
        ----------
        last_id
            Of that event. Where it is not known, the first event is all that is on its way.
        patient_id
            Of these clips alone; None: of all.
        may_listen
            Is asked again and again; after a no the stream ends.

        """
        listener = _Listener(asyncio.get_running_loop())
        self._join(listener)
        checked_s = time.monotonic()
        try:
            last = self._number(last_id)
            while not self._closed.is_set():
                listener.news.clear()
                last, events = self._since(last)
                for event in events:
                    if (wanted := _of(event, patient_id)) is not None:
                        yield wanted
                if may_listen is not None and time.monotonic() - checked_s >= CHECK_S:
                    checked_s = time.monotonic()
                    if not await may_listen():
                        return
                try:
                    await asyncio.wait_for(listener.news.wait(), CHECK_S)
                except (TimeoutError, asyncio.TimeoutError):
                    continue
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def close(self) -> None:
        """End all streams, for good."""
        self._closed.set()
        with self._lock:
            for listener in self._listeners:
                listener.wake()

    def _begin_anew(self) -> None:
        self._token = secrets.token_hex(4)
        self._look: Look | None = None  # until it has looked for the first time
        self._events: deque[Change] = deque(maxlen=_KEPT)
        self._count = 0

    def _join(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.add(listener)
            if self._thread is None and not self._closed.is_set():
                self._begin_anew()
                self._thread = threading.Thread(
                    target=self._watch, name="posecheck-changes", daemon=True
                )
                start_thread(self._thread)

    def _watch(self) -> None:
        alone_s = time.monotonic()
        look = Look()
        while not self._closed.wait(LOOK_S if self._look else 0):
            found = look.look(self._database)
            with self._lock:
                if found is not None:
                    first = self._look is None
                    self._look = look
                    self._count += len(found)
                    self._events += found
                    if found or first:
                        for listener in self._listeners:
                            listener.wake()
                if self._listeners:
                    alone_s = time.monotonic()
                elif time.monotonic() - alone_s > _LINGER_S:
                    self._thread = None
                    return
            if found is None:
                self._closed.wait(LOOK_S)

    def _number(self, last_id: str | None) -> int | None:
        token, _, number = (last_id or "").partition("-")
        known = token == self._token and number.isascii() and number.isdecimal()
        return int(number[:18]) if known else None

    def _since(self, last: int | None) -> tuple[int | None, list[Event]]:
        """Return the number of the newest event, and those after ``last``."""
        with self._lock:
            if self._look is None:
                return last, []
            count, first = self._count, self._count - len(self._events)
            if last is None or not first <= last <= count:
                now = tuple(self._look.on_its_way())
                return count, [Event(f"{self._token}-{count}", on_its_way=now)]
            changes = list(self._events)[last - first :]
        return count, [
            Event(f"{self._token}-{number}", change)
            for number, change in enumerate(changes, last + 1)
        ]


def _of(event: Event, patient_id: int | None) -> Event | None:
    if patient_id is None:
        return event
    if event.on_its_way is not None:
        mine = tuple(change for change in event.on_its_way if change.patient == patient_id)
        return Event(event.id, on_its_way=mine)
    change = event.change
    return event if change is not None and change.patient == patient_id else None
