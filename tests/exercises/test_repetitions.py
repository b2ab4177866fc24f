"""Repetitions: full cycles, of the joint that moves, as large as the person makes them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from script import Script
from tables import attempts, begun, ended, measured_of

from posecheck.exercises.nerve_glide.attempts import find_attempts
from posecheck.exercises.repetitions import Cycle
from posecheck.motion.signals import crossing, filled, runs, smooth, turning_points
from posecheck.types import Variant


def counted(script: Script, variant: Variant | None = None) -> list[tuple[Variant | None, int]]:
    """Variant and count of every attempt with repetitions."""
    return [(a.variant, len(a.cycles)) for a in attempts(script, variant) if a.cycles]


def cycles(script: Script) -> list[Cycle]:
    return [c for a in attempts(script) for c in a.cycles]


def overlapping(found: list[Cycle], script: Script) -> bool:
    """Whether each overlaps its true interval by more than half."""
    assert len(found) == len(script.reps)
    return all(
        min(c.end_s, end) - max(c.start_s, start) > 0.5 * (end - start)
        for c, (start, end) in zip(found, script.reps, strict=True)
    )


@pytest.mark.parametrize(("n", "period_s"), [(2, 1.8), (2, 4.0), (6, 0.7), (6, 2.0), (15, 1.2)])
@pytest.mark.parametrize("size", [13, 40])
def test_pumps_are_counted(n: int, period_s: float, size: float) -> None:
    """Every tempo, small and large, each where it was."""
    script = ended(begun().pumps(n, period_s, size))
    assert counted(script) == [("ankle_pump", n)]
    assert overlapping(cycles(script), script)


@pytest.mark.parametrize(("n", "period_s"), [(1, 3.0), (2, 6.0), (5, 1.5), (5, 3.0), (10, 2.0)])
@pytest.mark.parametrize("size", [15, 50])
def test_bends_are_counted(n: int, period_s: float, size: float) -> None:
    """Every tempo, small and large, each where it was."""
    script = ended(begun().bends(n, period_s, size))
    assert counted(script) == [("knee_bend", n)]
    assert overlapping(cycles(script), script)


@pytest.mark.parametrize("period_s", [2 / 3, 1.0, 2.0])
def test_the_range_of_a_pump_is_that_of_the_foot(period_s: float) -> None:
    """10° at 1.5 Hz within 10 %, and all the more when slower."""
    for cycle in cycles(ended(begun().pumps(8, period_s, 10))):
        assert cycle.range_deg == pytest.approx(10, rel=0.1, abs=0.7)


def test_the_range_of_a_bend_is_that_of_the_knee() -> None:
    """From the tension to where it turned."""
    for cycle in cycles(ended(begun().bends(4, 3.0, 35))):
        assert cycle.range_deg == pytest.approx(35, abs=2.5)
        assert cycle.min_deg == pytest.approx(25, abs=2)
        assert cycle.max_deg == pytest.approx(60, abs=2)


def test_sizes_may_differ_from_one_to_the_next() -> None:
    """Somebody who tires still does repetitions."""
    script = begun()
    for size in (36, 30, 34, 26, 22):
        script.pumps(1, 1.8, size)
    assert counted(ended(script)) == [("ankle_pump", 5)]


def test_the_first_and_the_last_count_in_full() -> None:
    """They start on leaving the start position and end on coming back to it."""
    script = begun().pumps(4)
    found = cycles(ended(script))
    assert found[0].start_s == pytest.approx(script.reps[0][0], abs=0.25)
    assert found[-1].end_s == pytest.approx(script.reps[-1][1], abs=0.25)


@pytest.mark.parametrize("n", [2.5, 4.5])
def test_half_a_cycle_is_none(n: float) -> None:
    """A pump that stops half-way is left out, as is a bend that does not come back."""
    assert counted(ended(begun().pumps(n))) == [("ankle_pump", int(n))]
    assert counted(begun().bends(n).stay(3)) == [("knee_bend", int(n))]
    assert counted(begun().bends(n).lower().stay(2)) == [("knee_bend", int(n))]


def test_a_bend_that_comes_half_the_way_back_is_none() -> None:
    """It must return to the tension."""
    script = begun().bends(3).move(1.5, knee=60).move(1.5, knee=45).stay(0.5).lower().stay(1)
    assert counted(script) == [("knee_bend", 3)]


@pytest.mark.parametrize("joint", ["ankle", "knee"])
@pytest.mark.parametrize(("size", "hz"), [(3, 5), (2, 8), (4, 4)])
def test_tremor_is_no_repetition(joint: str, size: float, hz: float) -> None:
    """Trembling at the tension is not the exercise."""
    script = Script().stay(2).extend().wobble(joint, size, hz, 8).stay(8)
    assert counted(ended(script)) == []


def test_tremor_on_top_does_not_add_any() -> None:
    """A foot that trembles while it pumps pumps as often as it does."""
    seen = measured_of(ended(begun().pumps(5)), noise_deg=1.0)
    found = find_attempts(seen)
    assert [len(a.cycles) for a in found] == [5]


def test_extension_and_lowering_are_no_repetitions() -> None:
    """The knee goes out and back, and nothing is counted."""
    assert counted(ended(begun())) == []
    assert counted(ended(begun()), "knee_bend") == []


def test_one_turn_of_the_foot_is_no_repetition() -> None:
    """Pulled up and kept there."""
    assert counted(ended(begun().move(1, ankle=20).stay(3))) == []


def test_a_foot_that_moves_along_with_bends_is_no_pump() -> None:
    """The joint with the larger share decides, and the other way round."""
    assert counted(ended(begun().wobble("ankle", 12, 1 / 3, 15).bends(5))) == [("knee_bend", 5)]
    assert counted(ended(begun().wobble("knee", 15, 1 / 1.8, 9).pumps(5))) == [("ankle_pump", 5)]


def test_a_prescribed_variant_is_not_doubted() -> None:
    """Who is to pump is counted by the foot, whatever the knee does."""
    script = begun().wobble("ankle", 20, 1 / 3, 12).bends(4)
    assert counted(ended(script), "ankle_pump") == [("ankle_pump", 4)]
    assert counted(ended(script), "knee_bend") == [("knee_bend", 4)]


@pytest.mark.parametrize("flat", [False, True])
def test_several_sets(flat: bool) -> None:
    """Each with its own tension and count, whether the leg is put down between them or not."""
    script = begun().pumps(4).stay(0.5).lower()
    if flat:
        script.move(1.5, hip=4, knee=6).stay(2).move(1.5, hip=82, knee=88)
    script.stay(3).extend(to=22).stay(2).pumps(6)
    assert counted(ended(script)) == [("ankle_pump", 4), ("ankle_pump", 6)]


def test_sets_of_different_kinds() -> None:
    """Pumps in one, bends in the next."""
    script = begun().pumps(4).stay(0.5).lower().stay(2.5).extend().stay(2).bends(3)
    assert counted(ended(script)) == [("ankle_pump", 4), ("knee_bend", 3)]


def test_cycles_follow_one_another() -> None:
    """None overlaps the next, and none ends before it began."""
    for script in (begun().pumps(6), begun().bends(5)):
        found = cycles(ended(script))
        assert all(c.start_s < c.end_s and c.min_deg < c.max_deg for c in found)
        assert all(a.end_s <= b.start_s for a, b in pairwise(found))


def test_turning_points_alternate_and_ignore_what_is_small() -> None:
    """A ripple under the swing is no turn; tops and bottoms take turns."""
    t = np.arange(0, 10, 0.04)
    wave = 10 * np.sin(2 * np.pi * 0.5 * t) + 0.8 * np.sin(2 * np.pi * 6 * t)
    points = turning_points(wave, 4.0, 15.0)
    kinds = [kind for _, kind in points]
    assert len(points) == 10
    assert all(a == -b for a, b in pairwise(kinds))


def test_a_signal_is_filled_smoothed_and_crossed_by_time_not_by_frame() -> None:
    """Uneven steps are welcome; a long gap stays open; a level is met between two frames."""
    t = np.array([0.0, 0.1, 0.15, 0.4, 0.5, 2.0, 2.1])
    line = 10 * t
    gappy = np.where(t == 0.15, np.nan, line)
    assert filled(t, gappy)[2] == pytest.approx(1.5)
    wide = np.where((t > 0.45) & (t < 2.05), np.nan, line)
    assert np.isnan(filled(t, wide)[4:6]).all()
    assert crossing(t, line, 4.4, 3, 1) == pytest.approx(0.44)
    assert crossing(t, line, 0.5, 3, -1) == pytest.approx(0.05)
    assert np.isnan(crossing(t, line, 99.0, 0, 1))
    assert smooth(t, np.full(7, 3.0), 0.1) == pytest.approx(np.full(7, 3.0))
    assert runs(np.array([True, True, False, True])) == [(0, 1), (3, 3)]


@pytest.mark.parametrize("pause_s", [0.0, 1.0, 1.5])
@pytest.mark.parametrize("n", [4, 7])
def test_pauses_between_pumps_cost_none(n: int, pause_s: float) -> None:
    """Somebody may rest after each."""
    script = begun()
    for _ in range(n):
        script = script.pumps(1, 1.0, 30).stay(pause_s)
    assert counted(ended(script)) == [("ankle_pump", n)]


@pytest.mark.parametrize("pause_s", [0.0, 2.2])
def test_pauses_between_bends_cost_none(pause_s: float) -> None:
    """Nor do they move the tension."""
    script = begun()
    for _ in range(6):
        script = script.bends(1, 4.0, 16).stay(pause_s)
    assert counted(ended(script)) == [("knee_bend", 6)]


def test_a_knee_that_sways_while_it_is_held_does_not_bend() -> None:
    """One slow sway of nine degrees is no repetition; one bend of thirty is."""
    swayed = begun().move(4, knee=34).move(4, knee=25).stay(2)
    assert counted(ended(swayed)) == []
    assert counted(ended(begun().bends(1, 3.0, 30))) == [("knee_bend", 1)]
