"""Which leg is at work, held through label swaps and collapses.

MediaPipe's left and right are evidence, never identity: seen from the side the two legs swap
names from frame to frame, or are both drawn onto one leg (measured). The working leg is the
raised one; where both labels lie on one leg, the places where the legs were last seen decide.
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
TOGETHER = 0.22
LIMB_CHANGE = 0.3  # share by which the limbs of the two legs may differ in the picture
TRUNK_EVERY = 5
MEMORY_S = 0.6  # how long a leg is looked for where it was last seen
PAINTED_S = 0.25  # a gap so short is bridged
BOTH = 0.06  # trunk lengths: the two names lie on one leg, and their mean is better than either
# Of the distance between the two: labels as far from where the leg was lie on either side of it.
STRADDLE = 0.5
NAME_IS_WORTH = 0.04  # trunk lengths by which the usual name may lie farther away
LEAP = 0.45  # trunk lengths that no knee and ankle travel while they are remembered
RESTING_MEMORY_S = 10.0  # the resting leg lies still for longer than both labels leave it
NOWHERE = np.full((5, 2), np.nan)
NOT_APART, LEG_HIDDEN = -1, -2


@dataclass(frozen=True, slots=True)
class Legs:
    """Both legs in one frame, (5, 2) each: hip, knee, ankle, heel, toe; NaN where not seen."""

    t_s: float
    working_px: Array
    resting_px: Array
    label: int  # 0 or 1, the label on the working leg; `NOT_APART`, or `LEG_HIDDEN`
    hidden: bool  # from the look with the resting leg hidden
    trunk_px: float  # length from mid-shoulder to mid-hip, held over seconds
    seen_px: Array  # (5, 2): the working leg as this look shows it, even where it is not believed
    higher: int = NOT_APART  # 0 or 1, the label on the higher leg of a plain look, apart or not


def _apart(a: Array, b: Array) -> float:
    """Mean distance of knee and ankle of two legs (5, 2)."""
    knee, ankle = (a - b)[KNEE : ANKLE + 1].tolist()
    return 0.5 * (hypot(*knee) + hypot(*ankle))


def _higher(legs: Array) -> int:
    """Which of two legs (2, 5, 2) has its knee and ankle higher in the picture."""
    return int(np.argmin(legs[:, KNEE, 1] + legs[:, ANKLE, 1]))


def _alike(a: Array, b: Array) -> bool:
    """Whether thigh and shank of two legs (5, 2) are about as long."""
    limbs = [np.hypot(*np.diff(leg[[HIP, KNEE, ANKLE]], axis=0).T) for leg in (a, b)]
    return bool((np.abs(limbs[0] / limbs[1] - 1) < LIMB_CHANGE).all())


class LegFollower:
    """Push poses in order, get both legs of each."""

    def __init__(self) -> None:
        self._trunks: deque[float] = deque(maxlen=15)
        self._count = 0
        self._labels: deque[int] = deque(maxlen=10)
        self._size = np.nan
        self._working: tuple[float, Array] | None = None
        self._painted: tuple[float, Array] | None = None
        self._resting: tuple[float, Array] | None = None

    def push(self, pose: Pose) -> Legs:
        """The legs of one frame; a look with the resting leg hidden is preferred where taken."""
        plain = bool(np.isfinite(pose.xy_px[LEGS[0][0], 0]))
        hidden = bool(np.isfinite(pose.hidden_xy_px[LEGS[0][0], 0]))
        if plain:
            self._measure(pose)
        if not (plain or hidden) or not self._trunks:
            return Legs(pose.t_s, NOWHERE, NOWHERE, NOT_APART, hidden, np.nan, NOWHERE)
        size = self._size
        working, resting, label = (
            self._split(pose.t_s, pose.xy_px[LEGS], size)
            if plain
            else (NOWHERE, NOWHERE, NOT_APART)
        )
        seen = working
        if hidden:
            label = LEG_HIDDEN
            seen = working = self._pick(pose.t_s, pose.hidden_xy_px[LEGS], size)
            if np.isfinite(working[KNEE, 0]):
                self._painted = (pose.t_s, working)
        else:
            painted = self._known(self._painted, pose.t_s)
            if painted is not None and not _apart(working, painted) / size < TOGETHER:
                # a look that is wrong in one leg is no evidence for the other
                working, resting, label = NOWHERE, NOWHERE, NOT_APART
            elif painted is not None and not _alike(resting, painted):
                resting = NOWHERE  # drawn in between the legs
            if self._known(self._painted, pose.t_s, PAINTED_S) is not None:
                working = NOWHERE  # the painted looks around know better, the foot above all
        if label >= 0:
            self._labels.append(label)
        self._remember(pose.t_s, working, resting)
        higher = _higher(pose.xy_px[LEGS]) if plain else NOT_APART
        return Legs(pose.t_s, working, resting, label, hidden, size, seen, higher)

    def _measure(self, pose: Pose) -> None:
        """Hold the trunk's length as a median of every few plain looks."""
        if self._count < 5 or self._count % TRUNK_EVERY == 0:
            trunk = midpoint(pose.xy_px, SHOULDERS) - midpoint(pose.xy_px, HIPS)
            self._trunks.append(float(np.hypot(*trunk)))
            self._size = float(np.median(self._trunks))
        self._count += 1

    def _remember(self, t_s: float, working: Array, resting: Array) -> None:
        if np.isfinite(working[KNEE, 0]):
            self._working = (t_s, working)
        if np.isfinite(resting[KNEE, 0]):
            self._resting = (t_s, resting)

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

    def _name(self) -> int | None:
        """The label that the working leg bore of late, if it was always the same."""
        names = set(self._labels)
        return names.pop() if len(names) == 1 and len(self._labels) >= 4 else None

    def _pick(self, t_s: float, legs: Array, size: float) -> Array:
        """The working leg among (2, 5, 2) of a look in which the resting leg was hidden."""
        was_working = self._known(self._painted, t_s)
        if was_working is None:
            was_working = self._known(self._working, t_s)
        was_resting = self._known(self._resting, t_s)
        away = [] if was_working is None else [_apart(leg, was_working) for leg in legs]
        if not away or min(away) / size > LEAP:
            return NOWHERE  # only a plain look can tell
        if _apart(legs[0], legs[1]) / size < BOTH:
            return np.asarray(legs.mean(axis=0))
        named = self._name()
        if named is not None and away[named] < min(away) + NAME_IS_WORTH * size:
            return np.asarray(legs[named])
        leg = legs[int(np.argmin(away))]
        if was_resting is not None and _apart(leg, was_resting) < min(away):
            return NOWHERE
        apart = _apart(legs[0], legs[1])
        if apart / size < TOGETHER and abs(away[0] - away[1]) < STRADDLE * apart:
            return np.asarray(legs.mean(axis=0))
        return np.asarray(leg)
