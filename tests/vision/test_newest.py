"""The place for the newest thing: what is missed, what is not, and the end."""

from __future__ import annotations

import threading

import pytest

from posecheck.vision.newest import Newest, _Nudge


def test_only_the_newest_is_there() -> None:
    """Two were replaced, and are counted."""
    newest: Newest[int] = Newest()
    for i in range(3):
        newest.put(i)
    assert newest.take() == 2
    assert newest.dropped == 2
    assert newest.take(0.01) is None


def test_the_last_can_be_taken_after_the_end() -> None:
    """Then there is nothing, however often it is asked; and nothing more is put."""
    newest: Newest[int] = Newest()
    newest.put(1)
    newest.end()
    newest.put(2)
    assert newest.take() == 1
    assert newest.take() is None
    assert newest.take() is None
    assert not newest.wait_taken()


def test_what_ended_it_is_raised_once_after_the_last() -> None:
    """In the thread that takes."""
    newest: Newest[int] = Newest()
    newest.put(1)
    newest.end(OSError("unplugged"))
    newest.end(ValueError("the first word counts"))
    assert newest.take() == 1
    with pytest.raises(OSError, match="unplugged"):
        newest.take()
    assert newest.take() is None


def test_who_waits_goes_on_when_it_is_taken_or_over() -> None:
    """Nothing is replaced, so all arrive."""
    newest: Newest[int] = Newest()

    def give() -> None:
        for i in range(200):
            if not newest.wait_taken():
                return
            newest.put(i)
        newest.end()

    thread = threading.Thread(target=give)
    thread.start()
    assert list(iter(newest.take, None)) == list(range(200))
    thread.join()
    assert newest.dropped == 0


def test_a_nudge_hides_nothing() -> None:
    """Whatever comes first: two threads may do both at once."""
    newest: Newest[int] = Newest()
    newest._place.put(_Nudge())
    newest._place.put(1)
    assert newest.take(0.0) == 1
    newest.put(2)
    newest._place.put(_Nudge())
    assert newest.take(0.0) == 2
    assert newest.take(0.0) is None
    newest.nudge()
    newest.end(OSError("unplugged"))
    with pytest.raises(OSError, match="unplugged"):
        newest.take(0.0)


def test_the_last_is_found_while_another_nudges() -> None:
    newest: Newest[int] = Newest()
    done = threading.Event()

    def nudge() -> None:
        while not done.is_set():
            newest.nudge()

    thread = threading.Thread(target=nudge)
    thread.start()
    try:
        for i in range(2000):
            newest.put(i)
            assert newest.take(0.0) == i
    finally:
        done.set()
        thread.join()


def test_the_end_frees_who_waits() -> None:
    """Whoever gives would wait for ever for somebody who has gone."""
    newest: Newest[int] = Newest()
    newest.put(1)
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(newest.wait_taken()))
    thread.start()
    newest.end()
    thread.join(5)
    assert answers == [False]
