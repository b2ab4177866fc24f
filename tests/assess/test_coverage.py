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

from posecheck.assess.coverage import Sight, judge
from posecheck.assess.prescription import Prescription
from posecheck.types import WARNINGS, Pose, Quality, Report

N = 500


def sight(**changes: Any) -> Sight:
    """Twenty seconds seen well, the exercise in the middle."""
    times = np.arange(N) * 0.04
    one, none = np.ones(N), np.zeros(N)
    good = Sight(
        times, one, one, one * 0.9, one, one, one * 0.18, none + 3, none + 6, none,
        one, (times > 4) & (times < 16), (times > 3) & (times < 17),
    )  # fmt: skip
    return replace(good, **changes)


def judged(**changes: Any) -> Quality:
    return judge(sight(**changes), Prescription.default())


def part(share: float, value: float = 0.0, other: float = 1.0) -> np.ndarray[Any, Any]:
    """`value` for a first share of the frames."""
    return np.where(np.arange(N) < share * N, value, other)


IDLE: dict[str, Any] = {"exercising": np.zeros(N, bool), "moving": np.zeros(N, bool)}
BAD: dict[str, dict[str, Any]] = {
    "no_person": {"tracked": np.zeros(N), "usable": np.zeros(N), **IDLE},
    "not_supine": {"lying": part(0.8)},
    "not_side_on": {"azimuth_deg": np.full(N, 48.0)},
    "too_small": {"size": np.full(N, 0.05)},
    "out_of_frame": {"inside": part(0.5)},
    "second_person": {"others": part(0.7, 1.0, 0.0)},
    "tracking_lost": {"usable": np.where(np.abs(np.arange(N) - 250) < 30, 0.0, 1.0)},
    "legs_uncertain": {"confidence": part(0.6, 0.2, 0.9)},
    "other_leg_unseen": {"other_leg": part(0.8)},
    "too_short": {
        "t_s": np.arange(N) * 0.004, **IDLE,
    },
}  # fmt: skip


def test_a_good_view_has_no_warning() -> None:
    """Everything seen: fractions of 1, the view as it is."""
    quality = judged()
    assert quality.warnings == quality.notes == ()
    assert (quality.tracked_fraction, quality.usable_fraction) == (1.0, 1.0)
    assert (quality.view_azimuth_deg, quality.view_elevation_deg) == (3.0, 6.0)


@pytest.mark.parametrize("warning", [w for w in WARNINGS if w != "cut_off"])
def test_each_warning_has_its_cause_and_says_what_to_do(warning: str) -> None:
    """One cause, one warning, one sentence; only the file itself tells that it is cut off."""
    quality = judged(**BAD[warning])
    assert quality.warnings == (warning,)
    assert len(quality.notes) == 1
    assert quality.notes[0].endswith(".")


@pytest.mark.parametrize("degrees", [-48.0, 48.0])
def test_the_view_may_be_too_far_off_either_way(degrees: float) -> None:
    """Towards the head or the feet, from above or below."""
    for axis in ("azimuth_deg", "elevation_deg"):
        assert judged(**{axis: np.full(N, degrees)}).warnings == ("not_side_on",)


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


def test_the_other_leg_must_be_seen_in_every_set() -> None:
    """Raised in the second set alone, it is unseen in less than half of the exercise."""
    times = np.arange(N) * 0.04
    second = (times > 11) & (times < 15)
    sets = {"exercising": ((times > 4) & (times < 9)) | second}
    assert judged(**sets).warnings == ()
    assert judged(**sets, other_leg=1.0 - second).warnings == ("other_leg_unseen",)


def test_no_frame_at_all_is_nobody() -> None:
    """An empty clip has numbers that say so."""
    empty = np.empty(0)
    nothing: dict[str, Any] = {f.name: empty for f in fields(Sight)}
    quality = judge(
        Sight(**{**nothing, "exercising": empty > 0, "moving": empty > 0}), Prescription.default()
    )
    assert "no_person" in quality.warnings
    assert (quality.tracked_fraction, quality.usable_fraction) == (0.0, 0.0)


def seen_by(**place: Any) -> Report:
    figure = Figure(camera=Camera(feet=-1, **place))
    return report_on(figure.film(clean_script(), fps=15))


@pytest.mark.parametrize(
    ("camera", "warning", "graded"),
    [
        ({"azimuth": -44.0}, "not_side_on", False),
        ({"elevation": 44.0}, "not_side_on", False),
        ({"distance_m": 7.0}, "too_small", True),
        ({"distance_m": 1.2}, "out_of_frame", True),
    ],
)
def test_a_camera_in_the_wrong_place_is_named(
    camera: dict[str, float], warning: str, graded: bool
) -> None:
    """Too oblique is not graded; too far or too near is, as long as the leg was seen."""
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
    assert report.quality.warnings == ("other_leg_unseen",)
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
