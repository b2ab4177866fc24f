"""A frame that has waited is left out for the next one, as long as enough looks remain."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.apps.live.rates import STALE, FramePacer
from posecheck.apps.review import LOOKS_PER_S
from posecheck.vision.frames import Frame

STEP_S = 0.04
PICTURE = np.zeros((2, 2, 3), np.uint8)


def session(
    looks_s: list[float], late_s: Callable[[int], float] = lambda _index: 0.0
) -> Iterator[tuple[float, bool]]:
    """How long each frame that is looked at has waited, and whether one was left out before it.

    A camera takes a frame every `STEP_S`, and hands each over so late.
    """
    pace, now_s, index = FramePacer(), late_s(0), -1

    def newest(after: int) -> int:
        """The newest frame that is there, waited for."""
        there = itertools.takewhile(
            lambda i: i == after + 1 or i * STEP_S + late_s(i) <= now_s, itertools.count(after + 1)
        )
        return max(there)

    for took_s in looks_s:
        index = newest(index)
        now_s = max(now_s, index * STEP_S + late_s(index))
        left_out = pace.should_skip(now_s - index * STEP_S)
        if left_out:
            index = newest(index)
            now_s = max(now_s, index * STEP_S + late_s(index))
        yield now_s - index * STEP_S - late_s(index), left_out
        age_s = now_s - index * STEP_S
        pace.push(Frame(index, index * STEP_S, PICTURE), age_s, age_s + took_s)
        now_s += took_s


def test_after_a_slow_look_one_frame_is_left_out_and_all_are_fresh_again() -> None:
    """Looks that take nearly as long as a frame would never catch up by themselves."""
    found = list(session([0.038] * 20 + [0.07] + [0.038] * 20))
    assert [i for i, (_, left_out) in enumerate(found) if left_out] == [21]
    assert all(age_s < 0.01 for age_s, _ in found)


@pytest.mark.parametrize("looks_s", [0.01, 0.05, 0.065, 0.07])
def test_where_enough_looks_remain_no_old_frame_is_looked_at(looks_s: float) -> None:
    """The person is seen as they are now, not as they were half a frame ago."""
    found = list(session([looks_s] * 300))
    assert max(age_s for age_s, _ in found[2:]) <= STALE * STEP_S + 1e-6


@given(st.lists(st.floats(1.0 / LOOKS_PER_S, 0.5), min_size=1, max_size=100))
def test_a_slow_machine_leaves_none_out(looks_s: list[float]) -> None:
    """It needs all that it can look at."""
    assert not any(left_out for _, left_out in session(looks_s))


@given(st.floats(0.001, 0.5), st.floats(0.0, 1.0))
def test_waiting_never_costs_more_looks_than_are_needed(look_s: float, share: float) -> None:
    pace = FramePacer()
    for i in range(20):
        pace.push(Frame(i, i * STEP_S, PICTURE), 0.0, look_s)
    if pace.should_skip(share * STEP_S):
        assert (1.0 - share) * STEP_S + look_s <= 1.0 / LOOKS_PER_S + 1e-9


@pytest.mark.parametrize("late_s", [0.03, 0.1, 2.0])
def test_a_camera_that_is_always_late_loses_nothing(late_s: float) -> None:
    """How long its pictures travel is none of our waiting."""
    assert not any(left_out for _, left_out in session([0.038] * 200, lambda _: late_s))


@pytest.mark.parametrize("look_s", [0.02, 0.038, 0.06, 0.08])
def test_frames_that_come_in_pairs_leave_enough_looks(look_s: float) -> None:
    found = list(session([look_s] * 500, lambda i: 0.045 if i % 2 == 0 else 0.01))
    taken = 1 + sum(1 + left_out for _, left_out in found)
    assert taken <= 2 * len(found)
    assert max(age_s for age_s, _ in found[2:]) <= 2 * STEP_S


def test_a_pause_of_the_camera_changes_nothing() -> None:
    """What is usual stays as it was: the next slow look is made up for as ever."""
    pace = FramePacer()
    times = [i * STEP_S for i in range(20)] + [5.0 + i * STEP_S for i in range(3)]
    for i, t_s in enumerate(times):
        pace.push(Frame(i, t_s, PICTURE), 0.0, 0.038)
    assert not pace.should_skip(0.01)
    assert pace.should_skip(0.03)
