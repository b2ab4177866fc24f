"""A therapist's marks go through the same engine: unmoved they change nothing."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
from sessions import CLIP, DATA, MODEL

from posecheck.exercises.marks import RepMarks, SetMarks, marks_of
from posecheck.motion.joint_corrections import JointCorrection, corrected_poses
from posecheck.motion.track import RESTING, WORKING
from posecheck.session import Session
from posecheck.types import Report
from posecheck.vision.pose_store import load_poses

NAMES = sorted(p.stem for p in DATA.glob("*.npz"))
PUMPS, BENDS = "pump_left_side", "bend_left_portrait"


@cache
def session_of(name: str) -> tuple[Session, Report]:
    session = Session()
    for pose in load_poses(DATA / f"{name}.npz"):
        session.push(pose)
    return Session.restored(session._prescription, session.measured()), session.finish(CLIP, MODEL)


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


def corrected(name: str, corrections: list[JointCorrection]) -> Report:
    session, _ = session_of(name)
    measured = session.measured()
    points = measured.points_px
    poses = corrected_poses(
        list(load_poses(DATA / f"{name}.npz")), corrections, measured.t_s, points[:, WORKING],
        points[:, RESTING],
    )  # fmt: skip
    new = Session()
    for pose in poses:
        new.push(pose)
    return new.finish(CLIP, MODEL)


def test_a_joint_that_is_put_where_it_was_changes_next_to_nothing() -> None:
    session, report = session_of(PUMPS)
    measured = session.measured()
    x, y = measured.points_px[:, WORKING][40, 1]
    new = corrected(PUMPS, [JointCorrection(measured.t_s[40], "working", "knee", (x, y), False)])
    assert len(new.reps) == len(report.reps)
    near = np.nanmax(np.abs(new.series.knee_flexion_deg - report.series.knee_flexion_deg))
    assert near < 6.0


def test_an_offset_that_holds_onwards_turns_the_shank_by_what_geometry_says() -> None:
    """The ankle goes along the circle around the knee, from the first look to the last."""
    session, report = session_of(PUMPS)
    measured = session.measured()
    points = measured.points_px[:, WORKING]
    look = int(np.flatnonzero(np.isfinite(points[:, 1:3]).all(axis=(1, 2)))[0])
    knee, ankle = points[look, 1], points[look, 2]
    turn = np.radians(10.0)
    turned = knee + np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ (
        ankle - knee
    )
    t_s = measured.t_s[look]
    new = corrected(PUMPS, [JointCorrection(t_s, "working", "ankle", tuple(turned), True)])
    shift = new.series.knee_flexion_deg - report.series.knee_flexion_deg
    assert abs(float(np.nanmedian(shift))) > 3.0


def test_a_correction_outside_of_the_clip_goes_to_its_nearest_look() -> None:
    _, report = session_of(PUMPS)
    new = corrected(PUMPS, [JointCorrection(-5.0, "resting", "heel", (1.0, 1.0), False)])
    assert len(new.reps) == len(report.reps)
