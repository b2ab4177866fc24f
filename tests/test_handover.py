"""What is handed from thread to thread comes whole, in order, and with room for a few."""

from __future__ import annotations

import queue
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.handover import Handover


@given(st.lists(st.integers()), st.integers(1, 5))
def test_everything_arrives_once_and_in_order(things: list[int], size: int) -> None:
    """However small the room is, the one who puts waits for the one who takes."""
    handed: Handover[int | None] = Handover(size)

    def put() -> None:
        for thing in [*things, None]:
            handed.put(thing)

    thread = threading.Thread(target=put)
    thread.start()
    assert list(iter(handed.get, None)) == things
    thread.join()


def test_there_is_room_for_so_many() -> None:
    """One more is refused at once, or after a while, until one is taken."""
    handed: Handover[int] = Handover(2)
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
    handed: Handover[int] = Handover(1)
    with pytest.raises(queue.Empty):
        handed.get_nowait()
    with pytest.raises(queue.Empty):
        handed.get(timeout=0.01)
