"""What is handed from thread to thread comes whole and in order, and no thread is left."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.errors import PosecheckError
from posecheck.threads import (
    BackgroundWorker,
    BoundedQueue,
    NewestSlot,
    _Wake,
    one_line_without_threads,
    prefetch,
    start_thread,
)


@given(st.lists(st.integers()), st.integers(1, 5))
def test_everything_arrives_once_and_in_order(things: list[int], size: int) -> None:
    """However small the room is, the one who puts waits for the one who takes."""
    handed: BoundedQueue[int | None] = BoundedQueue(size)

    def put() -> None:
        for thing in [*things, None]:
            handed.put(thing)

    thread = threading.Thread(target=put)
    thread.start()
    assert list(iter(handed.get, None)) == things
    thread.join()


def test_there_is_room_for_so_many() -> None:
    """One more is refused at once, or after a while, until one is taken."""
    handed: BoundedQueue[int] = BoundedQueue(2)
    handed.put(1)
    handed.put_nowait(2)
    assert handed.full()
    with pytest.raises(queue.Full):
        handed.put_nowait(3)
    with pytest.raises(queue.Full):
        handed.put(3, timeout=0.01)
    assert handed.get_nowait() == 1
    assert not handed.full()
    handed.put_nowait(3)
    assert (handed.get(), handed.get(timeout=1)) == (2, 3)


def test_nothing_to_take_is_said() -> None:
    """At once, or after a while."""
    handed: BoundedQueue[int] = BoundedQueue(1)
    with pytest.raises(queue.Empty):
        handed.get_nowait()
    with pytest.raises(queue.Empty):
        handed.get(timeout=0.01)


def test_only_the_newest_is_there() -> None:
    """Two were replaced, and are counted."""
    slot: NewestSlot[int] = NewestSlot()
    for i in range(3):
        slot.put(i)
    assert slot.take() == 2
    assert slot.dropped == 2
    assert slot.take(0.01) is None


def test_the_last_can_be_taken_after_the_end() -> None:
    """Then there is nothing, however often it is asked; and nothing more is put."""
    slot: NewestSlot[int] = NewestSlot()
    slot.put(1)
    slot.end()
    slot.put(2)
    assert slot.take() == 1
    assert slot.take() is None
    assert slot.take() is None
    assert not slot.wait_taken()


def test_what_ended_it_is_raised_once_after_the_last() -> None:
    """In the thread that takes."""
    slot: NewestSlot[int] = NewestSlot()
    slot.put(1)
    slot.end(OSError("unplugged"))
    slot.end(ValueError("the first word counts"))
    assert slot.take() == 1
    with pytest.raises(OSError, match="unplugged"):
        slot.take()
    assert slot.take() is None


def test_who_waits_goes_on_when_it_is_taken_or_over() -> None:
    """Nothing is replaced, so all arrive."""
    slot: NewestSlot[int] = NewestSlot()

    def give() -> None:
        for i in range(200):
            if not slot.wait_taken():
                return
            slot.put(i)
        slot.end()

    thread = threading.Thread(target=give)
    thread.start()
    assert list(iter(slot.take, None)) == list(range(200))
    thread.join()
    assert slot.dropped == 0


def test_a_wake_hides_nothing() -> None:
    """Whatever comes first: two threads may do both at once."""
    slot: NewestSlot[int] = NewestSlot()
    slot._slot.put(_Wake())
    slot._slot.put(1)
    assert slot.take(0.0) == 1
    slot.put(2)
    slot._slot.put(_Wake())
    assert slot.take(0.0) == 2
    assert slot.take(0.0) is None
    slot.wake()
    slot.end(OSError("unplugged"))
    with pytest.raises(OSError, match="unplugged"):
        slot.take(0.0)


def test_the_last_is_found_while_another_wakes() -> None:
    slot: NewestSlot[int] = NewestSlot()
    done = threading.Event()

    def wake() -> None:
        while not done.is_set():
            slot.wake()

    thread = threading.Thread(target=wake)
    thread.start()
    try:
        for i in range(2000):
            slot.put(i)
            assert slot.take(0.0) == i
    finally:
        done.set()
        thread.join()


def test_the_end_frees_who_waits() -> None:
    """Whoever gives would wait for ever for somebody who has gone."""
    slot: NewestSlot[int] = NewestSlot()
    slot.put(1)
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(slot.wait_taken()))
    thread.start()
    slot.end()
    thread.join(5)
    assert answers == [False]


def test_what_is_submitted_is_done_once_it_was_waited_for() -> None:
    done: list[int] = []
    with BackgroundWorker() as worker:
        for i in range(5):
            worker.submit(lambda i=i: done.append(i))  # type: ignore[misc]
            worker.wait()
            assert done[-1] == i
            worker.wait()
    assert done == list(range(5))


def test_the_next_waits_for_the_one_before() -> None:
    done: list[str] = []

    def slow() -> None:
        time.sleep(0.05)
        done.append("slow")

    with BackgroundWorker() as worker:
        worker.submit(slow)
        worker.submit(lambda: done.append("quick"))
    assert done == ["slow", "quick"]


def test_what_fails_is_raised_once_and_the_next_is_done() -> None:
    done: list[int] = []
    with BackgroundWorker() as worker:
        worker.submit(lambda: done.append(1 // 0))
        with pytest.raises(ZeroDivisionError):
            worker.wait()
        worker.wait()
        worker.submit(lambda: done.append(1))
        worker.wait()
    assert done == [1]


def test_a_closed_worker_takes_nothing() -> None:
    """Nobody would ever be told that it is done."""
    worker = BackgroundWorker()
    worker.close()
    with pytest.raises(ValueError, match="closed"):
        worker.submit(lambda: None)
    worker.wait()
    worker.close()


def test_no_thread_is_left() -> None:
    with BackgroundWorker() as worker:
        worker.submit(lambda: None)
    assert not [t for t in threading.enumerate() if t.name == "posecheck-worker"]


def prefetching() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "posecheck-prefetch"]


def test_prefetch_gives_all_in_order_and_overlaps() -> None:
    ahead = []

    def source() -> Iterator[int]:
        for i in range(20):
            ahead.append(i)
            yield i

    got = []
    with closing(prefetch(source(), size=2)) as items:
        for item in items:
            got.append(item)
            time.sleep(0.005)
            assert len(ahead) <= len(got) + 4
    assert got == list(range(20))
    assert not prefetching()


def test_prefetch_passes_the_error_on_after_what_came_before() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("broken.")

    items = prefetch(source())
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken"):
        next(items)
    assert not prefetching()


def test_a_thread_that_cannot_be_started_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants one: the system has no more to give."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(PosecheckError, match="close other programs") as caught:
        next(prefetch(range(3)))
    assert "\n" not in str(caught.value)
    with pytest.raises(PosecheckError, match="close other programs"):
        BackgroundWorker()


def test_other_errors_of_starting_a_thread_are_as_they_are() -> None:
    thread = threading.Thread(target=int)
    start_thread(thread)
    thread.join()
    with pytest.raises(RuntimeError, match="once"):
        start_thread(thread)
    with pytest.raises(RuntimeError, match="else"), one_line_without_threads():
        raise RuntimeError("something else")
