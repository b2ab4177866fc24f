"""The landmark model on single frames of the samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecheck.vision.frames import Frame, VideoSource
from posecheck.vision.landmarker import Landmarker

SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"


def first_frame(name: str) -> Frame:
    with VideoSource(SAMPLES / f"{name}.mp4") as source:
        return next(iter(source))


@pytest.fixture(scope="module")
def lying() -> Frame:
    return first_frame("pump_left_side")


def others_in(frame: Frame, model: Path) -> int:
    """How many people beside the followed one the first look finds."""
    with Landmarker(model) as landmarker:
        pose = landmarker.look(frame)
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
