"""Several exercises in one live session: each is led through, counted and graded as itself."""

from __future__ import annotations

import pytest
from figure import Figure
from script import Script
from sessions import CLIP, MODEL

from posecheck import Prescription, Session
from posecheck.assess.programme_guide import ProgrammeGuide
from posecheck.errors import PrescriptionError
from posecheck.exercises.prescription import load_prescription, parse_prescription
from posecheck.types import Cue, Pose, Report

FLAT = {"hip": 0.0, "knee": 4.0}
ASKED = """
[[programme]]
exercise = {name = "straight_leg_raise"}
dose = {repetitions = 2}
[[programme]]
exercise = {name = "nerve_glide", variant = "ankle_pump"}
dose = {repetitions = 4}
[[programme]]
exercise = {name = "straight_leg_raise"}
dose = {repetitions = 2}
"""


def asked(text: str = ASKED) -> Prescription:
    return parse_prescription(text.encode(), "programme.toml")


def raises(script: Script, reps: int, to: float) -> Script:
    for _ in range(reps):
        script.move(1.8, hip=to).stay(1.2).move(1.8, hip=0).stay(1.0)
    return script


def session_of(first: float = 55.0, last: float = 70.0, glides: int = 5) -> list[Pose]:
    script = raises(Script(**FLAT, hands=0).stay(3), 2, first).stay(3)
    script.move(2, hip=88, knee=92).stay(1).extend(to=25, over_s=2.5).stay(2).pumps(glides)
    script.move(2, knee=92).stay(1).move(2, **FLAT).stay(4)
    return list(Figure(noise_px=0.5).film(raises(script, 2, last).stay(4), fps=10.0))


def led_through(poses: list[Pose], prescription: Prescription) -> tuple[list[Cue], Report, bool]:
    session = Session(prescription, live=True)
    guide = ProgrammeGuide(prescription, session.begin)
    cues: list[Cue] = []
    for pose in poses:
        cues += guide.push(session.push(pose), pose)
        if guide.done:
            break
    return cues, session.finish(CLIP, MODEL), guide.done


def test_it_is_led_through_part_by_part() -> None:
    cues, report, done = led_through(session_of(glides=4), asked())
    counts = [c.number for c in cues if c.kind == "count" and c.number is not None]
    assert counts == [1, 2, 1, 2, 3, 4, 1, 2]
    assert [c.name for c in cues if c.name == "next_exercise"] == ["next_exercise"] * 2
    assert [c.name for c in cues if c.kind == "end"] == ["done"]
    assert [c.name for c in cues].count("welcome") == [c.name for c in cues].count("ease") == 1
    assert done
    assert [s.exercise for s in report.sets] == [
        "straight_leg_raise", "nerve_glide", "straight_leg_raise",
    ]  # fmt: skip
    assert report.grade.verdict == "pass"


def test_what_the_raise_has_gained_is_said_beside_chance() -> None:
    """A goniometer's standard deviation of 2.6 degrees makes 8 degrees more than chance."""
    _, more, _ = led_through(session_of(55, 70), asked())
    assert any("more than chance explains (8°)" in line for line in more.grade.reasons)
    _, same, _ = led_through(session_of(60, 63), asked())
    assert any("cannot be told from chance" in line for line in same.grade.reasons)


def test_a_part_that_falls_short_is_said() -> None:
    short = asked(ASKED.replace("repetitions = 4", "repetitions = 9"))
    session = Session(short)
    for pose in session_of(glides=5):
        session.push(pose)
    report = session.finish(CLIP, MODEL)
    assert report.grade.verdict == "needs_work"
    assert any("5 of 9 repetitions" in line for line in report.grade.reasons)


def test_whoever_stops_ends_all_of_it() -> None:
    script = raises(Script(**FLAT, hands=0).stay(3), 2, 55.0).stay(60)
    cues, report, done = led_through(list(Figure(noise_px=0.5).film(script, fps=10.0)), asked())
    assert not done
    assert "next_exercise" in [c.name for c in cues]
    assert [s.reps for s in report.sets] == [2]
    assert report.grade.verdict == "needs_work"


def test_a_review_looks_for_the_exercises_of_the_programme_alone() -> None:
    only = asked("[[programme]]\nexercise = {name = 'heel_slide'}\n")
    session = Session(only)
    for pose in session_of():
        session.push(pose)
    assert session.finish(CLIP, MODEL).exercise is None


def test_the_ready_one_is_a_test_a_glide_and_the_test_again() -> None:
    ready = load_prescription("test-glide-test")
    names = [part.exercise.name for part in ready.parts]
    assert names == ["straight_leg_raise", "nerve_glide", "straight_leg_raise"]
    assert [part.dose.repetitions for part in ready.parts] == [3, 10, 3]
    assert [e.name for e in ready.exercises] == ["straight_leg_raise", "nerve_glide"]
    assert Prescription.default().parts == (Prescription.default(),)


def test_a_part_that_makes_no_sense_is_named() -> None:
    with pytest.raises(PrescriptionError, match="programme"):
        asked("[[programme]]\nexercise = {name = 'handstand'}\n")
