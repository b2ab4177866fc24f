"""What stays nearly still while somebody lies and exercises: trunk, hips, view.

Held as medians over seconds, so that the noise of a single frame does not turn into an angle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecheck.motion.legs import Legs, SideJudge, near_side
from posecheck.motion.people import LYING_SLOPE_DEG
from posecheck.motion.signals import known_median
from posecheck.motion.skeleton import (
    ANKLE,
    EARS,
    HIPS,
    KNEE,
    NOSE,
    SHOULDERS,
    SIDES,
    midpoint,
)
from posecheck.motion.sliding_window import SlidingWindow
from posecheck.motion.view import Trunk, View, estimate_view
from posecheck.types import Array, Pose, Side

HOLD_S = 5.0  # medians reach so far back
VIEW_S = 12.0  # the camera stands still for longer than a hip does
WARM_UP_S = 1.0  # nothing is known before so much was seen
SETTLED_S = 1.6  # nor answered before so much
RENEW_S = 0.5
# A trunk that lies farther than this from where it was, for so long, has moved (or the camera
# has): what was held before is forgotten. In trunk lengths; a pelvis that lifts stays below.
MOVED_TRUNKS, MOVED_S = 0.35, 0.8
# Evenly in time, whatever the rate.
ROW_EVERY_S = 0.15
TAKEN_S = 2.5  # the looks of so long say which leg is meant before one was raised
# Where the points of a body stand in one of its rows, (8, 2).
LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_HIP, RIGHT_HIP, AT_NOSE, AT_EARS = range(6)
RESTING_KNEE, RESTING_ANKLE = 6, 7
TRUNK_CORNERS = slice(LEFT_SHOULDER, RIGHT_HIP + 1)
ROWS_MIN = 5  # with fewer frames in which both legs are seen, all count


@dataclass(frozen=True, slots=True)
class Body:
    """The slow state; lengths in pixels."""

    t_s: float
    view: View
    trunk_px: float
    shoulders_px: Array  # (2,)
    hip_px: Array  # (2,), of the working leg
    lying: bool
    supine: float  # the nose in front of the ear-hip axis, in ear-hip lengths


class BodyTracker:
    """Follows what is slow of a body: push every pose with its legs; `body` is renewed at times."""

    def __init__(self) -> None:
        self.body: Body | None = None
        self.judge = SideJudge()
        self._rows: SlidingWindow[Array] = SlidingWindow(VIEW_S)
        self._taken: SlidingWindow[int] = SlidingWindow(TAKEN_S)
        self._first_s = np.nan
        self._renewed_s = -np.inf
        self._now_s = -np.inf

    @property
    def settled(self) -> bool:
        """Whether enough was seen to answer."""
        return self.body is not None and self._now_s - self._first_s >= SETTLED_S

    def push(self, pose: Pose, legs: Legs) -> None:
        """Take the pose of a frame together with its legs."""
        self._now_s = pose.t_s
        self.judge.push(legs.label)
        if legs.taken >= 0:
            self._taken.push(pose.t_s, legs.taken)
        if np.isfinite(pose.xy_px[HIPS[0], 0]) and np.isfinite(legs.trunk_px):
            if np.isnan(self._first_s):
                self._first_s = pose.t_s
            if pose.t_s - self._rows.last_s >= ROW_EVERY_S:
                self._rows.push(pose.t_s, _row(pose, legs))
            self._rows.forget(pose.t_s)
        if pose.t_s - self._first_s >= WARM_UP_S and pose.t_s - self._renewed_s >= RENEW_S:
            self.renew(pose)

    @property
    def renewed(self) -> bool:
        """Whether the last push has renewed the state, which takes longer than the others."""
        return self._renewed_s == self._now_s

    def renew(self, pose: Pose) -> None:
        """Take the medians anew; `pose` tells the time and the size of the picture."""
        if not self._rows:
            return
        self._forget_if_moved(pose.t_s)
        times, rows = np.array(self._rows.times), np.array(list(self._rows))
        # where both legs are drawn onto one, the hips are drawn off their places too
        apart = np.isfinite(rows[:, RESTING_KNEE, 0])
        if apart.sum() >= ROWS_MIN:
            times, rows = times[apart], rows[apart]
        wide, held = known_median(rows), known_median(rows[times >= times[-1] - HOLD_S])
        left, right = wide[LEFT_SHOULDER], wide[RIGHT_SHOULDER]
        shoulders, hips = 0.5 * (left + right), 0.5 * (wide[LEFT_HIP] + wide[RIGHT_HIP])
        feet = 1.0 if hips[0] >= shoulders[0] else -1.0
        near, far = (left, right) if near_side(feet) == "left" else (right, left)
        trunk, size = Trunk(near, far, hips), (pose.width_px, pose.height_px)
        view = estimate_view(trunk, size, wide[RESTING_ANKLE])
        # the hips keep their names while the legs swap theirs
        side = self.judge.side(feet)
        works = SIDES.index(side or self._likely(feet))
        slope = np.degrees(np.arctan2(abs(hips[1] - shoulders[1]), abs(hips[0] - shoulders[0])))
        hip = held[LEFT_HIP + works]
        self.body = Body(
            t_s=pose.t_s,
            view=view,
            trunk_px=float(np.hypot(*(hips - shoulders))),
            shoulders_px=shoulders,
            hip_px=hip,
            lying=bool(slope < LYING_SLOPE_DEG),
            supine=_supine(held[AT_NOSE], held[AT_EARS], hips),
        )
        self._renewed_s = pose.t_s

    def _likely(self, feet: float) -> Side:
        """Return the side that is meant while no leg was raised: that of the leg that is taken."""
        if not self._taken:
            return near_side(feet)
        return SIDES[round(float(np.mean(list(self._taken))))]

    def _forget_if_moved(self, now_s: float) -> None:
        rows, late = list(self._rows), self._rows.since(now_s - MOVED_S)
        early = rows[: len(rows) - len(late)]
        if len(late) < 2 or not early:
            return
        trunks = np.array([known_median(np.array(part))[TRUNK_CORNERS] for part in (late, early)])
        size = float(np.hypot(*(trunks[0, :2] - trunks[0, 2:]).mean(axis=0)))
        if np.hypot(*(trunks[0] - trunks[1]).T).max() > MOVED_TRUNKS * size:
            self._rows.drop_before(now_s - MOVED_S)
            self._taken.clear()
            self.judge = SideJudge()


def _row(pose: Pose, legs: Legs) -> Array:
    xy = pose.xy_px
    return np.array(
        [
            xy[SHOULDERS[0]], xy[SHOULDERS[1]], xy[HIPS[0]], xy[HIPS[1]], xy[NOSE],
            midpoint(xy, EARS), legs.resting_px[KNEE], legs.resting_px[ANKLE],
        ]
    )  # fmt: skip


def _supine(nose: Array, ears: Array, hips: Array) -> float:
    """Return how far the nose lies above the line from the ears to the hips, in its lengths."""
    axis = hips - ears
    length = float(np.hypot(*axis))
    along = axis / length
    up = np.array([along[1], -along[0]]) * (1.0 if axis[0] >= 0 else -1.0)
    return float((nose - ears) @ up / length)
