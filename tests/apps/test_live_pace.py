"""One frame is left out where all that follow would be late, and none where that helps nobody."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.apps.live_pace import CATCH_UP, OLD, Pace
from posecheck.vision.frames import Frame

STEP_S = 0.04
PICTURE = np.zeros((2, 2, 3), np.uint8)


def session(looks_s: list[float], late_s: float = 0.0) -> Iterator[tuple[float, bool]]:
    """The age of each frame that is looked at, and whether one was left out before it.

    A camera gives a frame every `STEP_S`, each handed over `late_s` after it was taken.
    """
    pace, now_s, index = Pace(), late_s, 0
    for took_s in looks_s:
        newest = max(math.floor((now_s - late_s) / STEP_S + 1e-9), index)
        left_out = pace.too_old(now_s - newest * STEP_S)
        if left_out:
            newest += 1
        now_s = max(now_s, newest * STEP_S + late_s)
        age_s = now_s - newest * STEP_S
        if left_out:
            pace.left_out(age_s)
        yield age_s, left_out
        pace.push(Frame(newest, newest * STEP_S, PICTURE), took_s)
        now_s, index = now_s + took_s, newest + 1


def test_after_a_slow_look_one_frame_is_left_out_and_all_are_fresh_again() -> None:
    """Looks that take nearly as long as a frame would never catch up by themselves."""
    found = list(session([0.038] * 20 + [0.07] + [0.038] * 20))
    assert [i for i, (_, left_out) in enumerate(found) if left_out] == [21]
    assert all(age_s < 0.01 for age_s, _ in found)


def test_what_is_caught_up_soon_costs_no_frame() -> None:
    found = list(session([0.025] * 20 + [0.06] + [0.025] * 20))
    assert not any(left_out for _, left_out in found)
    assert all(age_s < OLD * STEP_S for age_s, _ in found[21 + CATCH_UP :])


@given(st.lists(st.floats(1.05 * STEP_S, 0.5), min_size=1, max_size=100))
def test_where_looks_take_longer_than_frames_none_is_left_out(looks_s: list[float]) -> None:
    """Each would only make room for the next; a slow machine needs all that it can look at."""
    assert not any(left_out for _, left_out in session(looks_s))


@pytest.mark.parametrize("late_s", [0.03, 0.1, 2.0])
def test_a_camera_that_is_always_late_loses_next_to_nothing(late_s: float) -> None:
    found = list(session([0.038] * 200, late_s))
    assert sum(left_out for _, left_out in found) <= 1


def test_a_pause_of_the_camera_changes_nothing() -> None:
    """What is usual stays as it was: the next slow look is made up for as ever."""
    pace = Pace()
    times = [i * STEP_S for i in range(20)] + [5.0 + i * STEP_S for i in range(3)]
    for i, t_s in enumerate(times):
        pace.push(Frame(i, t_s, PICTURE), 0.038)
    assert not pace.too_old(0.01)
    assert pace.too_old(0.03)
