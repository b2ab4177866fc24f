"""The point of tension: where it is, where it is not, and when it begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from script import Script
from tables import attempts, begun, ended, measured_of, plain

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.nerve_glide.attempts import find_attempts

START_S, KNEE_DEG = 0.5, 4.0  # what is asked of the engine as a whole


def only(script: Script) -> Attempt:
    found = attempts(script)
    assert len(found) == 1
    return found[0]


def holds(attempt: Attempt, start_s: float, knee_deg: float = 25.0) -> None:
    assert attempt.tension_s == pytest.approx(start_s, abs=START_S)
    assert attempt.knee_deg == pytest.approx(knee_deg, abs=KNEE_DEG)
    assert attempt.hip_deg == pytest.approx(82, abs=KNEE_DEG)


@pytest.mark.parametrize("over_s", [0.8, 1.5, 2.5, 4.0])
@pytest.mark.parametrize("what", [Script.pumps, Script.bends])
def test_it_starts_when_the_extension_has_ended(
    what: Callable[[Script, float], Script], over_s: float
) -> None:
    """Quick or slow: within half a second, at the knee's angle there."""
    script = Script().stay(2).extend(over_s=over_s).stay(2)
    holds(only(ended(what(script, 5))), script.tension_s)


@pytest.mark.parametrize("size", [20, 35, 45, 55, 62])
@pytest.mark.parametrize("period_s", [2.5, 3.5, 5.0])
def test_deep_and_slow_bends_leave_its_start_where_it_is(size: float, period_s: float) -> None:
    """However far the knee bends in a repetition, the tension began when it was straightened."""
    script = begun()
    found = only(ended(script.bends(4, period_s, size)))
    holds(found, script.tension_s)
    assert len(found.cycles) == 4


@pytest.mark.parametrize("what", [Script.pumps, Script.bends])
def test_a_slow_extension_without_a_stop(what: Callable[[Script, float], Script]) -> None:
    """Where motion goes on slowly its end is extrapolated; the repetitions follow at once."""
    script = Script().stay(2).extend(over_s=8)
    holds(only(ended(what(script, 5))), script.tension_s)


@pytest.mark.parametrize("half", [70, 55, 40])
@pytest.mark.parametrize("what", [Script.pumps, Script.bends])
def test_a_pause_half_way_is_not_the_tension(
    what: Callable[[Script, float], Script], half: float
) -> None:
    """The last arrival counts, not the first stop."""
    script = Script().stay(2).move(1.5, knee=half).stay(2).extend(over_s=1.5).stay(3)
    holds(only(ended(what(script, 5))), script.tension_s)


@pytest.mark.parametrize(
    "script",
    [
        Script().stay(8),
        Script().stay(2).move(2, knee=78).stay(3).move(2, knee=88).stay(1),
        Script(hip=3, knee=5).stay(8),
        Script(knee=25).stay(8),
        Script(hip=3, knee=5)
        .stay(2)
        .move(2, hip=70, knee=88)
        .stay(3)
        .move(2, hip=3, knee=5)
        .stay(1),
    ],
    ids=["still", "a little", "flat", "straight but still", "raised only"],
)
def test_who_never_straightens_has_no_tension(script: Script) -> None:
    """No extension, no tension and no repetitions."""
    assert attempts(script) == []


def test_a_stiff_knee_that_stops_early_has_its_tension_there() -> None:
    """The point of tension is the person's own."""
    script = Script(knee=98).stay(2).extend(to=60).stay(3)
    holds(only(ended(script.pumps(5))), script.tension_s, knee_deg=60)


@pytest.mark.parametrize("held_s", [1.0, 3.0, 10.0])
def test_a_hold_without_repetitions_is_a_tension(held_s: float) -> None:
    """It ends when the leg is lowered, and nothing is counted."""
    script = Script().stay(2).extend().stay(held_s)
    lowered_s = script.end_s
    found = only(script.lower().stay(1.5))
    holds(found, script.tension_s)
    assert found.glide_s == pytest.approx(lowered_s, abs=0.6)
    assert (found.cycles, found.variant) == ((), None)


@pytest.mark.parametrize("what", [Script.pumps, Script.bends])
@pytest.mark.parametrize("rest_s", [1.5, 3.0])
def test_a_second_attempt_is_one_of_its_own(
    what: Callable[[Script, float], Script], rest_s: float
) -> None:
    """Extended, held, bent back to the start; then once more, with repetitions."""
    script = Script().stay(2).extend().stay(2.5).lower().stay(rest_s).extend(to=28).stay(3)
    first, second = attempts(ended(what(script, 5)))
    holds(first, script.extended[0])
    holds(second, script.extended[1], knee_deg=28)
    assert (len(first.cycles), len(second.cycles)) == (0, 5)


