"""A part of a picture with black around it, and landmarks back in pixels of the whole."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.motion.calibration import FRAME_SIDE
from posecheck.motion.people import Window
from posecheck.vision.detections import NOBODY, padded_crop, same_person
from posecheck.vision.frames import Frame
from posecheck.vision.mediapipe_landmarker import detections

WIDE, HIGH = 64, 48
windows = st.tuples(
    st.integers(0, 30), st.integers(0, 20), st.integers(32, WIDE), st.integers(22, HIGH)
)


def found_at(x: float, y: float) -> SimpleNamespace:
    """What a model gives for one person whose landmarks are all in one place, in shares."""
    mark = SimpleNamespace(x=x, y=y, visibility=0.5)
    return SimpleNamespace(pose_landmarks=[[mark] * 33])


@given(windows, st.sampled_from([1.0, 0.5]), st.data())
def test_a_pixel_that_is_found_is_the_pixel_of_the_whole_picture(
    window: tuple[int, int, int, int], scale: float, data: st.DataObject
) -> None:
    """Whatever part was looked at, and however small the picture is that was handed over."""
    left, top, right, bottom = window
    x, y = (data.draw(st.integers(a, b - 1)) for a, b in ((left, right), (top, bottom)))
    image = np.zeros((HIGH, WIDE, 3), np.uint8)
    image[y, x] = 255
    whole: Window = (left / scale, top / scale, right / scale, bottom / scale)
    part, offset = padded_crop(image, whole, scale)
    ((py, px),) = np.argwhere(part[..., 0] == 255)
    (found,) = detections(found_at(px / part.shape[1], py / part.shape[0]), part)
    seen = found.in_whole(offset, scale)
    assert seen.xy_px[0] == pytest.approx([x / scale, y / scale], abs=1e-3)
    assert seen.visibility[0] == 0.5


@pytest.mark.parametrize("window", [None, (10.0, 5.0, 30.0, 45.0)])
def test_the_part_lies_in_the_middle_of_a_black_square(window: Window | None) -> None:
    image = np.full((HIGH, WIDE, 3), 200, np.uint8)
    part, _ = padded_crop(image, window, 1.0)
    width, height = (WIDE, HIGH) if window is None else (20, 40)
    assert part.flags.c_contiguous
    assert part.shape == (side := round(FRAME_SIDE * max(width, height)), side, 3)
    rows, columns = (np.flatnonzero((part[..., 0] == 200).any(axis=a)) for a in (1, 0))
    assert (len(rows), len(columns)) == (height, width)
    for edge in (rows, columns):
        assert abs(edge[0] - (side - 1 - edge[-1])) <= 1
    assert (part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] == 200).all()


def test_a_window_that_reaches_out_of_the_picture_holds_what_there_is() -> None:
    """As around somebody whose hips are out of the picture."""
    image = np.full((HIGH, WIDE, 3), 200, np.uint8)
    part, _ = padded_crop(image, (40.0, 10.0, 90.0, 60.0), 1.0)
    assert (part == 200).sum() == 3 * (WIDE - 40) * (HIGH - 10)


def test_the_size_is_that_of_the_full_picture() -> None:
    frame = Frame(0, 0.0, np.zeros((HIGH, WIDE, 3), np.uint8), scale=0.5)
    assert frame.size_px == (2 * WIDE, 2 * HIGH)


def test_nobody_is_nobody_else() -> None:
    assert not same_person(NOBODY, NOBODY)
