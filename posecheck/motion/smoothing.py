"""Outliers, gaps, and the fixed-lag smoother.

A frame's joints are answered `LAG_S` late, from frames on both sides: a local quadratic over
±`REACH_S`, after frames whose joints jump or whose limbs change length have been set aside.
A local quadratic keeps a 12° pump within 1 % up to 1.5 Hz where a median of the same width
loses 34 % (measured). Gaps up to the lag are bridged, longer ones stay open.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from posecheck.motion.legs import NOWHERE, Legs
from posecheck.motion.signals import SAME_S
from posecheck.motion.skeleton import ANKLE, HEEL, KNEE, TOE
from posecheck.types import Array

LAG_S = 0.36  # the gate's way ahead, and the fit's beyond it
REACH_S = 0.21  # five looks at 10 a second, which a quadratic needs
# A look is believed where half of those around it can be reached from it. Behind it more are at
# hand, so that two wrong ones in a row are not taken for the leg.
AGREED = 0.5
GATE_S, GATE_BACK_S = 0.15, 0.3
# How far a joint goes from one look to another: trunk lengths, and trunk lengths a second. A bounce
# of 6 degrees at 2.6 Hz takes the ankle 1.4 a second; a look that is drawn between the legs 3.5 to
# 6 (a dark rendered clip, a darkened photograph). In the order knee, ankle, heel, toe.
STEP = np.array([0.06, 0.08, 0.12, 0.12])
SPEED = np.array([1.3, 2.0, 2.6, 2.6])
# Share by which a limb may differ from its usual length in the picture: a shank that turns while
# the camera stands 40 degrees off the side changes by 0.23.
SHANK_CHANGE, FOOT_SHRINK = 0.32, 0.45
LIMB_S = 3.0
USUAL_MIN_S, USUAL_EVERY_S = 0.4, 0.2  # known after so long, and taken anew so often
# Looks that a parabola and a line go through without following each of them.
PARABOLA_LOOKS, LINE_LOOKS = 5, 3
WEIGHTS_END = 1.2  # of the lag: where the weight of a look has fallen to nothing
CUBIC = 3  # degree of the splines between looks


@dataclass(frozen=True, slots=True)
class Smoothed:
    """One frame of the working leg as it leaves the smoother."""

    t_s: float
    joints_px: Array  # (5, 2), the hip as it was seen of late; NaN in an open gap
    raw_px: Array  # (5, 2), as seen, NaN where it was set aside
    support: float  # share of the frames around that could be used, 0 to 1
    noise_px: float  # spread of the frames around the fit


class FixedLagSmoother:
    """Smooths the working leg: push legs in order, get those frames whose time has come."""

    def __init__(self) -> None:
        self._window: deque[tuple[Legs, Array]] = deque()  # legs, usable (2,): leg, foot
        self._shanks: deque[tuple[float, float, float]] = deque()
        self._lengths: tuple[float, float] | None = None
        self._usual_s = -np.inf
        self._gated = 0  # how many of the window have been through the gate
        self._next = 0  # first of the window that has not been answered

    def push(self, legs: Legs) -> list[Smoothed]:
        """Take one frame; return the frames that are now `LAG_S` old."""
        self._window.append((legs, np.zeros(2, bool)))
        return self._advance(legs.t_s)

    def flush(self) -> list[Smoothed]:
        """Return the frames still waiting, smoothed from what there is."""
        return self._advance(np.inf)

    def _advance(self, now_s: float) -> list[Smoothed]:
        while self._gated < len(self._window):
            legs = self._window[self._gated][0]
            if now_s - legs.t_s < GATE_S:
                break
            self._window[self._gated] = (legs, self._gate(legs))
            self._gated += 1
        ready = []
        while self._next < len(self._window) and (
            now_s - self._window[self._next][0].t_s >= LAG_S - SAME_S
        ):
            ready.append(self._fit(self._window[self._next][0], self._window[self._next][1]))
            self._next += 1
        oldest = self._window[self._next - 1][0].t_s - LAG_S if self._next else -np.inf
        while self._next > 0 and self._window[0][0].t_s < oldest:
            self._window.popleft()
            self._next -= 1
            self._gated -= 1
        return ready

    def _gate(self, legs: Legs) -> Array:
        """Tell whether leg and foot of a frame may be used, (2,) bool."""
        joints, size = legs.working_px, legs.trunk_px
        if not np.isfinite(joints[KNEE, 0]):
            return np.zeros(2, bool)
        near = [
            x
            for x, _ in self._window
            if x is not legs
            and -GATE_BACK_S - SAME_S <= x.t_s - legs.t_s <= GATE_S + SAME_S
            and np.isfinite(x.working_px[KNEE, 0])
        ]
        leg_ok = foot_ok = True
        if near:
            apart_s = np.array([abs(x.t_s - legs.t_s) for x in near])
            ways = np.array([x.working_px for x in near])[:, KNEE:] - joints[KNEE:]
            reached = np.hypot(*ways.T).T / size < STEP + SPEED * apart_s[:, None]
            leg_ok = bool(reached[:, :2].all(axis=1).mean() >= AGREED)
            foot_ok = bool(reached[:, 2:].all(axis=1).mean() >= AGREED)
        shank = float(np.hypot(*(joints[ANKLE] - joints[KNEE])))
        foot = float(np.hypot(*(joints[TOE] - joints[HEEL])))
        usual = self._usual(legs.t_s, shank, foot)
        if usual is not None:
            leg_ok = leg_ok and abs(shank / usual[0] - 1) < SHANK_CHANGE
            foot_ok = foot_ok and foot > (1 - FOOT_SHRINK) * usual[1]
        return np.array([leg_ok, leg_ok and foot_ok])

    def _usual(self, t_s: float, shank: float, foot: float) -> tuple[float, float] | None:
        """Return the median lengths of shank and foot over the last seconds, if known."""
        self._shanks.append((t_s, shank, foot))
        while self._shanks[0][0] < t_s - LIMB_S:
            self._shanks.popleft()
        if t_s - self._shanks[0][0] < USUAL_MIN_S:
            return None
        if t_s - self._usual_s >= USUAL_EVERY_S:
            _, shank, foot = np.median(self._shanks, axis=0)
            self._lengths, self._usual_s = (float(shank), float(foot)), t_s
        return self._lengths

    def _fit(self, legs: Legs, usable: Array) -> Smoothed:
        window = [(x, ok) for x, ok in self._window if abs(x.t_s - legs.t_s) <= LAG_S + SAME_S]
        times = np.array([x.t_s for x, _ in window]) - legs.t_s
        joints = np.array([x.working_px for x, _ in window])
        ok = np.array([k for _, k in window])
        out = NOWHERE.copy()
        hip = legs.working_px[0]
        out[0] = hip if np.isfinite(hip[0]) else _middle(joints[np.isfinite(joints[:, 0, 0]), 0])
        noise = 0.0
        for part, which in enumerate(((KNEE, ANKLE), (HEEL, TOE))):
            use = ok[:, part]
            value, spread = local_fit(times[use], joints[use][:, list(which)].reshape(-1, 4))
            out[list(which)] = value.reshape(2, 2)
            noise = max(noise, spread)
        raw = np.where(usable[[0, 0, 0, 1, 1], None], legs.working_px, np.nan)
        close = np.abs(times) <= REACH_S
        near = np.count_nonzero(close)
        support = np.count_nonzero(ok[close, 0]) / near if near else 0.0
        return Smoothed(legs.t_s, out, raw, support, noise)


def _middle(known: Array) -> Array:
    """Take a median over the first axis quickly: of an even number the upper one, NaN of none."""
    if not len(known):
        return np.full(known.shape[1:], np.nan)
    return np.asarray(np.sort(known, axis=0)[len(known) // 2])


def local_fit(times: Array, values: Array) -> tuple[Array, float]:
    """Fit a local polynomial, and return its value at time 0 with the spread around it.

    The value is NaN where the nearest frames lie farther away than the lag, or on one side only
    and not close by: a gap is bridged, not extrapolated.

    Parameters
    ----------
    times
        (n,) seconds from the time that is asked for.
    values
        (n, k) in any unit, all known.

    Returns
    -------
    (Array, float)
        (k,) and a standard deviation over all columns, in the unit of the values.

    """
    nothing = np.full(values.shape[1], np.nan)
    close = np.abs(times) <= REACH_S
    if np.count_nonzero(close) < LINE_LOOKS:
        close = np.abs(times) <= LAG_S
    t, v = times[close], values[close]
    before, after = np.count_nonzero(t <= 0), np.count_nonzero(t >= 0)
    if len(t) == 0 or (min(before, after) == 0 and np.abs(t).min() > REACH_S / 2):
        return nothing, 0.0
    curved = min(before, after) >= 2 and len(t) >= PARABOLA_LOOKS
    degree = 2 if curved else 1 if len(t) >= LINE_LOOKS else 0
    if degree == 0:
        return np.asarray(v.mean(axis=0)), 0.0
    design = (t[:, None] / LAG_S) ** np.arange(degree + 1)
    far = np.minimum(np.abs(t) / (LAG_S * WEIGHTS_END), 1)
    weighted = design * ((1 - far**3) ** 2)[:, None]
    fit = np.linalg.solve(weighted.T @ design, weighted.T @ v)
    off = (v - design @ fit) ** 2
    spread = math.sqrt(off.sum() / off.size)
    return np.asarray(fit[0]), spread


class NewestLeg:
    """Tells where the leg is in the newest frame: push every frame, and ask."""

    def __init__(self) -> None:
        self.t_s = -np.inf
        self._seen: deque[tuple[float, Array]] = deque()

    def push(self, legs: Legs) -> None:
        """Take one frame."""
        self.t_s = legs.t_s
        if np.isfinite(legs.working_px).all():
            self._seen.append((legs.t_s, legs.working_px))
        while self._seen and self._seen[0][0] < legs.t_s - LAG_S - REACH_S:
            self._seen.popleft()

    def joints_px(self) -> Array:
        """Return the leg (5, 2) on a line through the last frames, which stills the jitter.

        It does not trail. A leg that was lost stays where it was for `LAG_S`, then it is NaN.
        """
        last_s = self._seen[-1][0] if self._seen else -np.inf
        if not self.t_s - last_s <= LAG_S:
            return NOWHERE
        near = [(t, leg) for t, leg in self._seen if last_s - t <= REACH_S]
        near = near if len(near) >= LINE_LOOKS else near[-1:]
        times = np.array([t for t, _ in near]) - last_s
        fit, _ = local_fit(times, np.array([leg for _, leg in near]).reshape(len(near), -1))
        return fit.reshape(NOWHERE.shape)


def at_times(times: Array, values: Array, wanted: Array) -> Array:
    """Return smoothed values at other times.

    Cubic splines join what is known. What lies between known values more than `LAG_S` apart stays
    NaN, and so does what lies before the first and after the last of them.

    Parameters
    ----------
    times
        (n,) seconds, rising.
    values
        (n, k) in any unit, NaN where unknown.
    wanted
        (m,) seconds, rising.

    Returns
    -------
    Array
        (m, k) in the unit of the values.

    """
    out = np.full((len(wanted), values.shape[1]), np.nan)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        _join(times[known], values[known, column], wanted, out[:, column])
    return out


def _join(times: Array, values: Array, wanted: Array, out: Array) -> None:
    """Fill in what lies between known values (n,) of one column."""
    from scipy.interpolate import make_interp_spline  # half of the time that a start takes

    breaks = np.flatnonzero(np.diff(times) > LAG_S + SAME_S) + 1
    for t, v in zip(np.split(times, breaks), np.split(values, breaks), strict=True):
        if not len(t):  # nothing is known at all
            continue
        inside = slice(*np.searchsorted(wanted, [t[0] - SAME_S, t[-1] + SAME_S]))
        if len(t) == 1:
            out[inside] = v[0]
        elif len(wanted[inside]):
            spline = make_interp_spline(t, v, k=min(CUBIC, len(t) - 1))
            out[inside] = spline(np.clip(wanted[inside], t[0], t[-1]))
