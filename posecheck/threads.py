"""Hand-overs between threads, work in the background, and what has to be closed again.

`queue.Queue`, `threading.Condition` and the thread pools are written in Python: a Ctrl-C between
two of their lines can leave their lock taken for ever, and the other thread waits for it (seen once
in some hundred interrupted drawings). What is here is made of `queue.SimpleQueue`, which is not.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from types import TracebackType
from typing import Generic, NamedTuple, TypeVar

from posecheck.errors import PosecheckError

T = TypeVar("T")
_C = TypeVar("_C", bound="Closing")

_NO_THREAD = "can't start new thread"  # as Python says it
_POLL_S = 0.05  # Windows interrupts nobody who waits for ever
_LET_BEGIN_S = 0.001  # by then the owner is in native code, and leaves Python alone


def start_thread(thread: threading.Thread) -> None:
    """Start a thread.

    Raises
    ------
    PosecheckError
        The system gives no further one.

    """
    with one_line_without_threads():
        thread.start()


@contextlib.contextmanager
def one_line_without_threads() -> Iterator[None]:
    """Turn Python's error that the system gives no further thread into a PosecheckError."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != _NO_THREAD:
            raise
        raise PosecheckError(
            f"The system gives no further thread ({error}); close other programs, or raise the "
            "limit of processes (ulimit -u), and try again."
        ) from error


class Closing:
    """A context manager that closes at the end of its block; subclasses say how."""

    def __enter__(self: _C) -> _C:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(kind is not None)

    def close(self) -> None:
        """Let go of what is held."""
        raise NotImplementedError

    def _leave(self, failed: bool) -> None:  # noqa: ARG002
        """End the block, which an exception has ended if it `failed`."""
        self.close()


class BoundedQueue(Generic[T]):
    """Hands items over in order, with room for a few; raises `queue.Full` and `queue.Empty`.

    Parameters
    ----------
    size
        How many items there is room for.

    """

    def __init__(self, size: int) -> None:
        self._items: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._room: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(size):
            self._room.put(None)

    def full(self) -> bool:
        """Tell whether there is no room now."""
        return self._room.empty()

    def put(self, item: T, timeout: float | None = None) -> None:
        """Add an item as soon as there is room.

        Parameters
        ----------
        item
            What is handed over.
        timeout
            Seconds to wait for room before `queue.Full` is raised; None waits for ever.

        """
        try:
            self._room.get(timeout=timeout)
        except queue.Empty:
            raise queue.Full from None
        self._items.put(item)

    def put_nowait(self, item: T) -> None:
        """Add an item, or raise `queue.Full`."""
        self.put(item, timeout=0)

    def get(self, timeout: float | None = None) -> T:
        """Take the oldest item as soon as there is one; after `timeout` seconds, `queue.Empty`."""
        item = self._items.get(timeout=timeout)
        self._room.put(None)
        return item

    def get_nowait(self) -> T:
        """Take the oldest item, or raise `queue.Empty`."""
        return self.get(timeout=0)


