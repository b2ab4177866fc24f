"""What was not seen is not counted: times without frames, lost landmarks, a rate too low."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from figure import Figure
from script import Script
from sessions import CLIP, MODEL, clean_poses, clean_script, faults, report_on
from spoiled import unseen

from posecheck.exercises.prescription import Prescription
from posecheck.exercises.repetitions import LOOKS_MIN_PER_S
from posecheck.session import Session
from posecheck.types import PHASES, Pose, Report
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).parent / "data"
PUMPS, BENDS = "pump_left_side", "bend_left_portrait"
RATES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


def stored(name: str, per_s: float = 10.0) -> list[Pose]:
    """The looks at a sample clip, those nearest to an even clock."""
    poses = list(load_poses(DATA / f"{name}.npz"))
    times = np.array([p.t_s for p in poses])
    ticks = np.arange(0.0, times[-1], 1.0 / per_s)
    return [replace(poses[int(np.argmin(np.abs(times - tick)))], t_s=float(tick)) for tick in ticks]


def without(poses: Sequence[Pose], start_s: float, end_s: float) -> list[Pose]:
    """The same, and nothing between two times."""
    return [p for p in poses if not start_s < p.t_s < end_s]


def touch(start_s: float, end_s: float, hole: tuple[float, float]) -> bool:
    """Whether a stretch reaches into a hole, by more than a look."""
    return min(end_s, hole[1]) - max(start_s, hole[0]) > 0.15


def assert_nothing_through(report: Report, hole: tuple[float, float]) -> None:
    """Neither a stop nor a repetition, nor a phase, nor a fault."""
    assert not [r for r in report.reps if touch(r.start_s, r.end_s, hole)]
    for one in report.sets:
        assert one.tension is None or not touch(one.tension.start_s, one.tension.end_s, hole)
    assert not faults(report)
    series = report.series
    inside = (series.t_s > hole[0] + 0.2) & (series.t_s < hole[1] - 0.2)
    assert (series.phase[inside] == PHASES.index("rest")).all()
    assert np.isnan(series.knee_flexion_deg[inside]).all()


@pytest.mark.parametrize("name", [PUMPS, BENDS])
@pytest.mark.parametrize("length_s", [1.0, 2.0, 7.0])
def test_a_hole_is_unknown_wherever_it_lies(name: str, length_s: float) -> None:
    """In the extension, the stop or the repetitions: it is said, and there is no pass."""
    poses = stored(name)
    times = np.array([p.t_s for p in poses])
    whole = report_on(poses)
    assert (whole.grade.verdict, whole.tension is not None) == ("pass", True)
    assert whole.tension is not None
    until = Session(Prescription.default())  # what came before a hole is pushed once for all
    pushed = 0
    for start_s in np.arange(0.55, times[-1] - length_s, 1.3):
        hole = (float(start_s), float(start_s + length_s))
        left = without(poses, *hole)
        before = int(np.searchsorted(times, hole[0], side="right"))
        for pose in left[pushed:before]:
            until.push(pose)
        pushed = before
        session = deepcopy(until)
        for pose in left[before:]:
            session.push(pose)
        report = session.finish(CLIP, MODEL, times)
        assert_nothing_through(report, hole)
        assert "frames_missing" in report.quality.warnings
        assert report.quality.tracked_fraction < 1 - 0.5 * length_s / times[-1]
        assert report.grade.verdict != "needs_work"
        touched = touch(whole.tension.start_s - 1.0, whole.reps[-1].end_s, hole)
        assert report.grade.verdict == "ungradable" or not touched
        assert len(report.reps) <= len(whole.reps)


def test_repetitions_on_both_sides_of_a_hole_are_counted() -> None:
    """Four of six are seen from their beginning to their end."""
    poses = without(stored(PUMPS), 11.4, 13.0)
    report = report_on(poses)
    assert len(report.reps) in (4, 5)
    assert report.tension is not None
    assert report.tension.end_s == pytest.approx(7.5, abs=0.3)
    assert report.grade.verdict == "ungradable"


def test_a_short_hole_is_bridged() -> None:
    """Half a second, as a busy computer leaves."""
    report = report_on(without(stored(PUMPS), 11.4, 11.9))
    assert (report.grade.verdict, len(report.reps)) == ("pass", 6)
    assert report.quality.warnings == ()


def test_a_hole_that_follows_on_the_stop_is_no_lack_of_repetitions() -> None:
    """Nothing was seen after it, so nobody is told that they did not go on."""
    poses = clean_poses()
    stop_s = clean_script().tension_s
    report = report_on(without(poses, stop_s + 1.0, poses[-1].t_s - 0.5))
    assert report.grade.verdict == "ungradable"
    assert report.quality.barring == ("frames_missing",)


def test_nor_is_one_that_lasts_until_the_end() -> None:
    """The picture stands still for the rest of the clip: there are frames, but no looks."""
    poses = clean_poses()
    stop_s = clean_script().tension_s
    session = Session(Prescription.default())
    for pose in poses:
        if pose.t_s < stop_s + 1.5:
            session.push(pose)
    report = session.finish(CLIP, MODEL, np.array([p.t_s for p in poses]))
    assert report.quality.barring == ("frames_missing",)
    assert (report.grade.verdict, report.reps) == ("ungradable", ())


@pytest.mark.parametrize("until_s", [3.0, 30.0])
def test_nor_is_a_body_that_is_lost_there(until_s: float) -> None:
    """For a while, or for good."""
    stop_s = clean_script().tension_s
    poses = clean_poses()
    lost = [i for i, p in enumerate(poses) if stop_s + 1.5 < p.t_s < stop_s + 1.5 + until_s]
    report = report_on(unseen(poses, lost))
    assert "tracking_lost" in report.quality.barring
    assert report.grade.verdict == "ungradable"


def test_who_truly_stops_there_is_told_to_go_on() -> None:
    """All was seen, and the repetitions were not there."""
    script = Script().stay(1.6).extend(over_s=2).stay(5).lower(1.5).stay(0.8)
    report = report_on(Figure().film(script))
    assert report.grade.verdict == "needs_work"


def test_a_stop_that_a_hole_cuts_short_is_not_too_short() -> None:
    """What was seen of it is no measure of how long it was."""
    asked = Prescription.model_validate({"dose": {"hold_s": 2.0}})
    stop_s = clean_script().tension_s
    report = report_on(without(clean_poses(), stop_s + 0.4, stop_s + 1.6), asked)
    assert "tension_not_held" not in {f.rule for f in report.findings}


def test_a_hole_before_or_after_the_exercise_is_said_and_no_more() -> None:
    """Somebody only lies there."""
    script = Script().stay(6).extend(over_s=2).stay(2).pumps(4).stay(0.6).lower(1.5).stay(6)
    for start_s in (1.0, script.end_s - 2.5):
        report = report_on(without(Figure().film(script), start_s, start_s + 1.5))
        assert report.quality.warnings == ("frames_missing",)
        assert (report.grade.verdict, len(report.reps)) == ("pass", 4)


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_a_photograph_has_no_rate(looks: int) -> None:
    """Its picture stands still from the beginning on, but for what an encoder makes anew."""
    session = Session(Prescription.default())
    for pose in Figure().film(Script().stay(3), times=np.arange(looks) * 1.0):
        session.push(pose)
    report = session.finish(CLIP, MODEL, np.arange(100) * 0.04)
    assert "frames_missing" in report.quality.barring
    assert "too_few_frames" not in report.quality.warnings
    assert "no_person" not in report.quality.warnings
    assert report.grade.verdict == "ungradable"


@pytest.mark.parametrize("per_s", RATES)
@pytest.mark.parametrize("name", [PUMPS, BENDS, "fault_knee_not_held", "photo_pumps"])
def test_too_few_frames_a_second_invent_nothing(name: str, per_s: float) -> None:
    """Below the lowest rate nothing is said but that; from there on all of it is right."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = report_on(stored(name, per_s))
    if per_s < LOOKS_MIN_PER_S:
        assert report.quality.warnings == ("too_few_frames",)
        assert (report.grade.verdict, report.reps, report.findings) == ("ungradable", (), ())
        assert (report.side, report.variant, report.tension) == (None, None, None)
    else:
        whole = report_on(stored(name, 12.5))
        assert report.quality.warnings == ()
        assert report.grade.verdict == whole.grade.verdict
        assert (report.side, len(report.reps)) == (whole.side, len(whole.reps))
        assert faults(report) == faults(whole)


def test_a_live_session_has_its_holes_too() -> None:
    """What it tells on the way is no more than its report."""
    poses = without(stored(PUMPS), 9.0, 12.0)
    session = Session(Prescription.default(), live=True)
    told = [session.push(pose).reps for pose in poses]
    report = session.finish(CLIP, MODEL)
    assert max(told) <= len(report.reps)
    assert "frames_missing" in report.quality.barring
    assert report.grade.verdict == "ungradable"
