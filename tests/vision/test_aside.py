"""What a thread does while its owner is busy is done once, in order, and fails where it is seen."""

from __future__ import annotations

import threading
import time

import pytest

from posecheck.vision.aside import Aside


def test_what_is_begun_is_done_by_the_end() -> None:
    done: list[int] = []
    with Aside() as aside:
        for i in range(5):
            aside.begin(lambda i=i: done.append(i))  # type: ignore[misc]
            aside.end()
            assert done[-1] == i
            aside.end()
    assert done == list(range(5))


def test_the_next_waits_for_the_one_before() -> None:
    done: list[str] = []

    def slow() -> None:
        time.sleep(0.05)
        done.append("slow")

    with Aside() as aside:
        aside.begin(slow)
        aside.begin(lambda: done.append("quick"))
    assert done == ["slow", "quick"]


def test_what_fails_is_raised_once_and_the_next_is_done() -> None:
    done: list[int] = []
    with Aside() as aside:
        aside.begin(lambda: done.append(1 // 0))
        with pytest.raises(ZeroDivisionError):
            aside.end()
        aside.end()
        aside.begin(lambda: done.append(1))
        aside.end()
    assert done == [1]


def test_what_is_closed_begins_nothing() -> None:
    """Nobody would ever be told that it is done."""
    aside = Aside()
    aside.close()
    with pytest.raises(ValueError, match="closed"):
        aside.begin(lambda: None)
    aside.end()
    aside.close()


def test_no_thread_is_left() -> None:
    with Aside() as aside:
        aside.begin(lambda: None)
    assert not [t for t in threading.enumerate() if t.name == "posecheck-aside"]