@pytest.mark.parametrize("what", [Script.pumps, Script.bends])
def test_a_hasty_second_attempt_is_no_repetition(what: Callable[[Script, float], Script]) -> None:
    """Bent back to where it began and out again is a new beginning, even without a rest."""
    script = Script().stay(2).extend().stay(2.5).lower(1.5).stay(0.4).extend(to=28).stay(3)
    found = [a for a in attempts(ended(what(script, 5))) if a.cycles]
    assert [len(a.cycles) for a in found] == [5]
    holds(found[0], script.extended[1], knee_deg=28)


@pytest.mark.parametrize("what", [Script.pumps, Script.bends])
def test_a_clip_that_starts_at_the_tension(what: Callable[[Script, float], Script]) -> None:
    """The tension has begun when the picture begins; the repetitions count in full."""
    found = only(ended(what(Script(knee=25).stay(2), 4)))
    holds(found, 0.0)
    assert len(found.cycles) == 4


@pytest.mark.parametrize("what", [Script.pumps, Script.bends])
def test_a_clip_that_starts_and_ends_at_the_tension(
    what: Callable[[Script, float], Script],
) -> None:
    """Neither extension nor lowering was filmed."""
    found = only(what(Script(knee=25).stay(2), 4).stay(1))
    holds(found, 0.0)
    assert len(found.cycles) == 4


@pytest.mark.parametrize("what", [Script.pumps, Script.bends])
def test_it_ends_when_the_first_repetition_begins(what: Callable[[Script, float], Script]) -> None:
    """Of either variant; the phases of an attempt follow one another."""
    script = what(begun(), 4)
    found = only(ended(script))
    assert found.glide_s == pytest.approx(script.reps[0][0], abs=0.5)
    assert found.glide_s == found.cycles[0].start_s
    assert found.extend_s < found.tension_s < found.glide_s < found.lower_s <= found.rest_s
    assert found.extend_s == pytest.approx(2.3, abs=0.5)
    assert found.lower_s == pytest.approx(script.reps[-1][1] + 0.8, abs=1.0)


def test_the_leg_may_lie_flat_before_and_after() -> None:
    """Raised with a bent knee, put down with a straight one: neither is part of the exercise."""
    script = Script(hip=3, knee=5).stay(2).move(2, hip=82, knee=88).stay(1).extend().stay(3)
    script.bends(5).stay(0.5).lower().move(2, hip=3, knee=5).stay(1)
    found = only(script)
    holds(found, script.tension_s)
    assert len(found.cycles) == 5


def test_a_hip_that_is_still_being_found_is_no_movement_of_the_knee() -> None:
    """The hip's place settles over seconds and takes the knee along: the start stays."""
    script = begun().pumps(5)
    seen = measured_of(ended(script))
    creep = 4.0 * np.exp(-seen.t_s / 2.0)
    crept = replace(
        seen,
        hip_deg=seen.hip_deg + creep,
        knee_deg=seen.knee_deg + creep,
        raw_knee_deg=seen.raw_knee_deg + creep,
    )  # fmt: skip
    (found,) = find_attempts(crept)
    assert found.tension_s == pytest.approx(script.tension_s, abs=START_S)


@pytest.mark.parametrize("gap_s", [0.2, 0.5])
def test_short_gaps_in_the_hold_do_not_end_it(gap_s: float) -> None:
    """Bridged gaps leave one attempt."""
    script = begun().pumps(4)
    seen = measured_of(ended(script))
    knee = np.where((seen.t_s > 5.5) & (seen.t_s < 5.5 + gap_s), np.nan, seen.knee_deg)
    (found,) = find_attempts(replace(seen, knee_deg=knee))
    holds(found, script.tension_s)


def test_nothing_known_is_nothing_found() -> None:
    """All NaN, and no frame at all."""
    blind = np.full(100, np.nan)
    assert find_attempts(plain(np.arange(100) * 0.04, blind, blind, blind)) == []
    none = np.empty(0)
    assert find_attempts(plain(none, none, none, none)) == []


def test_a_knee_that_is_never_at_its_middle() -> None:
    """Two frames a second, as a busy machine gives: bent, straight, bent, straight."""
    knee = np.array([90.0] * 4 + [49.0, 30.0, 49.0, 30.0] + [90.0] * 4)
    n = len(knee)
    found = find_attempts(plain(0.5 * np.arange(n), np.full(n, 85.0), knee, np.zeros(n)))
    assert all(not a.cycles for a in found)
