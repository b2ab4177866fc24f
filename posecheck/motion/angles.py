"""Joint angles of one smoothed frame, in the sagittal plane of the leg, and how sure they are.

Knee flexion: thigh against shank, 0° = straight. Hip flexion: thigh against the lying surface.
Ankle dorsiflexion: heel-to-toe against ankle-to-knee, 0° = square, positive towards the shin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from posecheck.motion.body import Body
from posecheck.motion.skeleton import ANKLE, EARS, HEEL, HIP, KNEE, NOSE, TOE, midpoint
from posecheck.motion.view import View
from posecheck.types import Array, Pose

# No knee bends backwards by so much, no foot points so far up or down the shank.
KNEE_MIN_DEG = -20.0
ANKLE_RANGE_DEG = (-75.0, 50.0)
MOUTH, EYES = (9, 10), (2, 5)

# Standard deviation of an angle's lasting error on rendered people (degrees), the hip's from 24
# that nothing was tuned to, the knee's so that the band holds at the tension (69 of 71), and how
# much a degree of doubt about the view or a hundredth of a trunk length of jitter adds.
LASTING_DEG = {"hip": 3.8, "knee": 4.6, "ankle": 4.6}
PER_VIEW_DEG = 0.05
PER_NOISE = 60.0


@dataclass(frozen=True, slots=True)
class LegAngles:
    """Degrees; NaN where unknown."""

    hip: float
    knee: float
    ankle: float


def leg_angles(body: Body, joints_px: Array) -> LegAngles:
    """The angles of the working leg (5, 2) with the hip held where `body` has it."""
    joint, knee, shank = _placed(body, joints_px)
    foot = body.foot_view.plane(joints_px[KNEE:], body.hip_px)
    ankle = _ankle(foot[ANKLE - KNEE] - foot[0], foot[TOE - KNEE] - foot[HEEL - KNEE])
    return _angles(knee - joint, shank, ankle)


def knee_flexion_deg(body: Body, joints_px: Array) -> float:
    """The knee's angle alone, as in `leg_angles`."""
    joint, knee, shank = _placed(body, joints_px)
    return _angles(knee - joint, shank, np.nan).knee


def hip_joint_px(body: Body, joints_px: Array) -> Array:
    """Where the hip joint (2,) is seen that `leg_angles` measures from."""
    joint, _, _ = _placed(body, joints_px)
    return body.view.pixel(joint, body.hip_px)


def _placed(body: Body, joints_px: Array) -> tuple[Array, Array, Array]:
    """Hip joint, knee and shank of the working leg (5, 2) in the sagittal plane, (2,) each."""
    knee, ankle = body.view.plane(joints_px[[KNEE, ANKLE]], body.hip_px)
    shank = ankle - knee
    return body.hip_move * float(np.hypot(*shank)), knee, shank


def resting_angles(view: View, joints_px: Array) -> LegAngles:
    """The angles of the resting leg (5, 2), the landmarks as they are."""
    placed = view.plane(joints_px, joints_px[HIP])
    shank = placed[ANKLE] - placed[KNEE]
    return _angles(placed[KNEE] - placed[HIP], shank, _ankle(shank, placed[TOE] - placed[HEEL]))


def resting_ankle(body: Body, joints_px: Array) -> Array:
    """Where the ankle of the resting leg (5, 2) is from its hip: (2,) X, Z in trunk lengths."""
    view = body.view
    trunk = float(np.hypot(*view.plane(body.shoulders_px, body.hip_px)))
    placed: Array = view.plane(joints_px[ANKLE], joints_px[HIP]) / trunk
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


def _angles(thigh: Array, shank: Array, ankle: float) -> LegAngles:
    knee = _turn(_direction(thigh) - _direction(shank))
    if not knee > KNEE_MIN_DEG:
        return LegAngles(np.nan, np.nan, np.nan)
    return LegAngles(_direction(thigh), knee, ankle)


def face_px(pose: Pose) -> Array:
    """Ears to nose and forehead to mouth, (2, 2) in pixels; NaN where nobody is seen."""
    xy = pose.xy_px if np.isfinite(pose.xy_px[NOSE, 0]) else pose.hidden_xy_px
    forward = xy[NOSE] - midpoint(xy, EARS)
    return np.array([forward, midpoint(xy, MOUTH) - midpoint(xy, EYES)])


def head_tilt_deg(face: Array, feet: float) -> float:
    """Which way a `face_px` looks: 0° to the ceiling, positive towards the feet.

    Lifting the head from the pillow turns the face, and turns it farther than it raises the
    ears (rendered people: 15-20° of 28, against 0.06 trunk lengths).
    """
    forward, down = face
    # a face that looks up has its mouth towards the feet
    looks = np.arctan2(forward[0] * feet, -forward[1]), np.arctan2(down[1], down[0] * feet)
    return float(np.degrees(0.5 * (looks[0] + looks[1])))


def uncertainties_deg(body: Body, support: float, noise_px: float) -> tuple[float, float, float]:
    """Half of the 95 % band of hip, knee and ankle angle (degrees)."""
    oblique = np.hypot(body.view.azimuth_deg, body.view.elevation_deg) * PER_VIEW_DEG
    noise = PER_NOISE * noise_px / body.trunk_px / max(support, 0.2)
    hip, knee, ankle = (
        1.96 * float(np.sqrt(LASTING_DEG[j] ** 2 + oblique**2 + noise**2))
        for j in ("hip", "knee", "ankle")
    )
    return hip, knee, ankle
