"""What stays nearly still while somebody lies and exercises: trunk, hips, resting leg, view.

Held as medians over seconds of frames seen without anything hidden, so that the noise of a
single frame does not turn into an angle.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from posecheck.motion.skeleton import ANKLE, EARS, HIP, HIPS, KNEE, NOSE, SHOULDERS, midpoint
from posecheck.motion.view import View, estimate_view
from posecheck.motion.working_leg import Legs
from posecheck.types import Array, Pose, Side

HOLD_S = 5.0  # medians reach so far back
VIEW_S = 12.0  # the camera stands still for longer than a hip does
WARM_UP_S = 1.0  # nothing is answered before so much was seen
RENEW_S = 0.5

# Supine stills show the nose at least 0.038 ear-hip lengths in front of the ear-hip axis, prone
# ones at least 0.08 behind it; between lies a dead zone (34 + stills, measured).
SUPINE_NOSE, PRONE_NOSE = 0.02, -0.05
LYING_SLOPE_DEG = 40.0

# Thigh over shank (hip to knee, knee to ankle joint): 0.245 / 0.246 of body height after
# Drillis and Contini (1966), 0.91-0.99 in the rendered bodies.
THIGH_OVER_SHANK = 0.97
HIPS_OVER_SHANK = 0.53  # hip joints apart over shank; 0.46 trunk lengths in the rendered bodies
# Share of the distance towards the place that the resting leg gives the hip along the body:
# both guesses are off by about 0.08 shank lengths, and the resting leg's needs the view as well.
RESTING_X = 0.4
FLAT_KNEE_DEG = 22.0
HIP_MOVE_MAX = 0.3  # of the shank


@dataclass(frozen=True, slots=True)
class Body:
    """The slow state; lengths in pixels, `hip_move` in shank lengths of the sagittal plane."""

    t_s: float
    view: View
    trunk_px: float
    shank_px: float
    shoulders_px: Array  # (2,)
    hip_px: Array  # (2,), of the working leg
    resting_hip_px: Array  # (2,)
    hip_move: Array  # (2,) X, Z: from the landmark to the joint
    lying: bool
    supine: float  # the nose in front of the ear-hip axis, in ear-hip lengths


class SideJudge:
    """The anatomical side, from the labels on the raised leg and from the leg that is near.

    The labels alone were right on 9 of 11 rendered clips, the near leg on 10. Labels that jump
    between the legs happen only while the near leg works and hides the other: then the near
    side is believed, else the label (25 of 25 with 14 more clips).
    """

    JUMPING = 0.012

    def __init__(self) -> None:
        self._votes = np.zeros(2)
        self._jumps = 0
        self._last = -1

    def push(self, label: int) -> None:
        """Count the label of the raised leg, -1 where the legs are not apart."""
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
        if self._jumps / seen > self.JUMPING or self._votes.max() / seen < 0.75:
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
        self._first_s = np.nan
        self._renewed_s = -np.inf
        self._hip_move = np.zeros(2)

    def push(self, pose: Pose, legs: Legs) -> None:
        """Take one frame; those without a plain look only let time pass."""
        if np.isfinite(pose.xy_px[HIPS[0], 0]) and np.isfinite(legs.trunk_px):
            self.judge.push(legs.label)
            if np.isnan(self._first_s):
                self._first_s = pose.t_s
            self._rows.append((pose.t_s, self._row(pose, legs)))
            while self._rows[0][0] < pose.t_s - VIEW_S:
                self._rows.popleft()
        if pose.t_s - self._first_s >= WARM_UP_S and pose.t_s - self._renewed_s >= RENEW_S:
            self.renew(pose)

    def _row(self, pose: Pose, legs: Legs) -> Array:
        xy = pose.xy_px
        return np.array(
            [
                xy[SHOULDERS[0]], xy[SHOULDERS[1]], midpoint(xy, HIPS), xy[NOSE],
                midpoint(xy, EARS), legs.working_px[HIP], legs.working_px[KNEE],
                legs.working_px[ANKLE], legs.resting_px[HIP], legs.resting_px[KNEE],
                legs.resting_px[ANKLE],
            ]
        )  # fmt: skip

    def renew(self, pose: Pose) -> None:
        """Take the medians anew; `pose` tells the time and the size of the picture."""
        if not self._rows:
            return
        times = np.array([t for t, _ in self._rows])
        rows = np.array([row for _, row in self._rows])
        late = times >= times[-1] - HOLD_S
        wide, held = _median(rows), _median(rows[late])
        left, right = wide[0], wide[1]
        shoulders, hips = 0.5 * (left + right), wide[2]
        feet = 1.0 if hips[0] >= shoulders[0] else -1.0
        near, far = (left, right) if near_side(feet) == "left" else (right, left)
        size = (pose.width_px, pose.height_px)
        view = estimate_view(near, far, shoulders, hips, size)
        shanks = np.hypot(*(rows[late, 7] - rows[late, 6]).T)
        shank = float(np.nanmedian(shanks)) if np.isfinite(shanks).any() else np.nan
        slope = np.degrees(np.arctan2(abs(hips[1] - shoulders[1]), abs(hips[0] - shoulders[0])))
        self._place_hip(view, held)
        self.body = Body(
            t_s=pose.t_s,
            view=view,
            trunk_px=float(np.hypot(*(hips - shoulders))),
            shank_px=shank,
            shoulders_px=shoulders,
            hip_px=held[5],
            resting_hip_px=held[8],
            hip_move=self._hip_move,
            lying=bool(slope < LYING_SLOPE_DEG),
            supine=_supine(held[3], held[4], hips),
        )
        self._renewed_s = pose.t_s

    def _place_hip(self, view: View, held: Array) -> None:
        """Where the hip joint lies from its landmark, once the resting leg lies flat.

        The thigh of a leg that lies on the surface is as high at the hip as at the knee, and
        one thigh length long; the landmark sits some 7 cm in front of the joint (rendered
        bodies, every view). The last flat stretch keeps its word while the leg moves.
        """
        hip, knee, ankle, resting_hip, resting_knee, resting_ankle = held[5:]
        if not np.isfinite(held[5:]).all():
            return
        shank = float(np.hypot(*(view.plane(ankle, hip) - view.plane(knee, hip))))
        side = self.judge.side(view.feet)
        near = side is None or side == near_side(view.feet)
        away = HIPS_OVER_SHANK * shank * (1 if near else -1)
        at_knee = view.plane(resting_knee, hip, away) / shank
        at_ankle = view.plane(resting_ankle, hip, away) / shank
        lower = np.degrees(np.arctan2(*(at_ankle - at_knee)[::-1]))
        upper = np.degrees(np.arctan2(*(at_knee - view.plane(resting_hip, hip, away) / shank)[::-1]))
        if abs(lower) > FLAT_KNEE_DEG or abs(upper) > FLAT_KNEE_DEG:
            return
        move = np.array([RESTING_X * (at_knee[0] - THIGH_OVER_SHANK), at_knee[1]])
        self._hip_move = np.clip(move, -HIP_MOVE_MAX, HIP_MOVE_MAX)


def _median(rows: Array) -> Array:
    """Median over the frames of (n, k, 2), NaN where a point was never seen."""
    out = np.full(rows.shape[1:], np.nan)
    seen = np.isfinite(rows[:, :, 0]).any(axis=0)
    out[seen] = np.nanmedian(rows[:, seen], axis=0)
    return out


def _supine(nose: Array, ears: Array, hips: Array) -> float:
    """How far the nose lies above the line from the ears to the hips, in its lengths."""
    axis = hips - ears
    length = float(np.hypot(*axis))
    along = axis / length
    up = np.array([along[1], -along[0]]) * (1.0 if axis[0] >= 0 else -1.0)
    return float((nose - ears) @ up / length)
