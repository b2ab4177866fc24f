"""The tables say what was missed, and where."""

from __future__ import annotations

import math
from dataclasses import replace

from bench_factory import NO_TENSION, TRUTH, a_score

from benchmarks import conditions
from benchmarks.misses import misses
from benchmarks.outcomes import Outcome, listed, table, unwarned
from benchmarks.scoring import JOINTS, AngleError
from benchmarks.spoiling import CONDITIONS
from benchmarks.totals import total

DARK = next(c for c in CONDITIONS if c.name == "darkened")


def test_a_good_score_has_no_misses() -> None:
    assert list(misses(a_score())) == []


def test_each_thing_that_is_wrong_is_a_miss_of_its_own() -> None:
    bad = a_score(
        angles={j: AngleError(9.0, 1.0, 0.5) for j in JOINTS}, reps=1, side_ok=False,
        variant_ok=False, faults=("bouncing",), fault="thigh_drift", verdict_ok=False,
        tension_late_s=0.9, tension_knee_deg=-6.0,
    )  # fmt: skip
    assert [m.kind for m in misses(bad)] == [
        "hip seen", "hip", "knee seen", "knee", "ankle seen", "ankle", "repetitions",
        "tension start", "tension knee", "side", "variant", "fault", "bouncing", "verdict",
    ]  # fmt: skip


def test_a_tension_is_missed_or_made_up() -> None:
    missed = list(misses(a_score(**NO_TENSION)))
    made_up = list(misses(a_score(**NO_TENSION, true_reps=0, reps=0)))
    assert [m.words for m in missed] == ["tension not found"]
    assert [m.words for m in made_up] == ["tension found where there is none"]


def test_a_total_counts_what_is_right_and_leaves_out_what_is_unknown() -> None:
    unknown = {j: AngleError(math.nan, math.nan, 0.0) for j in JOINTS}
    its = total([a_score(), a_score(angles=unknown, reps=3, fault="bouncing", **NO_TENSION)])
    assert (its.clips, its.exact, its.tensions, its.planted, its.named) == (2, 1, 1, 1, 0)
    assert its.mean_deg == (2.0, 2.0, 2.0)


def test_a_condition_is_held_against_the_untouched_clip() -> None:
    worse = a_score(angles={j: AngleError(3.5, 1.0, 1.0) for j in JOINTS}, reps=1)
    outcomes = [Outcome(worse, ("too_small",), a_score())]
    rows = [(DARK, outcomes)]
    row = next(line for line in table([], rows) if "darkened" in line)
    assert "3.5° (+1.5°)" in row
    assert "**0 of 1**" in row
    assert "`too_small` 1" in row


def test_misses_are_listed_by_clip_and_those_of_the_untouched_clip_are_marked() -> None:
    one = a_score(reps=1, side_ok=False)
    lines = list(listed([(DARK, [Outcome(one, (), a_score(side_ok=False))])]))
    assert lines[-1] == "- `darkened`, `a_pump`: 1 of 2 repetitions; wrong side (untouched too)"
    assert list(listed([(DARK, [Outcome(a_score(), (), a_score())])]))[-1] == "none."


def test_a_second_person_calls_for_a_warning() -> None:
    two = next(c for c in CONDITIONS if c.beside)
    silent, warned = (Outcome(a_score(), w, a_score()) for w in ((), ("second_person",)))
    assert [m.words for m in unwarned(two, silent)] == ["no warning `second_person`"]
    assert list(unwarned(two, warned)) == []
    assert list(unwarned(DARK, silent)) == []


def test_conditions_take_clips_of_different_kinds_in_turn() -> None:
    clips = [
        *(replace(TRUTH, name=f"pump{i}") for i in range(3)),
        *(replace(TRUTH, name=f"bend{i}", variant="knee_bend") for i in range(2)),
        replace(TRUTH, name="fault", fault="bouncing"),
        replace(TRUTH, name="rest", variant=None, tension=None, reps=()),
    ]
    names = [[t.name for t in conditions.chosen(n, clips, 3)] for n in range(3)]
    assert names[0] == ["pump0", "bend0", "fault"]
    assert names[1] == ["pump1", "bend1", "rest"]
    assert [t.name for t in conditions.chosen(1, clips, 2)] == ["rest", "pump1"]
    assert len({t.name for t in conditions.chosen(0, clips, 99)}) == len(clips)


def test_every_condition_has_a_name_of_its_own() -> None:
    assert len({c.name for c in CONDITIONS}) == len(CONDITIONS)
