"""Raises, knee extensions and heel slides: told apart, counted, measured to their end range."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from figure import Figure
from hypothesis import given, settings
from hypothesis import strategies as st
from script import Script
from sessions import CLIP, MODEL, report_on

from posecheck import Prescription, Report, Session
from posecheck.exercises.catalogue import EXERCISES
from posecheck.exercises.end_range import sure
from posecheck.types import Pose

FPS = 10.0
FLAT = {"hip": 0.0, "knee": 4.0}
HELD = {"hip": 88.0, "knee": 90.0}


def again(script: Script, reps: int, over_s: float, stop_s: float, **to: float) -> Script:
    """Some times there, a stop, and back."""
    home = {name: script.now[name] for name in to}
    for _ in range(reps):
        script.move(over_s, **to).stay(stop_s).move(over_s, **home).stay(1.0)
    return script


def raises(reps: int = 3, to: float = 65.0, over_s: float = 1.8, **more: float) -> Script:
    return again(Script(**FLAT, hands=0).stay(1.5), reps, over_s, 1.2, hip=to, **more)


def extensions(reps: int = 3, to: float = 25.0, over_s: float = 1.8, **more: float) -> Script:
    return again(Script(**HELD).stay(2), reps, over_s, 1.2, knee=to, **more)


def slides(reps: int = 3, to: float = 100.0, over_s: float = 1.8, **more: float) -> Script:
    at_end = {"hip": to / 2, "knee": to, **more}
    return again(Script(**FLAT, hands=0).stay(1.5), reps, over_s, 1.0, **at_end)


DONE: dict[str, Callable[..., Script]] = {
    "straight_leg_raise": raises,
    "active_knee_extension": extensions,
    "heel_slide": slides,
}
PEAKS = {
    "straight_leg_raise": (25.0, 85.0),
    "active_knee_extension": (5.0, 50.0),
    "heel_slide": (60.0, 120.0),
}


def poses_of(script: Script, **figure: float) -> list[Pose]:
    return list(Figure(noise_px=0.5, **figure).film(script, fps=FPS))  # type: ignore[arg-type]


def film(script: Script, asked: Mapping[str, object] | None = None) -> Report:
    return report_on(poses_of(script), Prescription.model_validate(asked or {}))


def faults(report: Report) -> list[str]:
    return sorted({f.rule for f in report.findings if f.severity == "fault"})


@pytest.mark.parametrize("name", DONE)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_every_repetition_is_found_and_measured_to_its_end_range(
    name: str, data: st.DataObject
) -> None:
    """Whatever its size, its tempo and their number."""
    reps = data.draw(st.integers(2, 4))
    peak = data.draw(st.floats(*PEAKS[name]))
    over_s = data.draw(st.floats(1.4, 3.0))
    report = film(DONE[name](reps, peak, over_s))
    assert (report.exercise, report.variant, report.tension) == (name, None, None)
    assert len(report.reps) == reps
    assert report.exercise_certainty > 0.8
    assert [abs(rep.peak_deg - peak) < 4 for rep in report.reps] == [True] * reps
    assert faults(report) == []
    assert report.grade.verdict == "pass"


@pytest.mark.parametrize("name", DONE)
def test_what_a_set_comes_to(name: str) -> None:
    """Best, median, spread, and where the other joints were."""
    low, high = PEAKS[name]
    script = DONE[name](1, 0.5 * (low + high))
    at_end = {"straight_leg_raise": "hip", "active_knee_extension": "knee", "heel_slide": "knee"}
    further = {key: value for key, value in script.now.items() if key == at_end[name]}
    assert further
    report = film(again(script, 2, 1.8, 1.2, **_less(name)))
    peaks = [rep.peak_deg for rep in report.reps]
    best = min(peaks) if name == "active_knee_extension" else max(peaks)
    assert report.summary is not None
    assert report.summary == report.sets[0].summary
    assert report.summary.best_deg == best
    assert report.summary.median_deg == pytest.approx(np.median(peaks))
    assert report.summary.spread_deg == pytest.approx(max(peaks) - min(peaks))
    assert report.summary.uncertainty_deg > 5
    for rep in report.reps:
        assert rep.start_s < rep.peak_start_s < rep.peak_end_s < rep.end_s
        of_joint = rep.hip_at_peak_deg if at_end[name] == "hip" else rep.knee_at_peak_deg
        assert of_joint == rep.peak_deg
        assert np.isfinite([rep.hip_at_peak_deg, rep.knee_at_peak_deg]).all()
        assert np.isfinite(rep.ankle_at_peak_deg)


def _less(name: str) -> dict[str, float]:
    return {
        "straight_leg_raise": {"hip": 45.0},
        "active_knee_extension": {"knee": 35.0},
        "heel_slide": {"hip": 40.0, "knee": 80.0},
    }[name]


@pytest.mark.parametrize(
    ("rule", "script"),
    [
        ("knee_bent", lambda: raises(knee=30)),
        ("other_leg_moved", lambda: raises(resting_hip=35, resting_knee=40)),
        ("head_lifted", lambda: raises(head=26)),
        ("pelvis_lifted", lambda: raises(pelvis=0.3)),
        ("thigh_drift", lambda: extensions(hip=72)),
        ("head_lifted", lambda: extensions(head=26)),
        ("other_leg_moved", lambda: extensions(resting_hip=35, resting_knee=40)),
        ("heel_lifted", lambda: slides(to=100, hip=65)),
    ],
)
def test_a_planted_fault_is_named_and_no_other(rule: str, script: Callable[[], Script]) -> None:
    report = film(script())
    assert faults(report) == [rule]
    assert report.grade.verdict == "needs_work"
    assert len(report.reps) == 3


@pytest.mark.parametrize(
    "both",
    [
        lambda: slides(resting_hip=50, resting_knee=100),
        lambda: raises(resting_hip=65),
        lambda: extensions(resting_hip=88, resting_knee=25),
    ],
)
def test_both_legs_at_once_are_never_passed(both: Callable[[], Script]) -> None:
    """Where the other leg is not seen at the end range nobody is told that it rested."""
    assert film(both()).grade.verdict == "ungradable"


def test_a_tempo_that_is_asked_for_is_looked_at() -> None:
    asked = {"dose": {"cycle_min_s": 6.0}}
    assert faults(film(raises(over_s=1.5), asked)) == ["too_fast"]
    assert faults(film(raises(over_s=3.0), asked)) == []


@pytest.mark.parametrize("name", DONE)
def test_live_counts_what_the_report_counts(name: str) -> None:
    """One after the other, never back, and with the same end range."""
    asked = Prescription.model_validate({"exercise": {"name": name}})
    session = Session(asked, live=True)
    counts, phases = [], []
    for pose in poses_of(DONE[name](4).stay(3)):
        update = session.push(pose)
        counts.append(update.reps)
        phases.append(update.phase)
    report = session.finish(CLIP, MODEL)
    assert sorted(counts) == counts
    assert set(np.diff(counts)) == {0, 1}
    assert counts[-1] == len(report.reps) == 4
    assert {"rest", "extend", "hold", "lower"} <= set(phases)
    assert update.tension is None
    assert report.summary is not None
    assert update.best_deg == pytest.approx(report.summary.best_deg, abs=1.5)
    assert update.median_deg == pytest.approx(report.summary.median_deg, abs=1.5)
    assert update.peak_deg == pytest.approx(report.reps[-1].peak_deg, abs=1.5)


def test_a_leg_that_lies_down_after_the_test_is_at_rest() -> None:
    """Its knee is straight then, which is no end range: the thigh does not stand."""
    asked = Prescription.model_validate({"exercise": {"name": "active_knee_extension"}})
    session = Session(asked, live=True)
    script = extensions(2).move(2, **FLAT).stay(6)
    phases = [(pose.t_s, session.push(pose).phase) for pose in poses_of(script)]
    assert {phase for t_s, phase in phases if t_s > script.end_s - 5} == {"rest"}


def test_the_prescription_decides_where_the_motion_cannot() -> None:
    """One stop of a straightened knee may be held for a glide, or tested."""
    once = extensions(1)
    assert film(once).exercise == "nerve_glide"
    asked = {"exercise": {"name": "active_knee_extension"}}
    report = film(once, asked)
    assert (report.exercise, len(report.reps)) == ("active_knee_extension", 1)
    assert report.exercise_certainty < 0.5


def test_extensions_with_long_rests_between_them_are_sets_of_one() -> None:
    script = extensions(1).stay(9)
    report = film(again(again(script, 1, 1.8, 1.2, knee=25).stay(9), 1, 1.8, 1.2, knee=25))
    assert [(s.exercise, s.reps) for s in report.sets] == [("active_knee_extension", 1)] * 3


@pytest.mark.parametrize("bend", [30, 40])
def test_bends_from_a_held_tension_stay_a_glide(bend: float) -> None:
    script = Script(hip=88, knee=95).stay(2).extend(to=25, over_s=2.5).stay(2).bends(5, 3.0, bend)
    report = film(script)
    assert (report.exercise, report.variant) == ("nerve_glide", "knee_bend")


def test_pumps_in_several_sets_are_no_extensions() -> None:
    """The knee goes there and back each time, but what is repeated is repeated there."""
    script = Script(hip=88, knee=95).stay(2)
    for _ in range(2):
        script.extend(to=25, over_s=2.5).stay(2).pumps(5).move(2, knee=95).stay(2.5)
    report = film(script)
    assert report.exercise == "nerve_glide"
    assert [s.reps for s in report.sets] == [5, 5]


def test_a_raise_a_glide_and_a_raise_are_three_sets() -> None:
    """Each with its exercise, its rules and what it comes to."""
    script = raises(2).stay(2).move(2, hip=88, knee=92).stay(2)
    script.extend(to=25, over_s=2.5).stay(2).pumps(5).move(2, knee=92).stay(1).move(2, **FLAT)
    report = film(again(script.stay(2), 2, 1.8, 1.2, hip=75))
    assert [s.exercise for s in report.sets] == [
        "straight_leg_raise", "nerve_glide", "straight_leg_raise",
    ]  # fmt: skip
    assert [s.reps for s in report.sets] == [2, 5, 2]
    assert [s.summary is None for s in report.sets] == [False, True, False]
    assert [s.tension is None for s in report.sets] == [True, False, True]
    assert report.grade.verdict == "pass"


def test_the_legs_in_turn_are_sets_of_their_own() -> None:
    script = raises(2).stay(1.5)
    for _ in range(2):
        script.move(1.5, resting_hip=65).stay(1).move(1.5, resting_hip=0).stay(1)
    report = film(script)
    assert [(s.side, s.reps) for s in report.sets] == [("left", 2), ("right", 2)]


@pytest.mark.parametrize("rate", [8.0, 15.0, 25.0])
@pytest.mark.parametrize("name", DONE)
def test_the_rate_of_looks_does_not_matter(name: str, rate: float) -> None:
    report = report_on(list(Figure(noise_px=0.5).film(DONE[name](), fps=rate)))
    assert (report.exercise, len(report.reps)) == (name, 3)


def test_whoever_asks_for_one_exercise_is_not_told_of_another() -> None:
    report = film(raises(), {"exercise": {"name": "heel_slide"}})
    assert report.exercise is None
    assert report.grade.verdict == "ungradable"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_each_exercise_has_words_of_its_own(exercise: object) -> None:
    from posecheck.exercises.language import languages, words_of

    name = exercise.name  # type: ignore[attr-defined]
    for code in languages():
        words = words_of(code)
        assert words.text(f"exercises.{name}.title")
        assert name == "nerve_glide" or (words.say[name] and words.show[name])


@given(value=st.floats(-50, 50))
def test_how_sure_it_is_grows_towards_what_is_far(value: float) -> None:
    assert sure(0.0, 0.0, 5.0) == 0.5
    assert sure(5.0, 0.0, 5.0) == pytest.approx(0.982, abs=0.001)
    assert sure(value, 0.0, 5.0) == pytest.approx(1 - sure(value, 0.0, -5.0))
