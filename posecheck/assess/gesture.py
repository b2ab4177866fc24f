"""What a single pose tells of the person beside the leg: whether somebody lies, sits, or waves."""

from __future__ import annotations

import numpy as np

from posecheck.motion.skeleton import HIPS, LEGS, NOSE, SHOULDERS, WRISTS, midpoint
from posecheck.types import Mask, Pose

ELBOWS = (13, 14)
# Slope of the trunk in the picture. A lying one slopes by up to 20° in rendered views; between
# the two nothing is said.
LIES_DEG, SITS_DEG = 40.0, 55.0
# In trunk lengths: a raised arm is about 1.1 long. Hands that hold the thigh stay below 0.3
# above the shoulder and beyond 0.7 along the trunk (12 rendered clips).
ARM_UP, ARM_AWAY, ELBOW_UP = 0.6, 0.7, 0.15
ARM_SEEN = 0.5  # visibility


def is_seen(pose: Pose) -> bool:
    """Whether anybody is in the picture."""
    return bool(np.isfinite(pose.xy_px[NOSE, 0]))


def trunk_px(pose: Pose) -> float:
    """From the middle of the shoulders to the middle of the hips, NaN where nobody is seen."""
    xy = pose.xy_px
    return float(np.hypot(*(midpoint(xy, HIPS) - midpoint(xy, SHOULDERS))))


def trunk_slope_deg(pose: Pose) -> float:
    """How steep the trunk stands in the picture: 0° lies, 90° is upright; NaN if not seen."""
    xy = pose.xy_px
    along, up = np.abs(midpoint(xy, HIPS) - midpoint(xy, SHOULDERS))
    return float(np.degrees(np.arctan2(up, along)))


def is_inside(pose: Pose) -> bool:
    """Whether head, trunk and both legs lie within the picture."""
    body = pose.xy_px[[NOSE, *SHOULDERS, *HIPS, *LEGS.ravel().tolist()]]
    size = np.array([pose.width_px, pose.height_px])
    return bool(((body >= 0) & (body <= size)).all())


def raises_arm(pose: Pose) -> bool:
    """Whether a hand is held high above its shoulder, away from the leg, of somebody who lies."""
    if not trunk_slope_deg(pose) < LIES_DEG:
        return False
    xy = pose.xy_px
    trunk = trunk_px(pose)
    shoulders, elbows, wrists = (xy[list(pair)] for pair in (SHOULDERS, ELBOWS, WRISTS))
    high = (shoulders - wrists)[:, 1] > ARM_UP * trunk
    above = np.abs((shoulders - wrists)[:, 0]) < ARM_AWAY * trunk
    bent = (shoulders - elbows)[:, 1] > ELBOW_UP * trunk
    sure = pose.visibility[list(WRISTS)] >= ARM_SEEN
    raised: Mask = high & above & bent & sure
    return bool(raised.any())
