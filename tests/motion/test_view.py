"""The view from the body itself, and what is up in the picture."""

from __future__ import annotations

import numpy as np
import pytest
from figure import Camera, Figure, near_side
from hypothesis import given
from hypothesis import strategies as st

from posecheck.motion.skeleton import HIPS, SHOULDERS, midpoint
from posecheck.motion.view import Trunk, View, estimate_view

slopes, feet_ways = st.floats(-40, 40), st.sampled_from([1.0, -1.0])


def trunk(camera: Camera) -> Trunk:
    """What is seen in one frame without noise."""
    xy = Figure(camera=camera, noise_px=0).still(0.1)[0].xy_px
    left, right = xy[SHOULDERS[0]], xy[SHOULDERS[1]]
    near, far = (left, right) if near_side(camera) == "left" else (right, left)
    return Trunk(near, far, midpoint(xy, HIPS))


def estimated(camera: Camera) -> View:
    """What is made of it."""
    return estimate_view(trunk(camera), (camera.width_px, camera.height_px))


def facing(feet: int, **where: float) -> Camera:
    return Camera(feet=1 if feet > 0 else -1, **where)  # type: ignore[arg-type]


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("azimuth", [-30, -10, 0, 10, 30])
@pytest.mark.parametrize("elevation", [0, 10, 25])
def test_azimuth_and_elevation_are_read_off_the_shoulders(
    azimuth: float, elevation: float, feet: int
) -> None:
    """Within 3°, the spread on rendered people; from the head end positive, from above positive."""
    view = estimated(facing(feet, azimuth=azimuth, elevation=elevation))
    assert view.feet == feet
    assert view.azimuth_deg == pytest.approx(azimuth, abs=3)
    assert view.elevation_deg == pytest.approx(elevation, abs=3)


@pytest.mark.parametrize("azimuth", [-25, 0, 25])
@pytest.mark.parametrize(("across", "down", "feet"), [(3, 3, 1), (-1, 1, -1), (-0.5, 0.5, -1)])
def test_a_picture_that_is_scaled_or_mirrored_has_the_same_view(
    azimuth: float, across: float, down: float, feet: float
) -> None:
    """More pixels mean nothing; a mirror exchanges the sides and which way the feet point."""
    camera = Camera(azimuth=azimuth, elevation=15, roll=10)
    seen, width, height = trunk(camera), camera.width_px, camera.height_px
    one = estimate_view(seen, (width, height))
    points = (seen.near_px, seen.far_px, seen.hips_px)
    moved = Trunk(*(p * [across, down] + [width * abs(min(across, 0)), 0] for p in points))
    other = estimate_view(moved, (width * abs(across), height * down))
    assert other.feet == feet
    for name in ("azimuth_deg", "elevation_deg", "slope_deg"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), abs=1e-9), name


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("roll", [-20, -12, 12, 20])
def test_a_tilted_camera_gives_a_slope_of_the_same_sense(roll: float, feet: int) -> None:
    """What the surface seems to rise by is believed in part, and never more than it is."""
    sense = np.sign(roll) * feet
    slope = estimated(facing(feet, roll=roll)).slope_deg * -sense
    assert 0.15 * abs(roll) < slope < 1.1 * abs(roll)


@pytest.mark.parametrize("feet", [1, -1])
def test_a_level_camera_is_left_level(feet: int) -> None:
    """Without a slope of the trunk there is none of the surface."""
    assert estimated(facing(feet)).slope_deg == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("feet", [1, -1])
def test_lifted_hips_are_no_tilted_camera(feet: int) -> None:
    """With the feet on the floor the trunk alone slopes; where both do, it is the camera."""
    shoulders, foot = np.array([320.0 - 100 * feet, 300.0]), np.array([320.0 + 150 * feet, 300.0])
    lifted = Trunk(shoulders, shoulders, np.array([320.0, 250.0]))
    alone = estimate_view(lifted, (640, 480))
    both = estimate_view(lifted, (640, 480), foot)
    assert alone.slope_deg > 15
    assert abs(both.slope_deg) < 2
    down_to_it = shoulders + 2.5 * (lifted.hips_px - shoulders)
    tilted = estimate_view(lifted, (640, 480), down_to_it)
    assert tilted.slope_deg == pytest.approx(alone.slope_deg, abs=1)
    unseen = estimate_view(lifted, (640, 480), np.full(2, np.nan))
    assert unseen == alone


@given(slopes, feet_ways)
def test_along_the_surface_is_along_and_off_it_is_up(slope: float, feet: float) -> None:
    """A vector that rises as the surface does is level; square to it, to the ceiling, is up."""
    c, s = np.cos(np.radians(slope)), np.sin(np.radians(slope))
    view = View(0.0, 0.0, slope, feet)
    pixels = np.array([[feet * c, -s], [-feet * s, -c]])
    assert view.upright(pixels) == pytest.approx(np.eye(2), abs=1e-12)


@given(slopes, feet_ways, st.floats(-500, 500), st.floats(-500, 500))
def test_turning_keeps_lengths(slope: float, feet: float, x: float, y: float) -> None:
    placed = View(0.0, 0.0, slope, feet).upright(np.array([x, y]))
    assert np.hypot(*placed) == pytest.approx(np.hypot(x, y), abs=1e-9)


def test_nobody_has_no_view() -> None:
    """NaN landmarks give NaN angles, and no warning."""
    blind = np.full(2, np.nan)
    view = estimate_view(Trunk(blind, blind, blind), (640, 480))
    assert np.isnan([view.azimuth_deg, view.elevation_deg]).all()
    assert view.slope_deg == 0
