"""What ends a live session from the mat: a raised arm, sitting up, leaving."""

from __future__ import annotations

import numpy as np

from posecheck.assess.gesture import SITS_DEG, is_seen, raises_arm, trunk_slope_deg
from posecheck.types import Pose

ARM_PAUSES_S, ARM_ENDS_S, ARM_BLINKS_S = 1.0, 3.0, 0.4
SITS_S, SITS_BLINKS_S = 1.5, 0.3
LEFT_S = 8.0
GAP_S = 1.0  # poses farther apart tell nothing of the time between


class Lasting:
    """For how long something has been so; a blink of the landmarks does not end it."""

    def __init__(self, blink_s: float) -> None:
        self._blink_s = blink_s
        self._since_s = self._last_s = np.nan

    def push(self, now_s: float, so: bool) -> float:
        """Seconds up to now, 0 where it is not so."""
        if so:
            self._since_s = now_s if np.isnan(self._since_s) else self._since_s
            self._last_s = now_s
        elif not now_s - self._last_s <= self._blink_s:
            self._since_s = np.nan
        return float(now_s - self._since_s) if np.isfinite(self._since_s) else 0.0


class Stops:
    """Push every pose; get the name of the end once there is one."""

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
        """0 to 1 of the time after which a raised arm ends the session."""
        return min(self._arm_s / ARM_ENDS_S, 1.0)

    def push(self, pose: Pose) -> str | None:
        """`stopped`, `sat_up`, `left`, or nothing."""
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
