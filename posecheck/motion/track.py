"""Poses in, angles out: follows the leg, holds the body, smooths, and keeps the rows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from posecheck.motion.angles import (
    ankle_from_hip,
    face_px,
    head_tilt_deg,
    leg_angles,
    uncertainties_deg,
)
from posecheck.motion.body import Body, BodyTracker
from posecheck.motion.calibration import HEAVY, SUPINE_NOSE, Calibration
from posecheck.motion.legs import NOWHERE, LegFollower, Legs
from posecheck.motion.signals import known_median
from posecheck.motion.skeleton import EARS, HIPS, KNEE, NOSE, SHOULDERS, WRISTS, midpoint
from posecheck.motion.smoothing import LAG_S, FixedLagSmoother, NewestLeg, Smoothed
from posecheck.motion.table import COLUMN_OF, COLUMNS, Rows, Table
from posecheck.types import Array, Pose

# What is drawn of a body: (12, 2) points, of which these are the parts.
WORKING, RESTING, TRUNK = slice(0, 5), slice(5, 10), slice(10, 12)
POINTS = 12
EMPTY_S = 3.0  # nobody was ever seen: frames older than this are answered as unknown
RESTING_REACH_S = LAG_S + 0.1  # the resting leg is a median of what was seen so near a frame
# A spread of a twenty-fifth of the trunk around the fit halves the confidence.
DOUBT_PER_NOISE = 25
HELD_FROM = 0.35  # of the way from hip to knee: a hand nearer to the hip is beside the thigh
AT_ONCE = 4  # frames answered in one push: those that waited for a body are caught up with


@dataclass(frozen=True, slots=True)
class PendingFrame:
    """What a frame showed beside the working leg, until the smoother has answered it."""

    legs: Legs
    face_px: Array  # (2, 2)
    ear_px: Array
    shoulder_px: Array
    pelvis_px: Array
    wrists_px: Array  # (2, 2)
    inside: float
    others: int
    touched: bool
    size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class AnswerableFrame:
    """A frame that can be answered, and from what: however late that is done, it is the same."""

    smoothed: Smoothed
    body: Body | None
    now_s: float  # the newest frame that had been seen by then


# Raised when the same poses are measured otherwise: kept measurements of another number are made
# again from the poses.
MEASURED_SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured of the looks at a clip: nothing of it depends on a prescription."""

    t_s: Array  # (n,) float64
    values: Array  # (n, len(COLUMNS)) float32
    points_px: Array  # (n, POINTS, 2) float32
    feet: float  # +1 where they point to the picture's right, -1 to the left

    @property
    def table(self) -> Table:
        """The same as one table with named columns."""
        return Table.of(self.t_s, self.values)


@dataclass(frozen=True, slots=True)
class Newest:
    """The frame that was answered or seen last, for whoever shows it at once."""

    t_s: float
    values: Array  # (len(COLUMNS),)
    points_px: Array  # (POINTS, 2)

    def value(self, name: str) -> float:
        """Return one of `COLUMNS`."""
        return float(self.values[COLUMN_OF[name]])


