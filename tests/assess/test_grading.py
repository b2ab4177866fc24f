"""The grade: what blocks, what is deducted, what is said."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.assess.grading import BLOCKING, grade
from posecheck.assess.warnings import warning_note
from posecheck.exercises.catalogue import all_rules, rule_names
from posecheck.exercises.nerve_glide import NERVE_GLIDE
from posecheck.exercises.prescription import Prescription
from posecheck.types import WARNINGS, ExerciseSet, Finding, Grade, Quality, Rep, Severity
from posecheck.types import Tension as Plateau

DEFAULT = Prescription.default()
SEEN = Quality(1.0, 0.98, 4.0, 6.0, ())
TENSION = Plateau(4.5, 7.5, 25.0, 83.0, 3.0)


def some_reps(n: int) -> tuple[Rep, ...]:
    """Pumps, 2 s each."""
    return tuple(Rep(i, 1, 6 + 2 * i, 8 + 2 * i, -18, 19, 37, math.nan) for i in range(1, n + 1))


def one_set(n: int, tension: Plateau | None = TENSION) -> tuple[ExerciseSet, ...]:
    """One attempt with the left leg."""
    return (ExerciseSet(1, "left", "ankle_pump" if n else None, tension, n),)


def found(
    rule: str, rep: int | None = None, severity: Severity = "fault", measured: float = 14.0
) -> Finding:
    """A finding, 14 against a limit of 8."""
    known = all_rules()[rule]
    message = known.message(measured, 8.0, rep)
    return Finding(rule, severity, rep, 1.0, 2.0, measured, 8.0, known.unit, message)


def graded(
    n: int, *findings: Finding, quality: Quality = SEEN, dose: dict[str, int] | None = None
) -> Grade:
    """The grade of n repetitions with the left leg."""
    prescription = Prescription.model_validate({"dose": dose or {}})
    return grade(prescription, quality, one_set(n), some_reps(n), findings)


findings_strategy = st.lists(
    st.builds(
        found,
        rule=st.sampled_from(rule_names()),
        rep=st.none() | st.integers(1, 20),
        severity=st.sampled_from(["fault", "advice"]),
        measured=st.floats(0, 90) | st.just(math.nan),
    ),
    max_size=60,
)
qualities = st.builds(
    Quality,
    st.floats(0, 1) | st.just(math.nan),
    st.floats(0, 1) | st.just(math.nan),
    st.floats(-90, 90) | st.just(math.nan),
    st.floats(-90, 90) | st.just(math.nan),
    st.lists(st.sampled_from(WARNINGS), max_size=4).map(tuple),
    barring=st.lists(st.sampled_from(WARNINGS), max_size=2).map(tuple),
)


def retraceable(result: Grade) -> bool:
    """Whether the deductions explain the score."""
    if result.score is None:
        return result.verdict == "ungradable" and result.deductions == ()
    return result.score == 100 - sum(d.points for d in result.deductions) and result.score >= 0


@given(
    findings=findings_strategy,
    quality=qualities,
    n=st.integers(0, 20),
    asked=st.none() | st.integers(1, 30),
    sets=st.none() | st.integers(1, 5),
    tension=st.none() | st.just(TENSION),
    stay=st.floats(0, 1) | st.just(math.nan),
)
def test_laws(
    findings: list[Finding],
    quality: Quality,
    n: int,
    asked: int | None,
    sets: int | None,
    tension: Plateau | None,
    stay: float,
) -> None:
    """The score can be retraced; no pass without repetitions, with a fault, or unseen."""
    prescription = Prescription.model_validate({"dose": {"repetitions": asked, "sets": sets}})
    attempts = one_set(n, tension)
    result = grade(prescription, quality, attempts, some_reps(n), findings, stay_usable=stay)
    assert retraceable(result)
    assert result.reasons
    assert all(d.points >= 0 for d in result.deductions)
    assert result == grade(
        prescription, quality, attempts, some_reps(n), findings[::-1], stay_usable=stay
    )
    if result.verdict == "pass":
        assert n >= (asked or 1)
        assert (sets or 1) == 1
        assert tension
        assert not any(f.severity == "fault" for f in findings)
        usable = quality.usable_fraction if math.isnan(stay) else stay
        assert usable >= prescription.coverage.usable_min
        assert quality.tracked_fraction > 0
        assert not quality.barring
        assert result.score is not None
        assert result.score > 85
    elif result.verdict == "needs_work":
        assert result.score is not None
        assert result.score <= 85


@given(findings=findings_strategy, more=findings_strategy)
def test_more_findings_never_raise_the_score(findings: list[Finding], more: list[Finding]) -> None:
    """What is found in addition costs, or costs nothing."""
    fewer, all_of_them = graded(12, *findings).score, graded(12, *findings, *more).score
    assert fewer is not None
    assert all_of_them is not None
    assert all_of_them <= fewer


@given(findings=findings_strategy)
def test_advice_never_changes_the_verdict(findings: list[Finding]) -> None:
    """Advice costs a point and is said."""
    advice = [replace(f, severity="advice") for f in findings]
    result = graded(12, *advice)
    assert result.verdict == "pass"
    assert result.score == 100 - len({f.rule for f in advice})


def test_a_clean_clip_passes_and_says_what_was_seen() -> None:
    """Twelve repetitions without a finding are 100 points."""
    result = graded(12)
    assert (result.verdict, result.score, result.deductions) == ("pass", 100, ())
    assert "12 repetitions were seen with your left leg" in result.reasons[0]


def test_few_repetitions_are_a_tip_with_the_default() -> None:
    """The default asks for no number: fewer than usual is said and costs a point."""
    result = graded(6)
    assert (result.verdict, result.score) == ("pass", 99)
    assert "10 or more are usual" in result.reasons[1]


def test_what_to_change_first_comes_first() -> None:
    """Forcing weighs more than a raised head, in whichever order they were found."""
    result = graded(12, found("head_lifted", 1), found("past_tension", 2), found("past_tension", 3))
    assert result.verdict == "needs_work"
    assert result.reasons[0].startswith("Change this first: Your knee went 14° straighter")
    assert result.reasons[0].endswith("(Seen 2 times.)")
    assert result.reasons[1].startswith("Then: Your head came up")
    assert [d.points for d in result.deductions] == [30, 15]
    assert result.score == 55


def test_further_repetitions_cost_less_and_end_at_a_cap() -> None:
    """20 points once, 4 for each further repetition, 40 at most; two in one repetition are one."""
    assert graded(12, found("thigh_drift", 1)).score == 80
    assert graded(12, found("thigh_drift", 1), found("thigh_drift", 1)).score == 80
    assert graded(12, found("thigh_drift", 1), found("thigh_drift", 2)).score == 76
    assert graded(12, *(found("thigh_drift", i) for i in range(1, 13))).score == 60


def test_the_score_stops_at_zero_and_says_so() -> None:
    """Where faults cost more than there is, the last lines say how much was left."""
    faults = [name for name, rule in all_rules().items() if not rule.never_a_fault]
    result = graded(12, *(found(rule, i) for rule in faults for i in range(1, 13)))
    assert result.score == 0
    assert any("were left" in d.reason for d in result.deductions)
    assert len(result.deductions) == len(faults)


def test_no_exercise_is_ungradable() -> None:
    """A person who only lies there has no grade and is told what to do."""
    for sets in ((), one_set(0, None)):
        result = grade(DEFAULT, SEEN, sets, (), ())
        assert (result.verdict, result.score) == ("ungradable", None)
        assert "No exercise was found" in result.reasons[0]


def test_a_hold_without_repetitions_needs_work() -> None:
    """The point of tension alone is not the exercise."""
    result = graded(0)
    assert result.verdict == "needs_work"
    assert "no repetitions followed" in result.reasons[0]


def test_repetitions_without_a_point_of_tension_need_work() -> None:
    """Pumping with the leg flat on the mat is another exercise."""
    result = grade(DEFAULT, SEEN, one_set(12, None), some_reps(12), ())
    assert result.verdict == "needs_work"
    assert "No first pull was seen" in result.reasons[0]


@pytest.mark.parametrize(
    ("dose", "n", "verdict", "part"),
    [
        ({"repetitions": 10}, 10, "pass", "10 repetitions"),
        ({"repetitions": 10}, 11, "pass", "11 repetitions"),
        ({"repetitions": 10}, 9, "needs_work", "9 of 10 repetitions were seen"),
        ({"sets": 2}, 9, "needs_work", "1 of 2 sets were seen"),
        ({"repetitions": 10, "sets": 2}, 10, "needs_work", "1 of 2 sets with 10 repetitions"),
    ],
)
def test_a_stated_dose_must_be_reached(
    dose: dict[str, int], n: int, verdict: str, part: str
) -> None:
    """Fewer than stated needs work, more does no harm."""
    result = graded(n, dose=dose)
    assert result.verdict == verdict
    assert part in result.reasons[0]


def test_several_sets_and_both_legs() -> None:
    """Each set must hold the stated number; the one that was broken off does not count."""
    three = (
        ExerciseSet(1, "left", "knee_bend", TENSION, 10),
        ExerciseSet(2, "right", "knee_bend", TENSION, 3),
        ExerciseSet(3, "right", "knee_bend", TENSION, 10),
    )
    asked = Prescription.model_validate({"dose": {"repetitions": 10, "sets": 2}})
    result = grade(asked, SEEN, three, some_reps(23), ())
    assert result.verdict == "pass"
    assert "with both legs" in result.reasons[0]


@pytest.mark.parametrize("name", WARNINGS)
def test_what_blocks(name: str) -> None:
    """With enough seen only some warnings block; with little seen all that hide the exercise."""
    clear = graded(12, quality=replace(SEEN, warnings=(name,)))
    blocking = {
        "no_person", "not_supine", "other_leg_unseen", "too_short", "not_this_exercise",
        "too_few_frames", "too_few_looks",
    }  # fmt: skip
    assert (clear.verdict == "ungradable") == (name in blocking)
    little = graded(12, quality=replace(SEEN, usable_fraction=0.5, warnings=(name,)))
    assert little.verdict == "ungradable"
    never = {"second_person", "cut_off", "time_uncertain"}
    assert (warning_note(name) in little.reasons) == (name not in never)
    assert set(BLOCKING) == set(WARNINGS)


@pytest.mark.parametrize("name", WARNINGS)
def test_what_bars_is_no_pass_and_hides_no_fault(name: str) -> None:
    """Nothing wrong was seen, but not everything was: ungradable. A fault stays one."""
    barred = replace(SEEN, warnings=(name,), barring=(name,))
    clean = graded(12, quality=barred)
    assert (clean.verdict, clean.score) == ("ungradable", None)
    assert clean.reasons == (warning_note(name),)
    if BLOCKING[name] != "always":
        faulty = graded(12, found("bouncing", 2), quality=barred)
        assert faulty == graded(12, found("bouncing", 2))
        assert faulty.verdict == "needs_work"
    assert graded(12, found("too_fast", 2, "advice"), quality=barred).verdict == "ungradable"


def test_all_that_bars_is_said() -> None:
    """One note each, beside what to do where no exercise was found."""
    barring = ("legs_uncertain", "second_person")
    notes = tuple(warning_note(w) for w in barring)
    assert graded(12, quality=replace(SEEN, warnings=barring, barring=barring)).reasons == notes
    nothing = grade(DEFAULT, replace(SEEN, barring=barring), (), (), ())
    assert nothing.reasons == (
        *notes,
        f"No exercise was found: lie on your back, {NERVE_GLIDE.how_to}",
    )


@pytest.mark.parametrize(
    "quality",
    [
        replace(SEEN, usable_fraction=0.69),
        replace(SEEN, usable_fraction=math.nan),
        replace(SEEN, tracked_fraction=0.0),
        replace(SEEN, tracked_fraction=math.nan),
        replace(SEEN, view_azimuth_deg=-41.0),
        replace(SEEN, view_elevation_deg=36.0),
    ],
)
def test_numbers_block_even_without_a_warning(quality: Quality) -> None:
    """What was measured is believed before the list of warnings."""
    result = graded(12, quality=quality)
    assert result.verdict == "ungradable"
    assert result.score is None


def test_a_hidden_exercise_in_a_long_clear_clip_is_ungradable() -> None:
    """What counts is whether the exercise itself was seen."""
    reps = some_reps(12)
    hidden = grade(DEFAULT, SEEN, one_set(12), reps, (), exercise_usable=0.4)
    assert hidden.verdict == "ungradable"
    assert "40 %" in hidden.reasons[0]
    assert grade(DEFAULT, SEEN, one_set(12), reps, (), exercise_usable=0.9).verdict == "pass"


def test_faults_are_listed_even_where_little_was_seen() -> None:
    """Still ungradable, and nothing that was seen is kept back."""
    result = graded(12, found("bouncing", 2), quality=replace(SEEN, usable_fraction=0.3))
    assert result.verdict == "ungradable"
    assert result.reasons[-1].startswith("As far as it was seen: Your knee bounced")
