"""Which look a frame needs: as it is, or with the resting leg hidden.

Seen from the side the model cannot tell the near leg from the far one and settles between the
two. Hidden under paint, the resting leg no longer pulls: outliers fell from up to 72 % of the
frames to 3 % (measured). So frames are looked at as they are until the legs conflict, then with
the resting leg hidden, but for a plain look now and then that says where the resting leg is.
One look a frame: a second one would halve the speed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from posecheck.motion.skeleton import ANKLE, HIP, KNEE, TOE
from posecheck.motion.working_leg import LegFollower, Legs
from posecheck.types import Array, Pose

RECENT_S = 1.2
MIN_PLAIN = 6  # plain looks before anything is hidden
# shares of the plain looks of the last moments that may conflict, in trunk lengths
KNEE_OFF, ANKLE_OFF = 0.06, 0.09
CONFLICT = 0.08
HIDE_S = 8.0  # how long a conflict is remembered
PLAIN_EVERY_S = 0.3
RESTING_S = 2.5  # the resting leg is where it was seen over so long
MOVED = 0.12  # farther than this from there, in trunk lengths, it has moved
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
        self._plain: deque[Legs] = deque()
        self._resting: deque[tuple[float, Array, float]] = deque()
        self._conflict_s = -np.inf
        self._last_plain_s = -np.inf
        self._now_s = -np.inf
        self._step_s = 0.04
        self._stroke: Stroke | None = None

    def plan(self) -> Stroke | None:
        """The stroke to paint before the next look, or None for a plain look."""
        next_s = self._now_s + self._step_s
        if next_s - self._conflict_s > HIDE_S:
            return None
        if next_s - self._last_plain_s >= PLAIN_EVERY_S:
            return None
        return self._stroke

    def push(self, pose: Pose) -> None:
        """Take the pose of the frame that was planned."""
        legs = self._follower.push(pose)
        if np.isfinite(self._now_s):
            self._step_s = min(0.9 * self._step_s + 0.1 * (pose.t_s - self._now_s), 0.2)
        self._now_s = pose.t_s
        if legs.hidden or not np.isfinite(legs.trunk_px):
            return
        self._last_plain_s = pose.t_s
        self._plain.append(legs)
        while self._plain[0].t_s < pose.t_s - RECENT_S:
            self._plain.popleft()
        if len(self._plain) >= MIN_PLAIN and self._conflicts():
            self._conflict_s = pose.t_s
        self._follow_resting(legs)

    def _conflicts(self) -> bool:
        """Whether the legs swapped names or were drawn off their places in too many looks."""
        labels = [x.label for x in self._plain if x.label >= 0]
        jumps = sum(a != b for a, b in pairwise(labels))
        places = np.array([x.working_px for x in self._plain])
        lost = ~np.isfinite(places[:, KNEE, 0])
        off = lost.copy()
        seen = np.flatnonzero(~lost)
        for i in seen[1:-1]:
            around = np.median(places[seen[(seen >= i - 3) & (seen <= i + 3)]], axis=0)
            away = np.hypot(*(places[i] - around).T) / self._plain[i].trunk_px
            off[i] = away[KNEE] > KNEE_OFF or away[ANKLE] > ANKLE_OFF
        return bool(jumps > 0 or off.mean() > CONFLICT)

    def _follow_resting(self, legs: Legs) -> None:
        if np.isfinite(legs.resting_px[KNEE, 0]):
            self._resting.append((legs.t_s, legs.resting_px, legs.trunk_px))
        while self._resting and self._resting[0][0] < legs.t_s - RESTING_S:
            self._resting.popleft()
        if len(self._resting) < 3:
            return
        late = np.median([x for _, x, _ in list(self._resting)[-3:]], axis=0)
        held = np.median([x for _, x, _ in self._resting], axis=0)
        size = legs.trunk_px
        if np.hypot(*(late - held)[[KNEE, ANKLE]].T).max() / size > MOVED:
            held = late
            while len(self._resting) > 3:
                self._resting.popleft()
        thigh = 0.5 * (held[HIP] + held[KNEE])
        line = np.array([thigh, held[KNEE], held[ANKLE], held[TOE]])
        self._stroke = Stroke(line, HALF_WIDTH * size)