class _End:
    """The last item: why the one who puts has ended."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Wake:
    """An item that carries nothing and ends a wait."""


class NewestSlot(Generic[T]):
    """Hands the newest item over: what is not taken in time is replaced.

    One thread puts; any may wake or end.
    """

    def __init__(self) -> None:
        self.dropped = 0  # items that were replaced before anybody took them
        self.ended = False
        self._slot: queue.SimpleQueue[T | _End | _Wake] = queue.SimpleQueue()
        self._taken: queue.SimpleQueue[None] = queue.SimpleQueue()

    def put(self, item: T) -> None:
        """Replace what is there; this never blocks."""
        if self.ended:
            return
        while not self._slot.empty():
            there = self._now()
            if isinstance(there, _End):
                self._slot.put(there)
                return
            self.dropped += not (there is None or isinstance(there, _Wake))
        self._slot.put(item)

    def wake(self) -> None:
        """Let whoever waits in `take` go with nothing: there is something else to do."""
        if self._slot.empty():
            self._slot.put(_Wake())

    def take(self, timeout_s: float | None = None) -> T | None:
        """Take what is there, as soon as there is something.

        None is returned after ``timeout_s`` seconds without, at the end, and after a `wake` where
        there is nothing else. What `end` was given is raised here, once what was put before has
        been taken.
        """
        try:
            item = self._slot.get(timeout=timeout_s)
            while isinstance(item, _Wake):  # what was put meanwhile stands behind it
                item = self._slot.get_nowait()
        except queue.Empty:
            return None
        if isinstance(item, _End):
            self._slot.put(_End(None))  # the next one finds the end too
            if item.error is not None:
                raise item.error
            return None
        if self._taken.empty():
            self._taken.put(None)
        return item

    def wait_taken(self) -> bool:
        """Block until the slot is empty; False means that nothing more is wanted."""
        while not self.ended and not self._slot.empty():
            try:
                self._taken.get(timeout=_POLL_S)
            except queue.Empty:
                continue
        return not self.ended

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing more comes; the item that is there can still be taken."""
        if not self.ended:
            self.ended = True
            self._slot.put(_End(error))
            self._taken.put(None)

    def _now(self) -> T | _End | _Wake | None:
        try:
            return self._slot.get_nowait()
        except queue.Empty:
            return None


class _Task(NamedTuple):
    call: Callable[[], None]
    done: queue.SimpleQueue[BaseException | None]  # filled with what it raised


class BackgroundWorker(Closing):
    """A thread that does one task at a time while its owner waits for native code.

    What a task raises is raised in the owner, by the next `wait`.
    """

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[BaseException | None] | None = None
        self._thread = threading.Thread(target=self._run, name="posecheck-worker", daemon=True)
        start_thread(self._thread)

    def submit(self, call: Callable[[], None]) -> None:
        """Have it called from in a moment on, once the task before is done."""
        self.wait()
        if not self._thread.is_alive():
            raise ValueError("the worker is closed")
        task = _Task(call, queue.SimpleQueue())
        self._tasks.put(task)
        self._done = task.done

    def wait(self) -> None:
        """Wait until what was submitted is done; a second call returns at once."""
        done, self._done = self._done, None
        error = None if done is None else done.get()
        if error is not None:
            raise error

    def close(self) -> None:
        """Let what was submitted be done, and end the thread."""
        self._tasks.put(None)
        try:
            self._thread.join()
        except BaseException:  # an interrupt: the task may still need its owner's things
            self._thread.join()
            raise

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            time.sleep(_LET_BEGIN_S)
            error: BaseException | None = None
            try:
                task.call()
            except BaseException as raised:  # handed over, to be raised on the other side
                error = raised
            task.done.put(error)
            del task, error  # pictures among them, and nobody knows when the next comes


def prefetch(source: Iterable[T], size: int = 2) -> Generator[T, None, None]:
    """Iterate over a source in a background thread, a few items ahead.

    What the source raises is raised here, in its place. However the loop ends, the thread has ended
    when the generator is closed; use `contextlib.closing` so that an exception closes it at once.

    Parameters
    ----------
    source
        Anything that can be iterated over, such as the frames of a video file.
    size
        How many items are made ahead at most.

    """
    items: BoundedQueue[T | _End] = BoundedQueue(max(1, size))
    stop = threading.Event()
    thread = threading.Thread(
        target=_fill, args=(source, items, stop), name="posecheck-prefetch", daemon=True
    )
    start_thread(thread)
    try:
        while True:
            try:
                item = items.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stop.set()
        with contextlib.suppress(queue.Empty):  # wakes a thread that waits for room
            while True:
                items.get_nowait()
        thread.join()


def _fill(source: Iterable[T], items: BoundedQueue[T | _End], stop: threading.Event) -> None:
    error: BaseException | None = None
    try:
        iterator: Iterator[T] = iter(source)
        try:
            for item in iterator:
                if not _put(items, item, stop):
                    return
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                close()
    except BaseException as raised:  # handed over, to be raised on the other side
        error = raised
    _put(items, _End(error), stop)


def _put(items: BoundedQueue[T | _End], item: T | _End, stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            items.put(item, timeout=_POLL_S)
        except queue.Full:
            continue
        return True
    return False
