"""Runs an iterator ahead in a thread, so that decoding overlaps with looking."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

from posecheck.handover import Handover

T = TypeVar("T")
_POLL_S = 0.05


class _End:
    """The last thing in the queue: why the source ended."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def prefetch(source: Iterable[T], size: int = 2) -> Generator[T, None, None]:
    """The items of ``source``, up to ``size`` of them made ahead in a background thread.

    What the source raises is raised here, in its place. However the loop ends, the thread
    has ended when the generator is closed; use `contextlib.closing` so that an exception
    closes it at once.
    """
    items: Handover[T | _End] = Handover(max(1, size))
    stop = threading.Event()
    thread = threading.Thread(
        target=_fill, args=(source, items, stop), name="posecheck-prefetch", daemon=True
    )
    thread.start()
    try:
        while True:
            try:
                item = items.get(timeout=_POLL_S)  # Windows interrupts nobody who waits for ever
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


def _fill(source: Iterable[T], items: Handover[T | _End], stop: threading.Event) -> None:
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


def _put(items: Handover[T | _End], item: T | _End, stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            items.put(item, timeout=_POLL_S)
        except queue.Full:
            continue
        return True
    return False
