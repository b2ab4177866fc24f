"""What is painted over, and what is left alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from posecheck.motion.looks import Stroke
from posecheck.types import Array
from posecheck.vision.hiding import RING, Brush, Image

HIGH, WIDE, HALF = 90, 160, 9.0
places = st.tuples(st.floats(-40, WIDE + 40), st.floats(-40, HIGH + 40))


def scene() -> Image:
    """A dark leg on a light mat."""
    image = np.full((HIGH, WIDE, 3), 200, np.uint8)
    image[40:50, 40:120] = (60, 40, 30)
    return image


def away(line: Array) -> Array:
    """How far each pixel (h, w) lies from a line of points, by many points of it."""
    share = np.linspace(0, 1, 60)[:, None]
    points = np.concatenate([a + share * (b - a) for a, b in pairwise(line)])
    y, x = np.mgrid[:HIGH, :WIDE]
    nearest: Array = np.hypot(x[..., None] - points[:, 0], y[..., None] - points[:, 1]).min(-1)
    return nearest


def test_the_leg_takes_the_colour_of_the_mat() -> None:
    before = scene()
    after = Brush().paint(before, Stroke(np.array([[40.0, 45.0], [120.0, 45.0]]), HALF), 1.0)
    assert (after[42:48, 42:118] == 200).all()
    assert (before == scene()).all()


@given(line=st.lists(places, min_size=2, max_size=4), scale=st.sampled_from([0.5, 1.0]))
def test_only_the_stroke_is_painted(line: list[tuple[float, float]], scale: float) -> None:
    """In a picture of half the size, the stroke lies at half of its pixels."""
    points = np.array(line)
    after = Brush().paint(scene(), Stroke(points / scale, HALF / scale), scale)
    outside = away(points) > RING * HALF  # of its middle; the edge ends before
    assert (after[outside] == scene()[outside]).all()


def test_one_brush_paints_as_a_new_one_does() -> None:
    """It keeps a stroke's shape for the next picture only if that is of the same size."""
    line = np.array([[30.0, 30.0], [100.0, 60.0]])
    brush, strokes = Brush(), [Stroke(line, HALF), Stroke(line[::-1] + 7, HALF / 2)]
    for stroke in strokes:
        for scale in (1.0, 0.7, 1.0):
            kept, new = brush.paint(scene(), stroke, scale), Brush().paint(scene(), stroke, scale)
            assert (kept == new).all()
