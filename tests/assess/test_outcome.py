"""What is said at the end: the verdict of the report, and the one thing to do better."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sessions import stored_report

from posecheck.assess.outcome import best_of, outcome_cues, to_do_better
from posecheck.assess.warnings import warning_note
from posecheck.exercises.language import languages, words_of
from posecheck.types import WARNINGS, Cue, ExerciseSet, Grade, Report, Side, Summary


@pytest.fixture(scope="module")
def faulty() -> Report:
    return stored_report("fault_thigh_drift")


def test_the_dearest_fault_is_the_one_thing(faulty: Report) -> None:
    assert to_do_better(faulty) == faulty.grade.deductions[0].rule == "thigh_drift"
    said = [(cue.kind, cue.name, cue.t_s) for cue in outcome_cues(faulty, 9.0)]
    assert said == [("result", "needs_work", 9.0), ("result", "thigh_drift", 9.0)]


def test_of_what_is_without_fault_there_is_nothing_to_say(faulty: Report) -> None:
    clean = replace(faulty, grade=Grade("pass", 100, ("Well done.",)))
    assert [cue.name for cue in outcome_cues(clean, 9.0)] == ["pass"]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("warning", WARNINGS)
def test_what_could_not_be_graded_is_said_with_its_reason(
    warning: str, language: str, faulty: Report
) -> None:
    note = warning_note(warning, words=words_of(language))
    grade = Grade("ungradable", None, (note,))
    blocked = replace(faulty, grade=grade, language=language)
    assert to_do_better(blocked) == warning


def test_little_that_was_seen_and_nothing_that_was_done(faulty: Report) -> None:
    grade = Grade("ungradable", None, ("Your working leg was seen clearly in 10 % of the time.",))
    assert to_do_better(replace(faulty, grade=grade)) == "not_seen"
    assert to_do_better(replace(faulty, grade=grade, sets=(), reps=())) == "no_exercise"


def raised(side: Side, best_deg: float) -> ExerciseSet:
    summary = Summary(best_deg, best_deg - 2, 4.0, 8.0)
    return ExerciseSet(1, side, None, None, 3, "straight_leg_raise", 0.9, summary)


def test_the_best_end_range_is_told_of_each_leg(faulty: Report) -> None:
    """And nothing where nothing could be graded, or where there is none."""
    left, further, right = raised("left", 58.2), raised("left", 61.8), raised("right", 55.0)
    report = replace(faulty, exercise="straight_leg_raise", sets=(left, further))
    assert best_of(report) == (("best", 62),)
    assert outcome_cues(report, 9.0)[-1] == Cue(9.0, "result", "best", 62)
    assert best_of(replace(report, sets=(left, right))) == (("best_left", 58), ("best_right", 55))
    assert best_of(replace(report, grade=Grade("ungradable", None, ("No.",)))) == ()
    assert best_of(faulty) == ()


def test_the_best_of_a_knee_that_is_straightened_is_the_smallest(faulty: Report) -> None:
    sets = tuple(
        replace(raised("left", deg), exercise="active_knee_extension") for deg in (24.0, 19.0)
    )
    assert best_of(replace(faulty, exercise="active_knee_extension", sets=sets)) == (("best", 19),)
