"""How many looks a second a session gets, what is too slow, and what is said of that."""

from __future__ import annotations

import numpy as np
import pytest

from posecheck.apps.live.rates import LASTS_S, LEAST_S, LookRate, LookRateMeter, Slow
from posecheck.types import Cue, StageName
from posecheck.vision.frames import Frame

PICTURE = np.zeros((2, 2, 3), np.uint8)


def rate_of(camera_fps: float, look_s: float, seconds: float = 5.0) -> LookRate | None:
    """Of a session that looks at the newest frame as soon as it has done with the one before."""
    measured, rate, free_s = LookRateMeter(), None, 0.0
    for i in range(int(seconds * camera_fps)):
        if (t_s := i / camera_fps) >= free_s:
            rate = measured.push(Frame(i, t_s, PICTURE), seen=True)
            free_s = t_s + look_s
    return rate


@pytest.mark.parametrize(
    ("camera_fps", "look_s", "number", "slow"),
    [
        (30, 0.03, 30, None),
        (30, 0.065, 15, None),
        (30, 0.12, 8, "slow_computer"),
        (25, 0.19, 5, "slow_computer"),
        (15, 0.15, 5, "slow_computer"),
        (8, 0.065, 8, "slow_camera"),
        (5, 0.15, 5, "slow_camera"),
        (8, 0.22, 4, "slow_computer"),
        (10, 0.065, 10, None),
    ],
)
def test_what_is_too_slow(camera_fps: float, look_s: float, number: int, slow: Slow | None) -> None:
    rate = rate_of(camera_fps, look_s)
    assert rate is not None
    assert (rate.number, rate.slow) == (number, slow)


def test_it_is_not_known_at_once() -> None:
    assert rate_of(30, 0.1, LEAST_S - 0.1) is None
    assert rate_of(30, 0.1, LEAST_S + 0.2) is not None


def test_looks_at_nobody_tell_nothing() -> None:
    """Somebody is searched for, which takes longer."""
    measured = LookRateMeter()
    assert not any(measured.push(Frame(i, 0.5 * i, PICTURE), seen=False) for i in range(20))
    rates = [measured.push(Frame(20 + i, 10 + 0.05 * i, PICTURE), seen=True) for i in range(80)]
    assert rates[0] is None
    assert {r.number for r in rates if r is not None} == {20}


def warned(stage: StageName, *parts: tuple[float, float]) -> list[Cue]:
    """What is said over stretches of looks: how many a second, and for how long."""
    measured, cues, t_s, i = LookRateMeter(), list[Cue](), 0.0, 0
    for per_s, seconds in parts:
        for _ in range(round(per_s * seconds)):
            t_s, i = t_s + 1 / per_s, i + 2
            rate = measured.push(Frame(i, t_s, PICTURE), seen=True)
            cues += measured.warning(rate, stage, t_s)
    return cues


@pytest.mark.parametrize(
    ("stage", "per_s", "said"),
    [
        ("set_up", 8.0, True),
        ("set_up", 4.0, True),
        ("exercise", 8.0, False),
        ("exercise", 4.0, True),
        ("rest", 4.0, False),
        ("done", 4.0, False),
    ],
)
def test_it_is_said_once(stage: StageName, per_s: float, said: bool) -> None:
    cues = warned(stage, (per_s, 20.0))
    assert [(c.name, c.number) for c in cues] == [("slow_computer", per_s)] * said
    assert all(c.t_s == pytest.approx(LEAST_S + LASTS_S, abs=0.5) for c in cues)


def test_a_moment_of_slowness_is_passed_over() -> None:
    assert warned("set_up", (5.0, 3.0), (20.0, 10.0)) == []


def test_nothing_is_said_of_enough() -> None:
    assert warned("set_up", (15.0, 20.0)) == []
