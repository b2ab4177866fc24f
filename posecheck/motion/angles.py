"""Joint angles of one smoothed frame, as they are seen in the picture, and how sure they are.

Knee flexion: thigh against shank, 0° = straight. Hip flexion: thigh against the lying surface.
Ankle dorsiflexion: heel-to-toe against ankle-to-knee, 0° = square, positive towards the shin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from posecheck.motion.body import Body
from posecheck.motion.calibration import PER_VIEW_DEG, Calibration
from posecheck.motion.skeleton import ANKLE, EARS, HEEL, HIP, KNEE, NOSE, TOE, midpoint
from posecheck.motion.view import View
from posecheck.types import Array, Pose

# No knee bends backwards by so much, no foot points so far up or down the shank.
KNEE_MIN_DEG = -20.0
ANKLE_RANGE_DEG = (-75.0, 50.0)
MOUTH, EYES = (9, 10), (2, 5)
# Degrees of uncertainty for a jitter as large as the trunk: 0.6 for a hundredth of it.
PER_NOISE = 60.0
SUPPORT_MIN = 0.2  # share of the looks around: with fewer the jitter is not taken for larger still
BAND_PER_SD = 1.96  # half of a 95 % band, in standard deviations of a normal distribution


@dataclass(frozen=True, slots=True)
class LegAngles:
    """The joint angles of one leg in degrees; NaN where one is unknown."""

    hip: float
    knee: float
    ankle: float


def leg_angles(view: View, joints_px: Array) -> LegAngles:
    """Measure the angles of a leg as they are seen in the picture.

    Parameters
    ----------
    view
        From where the camera looks.
    joints_px
        (5, 2) hip, knee, ankle, heel, toe in pixels.

    Returns
    -------
    LegAngles
        All are NaN where the knee seems to bend backwards.

    """
    placed = view.upright(joints_px)
    thigh, shank = placed[KNEE] - placed[HIP], placed[ANKLE] - placed[KNEE]
    knee = _turn(_direction(thigh) - _direction(shank))
    if not knee > KNEE_MIN_DEG:
        return LegAngles(np.nan, np.nan, np.nan)
    return LegAngles(_direction(thigh), knee, _ankle(shank, placed[TOE] - placed[HEEL]))


def ankle_from_hip(body: Body, joints_px: Array) -> Array:
    """Measure where the ankle of a leg is from its hip.

    Parameters
    ----------
    body
        It gives the view and the length of the trunk.
    joints_px
        (5, 2) hip, knee, ankle, heel, toe in pixels.

    Returns
    -------
    Array
        (2,) along the lying surface to the feet and up from it, in trunk lengths.

    """
    placed: Array = body.view.upright(joints_px[ANKLE] - joints_px[HIP]) / body.trunk_px
    return placed


def _direction(v: Array) -> float:
    x, z = v.tolist()
    return math.degrees(math.atan2(z, x))


def _turn(degrees: float) -> float:
    return (degrees + 180.0) % 360.0 - 180.0


def _ankle(shank: Array, foot: Array) -> float:
    ankle = _turn(_direction(foot) - _direction(shank)) - 90.0
    # beyond these the foot is drawn on the wrong side of the shank
    return ankle if ANKLE_RANGE_DEG[0] < ankle < ANKLE_RANGE_DEG[1] else np.nan


def face_px(pose: Pose) -> Array:
    """Return the way from ears to nose and from eyes to mouth, (2, 2) in pixels.

    It is NaN where nobody is seen.
    """
    xy = pose.xy_px
    forward = xy[NOSE] - midpoint(xy, EARS)
    return np.array([forward, midpoint(xy, MOUTH) - midpoint(xy, EYES)])


def head_tilt_deg(face: Array, feet: float) -> float:
    """Tell which way a face looks: 0° to the ceiling, positive towards the feet.

    Lifting the head from the pillow turns the face, and turns it farther than it raises the
    ears (rendered people: 15-20° of 28, against 0.06 trunk lengths).

    Parameters
    ----------
    face
        (2, 2) in pixels, as `face_px` returns it.
    feet
        +1 where the feet point to the picture's right, -1 to the left.

    """
    forward, down = face
    # a face that looks up has its mouth towards the feet
    looks = np.arctan2(forward[0] * feet, -forward[1]), np.arctan2(down[1], down[0] * feet)
    return float(np.degrees(0.5 * (looks[0] + looks[1])))


def uncertainties_deg(
    body: Body, support: float, noise_px: float, calibration: Calibration
) -> tuple[float, float, float]:
    """Return half of the 95 % band of hip, knee and ankle angle (degrees).

    Parameters
    ----------
    body
        It gives the view, which widens the bands, and the length of the trunk.
    support
        Share of the looks around that could be used, 0 to 1.
    noise_px
        Spread of the looks around the smoothed joints, in pixels.
    calibration
        The lasting errors of the landmark model.

    """
    oblique = np.hypot(body.view.azimuth_deg, body.view.elevation_deg) * PER_VIEW_DEG
    noise = PER_NOISE * noise_px / body.trunk_px / max(support, SUPPORT_MIN)
    c = calibration
    hip, knee, ankle = (
        BAND_PER_SD * float(np.sqrt(lasting**2 + oblique**2 + noise**2))
        for lasting in (c.hip_sd_deg, c.knee_sd_deg, c.ankle_sd_deg)
    )
    return hip, knee, ankle
