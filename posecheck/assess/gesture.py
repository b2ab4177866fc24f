"""What a pose tells of the person beside the leg, and what ends a session from the mat."""

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
    """Tell whether anybody is in the picture."""
    return bool(np.isfinite(pose.xy_px[NOSE, 0]))


def trunk_px(pose: Pose) -> float:
    """Return the length from mid-shoulder to mid-hip, NaN where nobody is seen."""
    xy = pose.xy_px
    return float(np.hypot(*(midpoint(xy, HIPS) - midpoint(xy, SHOULDERS))))


def trunk_slope_deg(pose: Pose) -> float:
    """Return how steep the trunk stands in the picture: 0° lies, 90° is upright.

    It is NaN where nobody is seen.
    """
    xy = pose.xy_px
    along, up = np.abs(midpoint(xy, HIPS) - midpoint(xy, SHOULDERS))
    return float(np.degrees(np.arctan2(up, along)))


def is_inside(pose: Pose) -> bool:
    """Tell whether head, trunk and both legs lie within the picture."""
    body = pose.xy_px[[NOSE, *SHOULDERS, *HIPS, *LEGS.ravel().tolist()]]
    size = np.array([pose.width_px, pose.height_px])
    return bool(((body >= 0) & (body <= size)).all())


def raises_arm(pose: Pose) -> bool:
    """Tell whether somebody who lies holds a hand high above its shoulder, away from the leg."""
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


ARM_PAUSES_S, ARM_ENDS_S, ARM_BLINKS_S = 1.0, 3.0, 0.4
SITS_S, SITS_BLINKS_S = 1.5, 0.3
LEFT_S = 8.0
GAP_S = 1.0  # poses farther apart tell nothing of the time between


class Lasting:
    """Measures for how long something has been so; a blink of the landmarks does not end it."""

    def __init__(self, blink_s: float) -> None:
        self._blink_s = blink_s
        self._since_s = self._last_s = np.nan

    def push(self, now_s: float, so: bool) -> float:
        """Return the seconds up to now, 0 where it is not so."""
        if so:
            self._since_s = now_s if np.isnan(self._since_s) else self._since_s
            self._last_s = now_s
        elif not now_s - self._last_s <= self._blink_s:
            self._since_s = np.nan
        return float(now_s - self._since_s) if np.isfinite(self._since_s) else 0.0


class Stops:
    """Sees what ends a session: push every pose; get the name of the end once there is one."""

    def __init__(self) -> None:
        self._now_s = np.nan
        self._begin()

    def _begin(self) -> None:
        self._arm, self._sits = Lasting(ARM_BLINKS_S), Lasting(SITS_BLINKS_S)
        self._gone = Lasting(0.0)
        self._arm_s = 0.0

    @property
    def paused(self) -> bool:
        """Whether an arm is up for long enough to pause."""
        return self._arm_s >= ARM_PAUSES_S

    @property
    def ending(self) -> float:
        """The share, 0 to 1, of the time after which a raised arm ends the session."""
        return min(self._arm_s / ARM_ENDS_S, 1.0)

    def push(self, pose: Pose) -> str | None:
        """Take the next pose; return `stopped`, `sat_up`, `left`, or nothing."""
        if pose.t_s - self._now_s > GAP_S:
            self._begin()
        now = self._now_s = pose.t_s
        seen = is_seen(pose)
        self._arm_s = self._arm.push(now, seen and raises_arm(pose))
        sits_s = self._sits.push(now, seen and trunk_slope_deg(pose) > SITS_DEG)
        gone_s = self._gone.push(now, not seen)
        if self._arm_s >= ARM_ENDS_S:
            return "stopped"
        if sits_s >= SITS_S:
            return "sat_up"
        return "left" if gone_s >= LEFT_S else None
