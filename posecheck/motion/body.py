"""What stays nearly still while somebody lies and exercises: trunk, hips, resting leg, view.

Held as medians over seconds of frames seen without anything hidden, so that the noise of a
single frame does not turn into an angle.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

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
from posecheck.motion.view import RestingLeg, Trunk, View, estimate_view
from posecheck.motion.working_leg import LEG_HIDDEN, Legs
from posecheck.types import Array, Pose, Side

HOLD_S = 5.0  # medians reach so far back
VIEW_S = 12.0  # the camera stands still for longer than a hip does
WARM_UP_S = 1.0  # nothing is known before so much was seen
SETTLED_S = 1.6  # nor answered before so much
RENEW_S = 0.5
# A trunk that lies farther than this from where it was, for so long, has moved (or the camera
# has): what was held before is forgotten. In trunk lengths; a pelvis that lifts stays below.
MOVED_TRUNKS, MOVED_S = 0.35, 0.8
SHANK_EVERY_S = 0.1
# Evenly in time, for plain looks are many in some moments and few in others.
ROW_EVERY_S = 0.15
HIGHER_LOOKS = 25  # say which leg is meant before one was raised
ROWS_MIN = 5  # with fewer frames in which both legs are seen, all count

# Supine stills show the nose at least 0.038 ear-hip lengths in front of the ear-hip axis, prone
# ones at least 0.08 behind it; between lies a dead zone (34 + stills, measured).
SUPINE_NOSE = 0.02
LYING_SLOPE_DEG = 40.0

# Thigh over shank (hip to knee, knee to ankle joint): 0.91-0.99 in the rendered bodies, 0.996
# (0.245 / 0.246 of body height) after Drillis and Contini (1966).
THIGH_OVER_SHANK = 0.955
HIPS_OVER_TRUNK = 0.46  # hip joints apart, in the rendered bodies
# Along the body three witnesses say where the hip joint is, in shank lengths: its own landmark
# (off by 0.046 on average, 48 rendered clips), the other hip's, which lies half hidden and is
# drawn too near, and the resting leg, which in the first seconds can be half a shank off and is
# believed no farther than RESTING_FAR. These shares leave 0.031, and 0.3 to 0.6 hardly another.
OTHER_HIP_X, RESTING_X, RESTING_FAR = 0.25, 0.5, 0.15
FLAT_DEG = 18.0
# The view is corrected by half for the foot: toes point out of the sagittal plane, and corrected
# in full the ankle is off by up to 10° from the head end (rendered people), not at all by up to
# 11° from elsewhere.
FOOT_VIEW = 0.5
HIP_MOVE_UP_MAX = 0.03
HIP_MOVE_MAX = 0.3  # of the shank


@dataclass(frozen=True, slots=True)
class Body:
    """The slow state; lengths in pixels, `hip_move` in shank lengths of the sagittal plane."""

    t_s: float
    view: View
    foot_view: View
    trunk_px: float
    shoulders_px: Array  # (2,)
    hip_px: Array  # (2,), of the working leg
    hip_move: Array  # (2,) X, Z: from the landmark to the joint
    lying: bool
    supine: float  # the nose in front of the ear-hip axis, in ear-hip lengths


class SideJudge:
    """The anatomical side, from the labels on the raised leg and from the leg that is near.

    Labels that jump between the legs happen only while the near leg works and hides the other
    (38 of 46 rendered clips had the near leg at work; the 8 others had not a single jump, and no
    frame in which a leg had to be painted out): then the near side is believed, else the label.
    """

    JUMPING, JUMPS_MIN = 0.004, 2  # one jump may be the legs' change of turns
    HIDDEN = 0.2

    def __init__(self) -> None:
        self._votes = np.zeros(2)
        self._jumps = self._hidden = self._count = 0
        self._last = -1

    def push(self, label: int) -> None:
        """Count the label of the raised leg, or why there is none, as in `Legs`."""
        self._count += 1
        self._hidden += label == LEG_HIDDEN
        if label < 0:
            return
        self._jumps += self._last not in (-1, label)
        self._votes[label] += 1
        self._last = label

    def side(self, feet: float) -> Side | None:
        """The working side of a supine body whose feet point right (+1) or left (-1)."""
        seen = self._votes.sum()
        if seen < 5:
            return None
        jumping = self._jumps >= self.JUMPS_MIN and self._jumps / seen > self.JUMPING
        conflict = jumping or self._hidden / self._count > self.HIDDEN
        if conflict or self._votes.max() / seen < 0.75:
            return near_side(feet)
        return "left" if self._votes[0] > self._votes[1] else "right"


def near_side(feet: float) -> Side:
    """The side that a supine body turns to the camera."""
    return "left" if feet < 0 else "right"


class BodyTracker:
    """Push every pose with its legs; `body` is the state, renewed twice a second."""

    def __init__(self) -> None:
        self.body: Body | None = None
        self.judge = SideJudge()
        self._rows: deque[tuple[float, Array]] = deque()
        self._shanks: deque[tuple[float, float]] = deque()
        self._flat: deque[tuple[float, Array]] = deque()  # the knee of a resting leg that lies flat
        self._higher: deque[int] = deque(maxlen=HIGHER_LOOKS)
        self._first_s = np.nan
        self._renewed_s = -np.inf
        self._now_s = -np.inf

    @property
    def settled(self) -> bool:
        """Whether enough was seen to answer."""
        return self.body is not None and self._now_s - self._first_s >= SETTLED_S

    def push(self, pose: Pose, legs: Legs) -> None:
        """Take one frame; one without a plain look tells the length of the shank only."""
        self._now_s = pose.t_s
        self.judge.push(legs.label)
        if legs.higher >= 0:
            self._higher.append(legs.higher)
        if np.isfinite(pose.xy_px[HIPS[0], 0]) and np.isfinite(legs.trunk_px):
            if np.isnan(self._first_s):
                self._first_s = pose.t_s
            if not self._rows or pose.t_s - self._rows[-1][0] >= ROW_EVERY_S:
                self._rows.append((pose.t_s, _row(pose, legs)))
            _forget(self._rows, pose.t_s - VIEW_S)
        if self.body is not None and np.isfinite(legs.working_px[KNEE, 0]) and self._due(pose.t_s):
            knee, ankle = self.body.view.plane(legs.working_px[[KNEE, ANKLE]], self.body.hip_px)
            self._shanks.append((pose.t_s, float(np.hypot(*(ankle - knee)))))
            _forget(self._shanks, pose.t_s - VIEW_S)
        if pose.t_s - self._first_s >= WARM_UP_S and pose.t_s - self._renewed_s >= RENEW_S:
            self.renew(pose)

    @property
    def renewed(self) -> bool:
        """Whether the last push has renewed the state, which takes longer than the others."""
        return self._renewed_s == self._now_s

    def _due(self, now_s: float) -> bool:
        """Whether the shank should be measured again: not in every frame."""
        return not self._shanks or now_s - self._shanks[-1][0] >= SHANK_EVERY_S

    def renew(self, pose: Pose) -> None:
        """Take the medians anew; `pose` tells the time and the size of the picture."""
        if not self._rows:
            return
        self._forget_if_moved(pose.t_s)
        times = np.array([t for t, _ in self._rows])
        rows = np.array([row for _, row in self._rows])
        # where both legs are drawn onto one, the hips are drawn off their places too
        apart = np.isfinite(rows[:, 6, 0])
        if apart.sum() >= ROWS_MIN:
            times, rows = times[apart], rows[apart]
        wide, held = _median(rows), _median(rows[times >= times[-1] - HOLD_S])
        left, right = wide[0], wide[1]
        shoulders, hips = 0.5 * (left + right), 0.5 * (wide[2] + wide[3])
        feet = 1.0 if hips[0] >= shoulders[0] else -1.0
        near, far = (left, right) if near_side(feet) == "left" else (right, left)
        trunk, size = Trunk(near, far, hips), (pose.width_px, pose.height_px)
        view = estimate_view(trunk, size, None)
        # the hips keep their names while the legs swap theirs
        side = self.judge.side(feet)
        works = SIDES.index(side or self._likely(feet))
        away = HIPS_OVER_TRUNK * (1 if SIDES[works] == near_side(feet) else -1)
        flat = _lies_flat(view, hips, wide[6:], 0.5 * away)
        view = estimate_view(trunk, size, RestingLeg(wide[7], 0.5 * away, flat))
        slope = np.degrees(np.arctan2(abs(hips[1] - shoulders[1]), abs(hips[0] - shoulders[0])))
        hip, other = held[2 + works], held[3 - works]
        move = self._hip_move(view, shoulders, hip, other, held[6:], away)
        self.body = Body(
            t_s=pose.t_s,
            view=view,
            foot_view=view.milder(FOOT_VIEW),
            trunk_px=float(np.hypot(*(hips - shoulders))),
            shoulders_px=shoulders,
            hip_px=hip,
            hip_move=move,
            lying=bool(slope < LYING_SLOPE_DEG),
            supine=_supine(held[4], held[5], hips),
        )
        self._renewed_s = pose.t_s

    def _likely(self, feet: float) -> Side:
        """The side that is meant while no leg was raised: the higher leg's."""
        if not self._higher:
            return near_side(feet)
        return SIDES[round(float(np.mean(self._higher)))]

    def _forget_if_moved(self, now_s: float) -> None:
        late = [row for t, row in self._rows if t >= now_s - MOVED_S]
        early = [row for t, row in self._rows if t < now_s - MOVED_S]
        if len(late) < 2 or not early:
            return
        trunks = np.array([_median(np.array(rows))[:4] for rows in (late, early)])
        size = float(np.hypot(*(trunks[0, :2] - trunks[0, 2:]).mean(axis=0)))
        if np.hypot(*(trunks[0] - trunks[1]).T).max() > MOVED_TRUNKS * size:
            _forget(self._rows, now_s - MOVED_S)
            self._shanks.clear()
            self._flat.clear()
            self._higher.clear()
            self.judge = SideJudge()

    def _hip_move(
        self, view: View, shoulders: Array, hip: Array, other: Array, leg: Array, far: float
    ) -> Array:
        """From the hip's landmark to its joint, (2,) in shank lengths.

        The thigh of a leg that lies on the surface is as high at the hip as at the knee, and
        one thigh length long; the landmark sits some 7 cm in front of the joint (rendered
        bodies, every view). The last flat stretch keeps its word while the leg moves.
        """
        if not self._shanks or not np.isfinite([hip, other]).all():
            return np.zeros(2)
        shank = float(np.median([length for _, length in self._shanks]))
        away = far * float(np.hypot(*view.plane(shoulders, hip)))
        if _lies_flat(view, hip, leg, far):
            self._flat.append((self._now_s, view.plane(leg[0], hip, away) / shank))
        _forget(self._flat, self._now_s - VIEW_S)
        move = np.array([OTHER_HIP_X * view.plane(other, hip, away)[0] / shank, 0.0])
        if self._flat:
            knees = np.array([k for _, k in self._flat])
            along = np.clip(knees[:, 0] - THIGH_OVER_SHANK, -RESTING_FAR, RESTING_FAR)
            move += [RESTING_X * along.mean(), knees[:, 1].mean()]
        # a knee that is drawn too high says nothing: the joint never lies far before the landmark
        placed: Array = np.clip(move, -HIP_MOVE_MAX, [HIP_MOVE_MAX, HIP_MOVE_UP_MAX])
        return placed


