"""Which leg is at work, held through label swaps and collapses.

MediaPipe's left and right are evidence, never identity: seen from the side the two legs can swap
names, or both be drawn onto one leg (full model, rendered people). The working leg is the raised
one; where both labels lie on one leg, the places where the legs were last seen decide.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import hypot

import numpy as np

from posecheck.motion.skeleton import ANKLE, HIP, HIPS, KNEE, LEGS, SHOULDERS, midpoint
from posecheck.types import Array, Pose

# in trunk lengths; a real leg is at least this far from the other while it is raised
APART = 0.3
TRUNK_EVERY = 5
MEMORY_S = 0.6  # how long a leg is looked for where it was last seen
RESTING_MEMORY_S = 10.0  # the resting leg lies still for longer than both labels leave it
NOWHERE = np.full((5, 2), np.nan)
NOT_APART = -1


@dataclass(frozen=True, slots=True)
class Legs:
    """Both legs in one frame, (5, 2) each: hip, knee, ankle, heel, toe; NaN where not seen."""

    t_s: float
    working_px: Array
    resting_px: Array
    label: int  # 0 or 1, the label on the working leg, or `NOT_APART`
    trunk_px: float  # length from mid-shoulder to mid-hip, held over seconds
    higher: int = NOT_APART  # 0 or 1, the label on the higher leg, apart or not


def _apart(a: Array, b: Array) -> float:
    """Mean distance of knee and ankle of two legs (5, 2)."""
    knee, ankle = (a - b)[KNEE : ANKLE + 1].tolist()
    return 0.5 * (hypot(*knee) + hypot(*ankle))


def _higher(legs: Array) -> int:
    """Which of two legs (2, 5, 2) has its knee and ankle higher in the picture."""
    return int(np.argmin(legs[:, KNEE, 1] + legs[:, ANKLE, 1]))


class LegFollower:
    """Push poses in order, get both legs of each."""

    def __init__(self) -> None:
        self._trunks: deque[float] = deque(maxlen=15)
        self._count = 0
        self._size = np.nan
        self._working: tuple[float, Array] | None = None
        self._resting: tuple[float, Array] | None = None

    def push(self, pose: Pose) -> Legs:
        """The legs of one frame."""
        if not np.isfinite(pose.xy_px[LEGS[0][0], 0]):
            return Legs(pose.t_s, NOWHERE, NOWHERE, NOT_APART, np.nan)
        self._measure(pose)
        legs = pose.xy_px[LEGS]
        working, resting, label = self._split(pose.t_s, legs, self._size)
        if np.isfinite(working[KNEE, 0]):
            self._working = (pose.t_s, working)
        if np.isfinite(resting[KNEE, 0]):
            self._resting = (pose.t_s, resting)
        return Legs(pose.t_s, working, resting, label, self._size, _higher(legs))

    def _measure(self, pose: Pose) -> None:
        """Hold the trunk's length as a median of every few looks."""
        if self._count < 5 or self._count % TRUNK_EVERY == 0:
            trunk = midpoint(pose.xy_px, SHOULDERS) - midpoint(pose.xy_px, HIPS)
            self._trunks.append(float(np.hypot(*trunk)))
            self._size = float(np.median(self._trunks))
        self._count += 1

    def _known(
        self, seen: tuple[float, Array] | None, t_s: float, for_s: float = MEMORY_S
    ) -> Array | None:
        return seen[1] if seen is not None and t_s - seen[0] <= for_s else None

    def _split(self, t_s: float, legs: Array, size: float) -> tuple[Array, Array, int]:
        """Working and resting leg of (2, 5, 2), and which label the working leg bears."""
        up = _higher(legs)
        working, resting = legs[up], legs[1 - up]
        apart = _apart(working, resting) / size
        lifted = (legs[:, HIP, 1] - legs[:, KNEE, 1]).min() / size > APART
        if apart < APART and lifted:  # both up, or both names on the one that is
            return working, NOWHERE, NOT_APART
        was_working = self._known(self._working, t_s)
        was_resting = self._known(self._resting, t_s, RESTING_MEMORY_S)
        if apart < APART and was_working is not None and was_resting is not None:
            if _apart(was_working, was_resting) / size < APART:
                return working, resting, NOT_APART
            # both labels lie on one leg: the other was not seen
            if _apart(working, was_working) <= _apart(working, was_resting):
                return working, NOWHERE, NOT_APART
            return NOWHERE, resting, NOT_APART
        above = (resting - working)[KNEE : ANKLE + 1, 1].sum() / size
        clear = apart > APART and above > APART
        return working, resting, up if clear else NOT_APART
