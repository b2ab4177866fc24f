"""The landmark model on single frames of the samples."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from posecheck.types import Pose
from posecheck.vision.frames import Frame, VideoSource
from posecheck.vision.mediapipe_landmarker import MediaPipeLandmarker
from posecheck.vision.person_finder import READ_S

SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"


def first_frame(name: str) -> Frame:
    with VideoSource(SAMPLES / f"{name}.mp4") as source:
        return next(iter(source))


@pytest.fixture(scope="module")
def lying() -> Frame:
    return first_frame("pump_left_side")


def others_in(frame: Frame, model: Path) -> int:
    """How many people beside the followed one the first looks find."""
    with MediaPipeLandmarker(model) as landmarker:
        landmarker.look(frame)
        pose = landmarker.look(replace(frame, t_s=frame.t_s + READ_S))
    assert np.isfinite(pose.xy_px).all()
    return pose.others


def test_one_person_is_alone(lying: Frame, model_path: Path) -> None:
    """Furniture, pictures on the wall and the person themselves are nobody else."""
    assert others_in(lying, model_path) == 0


@pytest.mark.parametrize("other", ["bend_right_oblique", "pump_right_table"])
def test_somebody_who_lies_beside_is_seen(lying: Frame, other: str, model_path: Path) -> None:
    """Neither fills enough of the picture to be found in the whole of it."""
    both = np.ascontiguousarray(np.hstack([lying.image, first_frame(other).image]))
    assert others_in(replace(lying, image=both), model_path) == 1


def test_every_look_is_a_fresh_one(model_path: Path) -> None:
    """What was seen before leaves no trace in what is seen now."""
    with VideoSource(SAMPLES / "pump_left_side.mp4") as source:
        frames = list(itertools.islice(source, 100, 108))
    with MediaPipeLandmarker(model_path) as landmarker:
        after_others = [landmarker.look(frame) for frame in frames][-1]
        landmarker.reset()
        alone = landmarker.look(frames[-1])
    np.testing.assert_array_equal(after_others.xy_px, alone.xy_px)


def test_where_nobody_is_there_is_nobody(model_path: Path) -> None:
    """All NaN, in pixels of the full picture, whose brightness is known."""
    empty = Frame(0, 0.0, np.full((120, 160, 3), 51, np.uint8), scale=0.5)
    with MediaPipeLandmarker(model_path) as landmarker:
        landmarker.warm_up()
        pose = landmarker.look(empty)
    assert np.isnan(pose.xy_px).all()
    assert np.isnan(pose.visibility).all()
    assert (pose.width_px, pose.height_px, pose.others, pose.touched) == (320, 240, 0, False)
    assert pose.brightness == pytest.approx(0.2)


def test_what_is_done_meanwhile_is_done_once_and_changes_nothing(model_path: Path) -> None:
    """A pose does not depend on what else is done while the model is at work."""
    name, done, seen = SAMPLES / "pump_left_side.mp4", list[int](), list[list[Pose]]()
    for busy in (False, True):
        with VideoSource(name) as source, MediaPipeLandmarker(model_path) as landmarker:
            frames = itertools.islice(source, 8)
            tasks = (partial(done.append, i) if busy else None for i in itertools.count())
            seen.append([landmarker.look(f, task) for f, task in zip(frames, tasks, strict=False)])
    assert done == list(range(8))
    for one, other in zip(*seen, strict=True):
        np.testing.assert_array_equal(one.xy_px, other.xy_px)


def test_what_fails_meanwhile_is_told_and_everything_can_be_closed(
    lying: Frame, model_path: Path
) -> None:
    with MediaPipeLandmarker(model_path) as landmarker, pytest.raises(ZeroDivisionError):
        landmarker.look(lying, lambda: print(1 / 0))
    assert not [t for t in threading.enumerate() if t.name.startswith("posecheck-")]