def _lies_flat(view: View, hip: Array, leg: Array, far: float) -> bool:
    """Whether knee and ankle (2, 2) lie on the surface, `far` trunk lengths behind the hip."""
    knee, ankle = view.plane(leg, hip, far * float(np.hypot(*view.plane(leg[0], hip))))
    return max(_slope(ankle - knee), _slope(knee)) < FLAT_DEG


def _row(pose: Pose, legs: Legs) -> Array:
    xy = pose.xy_px
    return np.array(
        [
            xy[SHOULDERS[0]], xy[SHOULDERS[1]], xy[HIPS[0]], xy[HIPS[1]], xy[NOSE],
            midpoint(xy, EARS), legs.resting_px[KNEE], legs.resting_px[ANKLE],
        ]
    )  # fmt: skip


def _slope(v: Array) -> float:
    """How far a segment of the sagittal plane (2,) leaves the surface, in degrees."""
    return float(abs(np.degrees(np.arctan2(v[1], v[0]))))


def _forget(seen: deque[Any], before_s: float) -> None:
    while seen and seen[0][0] < before_s:
        seen.popleft()


def _median(rows: Array) -> Array:
    """Median over the frames of (n, k, 2), NaN where a point was never seen.

    As `np.nanmedian`, which takes ten times as long for so little.
    """
    ordered = np.sort(rows, axis=0)  # what is unknown comes last
    count = np.isfinite(rows).sum(axis=0)[None]
    low, high = (np.take_along_axis(ordered, n // 2, axis=0)[0] for n in (count - 1, count))
    middle: Array = 0.5 * (low + high)
    return middle


def _supine(nose: Array, ears: Array, hips: Array) -> float:
    """How far the nose lies above the line from the ears to the hips, in its lengths."""
    axis = hips - ears
    length = float(np.hypot(*axis))
    along = axis / length
    up = np.array([along[1], -along[0]]) * (1.0 if axis[0] >= 0 else -1.0)
    return float((nose - ears) @ up / length)
