"""Which leg is at work, held through label swaps and collapses.

MediaPipe's left and right are evidence, never identity: seen from the side the two legs can swap
names, or both be drawn onto one leg (full model, rendered people). The working leg is the raised
one; where both labels lie on one leg, the places where the legs were last seen decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np

from posecheck.motion.signals import SAME_S
from posecheck.motion.skeleton import ANKLE, HIP, HIPS, KNEE, LEGS, SHOULDERS, SIDES, midpoint
from posecheck.motion.sliding_window import SlidingWindow
from posecheck.types import Array, Pose, Side

# in trunk lengths; a real leg is at least this far from the other while it is raised
APART = 0.3
# Knee and ankle together stand so much higher than the other's where a leg is raised: a thigh that
# is up makes 1.0 and more, a heel that is drawn to the seat 0.55.
RAISED = 0.45
# The trunk's length is a median over so long, of one look in so long; of the first looks of all.
TRUNK_S, TRUNK_EVERY_S, TRUNK_FIRST_LOOKS = 7.0, 0.5, 5
MEMORY_S = 0.6  # how long a leg is looked for where it was last seen
RESTING_MEMORY_S = 10.0  # the resting leg lies still for longer than both labels leave it
NOWHERE = np.full((5, 2), np.nan)
NOT_APART = NOT_SEEN = -1


@dataclass(frozen=True, slots=True)
class Legs:
    """Both legs in one frame, (5, 2) each: hip, knee, ankle, heel, toe; NaN where not seen."""

    t_s: float
    working_px: Array
    resting_px: Array
    label: int  # 0 or 1, the label on the working leg, or `NOT_APART`
    trunk_px: float  # length from mid-shoulder to mid-hip, held over seconds
    taken: int = NOT_SEEN  # 0 or 1, the label on the leg that is taken for the working one


def _apart(a: Array, b: Array) -> float:
    """Return the mean distance of knee and ankle of two legs (5, 2)."""
    knee, ankle = (a - b)[KNEE : ANKLE + 1].tolist()
    return 0.5 * (hypot(*knee) + hypot(*ankle))


def _higher(legs: Array) -> int:
    """Tell which of two legs (2, 5, 2) has its knee and ankle higher in the picture."""
    return int(np.argmin(legs[:, KNEE, 1] + legs[:, ANKLE, 1]))


def _remembered(seen: tuple[float, Array] | None, t_s: float, for_s: float) -> Array | None:
    """Return a leg that was seen at a time, unless that is too long ago."""
    return seen[1] if seen is not None and t_s - seen[0] <= for_s else None


class LegFollower:
    """Tells the working from the resting leg: push poses in order, get both legs of each."""

    def __init__(self) -> None:
        self._trunks: SlidingWindow[float] = SlidingWindow(TRUNK_S)
        self._size = np.nan
        self._near = 0  # the label of the leg that is nearer to the camera
        self._raised = (-np.inf, 0)  # when a leg was last raised, and its label
        self._working: tuple[float, Array] | None = None
        self._resting: tuple[float, Array] | None = None

    def push(self, pose: Pose) -> Legs:
        """Find the legs of one frame."""
        if not np.isfinite(pose.xy_px[LEGS[0][0], 0]):
            return Legs(pose.t_s, NOWHERE, NOWHERE, NOT_APART, np.nan)
        legs = pose.xy_px[LEGS]
        trunk = midpoint(pose.xy_px, HIPS) - midpoint(pose.xy_px, SHOULDERS)
        self._measure(pose.t_s, trunk)
        self._near = SIDES.index(near_side(1.0 if trunk[0] >= 0 else -1.0))
        taken, other, label = self._split(pose.t_s, legs, self._size)
        working, resting = (NOWHERE if i == NOT_SEEN else legs[i] for i in (taken, other))
        if np.isfinite(working[KNEE, 0]):
            self._working = (pose.t_s, working)
        if np.isfinite(resting[KNEE, 0]):
            self._resting = (pose.t_s, resting)
        return Legs(pose.t_s, working, resting, label, self._size, taken)

    def _measure(self, t_s: float, trunk: Array) -> None:
        """Hold the length of the trunk (2,) as a median of looks now and then."""
        few = len(self._trunks) < TRUNK_FIRST_LOOKS
        if few or t_s - self._trunks.last_s >= TRUNK_EVERY_S - SAME_S:
            self._trunks.push(t_s, float(np.hypot(*trunk)))
            self._size = float(np.median(list(self._trunks)))

    def _split(self, t_s: float, legs: Array, size: float) -> tuple[int, int, int]:
        """Return the labels of the legs taken for the working and the resting one, or `NOT_SEEN`.

        The third is the label that the working leg bears, where the two are apart.

        Parameters
        ----------
        t_s
            The time of the frame.
        legs
            (2, 5, 2) the left and the right one by their labels, in pixels.
        size
            The length of the trunk in pixels.

        """
        up = _higher(legs)
        was_working = _remembered(self._working, t_s, MEMORY_S)
        was_resting = _remembered(self._resting, t_s, RESTING_MEMORY_S)
        working, resting = legs[up], legs[1 - up]
        apart = _apart(working, resting) / size
        lifted = (legs[:, HIP, 1] - legs[:, KNEE, 1]).min() / size > APART
        if apart < APART and lifted:  # both up, or both names on the one that is
            return self._meant(t_s), NOT_SEEN, NOT_APART
        if apart < APART and was_working is not None and was_resting is not None:
            if _apart(was_working, was_resting) / size < APART:
                return self._unraised(t_s)
            # both labels lie on one leg: the other was not seen
            if _apart(working, was_working) <= _apart(working, was_resting):
                return up, NOT_SEEN, NOT_APART
            return NOT_SEEN, 1 - up, NOT_APART
        above = (resting - working)[KNEE : ANKLE + 1, 1].sum() / size
        if apart > APART and above > RAISED:
            self._raised = (t_s, up)
            return up, 1 - up, up
        return self._unraised(t_s)

    def _unraised(self, t_s: float) -> tuple[int, int, int]:
        """Return the same where neither is clearly raised."""
        one = self._meant(t_s)
        return one, 1 - one, NOT_APART

    def _meant(self, t_s: float) -> int:
        """Return the label of the leg that was raised a moment ago, else of the near one.

        The near one is seen better: on photographs of people with both feet on the floor its knee
        is read 8 degrees better than that of the leg that happens to be higher.
        """
        at_s, label = self._raised
        return label if t_s - at_s <= MEMORY_S else self._near


VOTES_MIN = 5  # looks with a label, before anything is said
CLEAR = 0.6  # share of the labels that must agree


class SideJudge:
    """Judges the anatomical side: what most looks call the raised leg, else the side that is near.

    Fresh looks of the heavy model name the raised leg right on all rendered and photographed
    clips, the near and the far one (measured). Where looks disagree the legs hide each other,
    which happens while the near one works.
    """

    def __init__(self) -> None:
        self._votes = np.zeros(2)

    def push(self, label: int) -> None:
        """Count the label of the raised leg; negative where there is none."""
        if label >= 0:
            self._votes[label] += 1

    def side(self, feet: float) -> Side | None:
        """Return the working side of a supine body whose feet point right (+1) or left (-1).

        It is None before enough looks have told.
        """
        seen = self._votes.sum()
        if seen < VOTES_MIN:
            return None
        if self._votes.max() / seen < CLEAR:
            return near_side(feet)
        return "left" if self._votes[0] > self._votes[1] else "right"


def near_side(feet: float) -> Side:
    """Return the side that a supine body turns to the camera.

    Parameters
    ----------
    feet
        +1 where the feet point to the picture's right, -1 to the left.

    """
    return "left" if feet < 0 else "right"
