"""Angles of known figures: those of the picture, and how far they may be off."""

from __future__ import annotations

import numpy as np
import pytest
from figure import Camera, Figure, near_side
from hypothesis import given
from hypothesis import strategies as st
from script import Script

from posecheck.motion.angles import (
    ankle_from_hip,
    face_px,
    head_tilt_deg,
    leg_angles,
    uncertainties_deg,
)
from posecheck.motion.body import Body
from posecheck.motion.calibration import FULL, HEAVY
from posecheck.motion.track import Tracker
from posecheck.motion.view import View
from posecheck.types import Array, Pose, Side

SIDE_ON = View(0.0, 0.0, 0.0, 1.0)
VIEWS = [(0, 0), (0, 6), (25, 6), (-25, 6), (0, 22), (20, 20), (-20, 15)]
JOINTS = ("hip", "knee", "ankle")
postures = st.tuples(st.floats(-20, 120), st.floats(0, 130), st.floats(-60, 40))


def body(view: View = SIDE_ON) -> Body:
    """Somebody whose hip is in the middle of the picture."""
    return Body(
        t_s=0.0, view=view, trunk_px=100.0, shoulders_px=np.array([220.0, 240.0]),
        hip_px=np.array([320.0, 240.0]), lying=True, supine=0.1,
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


def read(joints_px: Array, view: View = SIDE_ON) -> list[float]:
    """Hip, knee and ankle of a leg."""
    found = leg_angles(view, joints_px)
    return [found.hip, found.knee, found.ankle]


def columns(poses: list[Pose]) -> dict[str, Array]:
    """What a tracker makes of poses."""
    tracker = Tracker()
    for pose in poses:
        tracker.push(pose)
    tracker.finish()
    table = tracker.measured().table
    names = (*(f"{j}_deg" for j in JOINTS), *(f"{j}_band_deg" for j in JOINTS), "confidence")
    return {name: getattr(table, name) for name in names}


@given(postures)
def test_a_leg_drawn_from_the_side_reads_as_it_was_drawn(angles: tuple[float, ...]) -> None:
    """Knee: thigh against shank; hip: thigh against the surface; ankle: foot against shank."""
    assert read(leg(*angles)) == pytest.approx(angles, abs=1e-6)


@given(postures, st.floats(0.2, 5.0), st.floats(-900, 900), st.floats(-900, 900))
def test_a_leg_that_is_moved_scaled_or_mirrored_reads_the_same(
    angles: tuple[float, ...], scale: float, x: float, y: float
) -> None:
    """The picture's size and place mean nothing, nor which way the feet point."""
    moved = scale * leg(*angles) + [x, y]
    assert read(moved) == pytest.approx(angles, abs=1e-6)
    mirrored = moved * [-1, 1]
    assert read(mirrored, View(0.0, 0.0, 0.0, -1.0)) == pytest.approx(angles, abs=1e-6)


@pytest.mark.parametrize("feet", [1, -1])
@given(angles=postures, tilt=st.floats(-20, 20))
def test_a_picture_that_is_turned_with_its_surface_reads_the_same(
    feet: int, angles: tuple[float, ...], tilt: float
) -> None:
    """The hip is measured against the surface, which rises towards the feet by its slope."""
    c, s = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    turned = leg(*angles) @ np.array([[c, -s], [s, c]]) * [feet, 1]
    assert read(turned, View(0.0, 0.0, tilt, float(feet))) == pytest.approx(angles, abs=1e-6)


def test_a_knee_that_bends_backwards_is_no_knee() -> None:
    """Far over-extended, all three angles are unknown and not a number that looks fine."""
    assert np.isnan(read(leg(80, -35, 0))).all()


def test_a_foot_on_the_wrong_side_of_the_shank_is_not_believed() -> None:
    """The foot flips in pure side views; knee and hip stay known."""
    flipped = leg(80, 25, 0)
    flipped[4] = 2 * flipped[3] - flipped[4]
    hip, knee, ankle = read(flipped)
    assert np.isnan(ankle)
    assert [hip, knee] == pytest.approx([80, 25], abs=1e-6)


@pytest.mark.parametrize(("joint", "unknown"), [(1, [0, 1, 2]), (2, [0, 1, 2]), (4, [2])])
def test_unknown_joints_give_unknown_angles(joint: int, unknown: list[int]) -> None:
    """Missing is NaN, and takes nothing along that does not depend on it."""
    joints = leg(80, 25, 0)
    joints[joint] = np.nan
    assert np.flatnonzero(np.isnan(read(joints))).tolist() == unknown


def test_where_the_ankle_is_from_its_hip() -> None:
    """Along the surface to the feet, and up from it, in trunk lengths."""
    assert ankle_from_hip(body(), leg(0, 0, 0)) == pytest.approx([1.2, 0.0])
    assert ankle_from_hip(body(), leg(90, 0, 0)) == pytest.approx([0.0, 1.2])
    mirrored = leg(0, 0, 0) * [-1, 1]
    assert ankle_from_hip(body(View(0, 0, 0, -1)), mirrored) == pytest.approx([1.2, 0.0])


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("which", ["near", "far"])
@pytest.mark.parametrize(("azimuth", "elevation"), VIEWS)
def test_the_band_holds_what_the_view_costs(
    azimuth: float, elevation: float, which: str, feet: int
) -> None:
    """Angles are those of the picture; from any supported place the true ones lie in their bands.

    Seen straight from the side nothing is lost.
    """
    camera = Camera(azimuth=azimuth, elevation=elevation, feet=1 if feet > 0 else -1)
    near = near_side(camera)
    far: Side = "left" if near == "right" else "right"
    figure = Figure(side=near if which == "near" else far, camera=camera, noise_px=0.2)
    seen = columns(figure.still(2.6, fps=15, hip=80, knee=30, ankle=5))
    for name, true in (("hip", 80), ("knee", 30), ("ankle", 5)):
        off = abs(np.nanmedian(seen[f"{name}_deg"]) - true)
        assert off < np.nanmedian(seen[f"{name}_band_deg"]), name
        if azimuth == 0 and elevation <= 6:
            assert off < 2, name


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize(("roll", "left"), [(-20, 0.5), (-10, 0.8), (10, 0.8), (20, 0.5)])
def test_a_tilted_camera_is_levelled(roll: float, left: float, feet: int) -> None:
    """The surface is taken from how the trunk lies, more so where that leaves less doubt.

    What is left of the tilt lies in the hip's band; the knee knows nothing of it.
    """
    figure = Figure(camera=Camera(roll=roll, feet=1 if feet > 0 else -1))
    seen = columns(figure.still(2.6, fps=15, hip=80, knee=30))
    off = abs(np.nanmedian(seen["hip_deg"]) - 80)
    assert off < left * abs(roll) + 1
    assert off < np.nanmedian(seen["hip_band_deg"])
    assert np.nanmedian(seen["knee_deg"]) == pytest.approx(30, abs=2.5)


@pytest.mark.parametrize("size", [0.5, 1.0, 2.5])
def test_size_costs_no_angle(size: float) -> None:
    """A child or a giant, near or far: angles are ratios."""
    camera = Camera(feet=-1, distance_m=2.5 * size)
    figure = Figure(camera=camera, height_m=1.7 * min(size, 1.15), noise_px=0.2)
    seen = columns(figure.still(2.6, fps=15, hip=80, knee=30))
    assert np.nanmedian(seen["knee_deg"]) == pytest.approx(30, abs=1.5)
    assert np.nanmedian(seen["hip_deg"]) == pytest.approx(80, abs=1.5)


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("tilt", [-10, 0, 15, 30])
def test_a_face_that_turns_to_the_feet_is_a_lifted_head(tilt: float, feet: int) -> None:
    """0° looks at the ceiling, positive looks at the feet, whichever way they point."""
    figure = Figure(camera=Camera(elevation=0, feet=1 if feet > 0 else -1), noise_px=0)
    pose = figure.still(0.1, head=tilt)[0]
    assert head_tilt_deg(face_px(pose), feet) == pytest.approx(tilt, abs=3)


def test_doubt_grows_with_the_view_and_with_noise() -> None:
    """An oblique view, jitter or few usable frames widen the band; it never vanishes."""

    def bands(view: View = SIDE_ON, support: float = 1.0, noise_px: float = 0.0) -> Array:
        return np.array(uncertainties_deg(body(view), support, noise_px, HEAVY))

    assert bands() == pytest.approx(
        [1.96 * sd for sd in (HEAVY.hip_sd_deg, HEAVY.knee_sd_deg, HEAVY.ankle_sd_deg)]
    )
    assert (bands(View(30.0, 20.0, 0.0, 1.0)) > bands()).all()
    assert (bands(noise_px=5.0) > bands()).all()
    assert (bands(support=0.3, noise_px=5.0) > bands(noise_px=5.0)).all()
    assert np.isnan(bands(View(np.nan, np.nan, 0.0, 1.0))).all()


def test_the_band_is_that_of_the_model() -> None:
    """What one model is known to be off by is not what another is."""
    heavy, full = (uncertainties_deg(body(), 1.0, 1.0, c) for c in (HEAVY, FULL))
    assert full[0] > heavy[0]


def test_confidence_is_a_fraction_and_falls_with_noise() -> None:
    """Between 0 and 1, lower where the landmarks jitter."""
    clean = columns(Figure(noise_px=0.1).still(2.6, fps=15))["confidence"]
    noisy = columns(Figure(noise_px=3.0).still(2.6, fps=15))["confidence"]
    assert ((clean >= 0) & (clean <= 1)).all()
    assert np.median(noisy) < np.median(clean)


@pytest.mark.parametrize("fps", [10, 25])
def test_the_angles_follow_a_moving_leg(fps: float) -> None:
    """Over a whole exercise the error stays that of the landmarks, a degree and a half at most."""
    figure, script = Figure(), Script().stay(1.6).extend(over_s=2).stay(0.5).pumps(2)
    seen = columns(figure.film(script, fps=fps))
    true = script.at(np.arange(0.0, script.end_s, 1 / fps))
    for name in JOINTS:
        assert np.nanmean(np.abs(seen[f"{name}_deg"] - true[name])) < 1.5, name
