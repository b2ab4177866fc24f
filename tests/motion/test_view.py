"""The view from the body itself, and perspective undone."""

from __future__ import annotations

import numpy as np
import pytest
from figure import CENTRE, Camera, Figure, near_side

from posecheck.motion.skeleton import HIPS, SHOULDERS, midpoint
from posecheck.motion.view import RestingLeg, Trunk, View, estimate_view


def estimated(camera: Camera) -> View:
    """What is made of one frame without noise."""
    xy = Figure(camera=camera, noise_px=0).still(0.1)[0].xy_px
    left, right = xy[SHOULDERS[0]], xy[SHOULDERS[1]]
    near, far = (left, right) if near_side(camera) == "left" else (right, left)
    size = (camera.width_px, camera.height_px)
    return estimate_view(Trunk(near, far, midpoint(xy, HIPS)), size, None)


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


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("roll", [-20, -12, 12, 20])
def test_a_tilted_camera_gives_a_roll_of_the_same_sense(roll: float, feet: int) -> None:
    """The roll of the view turns the picture back, never farther away."""
    view = estimated(facing(feet, roll=roll))
    assert 0.3 * abs(roll) < view.roll_deg * np.sign(roll) < 1.3 * abs(roll)


@pytest.mark.parametrize("feet", [1, -1])
def test_a_level_camera_is_left_level(feet: int) -> None:
    """Without a slope of the trunk there is no roll."""
    assert estimated(facing(feet)).roll_deg == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("feet", [1, -1])
def test_lifted_hips_are_no_tilted_camera(feet: int) -> None:
    """With the feet on the floor the trunk alone slopes; where both do, it is the camera."""
    shoulders, foot = np.array([320.0 - 100 * feet, 300.0]), np.array([320.0 + 150 * feet, 300.0])
    lifted = Trunk(shoulders, shoulders, np.array([320.0, 250.0]))
    alone = estimate_view(lifted, (640, 480), None)
    both = estimate_view(lifted, (640, 480), RestingLeg(foot, 0.0, False))
    assert abs(alone.roll_deg) > 15
    assert abs(both.roll_deg) < 2
    down_to_it = RestingLeg(shoulders + 2.5 * (lifted.hips_px - shoulders), 0.0, False)
    tilted = estimate_view(lifted, (640, 480), down_to_it)
    assert tilted.roll_deg == pytest.approx(alone.roll_deg, abs=1)


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize(
    "place", [(0, 0, 0), (25, 10, 0), (-30, 25, 0), (10, 5, 15), (-20, 20, -10)]
)
def test_pixels_go_back_into_the_sagittal_plane(
    place: tuple[float, float, float], feet: int
) -> None:
    """What a pinhole did to points of one plane is undone, up to one scale."""
    azimuth, elevation, roll = place
    camera = facing(feet, azimuth=azimuth, elevation=elevation, roll=roll)
    view = View(azimuth, elevation, roll, feet, camera.width_px, camera.height_px)
    points = CENTRE + np.array([[0, 0, 0], [0.3, 0, 0.1], [-0.4, 0, -0.2], [0.1, 0, 0.5]])
    placed = view.plane(camera.project(points), camera.project(points[0]))
    true = (points - points[0])[:, [0, 2]]
    scale = np.hypot(*placed[1]) / np.hypot(*true[1])
    assert placed == pytest.approx(scale * true, abs=1e-9)
    for point, put in zip(points, placed, strict=True):
        back = view.pixel(put, camera.project(points[0]))
        assert back == pytest.approx(camera.project(point), abs=1e-6)


@pytest.mark.parametrize("feet", [1, -1])
def test_a_point_off_the_plane_is_put_there_when_its_offset_is_known(feet: int) -> None:
    """The other hip lies beside: with its distance it comes to the same place."""
    camera = facing(feet, azimuth=20, elevation=15)
    view = View(20, 15, 0, feet, camera.width_px, camera.height_px)
    near, far = (CENTRE + np.array([0, y, 0]) for y in (-0.1, 0.1))
    to_plane = (near - (CENTRE - camera.distance_m * camera.axes()[2]))[1]
    placed = view.plane(camera.project(far), camera.project(near), 0.2 / to_plane)
    assert placed == pytest.approx(np.zeros(2), abs=1e-9)
    assert np.hypot(*view.plane(camera.project(far), camera.project(near))) > 0.01


def test_nobody_has_no_view() -> None:
    """NaN landmarks give NaN angles, and no warning."""
    blind = np.full(2, np.nan)
    view = estimate_view(Trunk(blind, blind, blind), (640, 480), None)
    assert np.isnan([view.azimuth_deg, view.elevation_deg]).all()
