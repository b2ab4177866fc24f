"""A therapist's marks go through the same engine: unmoved they change nothing."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
from sessions import CLIP, DATA, MODEL, stored_measured, stored_report

from posecheck.exercises.marks import RepMarks, SetMarks, marks_of
from posecheck.exercises.prescription import Prescription
from posecheck.motion.joint_corrections import JOINTS, JointCorrection, corrected
from posecheck.motion.table import COLUMN_OF
from posecheck.motion.track import RESTING, WORKING
from posecheck.session import Session
from posecheck.types import Report

NAMES = sorted(p.stem for p in DATA.glob("*.npz"))
PUMPS, BENDS = "pump_left_side", "bend_left_portrait"


@cache
def session_of(name: str) -> tuple[Session, Report]:
    session = Session.restored(Prescription.default(), stored_measured(name))
    return session, stored_report(name)


def again(name: str, marks: tuple[SetMarks, ...]) -> Report:
    session, _ = session_of(name)
    return session.finish(CLIP, MODEL, marks=marks)


def same(one: Report, other: Report) -> None:
    for field in ("sets", "reps", "findings", "grade", "tension", "exercise", "side", "variant"):
        assert repr(getattr(one, field)) == repr(getattr(other, field)), field


@pytest.mark.parametrize("name", NAMES)
def test_its_own_marks_give_the_report_again(name: str) -> None:
    _, report = session_of(name)
    if report.sets:
        same(again(name, marks_of(report)), report)


def changed(marks: tuple[SetMarks, ...], **values: object) -> tuple[SetMarks, ...]:
    return (dataclasses.replace(marks[0], **values), *marks[1:])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [PUMPS, BENDS])
def test_a_repetition_that_is_deleted_and_added_again(name: str) -> None:
    _, report = session_of(name)
    marks = marks_of(report)
    without = again(name, changed(marks, reps=marks[0].reps[1:]))
    assert len(without.reps) == len(report.reps) - 1
    same(again(name, marks), report)


@pytest.mark.parametrize("name", [PUMPS, BENDS])
def test_a_repetition_that_is_marked_anew_is_measured_alike(name: str) -> None:
    """Its ends are moved by a little more than what counts as the same."""
    _, report = session_of(name)
    marks = marks_of(report)
    moved = tuple(RepMarks(r.start_s + 0.01, r.end_s - 0.01) for r in marks[0].reps)
    for new, old in zip(again(name, changed(marks, reps=moved)).reps, report.reps, strict=True):
        assert new.start_s == pytest.approx(old.start_s + 0.01)
        assert new.range_deg == pytest.approx(old.range_deg, abs=4.0)


def test_a_tension_that_is_moved_is_measured_where_it_is() -> None:
    session, report = session_of(BENDS)
    marks = marks_of(report)
    assert marks[0].tension_s is not None
    start, end = marks[0].tension_s
    tension = again(BENDS, changed(marks, tension_s=(start + 0.5, end))).tension
    assert tension is not None
    assert tension.start_s == start + 0.5
    table = session._table
    held = table.knee_deg[table.between(start + 0.5, end)]
    assert tension.knee_flexion_deg == pytest.approx(float(np.nanmedian(held)))


def test_the_leg_is_the_one_that_was_said() -> None:
    _, report = session_of(PUMPS)
    other = "left" if report.side == "right" else "right"
    exchanged = again(PUMPS, changed(marks_of(report), side=other))
    assert (exchanged.side, len(exchanged.reps)) == (other, len(report.reps))


def test_no_marks_are_no_exercise() -> None:
    assert again(PUMPS, ()).grade.verdict == "ungradable"


@pytest.mark.parametrize("name", ["rest_only", "photo_still"])
def test_marks_make_no_pass_of_what_was_not_done(name: str) -> None:
    """Somebody who lies still and is marked as if they had pumped."""
    reps = tuple(RepMarks(5.0 + i, 5.9 + i) for i in range(5))
    said = SetMarks("left", "nerve_glide", "ankle_pump", (3.0, 5.0), reps)
    assert again(name, (said,)).grade.verdict != "pass"


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("fault_")])
def test_a_finding_that_is_not_shared_costs_nothing(name: str) -> None:
    session, report = session_of(name)
    assert report.findings
    dismissed = [(f.rule, start) for f in report.findings for start, _ in f.times]
    without = session.finish(CLIP, MODEL, dismissed=dismissed)
    assert without.findings == ()
    assert (without.grade.score or 0) >= (report.grade.score or 0)
    one = session.finish(CLIP, MODEL, dismissed=dismissed[:1])
    times = [time for f in one.findings for time in f.times]
    assert len(times) < sum(len(f.times) for f in report.findings)


def put_right(name: str, *corrections: JointCorrection) -> Report:
    session, _ = session_of(name)
    measured = corrected(session.measured(), corrections)
    return Session.restored(session._prescription, measured).finish(CLIP, MODEL)


@pytest.mark.parametrize("name", NAMES)
def test_a_joint_that_is_put_where_it_was_changes_nothing(name: str) -> None:
    session, _ = session_of(name)
    measured = session.measured()
    known = np.flatnonzero(np.isfinite(measured.values[:, COLUMN_OF["knee_deg"]]))
    if not len(known):
        return
    look = int(known[len(known) // 2])
    for leg, part in (("working", WORKING), ("resting", RESTING)):
        for number, joint in enumerate(JOINTS):
            xy = tuple(measured.points_px[look, part][number].tolist())
            one = JointCorrection(measured.t_s[look], leg, joint, xy, True)  # type: ignore[arg-type]
            same = corrected(measured, [one])
            np.testing.assert_allclose(same.values, measured.values, atol=2e-3)
            np.testing.assert_array_equal(same.points_px, measured.points_px)


@pytest.mark.parametrize("turn_deg", [-45.0, -20.0, 8.0])
@pytest.mark.parametrize("onwards", [False, True])
def test_the_shank_is_turned_by_what_geometry_says(turn_deg: float, onwards: bool) -> None:
    """The ankle goes along the circle around the knee, however far: it is where it was put."""
    session, report = session_of(PUMPS)
    measured = session.measured()
    look = int(np.argmin(np.abs(measured.t_s - 8.0)))
    knee, ankle = measured.points_px[look, WORKING].astype(float)[1:3]
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    x, y = knee + np.array([[c, -s], [s, c]]) @ (ankle - knee)
    one = JointCorrection(measured.t_s[look], "working", "ankle", (x, y), onwards)
    new = put_right(PUMPS, one).series
    old = report.series
    assert new.working_px[look, 2] == pytest.approx((x, y), abs=1e-3)
    turned = new.knee_flexion_deg - old.knee_flexion_deg
    assert abs(turned[look]) == pytest.approx(abs(turn_deg), abs=0.01)
    assert new.hip_flexion_deg[look] == pytest.approx(old.hip_flexion_deg[look], abs=0.01)
    beside = np.arange(len(turned)) > look
    assert (np.nanmax(np.abs(turned[beside])) > 3.0) == onwards
    assert not np.nanmax(np.abs(turned[:look])) > 0


def test_the_looks_between_two_corrections_lead_from_one_to_the_other() -> None:
    session, _ = session_of(PUMPS)
    measured = session.measured()
    before = measured.points_px[:, WORKING][:, 1]
    steps = [
        JointCorrection(
            measured.t_s[look], "working", "knee", tuple(before[look] + [by, 0.0]), True
        )
        for look, by in ((100, 20.0), (110, 40.0))
    ]
    moved = (corrected(measured, steps).points_px[:, WORKING][:, 1] - before)[:, 0]
    assert moved[99:112] == pytest.approx([0.0, *np.linspace(20, 40, 11), 40.0], abs=1e-3)
    assert moved[-1] == pytest.approx(40.0, abs=1e-3)


def test_a_correction_outside_of_the_clip_goes_to_its_nearest_look() -> None:
    _, report = session_of(PUMPS)
    new = put_right(PUMPS, JointCorrection(-5.0, "resting", "heel", (1.0, 1.0), False))
    assert len(new.reps) == len(report.reps)
