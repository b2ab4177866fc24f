"""Which look a frame needs: as it is, or with the resting leg hidden.

Seen from the side the model cannot tell the near leg from the far one and settles between the
two. Hidden under paint, the resting leg no longer pulls: outliers fell from up to 72 % of the
frames to 3 % (measured). So frames are looked at as they are until the legs conflict, then with
the resting leg hidden, but for a plain look now and then that says where the resting leg is.
One look a frame: a second one would halve the speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecheck.motion.conflict import ANKLE_OFF, KNEE_OFF, conflict, off_places
from posecheck.motion.lately import Lately
from posecheck.motion.skeleton import ANKLE, HIP, HIPS, KNEE, LEGS, SHOULDERS, TOE, midpoint
from posecheck.motion.working_leg import LegFollower, Legs
from posecheck.types import Array, Pose

RECENT_S = 1.2
COMPARE_S = 0.16  # between two comparisons, which cost half a millisecond each
MIN_PLAIN = 6  # plain looks before anything is hidden
HIDE_S = 3.0  # without a conflict before plain looks are trusted again
# The paint itself can do harm, where the resting leg was drawn off its place: in 4 of 57 rendered
# clips a third to two thirds of a moment's painted looks were off, and less than half as many
# plain ones. Then the picture is left as it is for a while. Elsewhere up to 0.3 were, and as many
# plain ones or more. Once it has done harm, only plain looks that are much worse call for it again.
HARM, WORSE, HARM_LOOKS, LEFT_ALONE_S = 0.25, 2.0, 12, 10.0
HARM_SHARE = 0.6  # of the looks of a moment, where they are too few for that
CONFLICT_AFTER_HARM = 0.3
# Painted and plain looks may disagree because the paint does harm: so many plain looks,
# every other one, now and then, show whether the legs still conflict. Less often each time they do.
PROBE = 6
PROBE_S, PROBE_MAX_S = 2.0, 30.0
PLAIN_EVERY_S = 0.3
# In trunk lengths above its own hip: in every plain look of 47 rendered clips the higher of the
# working leg's knee and ankle stood above 0.46, the ankle above 0.09. Where no leg is raised there
# is nothing to tell apart, and on real pictures of people with both legs down, or both feet on the
# floor, the painted looks made a raised leg up.
RAISED, FOOT_UP = 0.3, 0.0
RESTING_S = 2.5  # the resting leg is where it was seen over so long
MOVED = 0.12  # farther than this from there, in trunk lengths, it has moved
AGREE = 0.12  # so near to each other must the looks be that say so
HALF_WIDTH = 0.2  # of the stroke that hides it, in trunk lengths


@dataclass(frozen=True, slots=True)
class Stroke:
    """What to paint over: a line of points (k, 2) in pixels and half its width."""

    line_px: Array
    half_width_px: float


class LookPlanner:
    """Ask `plan()` before each frame, `push` the pose that came of it."""

    def __init__(self) -> None:
        self._follower = LegFollower()
        self._plain: Lately[Legs] = Lately(2 * RECENT_S)  # in between painted ones too
        self._painted: Lately[Legs] = Lately(RECENT_S)
        self._anew_s = -np.inf  # plain looks until then do not tell whether the legs conflict now
        self._left_alone_s = -np.inf
        self._resting: Lately[Array] = Lately(RESTING_S)
        self._worked: tuple[float, Array] | None = None  # last seen with the other leg hidden
        self._conflict_s = -np.inf
        self._probe: list[Legs] | None = None
        self._probe_at_s = np.inf
        self._probe_every_s = PROBE_S
        self._last_plain_s = -np.inf
        self._compared_s = -np.inf
        self._now_s = -np.inf
        self._step_s = 0.04
        self._stroke: Stroke | None = None
        self._raised = False

    def plan(self) -> Stroke | None:
        """The stroke to paint before the next look, or None for a plain look."""
        next_s = self._now_s + self._step_s
        if not self._raised or not self._hiding(next_s):
            return None
        # plain looks in a row would leave a gap: nothing is measured on them
        every_s = 1.5 * self._step_s if self._probe is not None else PLAIN_EVERY_S
        if next_s - self._last_plain_s >= every_s:
            return None
        return self._stroke

    def push(self, pose: Pose) -> None:
        """Take the pose of the frame that was planned."""
        legs = self._follower.push(pose)
        if np.isfinite(self._now_s):
            self._step_s = min(0.9 * self._step_s + 0.1 * (pose.t_s - self._now_s), 0.2)
        self._now_s = pose.t_s
        if not np.isfinite(legs.trunk_px):
            return
        if legs.hidden:
            self._worked = (pose.t_s, legs.working_px)
            if not np.isfinite(legs.working_px[KNEE, 0]):
                self._last_plain_s = -np.inf  # the paint missed: look again where the legs are
            self._painted.push(pose.t_s, legs)
            self._leave_alone(pose.t_s)
            return
        self._last_plain_s = pose.t_s
        self._plain.push(pose.t_s, legs)
        self._raised = leg_raised(pose.xy_px)
        if self._hiding(pose.t_s):
            self._prove(legs)
        elif pose.t_s >= self._left_alone_s and self._conflict(pose.t_s):
            if self._probe_at_s < np.inf:
                self._probe_every_s = min(2 * self._probe_every_s, PROBE_MAX_S)
            self._conflict_s = pose.t_s
            self._probe_at_s = pose.t_s + self._probe_every_s
        self._resting.forget(pose.t_s)
        if np.isfinite(legs.resting_px[KNEE, 0]):
            self._resting.push(pose.t_s, legs.resting_px)
        if self._hiding(pose.t_s):
            self._find_resting(legs.trunk_px)

    def _hiding(self, now_s: float) -> bool:
        return now_s - self._conflict_s <= HIDE_S

    def _conflict(self, now_s: float) -> bool:
        """Whether the legs conflict in the plain looks of late; not asked after every frame."""
        if now_s - self._compared_s < COMPARE_S:
            return False
        looks = [x for x in self._plain.since(now_s - RECENT_S) if x.t_s > self._anew_s]
        if len(looks) < MIN_PLAIN:
            return False
        self._compared_s = now_s
        if np.isfinite(self._left_alone_s):  # the paint has done harm here
            return bool(off_places(looks).mean() > CONFLICT_AFTER_HARM)
        return conflict(looks)

    def _leave_alone(self, now_s: float) -> None:
        """Paint nothing for a while if the painted looks are worse than the plain ones."""
        few = len(self._painted) < min(HARM_LOOKS, HARM_SHARE * RECENT_S / self._step_s)
        if few or now_s - self._compared_s < COMPARE_S:
            return
        self._compared_s = now_s
        off = off_places(list(self._painted)).mean()
        if off > HARM and off > WORSE * off_places(list(self._plain)).mean():
            self._conflict_s, self._left_alone_s = -np.inf, now_s + LEFT_ALONE_S
            self._probe = None
            self._painted.clear()
            self._anew_s = now_s

    def _prove(self, legs: Legs) -> None:
        """A plain look between painted ones: do the legs still conflict?"""
        if self._disagrees(legs):
            self._conflict_s = legs.t_s
        if self._probe is None and legs.t_s >= self._probe_at_s:
            self._probe = []
        if self._probe is not None:
            self._probe.append(legs)
            if len(self._probe) >= PROBE:
                clean = not conflict(self._probe) and all(x.label >= 0 for x in self._probe)
                self._conflict_s = -np.inf if clean else legs.t_s
                self._probe, self._probe_at_s = None, legs.t_s + self._probe_every_s
                self._anew_s = legs.t_s

    def _disagrees(self, legs: Legs) -> bool:
        """Whether a plain look puts the working leg elsewhere than the painted one before."""
        if self._worked is None or legs.t_s - self._worked[0] > 2 * self._step_s:
            return False
        away = np.hypot(*(legs.seen_px - self._worked[1]).T) / legs.trunk_px
        return not (away[KNEE] < KNEE_OFF + 0.02 and away[ANKLE] < ANKLE_OFF + 0.03)

    def _find_resting(self, size: float) -> None:
        """Where the resting leg is to be hidden; ``size`` is the trunk's length."""
        if len(self._resting) < 3:
            return
        seen = np.array(list(self._resting))
        last = seen[-3:]
        late, held = np.median(last, axis=0), np.median(seen, axis=0)
        moved = np.hypot(*(late - held)[[KNEE, ANKLE]].T).max() / size > MOVED
        spread = np.ptp(last[:, [KNEE, ANKLE]], axis=0).max() / size
        if moved and spread < AGREE:
            held = late
            self._resting.keep_last(3)
        thigh = 0.5 * (held[HIP] + held[KNEE])
        line = np.array([thigh, held[KNEE], held[ANKLE], held[TOE]])
        self._stroke = Stroke(line, HALF_WIDTH * size)


def leg_raised(xy_px: Array) -> bool:
    """Whether a leg of (33, 2) is off the surface, foot and all.

    Height is measured square to the trunk, towards the upper side of the picture.
    """
    trunk = midpoint(xy_px, HIPS) - midpoint(xy_px, SHOULDERS)
    up = np.array([trunk[1], -trunk[0]]) * (1.0 if trunk[0] >= 0 else -1.0)
    legs = xy_px[LEGS]
    height = (legs[:, [KNEE, ANKLE]] - legs[:, [HIP]]) @ up / (trunk @ trunk)
    return bool(((height.max(axis=1) > RAISED) & (height[:, 1] > FOOT_UP)).any())
