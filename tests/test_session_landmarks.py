"""Landmarks of one's own: pixels and times are enough, and all else has defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import posecheck
from posecheck.errors import InputError
from posecheck.motion.calibration import LITE
from posecheck.session import Session
from posecheck.types import Pose, Report

DATA = Path(__file__).parent / "data"
NOWHERE = np.full((33, 2), np.nan)


def pushed(name: str, every: int = 1, **what: Any) -> Report:
    session = posecheck.Session()
    for pose in posecheck.load_poses(DATA / f"{name}.npz")[::every]:
        session.push_landmarks(pose.t_s, pose.xy_px, **what)
    return session.finish()


@pytest.mark.parametrize(
    ("name", "reps", "verdict"),
    [("pump_left_side", 6, "pass"), ("fault_knee_not_held", 6, "needs_work")],
)
def test_pixels_and_times_are_enough(name: str, reps: int, verdict: str) -> None:
    for report in (pushed(name), pushed(name, size_px=(640, 480)), pushed(name, every=2)):
        assert (len(report.reps), report.grade.verdict) == (reps, verdict)
        assert report.quality.warnings == ()
    known = posecheck.load_poses(DATA / f"{name}.npz")
    session = Session(calibration=LITE)
    for pose in known:
        session.push(pose)
    for mine, theirs in zip(report.reps, session.finish().reps, strict=True):
        assert mine.range_deg == pytest.approx(theirs.range_deg, abs=3)


def test_the_clip_is_what_the_landmarks_say_of_it() -> None:
    clip = pushed("pump_left_side", every=2, size_px=(640, 480)).clip
    assert (clip.width_px, clip.height_px, clip.frames) == (640, 480, 277)
    assert clip.duration_s == pytest.approx(277 * 0.08)
    report = Session().finish()
    assert (report.clip.frames, report.clip.duration_s) == (0, 0.0)
    assert report.grade.verdict == "ungradable"
    assert report.model.sha256 is None


def test_nobody_and_single_unknown_landmarks_are_unknown() -> None:
    session = Session()
    for i in range(100):
        session.push_landmarks(i / 10, None if i % 2 else NOWHERE)
    assert session.finish().quality.warnings == ("no_person",)
    pose = Pose.of(1, [[1, 2]] * 32 + [[np.inf, 3]], (100, 50))
    assert np.isnan(pose.xy_px[32]).all()
    assert pose.visibility.tolist() == [1.0] * 32 + [0.0]
    report = pushed("pump_left_side", visibility=np.full(33, 0.9))
    assert len(report.reps) == 6


def test_without_a_size_the_picture_is_as_large_as_the_landmarks_reach() -> None:
    xy = np.linspace((10, 20), (300.5, 200), 33)
    assert (Pose.of(0, xy).width_px, Pose.of(0, xy).height_px) == (301, 200)
    assert (Pose.of(0, None).width_px, Pose.of(0, None).height_px) == (1, 1)


def test_the_uncertainty_of_an_unknown_model_is_the_widest() -> None:
    unknown, heavy = pushed("pump_left_side"), Session()
    for pose in posecheck.load_poses(DATA / "pump_left_side.npz"):
        heavy.push(pose)
    tension, narrow = unknown.tension, heavy.finish().tension
    assert tension is not None
    assert narrow is not None
    assert tension.uncertainty_deg > narrow.uncertainty_deg


@pytest.mark.parametrize(
    "wrong",
    [
        {"xy_px": np.zeros((17, 2))}, {"xy_px": np.zeros((33, 3))}, {"xy_px": "landmarks"},
        {"xy_px": [[1, 2], [3]]}, {"visibility": [1.0]}, {"t_s": np.nan}, {"t_s": np.inf},
        {"size_px": (0, 10)}, {"size_px": (10, np.nan)},
    ],
)  # fmt: skip
def test_what_are_no_landmarks_is_one_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Session().push_landmarks(**{"t_s": 0.0, "xy_px": NOWHERE, **wrong})


def test_times_must_rise() -> None:
    session = Session()
    session.push_landmarks(1.0, None)
    for again in (1.0, 0.5):
        with pytest.raises(InputError, match="in order of time"):
            session.push_landmarks(again, None)
    session.push_landmarks(1.1, None)
    assert session.finish().clip.frames == 2
