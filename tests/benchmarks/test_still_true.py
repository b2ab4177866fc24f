"""What a spoiled clip's truth is."""

from __future__ import annotations

import numpy as np
import pytest
from bench_factory import TRUTH, film, values

from benchmarks import still_true
from benchmarks.scoring import JOINTS, angle_error
from benchmarks.spoil import slower

KNEE = "knee_flexion_deg"


def test_a_mirror_swaps_the_side_and_nothing_else() -> None:
    mirrored = still_true.mirrored(TRUTH)
    assert mirrored.side == "right"
    assert still_true.mirrored(mirrored) == TRUTH


@pytest.mark.parametrize("fps", [12.0, 60.0])
def test_another_rate_keeps_the_times(fps: float) -> None:
    """And the angles at them, within half a frame of before."""
    other = still_true.at_rate(TRUTH, fps)
    assert (other.tension, other.reps) == (TRUTH.tension, TRUTH.reps)
    times = np.arange(len(other.angles[KNEE])) / fps
    assert times[-1] == pytest.approx(10.0, abs=1 / fps)
    assert other.angles[KNEE] == pytest.approx(times * 25, abs=0.51)
    assert angle_error(times, other.angles[KNEE], other, KNEE).mean_deg == 0


def test_a_lower_rates_truth_is_that_of_the_frames_which_are_shown() -> None:
    shots = list(slower(film(251), 12.0))
    assert still_true.at_rate(TRUTH, 12.0).angles[KNEE].tolist() == values(shots)


def test_a_photograph_shows_one_angle_and_no_exercise() -> None:
    at_s = still_true.moment(TRUTH)
    photo = still_true.photograph(TRUTH, at_s)
    assert at_s == 5.5
    assert (photo.variant, photo.tension, photo.reps) == (None, None, ())
    assert angle_error(np.arange(0, 10, 0.04), np.full(250, 138.0), photo, KNEE).mean_deg < 1


def test_idle_time_moves_everything_later() -> None:
    late = still_true.delayed(TRUTH, 60.0)
    assert late.tension == {**(TRUTH.tension or {}), "start_s": 64.0, "end_s": 67.0}
    assert late.reps[1] == {"start_s": 68.5, "end_s": 70.0}
    assert all(len(late.angles[j]) == 251 + 3000 for j in JOINTS)
    times = np.arange(251) / 25 + 60
    assert angle_error(times, TRUTH.angles[KNEE], late, KNEE).mean_deg == 0
