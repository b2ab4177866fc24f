"""What the camera could not see: each warning where it belongs, and none on a good clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from figure import Camera, Figure
from script import Script
from sessions import clean_poses, clean_report, clean_script, report_on
from spoiled import moments, onto, unseen
from tables import table_of

from posecheck.assess.coverage import (
    BARRING,
    TOUCHED_S,
    judge,
    too_oblique,
    usable_shares,
)
from posecheck.assess.sight import Sight
from posecheck.assess.warnings import warning_note
from posecheck.exercises.prescription import Prescription
from posecheck.exercises.repetitions import LOOKS_MIN_PER_S
from posecheck.motion.signals import looks_per_s
from posecheck.motion.table import COLUMNS
from posecheck.session import Session
from posecheck.types import WARNINGS, Flaws, Pose, Quality, Report

N = 500


def sight(**changes: Any) -> Sight:
    """Twenty seconds seen well, the exercise in the middle."""
    times = np.arange(N) * 0.04
    one, none = np.ones(N), np.zeros(N)
    table = table_of(
        times, tracked=one, hip_deg=one, knee_deg=one, resting_hip_deg=one, confidence=one * 0.9,
        lying=one, inside=one, trunk_share=one * 0.18, azimuth_deg=none + 3, elevation_deg=none + 6,
        others=none, touched=none,
    )  # fmt: skip
    good = Sight(table, (times > 4) & (times < 16), (times > 3) & (times < 17))
    own = {f.name for f in fields(Sight)}
    columns = {name: value for name, value in changes.items() if name not in own}
    for whole, of in (("usable", "knee_deg"), ("other_leg", "resting_hip_deg")):
        if whole in columns:  # 1 where it is known
            columns[of] = np.where(columns.pop(whole) > 0, 1.0, np.nan)
    changes = {name: value for name, value in changes.items() if name in own}
    return replace(good, table=replace(table, **columns), **changes)


def judged(live: bool = False, flaws: Flaws | None = None, **changes: Any) -> Quality:
    return judge(sight(**changes), Prescription.default(), live=live, flaws=flaws)


def part(share: float, value: float = 0.0, other: float = 1.0) -> np.ndarray[Any, Any]:
    """`value` for a first share of the frames."""
    return np.where(np.arange(N) < share * N, value, other)


IDLE: dict[str, Any] = {"exercising": np.zeros(N, bool), "moving": np.zeros(N, bool)}
BAD: dict[str, dict[str, Any]] = {
    "no_person": {"tracked": np.zeros(N), "usable": np.zeros(N), **IDLE},
    "not_supine": {"lying": part(0.8)},
    "not_side_on": {"azimuth_deg": np.full(N, 48.0)},
    "too_small": {"trunk_share": np.full(N, 0.05)},
    "out_of_frame": {"inside": part(0.5)},
    "second_person": {"others": part(0.7, 1.0, 0.0)},
    "tracking_lost": {"usable": np.where(np.abs(np.arange(N) - 250) < 30, 0.0, 1.0)},
    "legs_uncertain": {"confidence": part(0.6, 0.2, 0.9)},
    "other_leg_unseen": {"other_leg": part(0.8)},
    "too_few_frames": {"t_s": np.arange(N) * 0.25},
    "too_few_looks": {"t_s": np.arange(N) * 0.25, "live": True},
    "frames_missing": {"t_s": np.arange(N) * 0.04 + np.where(np.arange(N) > 250, 2.0, 0.0)},
    "not_this_exercise": {**IDLE, "something_else": True},
    "too_short": {"t_s": np.arange(N) * 0.004, **IDLE},
}


def test_a_good_view_has_no_warning() -> None:
    """Everything seen: fractions of 1, the view as it is."""
    quality = judged()
    assert quality.warnings == quality.notes == ()
    assert (quality.tracked_fraction, quality.usable_fraction) == (1.0, 1.0)
    assert (quality.view_azimuth_deg, quality.view_elevation_deg) == (3.0, 6.0)


@pytest.mark.parametrize("warning", [w for w in WARNINGS if w in BAD])
def test_each_warning_has_its_cause_and_says_what_to_do(warning: str) -> None:
    """One cause, one warning, one sentence; only the file itself tells that it is cut off."""
    quality = judged(**BAD[warning])
    assert quality.warnings == (warning,)
    assert len(quality.notes) == 1
    assert quality.notes[0].endswith(".")


def test_what_bars_a_pass_is_said_to() -> None:
    """Legs that were mistaken, too few looks, a view from the end; not what can be lived with."""
    for warning, cause in BAD.items():
        expected = (warning,) if warning in {*BARRING, "tracking_lost", "frames_missing"} else ()
        assert judged(**cause).barring == expected


@pytest.mark.parametrize(
    ("flaws", "warning", "much", "bars"),
    [
        (Flaws(cut_off=True, lost_s=((10.0, 18.0),)), "cut_off", "About 8 s", True),
        (Flaws(cut_off=True, lost_s=((10.0, 10.0),)), "cut_off", "", True),
        (Flaws(cut_off=True, lost_s=((19.8, 28.0),)), "cut_off", "About 8 s", False),
        (Flaws(lost_s=((4.0, 5.5),)), "frames_missing", "About 1.5 s", True),
        (Flaws(lost_s=((-6.0, 0.0),)), "frames_missing", "About 6 s", False),
        (Flaws(unplaced_s=5.0), "frames_missing", "About 5 s", True),
        (Flaws(time_uncertain=True), "time_uncertain", "", True),
    ],
)
def test_what_a_file_lacks_is_said_and_bars_where_the_exercise_is(
    flaws: Flaws, warning: str, much: str, bars: bool
) -> None:
    """With how much; beside the exercise, or where it is not known where, it is no pass."""
    t_s = np.arange(N) * (20 / N)
    moving = (t_s > 3) & (t_s < 12)
    quality = judged(t_s=t_s, moving=moving, exercising=moving, flaws=flaws)
    assert quality.warnings == (warning,)
    assert (quality.barring == (warning,)) == bars
    assert much in quality.notes[0]
    assert ("are lost" in quality.notes[0]) == bool(much)


def test_a_file_without_an_exercise_may_have_lost_it() -> None:
    """Where none was seen, what is lost is named as a reason; notes on the file come last."""
    quality = judged(**IDLE, flaws=Flaws(lost_s=((4.0, 9.0),), notes=(("several_tracks", 2),)))
    assert quality.barring == ("frames_missing",)
    assert "has 2 video tracks" in quality.notes[-1]


@pytest.mark.parametrize("degrees", [-48.0, 48.0])
def test_the_view_may_be_too_far_off_either_way(degrees: float) -> None:
    """Towards the head or the feet, from above or below."""
    for axis in ("azimuth_deg", "elevation_deg"):
        off: dict[str, Any] = {axis: np.full(N, degrees)}
        assert judged(**off).warnings == ("not_side_on",)


def test_what_happens_outside_of_the_exercise_is_forgiven() -> None:
    """Sitting down before it and a walk out of the picture after it are no warnings."""
    after = np.arange(N) * 0.04 > 16.5
    assert judged(lying=np.where(after, 0.0, 1.0)).warnings == ()
    assert judged(inside=np.where(after, 0.0, 1.0)).warnings == ()
    assert judged(usable=np.where(after, 0.0, 1.0)).warnings == ()


def test_somebody_who_walks_by_once_is_no_second_person() -> None:
    """Seen in one look of many; twice is a person."""
    once = np.where(np.abs(np.arange(N) - 100) < 20, 1.0, 0.0)
    assert judged(others=once).warnings == ()
    assert judged(others=once + np.roll(once, 200)).warnings == ("second_person",)


@pytest.mark.parametrize(("touched_s", "bars"), [(TOUCHED_S - 0.2, False), (1.5, True)])
def test_a_hand_at_the_leg_bars_a_pass(touched_s: float, bars: bool) -> None:
    """A therapist may stand there; one who holds the leg for longer has helped or hindered it."""
    times = np.arange(N) * 0.04
    touched = np.where(np.abs(times - 10) < touched_s / 2, 1.0, 0.0)
    beside = judged(others=np.ones(N), touched=touched)
    assert beside.warnings == ("second_person",)
    assert beside.barring == (("second_person",) if bars else ())
    before = judged(others=np.ones(N), touched=np.where(times < 3, 1.0, 0.0))
    assert before.barring == ()


@pytest.mark.parametrize(("at_s", "bars"), [(10.0, True), (18.0, False)])
def test_a_leg_that_is_lost_bars_a_pass_where_it_works(at_s: float, bars: bool) -> None:
    """Two seconds without it, at the point of tension or once it lies again."""
    times = np.arange(N) * 0.04
    quality = judged(usable=np.where(np.abs(times - at_s) < 1, 0.0, 1.0))
    assert quality.warnings == ("tracking_lost",)
    assert quality.barring == (("tracking_lost",) if bars else ())


def test_a_hole_in_time_is_not_seen_time() -> None:
    """Five seconds of the exercise were never looked at: every look shows it, 71 % is seen."""
    times = np.arange(N) * 0.04
    holed = sight(t_s=np.where(times > 10, times + 5, times))
    exercise, _ = usable_shares(holed)
    assert exercise == pytest.approx(12 / 17, abs=0.01)
    assert judged(t_s=holed.t_s).usable_fraction == pytest.approx(20 / 25, abs=0.01)
    assert judged(t_s=holed.t_s).barring == ("frames_missing",)


def test_shares_are_of_time_and_not_of_looks() -> None:
    """Blind for a fifth of the time, in which nine looks of ten were taken."""
    times = np.concatenate([np.arange(0, 16, 0.1), np.arange(16, 20, 0.0028)])
    whole = {name: np.ones(len(times)) for name in COLUMNS}
    blind = np.where(times < 16, 1.0, np.nan)
    table = table_of(times, **{**whole, "knee_deg": blind})
    seen = Sight(table, exercising=times >= 0, moving=times >= 0)
    assert usable_shares(seen)[0] == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("per_s", [LOOKS_MIN_PER_S - 1, LOOKS_MIN_PER_S + 1])
def test_looks_are_counted_while_the_leg_moves(per_s: float) -> None:
    """Where most of the time passes between far looks they are few, however many come at once."""
    burst = np.arange(0, 3, 1 / 30)
    times = np.concatenate([burst, 3 + np.arange(0, 12, 1 / per_s)])
    assert looks_per_s(times, np.ones(len(times), bool)) == pytest.approx(per_s, rel=0.01)
    assert looks_per_s(times, times < 3) == pytest.approx(30, rel=0.01)
    assert looks_per_s(times, times < 0) == np.inf
    even = np.arange(N) / per_s
    found = judged(t_s=even).warnings
    assert found == (("too_few_frames",) if per_s < LOOKS_MIN_PER_S else ())


@pytest.mark.parametrize("fps", [1.0, 4.0, 15.0])
def test_a_clip_with_too_few_frames_is_never_passed(fps: float) -> None:
    """Its rate is said, and no other reason: neither was nobody there nor was it something else."""
    report = report_on(Figure().film(clean_script(), fps=fps))
    few = fps < LOOKS_MIN_PER_S
    assert report.quality.warnings == (("too_few_frames",) if few else ())
    assert report.grade.verdict == ("ungradable" if few else "pass")
    assert (warning_note("too_few_frames") in report.grade.reasons) == few
    assert report.quality.tracked_fraction == 1.0


def test_the_limit_of_the_view_is_the_prescription_s() -> None:
    """Either way, and nothing is known where the view is not."""
    view = Prescription.model_validate({"view": {"max_azimuth_deg": 20}}).view
    azimuth = np.array([19.0, 21.0, -21.0, 0.0, np.nan])
    elevation = np.array([0.0, 0.0, 0.0, view.max_elevation_deg + 1, np.nan])
    assert too_oblique(azimuth, elevation, view).tolist() == [False, True, True, True, False]


def test_no_angle_is_given_from_beyond_the_limit_of_the_view() -> None:
    """Blank in the series, in the drawing and while it runs; the same clip has them in another."""
    poses = Figure(camera=Camera(feet=-1, azimuth=-30.0)).film(clean_script(), fps=15)
    strict = Prescription.model_validate({"view": {"max_azimuth_deg": 15}})
    report = report_on(poses, strict)
    series = report.series
    for shown in (series.hip_flexion_deg, series.knee_uncertainty_deg, series.working_px):
        assert np.isnan(shown).all()
    assert (report.tension, report.reps, report.sets) == (None, (), ())
    assert "not_side_on" in report.quality.warnings
    assert report.grade.verdict == "ungradable"
    session = Session(strict)
    assert all(np.isnan(session.push(p).angles.knee_flexion_deg) for p in poses)
    assert np.isfinite(report_on(poses).series.knee_flexion_deg).all()


def test_the_other_leg_must_be_seen_in_every_set() -> None:
    """Raised in the second set alone, it is unseen in less than half of the exercise."""
    times = np.arange(N) * 0.04
    second = (times > 11) & (times < 15)
    sets: dict[str, Any] = {"exercising": ((times > 4) & (times < 9)) | second}
    assert judged(**sets).warnings == ()
    assert judged(**sets, other_leg=1.0 - second).warnings == ("other_leg_unseen",)


def test_no_frame_at_all_is_nobody() -> None:
    """An empty clip has numbers that say so."""
    empty = np.empty(0)
    nothing = Sight(table_of(empty), exercising=empty > 0, moving=empty > 0)
    quality = judge(nothing, Prescription.default())
    assert "no_person" in quality.warnings
    assert (quality.tracked_fraction, quality.usable_fraction) == (0.0, 0.0)


def seen_by(**place: Any) -> Report:
    figure = Figure(camera=Camera(feet=-1, **place))
    return report_on(figure.film(clean_script(), fps=15))


@pytest.mark.parametrize(
    ("camera", "warning", "graded"),
    [
        ({"azimuth": -52.0}, "not_side_on", False),
        ({"elevation": 44.0}, "not_side_on", False),
        ({"distance_m": 7.0}, "too_small", False),
        ({"distance_m": 1.2}, "out_of_frame", True),
    ],
)
def test_a_camera_in_the_wrong_place_is_named(
    camera: dict[str, float], warning: str, graded: bool
) -> None:
    """Too oblique or too far is not graded; too near is, as long as the leg was seen."""
    report = seen_by(**camera)
    assert warning in report.quality.warnings
    assert (report.grade.verdict != "ungradable") == graded


def test_a_clean_clip_has_no_warning() -> None:
    """All of it seen, and the view measured."""
    quality = clean_report().quality
    assert quality.warnings == ()
    assert quality.tracked_fraction == quality.usable_fraction == 1.0
    assert quality.view_azimuth_deg == pytest.approx(0, abs=2)
    assert quality.view_elevation_deg == pytest.approx(6, abs=2)


def test_both_legs_up_is_no_pass() -> None:
    """One leg hides the other: whether that one lies still cannot be seen."""
    both = {"resting_hip": 80.0, "resting_knee": 15.0, "knee": 15.0}
    report = report_on(Figure().film(Script(**both).stay(3).pumps(8).stay(1), fps=15))
    assert report.quality.warnings == ("not_this_exercise",)
    assert report.tension is None
    assert report.grade.verdict == "ungradable"


def changed(poses: Sequence[Pose], **changes: Any) -> list[Pose]:
    return [replace(p, **changes) for p in poses]


def test_a_second_person_is_named_and_the_first_graded() -> None:
    """A therapist at the table is a warning, no verdict."""
    report = report_on(changed(clean_poses(), others=1))
    assert report.quality.warnings == ("second_person",)
    assert report.grade.verdict == "pass"


def test_a_leg_that_was_not_seen_is_not_out_of_the_frame() -> None:
    """In a fifth of the frames the model draws both legs on the resting one: that is no edge."""
    poses = clean_poses()
    report = report_on(onto(poses, [i for i in moments(0.2, len(poses)) if i > 5], "right"))
    assert "out_of_frame" not in report.quality.warnings


def test_a_person_who_lies_prone_is_not_graded() -> None:
    """The face looks into the mat: another exercise, if any."""
    poses = []
    for pose in clean_poses():
        xy = np.array(pose.xy_px)
        ears = 0.5 * (xy[7] + xy[8])
        xy[[*range(7), 9, 10]] = 2 * ears - xy[[*range(7), 9, 10]]
        poses.append(replace(pose, xy_px=xy))
    report = report_on(poses)
    assert "not_supine" in report.quality.warnings
    assert report.grade.verdict == "ungradable"
    for shown in (report.series.working_px, report.series.knee_flexion_deg):
        assert np.isnan(shown).all()  # no leg and no angle is drawn


def test_a_person_who_stands_is_not_graded() -> None:
    """The same motion upright is not this exercise."""
    poses = [
        replace(p, xy_px=p.xy_px[:, ::-1], width_px=p.height_px, height_px=p.width_px)
        for p in clean_poses()
    ]
    report = report_on(poses)
    assert report.grade.verdict == "ungradable"
    assert "not_supine" in report.quality.warnings
    assert report.reps == ()


def test_a_person_who_leaves_for_a_while_is_tracking_lost() -> None:
    """Two seconds in the middle without anybody: said, and the rest graded as far as it goes."""
    report = report_on(unseen(clean_poses(), range(220, 270)))
    assert "tracking_lost" in report.quality.warnings
    assert report.quality.tracked_fraction == pytest.approx(1 - 50 / len(clean_poses()), abs=0.01)


def test_a_glance_is_too_short() -> None:
    """Two seconds of somebody at rest."""
    report = report_on(Figure().film(Script().stay(2)))
    assert report.quality.warnings == ("too_short",)
    assert report.grade.verdict == "ungradable"
