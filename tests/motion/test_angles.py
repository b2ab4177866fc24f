"""Angles of known figures, from every side that is supported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figure import Camera, Figure, near_side
from script import Script

from posecheck.motion.angles import (
    face_px,
    head_tilt_deg,
    hip_joint_px,
    leg_angles,
    resting_angles,
    uncertainties_deg,
)
from posecheck.motion.body import Body
from posecheck.motion.skeleton import LEGS
from posecheck.motion.track import Tracker
from posecheck.motion.view import View
from posecheck.types import Array, Pose, Side

SIDE_ON = View(0.0, 0.0, 0.0, 1.0, 640, 480)
VIEWS = [(0, 0), (0, 6), (25, 6), (-25, 6), (0, 22), (20, 20), (-20, 15)]


def body(view: View = SIDE_ON) -> Body:
    """Somebody whose hip is in the middle of the picture."""
    return Body(
        t_s=0.0, view=view, foot_view=view, trunk_px=100.0, shoulders_px=np.array([220.0, 240.0]),
        hip_px=np.array([320.0, 240.0]), hip_move=np.zeros(2), lying=True, supine=0.1,
    )  # fmt: skip


def leg(hip: float, knee: float, ankle: float) -> Array:
    """A leg (5, 2) seen straight from the side, feet to the right, drawn by hand."""

    def ray(deg: float) -> Array:
        return np.array([np.cos(np.radians(deg)), -np.sin(np.radians(deg))])

    joints = [np.array([320.0, 240.0])]
    joints.append(joints[0] + 60 * ray(hip))
    joints.append(joints[1] + 60 * ray(hip - knee))
    joints.append(joints[2] + 6 * ray(hip - knee))
    joints.append(joints[3] + 30 * ray(hip - knee + 90 + ankle))
    return np.array(joints)


@pytest.mark.parametrize("place", VIEWS)
def test_the_hip_is_drawn_where_its_angle_is_measured(place: tuple[int, int]) -> None:
    """A leg drawn from the shown hip has the same angles, with nothing left to correct."""
    view = View(*place, 0.0, 1.0, 640, 480)
    corrected = replace(body(view), hip_move=np.array([0.05, -0.2]))
    joints = leg(80, 40, 0)
    shown = hip_joint_px(corrected, joints)
    assert shown[1] > joints[0, 1] + 5  # below its landmark
    drawn = replace(body(view), hip_px=shown)
    assert leg_angles(drawn, joints).hip == pytest.approx(leg_angles(corrected, joints).hip)
    assert leg_angles(drawn, joints).knee == pytest.approx(leg_angles(corrected, joints).knee)


def columns(poses: list[Pose]) -> dict[str, Array]:
    """What a tracker makes of poses: medians of hip, knee and ankle."""
    tracker = Tracker()
    for pose in poses:
        tracker.push(pose)
    tracker.finish()
    return {name: tracker.column(name) for name in ("hip", "knee", "ankle", "confidence")}


@pytest.mark.parametrize("angles", [(80, 25, 0), (90, 0, 20), (60, 90, -40), (5, 5, -20)])
def test_a_leg_drawn_from_the_side_reads_as_it_was_drawn(angles: tuple[float, ...]) -> None:
    """Knee: thigh against shank; hip: thigh against the surface; ankle: foot against shank."""
    found = leg_angles(body(), leg(*angles))
    assert [found.hip, found.knee, found.ankle] == pytest.approx(angles, abs=1e-6)


@pytest.mark.parametrize("angles", [(0, 0, -15), (30, 60, 0)])
def test_a_resting_leg_is_read_from_its_own_hip(angles: tuple[float, ...]) -> None:
    """The resting leg needs no held hip."""
    found = resting_angles(SIDE_ON, leg(*angles) + np.array([40.0, 25.0]))
    assert [found.hip, found.knee, found.ankle] == pytest.approx(angles, abs=1e-6)


def test_a_knee_that_bends_backwards_is_no_knee() -> None:
    """Far over-extended, all three angles are unknown and not a number that looks fine."""
    found = leg_angles(body(), leg(80, -35, 0))
    assert np.isnan([found.hip, found.knee, found.ankle]).all()


def test_a_foot_on_the_wrong_side_of_the_shank_is_not_believed() -> None:
    """The foot flips in pure side views; knee and hip stay known."""
    flipped = leg(80, 25, 0)
    flipped[4] = 2 * flipped[3] - flipped[4]
    found = leg_angles(body(), flipped)
    assert np.isnan(found.ankle)
    assert found.knee == pytest.approx(25, abs=1e-6)


def test_unknown_joints_give_unknown_angles() -> None:
    """Missing is NaN."""
    joints = leg(80, 25, 0)
    joints[1] = np.nan
    found = leg_angles(body(), joints)
    assert np.isnan([found.hip, found.knee]).all()


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("which", ["near", "far"])
@pytest.mark.parametrize(("azimuth", "elevation"), VIEWS)
def test_the_view_costs_no_angle(azimuth: float, elevation: float, which: str, feet: int) -> None:
    """From any supported place the angles are those of the joints, on the near and the far leg.

    But for the foot: toes point out of the sagittal plane, so its view is undone by half only.
    """
    camera = Camera(azimuth=azimuth, elevation=elevation, feet=1 if feet > 0 else -1)
    near = near_side(camera)
    far: Side = "left" if near == "right" else "right"
    figure = Figure(side=near if which == "near" else far, camera=camera, noise_px=0.2)
    seen = columns(figure.still(2.6, fps=15, hip=80, knee=30, ankle=5))
    for name, true, within in (("hip", 80, 2.5), ("knee", 30, 2.5), ("ankle", 5, 8.0)):
        assert np.nanmedian(seen[name]) == pytest.approx(true, abs=within), name


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("roll", [-20, -10, 10, 20])
def test_a_tilted_camera_is_levelled(roll: float, feet: int) -> None:
    """The surface is taken from how the trunk lies; half of the tilt at least is undone."""
    figure = Figure(camera=Camera(roll=roll, feet=1 if feet > 0 else -1))
    seen = columns(figure.still(2.6, fps=15, hip=80, knee=30))
    assert np.nanmedian(seen["hip"]) == pytest.approx(80, abs=0.5 * abs(roll) + 1)
    assert np.nanmedian(seen["knee"]) == pytest.approx(30, abs=2.5)


@pytest.mark.parametrize("size", [0.5, 1.0, 2.5])
def test_size_costs_no_angle(size: float) -> None:
    """A child or a giant, near or far: angles are ratios."""
    camera = Camera(feet=-1, distance_m=2.5 * size)
    figure = Figure(camera=camera, height_m=1.7 * min(size, 1.15), noise_px=0.2)
    seen = columns(figure.still(2.6, fps=15, hip=80, knee=30))
    assert np.nanmedian(seen["knee"]) == pytest.approx(30, abs=1.5)
    assert np.nanmedian(seen["hip"]) == pytest.approx(80, abs=1.5)


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("tilt", [-10, 0, 15, 30])
def test_a_face_that_turns_to_the_feet_is_a_lifted_head(tilt: float, feet: int) -> None:
    """0° looks at the ceiling, positive looks at the feet, whichever way they point."""
    figure = Figure(camera=Camera(elevation=0, feet=1 if feet > 0 else -1), noise_px=0)
    pose = figure.still(0.1, head=tilt)[0]
    assert head_tilt_deg(face_px(pose), feet) == pytest.approx(tilt, abs=3)


def test_doubt_grows_with_the_view_and_with_noise() -> None:
    """An oblique view, jitter or few usable frames widen the band; it never vanishes."""
    calm = np.array(uncertainties_deg(body(), 1.0, 0.0))
    oblique = uncertainties_deg(body(View(30.0, 20.0, 0.0, 1.0, 640, 480)), 1.0, 0.0)
    noisy = uncertainties_deg(body(), 1.0, 5.0)
    assert (calm > 0).all()
    assert (np.array(oblique) > calm).all()
    assert (np.array(noisy) > calm).all()
    assert (np.array(uncertainties_deg(body(), 0.3, 5.0)) > noisy).all()


def test_confidence_is_a_fraction_and_falls_with_noise() -> None:
    """Between 0 and 1, lower where the landmarks jitter."""
    clean = columns(Figure(noise_px=0.1).still(2.6, fps=15))["confidence"]
    noisy = columns(Figure(noise_px=3.0).still(2.6, fps=15))["confidence"]
    assert ((clean >= 0) & (clean <= 1)).all()
    assert np.median(noisy) < np.median(clean)


def test_the_angles_follow_a_moving_leg() -> None:
    """Over a whole exercise the error stays that of the landmarks, a degree at most."""
    figure, script = Figure(), Script().stay(1.6).extend(over_s=2).stay(0.5).pumps(2)
    seen = columns(figure.film(script))
    true = script.at(np.arange(0.0, script.end_s, 0.04))
    for name in ("hip", "knee", "ankle"):
        assert np.nanmean(np.abs(seen[name] - true[name])) < 1.0, name
    assert list(LEGS[0]) == [23, 25, 27, 29, 31]