class Tracker:
    """One engine for files and cameras: `push` every pose, `finish`, then read the columns.

    Who wants to show a pose at once calls `see`, asks for `now`, and calls `follow` later;
    `push` does no more than that.
    """

    def __init__(self, calibration: Calibration = HEAVY) -> None:
        self._calibration = calibration
        self._follower = LegFollower()
        self._smoother = FixedLagSmoother()
        self._leg_now = NewestLeg()
        self._body = BodyTracker()
        self._seen: tuple[Pose, Legs] | None = None  # not followed yet
        self._pending: deque[PendingFrame] = deque()
        self._ready: deque[Smoothed] = deque()
        self._answerable: deque[AnswerableFrame] = deque()
        self._resting: deque[tuple[float, Array]] = deque()
        self._times = Rows(1, np.float64)
        self._values = Rows(len(COLUMNS))
        self._points = Rows(2 * POINTS)
        self.newest: Newest | None = None

    def push(self, pose: Pose) -> None:
        """Take the next pose, in order of time."""
        self.see(pose)
        self.follow()

    def see(self, pose: Pose) -> None:
        """Find the legs of the next pose, so that `now` knows of them."""
        self.follow()
        legs = self._follower.push(pose)
        self._leg_now.push(legs)
        self._seen = pose, legs

    def follow(self) -> bool:
        """Answer what the pose that was seen last makes known, and tell whether there was one."""
        if self._seen is None:
            return False
        (pose, legs), self._seen = self._seen, None
        self._body.push(pose, legs)
        self._pending.append(_pending_frame(pose, legs))
        if np.isfinite(legs.resting_px[KNEE, 0]):
            self._resting.append((pose.t_s, legs.resting_px))
        self._ready.extend(self._smoother.push(legs))
        # a body settles sooner than that, so these frames show an empty place
        before_s = np.inf if self._body.settled else pose.t_s - EMPTY_S
        self._release(before_s, pose.t_s, self._body.body if self._body.settled else None)
        for _ in range(min(AT_ONCE, len(self._answerable))):
            self._answer_one()
        return True

    def finish(self) -> None:
        """Answer the frames that still wait."""
        self.follow()
        self._ready.extend(self._smoother.flush())
        self._release(np.inf, np.inf, self._body.body)
        while self._answerable:
            self._answer_one()

    def measured(self) -> Measured:
        """Return what was found so far."""
        points = self._points.all().reshape(-1, POINTS, 2)
        return Measured(self._times.all()[:, 0], self._values.all(), points, self.feet)

    def now(self) -> Newest | None:
        """Return the frame that was seen last, its leg as it seems without those that will come."""
        answered, body = self.newest, self._body.body
        if answered is None or body is None:
            return answered
        values, points = answered.values.copy(), answered.points_px.copy()
        joints = self._leg_now.joints_px() if _on_the_back(body) else NOWHERE
        joints = _from_hip(body, joints)
        a = leg_angles(body.view, joints)
        now = {"hip_deg": a.hip, "knee_deg": a.knee, "ankle_deg": a.ankle}
        values[[COLUMN_OF[name] for name in now]] = list(now.values())
        points[WORKING] = joints
        return Newest(self._leg_now.t_s, values, points)

    @property
    def feet(self) -> float:
        """+1 where the feet point to the picture's right, -1 to the left."""
        return self._body.body.view.feet if self._body.body is not None else 1.0

    @property
    def busy(self) -> bool:
        """Whether the last push has taken longer than the others."""
        return self._body.renewed or bool(self._answerable)

    @property
    def count(self) -> int:
        """How many frames were answered."""
        return self._times.count

    def since(self, first: int) -> tuple[Array, Array]:
        """Return times (n,) and `COLUMNS` (n, k) of the frames answered from number `first` on."""
        return self._times.since(first)[:, 0], self._values.since(first)

    def _release(self, before_s: float, now_s: float, body: Body | None) -> None:
        """Let the frames before a time be answered from what is known now."""
        while self._ready and self._ready[0].t_s < before_s:
            self._answerable.append(AnswerableFrame(self._ready.popleft(), body, now_s))

    def _answer_one(self) -> None:
        due, seen = self._answerable.popleft(), self._pending.popleft()
        values, points = self._row(due, seen)
        t_s = due.smoothed.t_s
        self._times.append(np.array([t_s]))
        self._values.append(values)
        self._points.append(points.ravel())
        if due.body is not None:
            self.newest = Newest(t_s, values, points)

    def _row(self, due: AnswerableFrame, seen: PendingFrame) -> tuple[Array, Array]:
        s, body = due.smoothed, due.body
        row = dict.fromkeys(COLUMNS, np.nan)
        row["tracked"] = float(np.isfinite(seen.shoulder_px[0]))
        row["raised_label"], row["inside"] = seen.legs.label, seen.inside
        row["others"], row["touched"] = seen.others, seen.touched
        row["confidence"] = 0.0
        working, resting = s.joints_px, self._resting_px(s.t_s, due.now_s)
        if body is not None:
            row["azimuth_deg"], row["elevation_deg"] = (
                body.view.azimuth_deg,
                body.view.elevation_deg,
            )
            row["trunk_share"] = body.trunk_px / max(seen.size_px)
            on_the_back = _on_the_back(body)
            row["lying"] = float(on_the_back)
            row["head_deg"] = head_tilt_deg(seen.face_px, body.view.feet)
            if on_the_back:
                working = _from_hip(body, working)
                self._angles(row, s, seen, body, working, resting)
            else:  # no leg is drawn where none is measured
                working = resting = NOWHERE
        points = np.concatenate([working, resting, [seen.shoulder_px], [seen.ear_px]])
        return np.array([row[c] for c in COLUMNS], np.float32), points

    def _angles(
        self,
        row: dict[str, float],
        s: Smoothed,
        seen: PendingFrame,
        body: Body,
        working: Array,
        resting: Array,
    ) -> None:
        a = leg_angles(body.view, working)
        row["hip_deg"], row["knee_deg"], row["ankle_deg"] = a.hip, a.knee, a.ankle
        row["working_x_trunks"], row["working_z_trunks"] = ankle_from_hip(body, working)
        raw = leg_angles(body.view, _from_hip(body, s.raw_px))
        row["raw_knee_deg"], row["raw_ankle_deg"] = raw.knee, raw.ankle
        if np.isfinite(resting[KNEE, 0]):
            r = leg_angles(body.view, resting)
            row["resting_hip_deg"], row["resting_knee_deg"] = r.hip, r.knee
            row["resting_x_trunks"], row["resting_z_trunks"] = ankle_from_hip(body, resting)
        row["pelvis_trunks"] = (body.shoulders_px[1] - seen.pelvis_px[1]) / body.trunk_px
        row["hands_thighs"] = _hands(seen.wrists_px, s.joints_px)
        row["hip_band_deg"], row["knee_band_deg"], row["ankle_band_deg"] = uncertainties_deg(
            body, s.support, s.noise_px, self._calibration
        )
        if np.isfinite(a.knee):
            row["confidence"] = s.support / (1 + DOUBT_PER_NOISE * s.noise_px / body.trunk_px)

    def _resting_px(self, t_s: float, now_s: float) -> Array:
        while self._resting and self._resting[0][0] < t_s - RESTING_REACH_S:
            self._resting.popleft()
        near = [leg for t, leg in self._resting if abs(t - t_s) <= RESTING_REACH_S and t <= now_s]
        return known_median(np.array(near)) if near else NOWHERE


def _on_the_back(body: Body) -> bool:
    return body.lying and body.supine > SUPINE_NOSE


def _from_hip(body: Body, joints_px: Array) -> Array:
    """Return the leg (5, 2) from the hip that is held over seconds."""
    return np.concatenate([[body.hip_px], joints_px[KNEE:]])


def _pending_frame(pose: Pose, legs: Legs) -> PendingFrame:
    xy = pose.xy_px
    ends = xy[[NOSE, *SHOULDERS, *HIPS]]
    body = np.concatenate([ends, legs.working_px])
    size = np.array([pose.width_px, pose.height_px])
    body = body[np.isfinite(body[:, 0])]
    inside = ((body >= 0) & (body <= size)).all() if np.isfinite(ends).all() else np.nan
    return PendingFrame(
        legs, face_px(pose), midpoint(xy, EARS), midpoint(xy, SHOULDERS),
        midpoint(xy, HIPS), xy[list(WRISTS)], float(inside), pose.others, pose.touched,
        (pose.width_px, pose.height_px),
    )  # fmt: skip


def _hands(wrists_px: Array, joints_px: Array) -> float:
    """Return how far the nearer wrist lies from the thigh, in thigh lengths."""
    hip, knee = joints_px[0], joints_px[KNEE]
    thigh = knee - hip
    length = float(np.hypot(*thigh))
    if not length > 0:
        return float("nan")
    share = np.clip((wrists_px - hip) @ thigh / length**2, HELD_FROM, 1)
    away = np.hypot(*(wrists_px - hip - share[:, None] * thigh).T) / length
    return float(np.nanmin(away)) if np.isfinite(away).any() else float("nan")
