"""Repetitions: full cycles of the ankle (pumps) or of the knee (bends).

A pump swings to both sides of the middle of its range and comes back to it; a bend leaves the
point of tension and comes back to it. The size a cycle must have adapts to the person.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from posecheck.motion.calibration import (
    PUMP_FLOOR_DEG,
    PUMP_FLOOR_MOVING_KNEE_DEG,
    TREMOR_DEG,
)
from posecheck.motion.cycles import crossing, percentile, smooth, turning_points
from posecheck.types import Array

SWING = 0.35  # of the usual range: what must be swung back before an extreme counts
LIKE_THE_OTHERS = 0.45  # of the median range: smaller cycles are no repetitions
BACK_AT_TENSION = 0.35  # of a bend's range from the tension: it has come back
LEFT_TENSION = 0.08
BEYOND_MAX_S = 0.3  # farther beyond it the leg may be on its way down
BEYOND = 0.12  # of a bend's length: how far before and after it the tension lies
LAST_SWING = 0.6
BEYOND_MIDDLE = 0.35  # of half the range: where a pump turns, a foot that rests does not
USUAL_STEP = 60  # percentile: false extremes make short steps
RHYTHM = (0.4, 2.2)  # of the usual time from top to bottom
STILL_SHARE = 0.12  # of its range that a foot may tremble while it rests
PAUSE_S = 0.6
EDGE = 0.8  # of the usual time from top to bottom

CLEAR_PUMPS = 3
# Of the noise of single looks, for the median of a set. True sets are 11 times as large and more
# (26 rendered, 12 photographed clips), the tremble of a motionless foot under a therapist's arm
# 2.7, of another that is cut off by the picture's edge 3.4 (photographs with sensor noise).
OVER_NOISE = 6.0
SD_OVER_MEDIAN = 1.4826  # of a normal distribution
# How alike the angle is one repetition later, as a correlation: glides 0.94 and more on 17 clips,
# people of sticks who vary tempo and size by a tenth 0.7; what is left of correlated noise once it
# is smoothed at most 0.4. Who moves unevenly must move clearly: noise makes up to 12 times its own.
ALIKE, CLEAR_OVER_NOISE, ALIKE_REPS = 0.5, 16.0, 3
ALIKE_STEP_S, ALIKE_LAGS = 0.05, (0.8, 1.25)  # of the usual duration
KNEE_MOVES_DEG = 10.0
BEND_FLOOR_DEG = 8.0
PUMP_MIN_S = 0.35
LONE_PUMP_DEG, LONE_KNEE_SHARE = 8.0, 0.6  # a single pump is this large, and the knee's less
LONE_BEND_DEG = 14.0  # a held knee sways by up to 9 degrees (sticks with noise as on photographs)
BEND_MIN_S = 0.7  # a faster to and fro of the knee is a bounce


@dataclass(frozen=True, slots=True)
class Cycle:
    """One repetition, with the range of the joint that moved (degrees)."""

    start_s: float
    end_s: float
    min_deg: float
    max_deg: float

    @property
    def range_deg(self) -> float:
        """From the lowest to the highest angle."""
        return self.max_deg - self.min_deg


def noise_deg(raw: Array) -> float:
    """The noise of single looks (n,), in order of time: a standard deviation, whatever moves.

    Third differences hardly know a movement that takes more than six looks to and fro, and white
    noise makes them sqrt(20) times as large. The median is taken, so that a few looks that went
    wrong do not make it.
    """
    away = np.abs(np.diff(raw[np.isfinite(raw)], n=3))
    return SD_OVER_MEDIAN * percentile(away, 50) / math.sqrt(20.0) if len(away) else 0.0


def pumps(times: Array, ankle: Array, knee: Array, noise: float = 0.0) -> list[Cycle]:
    """Ankle cycles of one stay at the point of tension; (n,) each, degrees.

    What is not several times as large as the `noise` of single looks is no pump.
    """
    quick = smooth(times, ankle, 0.06)
    known = quick[np.isfinite(quick)]
    if len(known) < 6:
        return []
    usual, knee_range = _range(known), _range(knee[np.isfinite(knee)])
    floor = PUMP_FLOOR_DEG if knee_range < KNEE_MOVES_DEG else PUMP_FLOOR_MOVING_KNEE_DEG
    points = turning_points(quick, max(2.5, SWING * usual), LAST_SWING * usual)
    points = _full(quick, _rhythmic(times, quick, points))
    cycles = []
    fine = smooth(times, ankle, 0.025)
    pairs = list(zip(points[::2], points[1::2], strict=False))
    swings = [abs(quick[a] - quick[b]) for (a, _), (b, _) in pairs]
    floor = _floor(swings, floor)
    # a foot that rests trembles: no pump begins much earlier than its own tempo says
    edge_s = np.inf
    if len(pairs) >= ALIKE_REPS:
        edge_s = EDGE * float(np.median([times[b] - times[a] for (a, _), (b, _) in pairs]))
    for swing, ((a, ka), (b, _)) in zip(swings, pairs, strict=True):
        if swing < floor:
            continue
        middle = 0.5 * (quick[a] + quick[b])
        low, high = sorted((_extreme(times, fine, a, ka), _extreme(times, fine, b, -ka)))
        still = STILL_SHARE * (high - low)
        start = _latest(
            crossing(times, quick, middle, a, -1),
            _turned(times, quick, a, -1, still),
            times[a] - edge_s,
        )
        end = -_latest(
            -crossing(times, quick, middle, b, 1),
            -_turned(times, quick, b, 1, still),
            -times[b] - edge_s,
        )
        cycles.append(Cycle(start, end, low, high))
    found = _alike(_joined(cycles), floor, PUMP_MIN_S)
    return found if _borne_out(found, times, ankle, noise) else []


def is_clear(pump: Cycle, times: Array, knee: Array) -> bool:
    """Whether one swing of the foot alone may be called a pump: large, and not the knee's."""
    during = knee[(times >= pump.start_s) & (times <= pump.end_s) & np.isfinite(knee)]
    if not len(during) or pump.range_deg < LONE_PUMP_DEG:
        return False
    return bool(np.ptp(during) < LONE_KNEE_SHARE * pump.range_deg)


def _range(known: Array) -> float:
    """From the 5th to the 95th percentile (degrees), NaN of none."""
    return percentile(known, 95) - percentile(known, 5) if len(known) else float("nan")


def _floor(swings: list[float], floor_deg: float) -> float:
    """The smallest swing that counts (degrees): who pumps clearly may pump a little less once."""
    clear = [x for x in swings if x >= floor_deg]
    if len(clear) < CLEAR_PUMPS:
        return floor_deg
    usual = float(np.median(clear))
    return max(LIKE_THE_OTHERS * usual, min(floor_deg, TREMOR_DEG))


def _rhythmic(times: Array, values: Array, points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Extremes without those that are out of the rhythm.

    At either end a twitch or a long rest, which would pair every top with the wrong bottom; in
    between a dip that is over in no time, as a foot shows that is drawn short for some frames.
    """
    out = list(points)
    while len(out) > 3:
        steps = np.diff(times[[i for i, _ in out]])
        usual = percentile(steps, USUAL_STEP)
        dips = np.flatnonzero(np.maximum(steps[:-1], steps[1:]) < RHYTHM[0] * usual) + 1
        if not _in_rhythm(steps[0], steps[::2]):
            out = out[1:]
        elif not _in_rhythm(steps[-1], steps[::-2]):
            out = out[:-1]
        elif len(dips):
            at = int(dips[0])
            (before, kind), (after, _) = out[at - 1], out[at + 1]
            keep = before if kind * (values[before] - values[after]) >= 0 else after
            out[at - 1 : at + 2] = [(keep, kind)]
        else:
            break
    return out


def _in_rhythm(step_s: float, like_it: Array) -> bool:
    """Whether a swing takes as long as every other one (n,) does: there may be pauses between."""
    usual = percentile(like_it, USUAL_STEP)
    return bool(RHYTHM[0] * usual <= step_s <= RHYTHM[1] * usual)


def _full(values: Array, points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Extremes without those at either end that hardly leave the middle: a foot that rests."""
    out = list(points)
    for _ in range(2):  # from the front, then from the back
        while len(out) > 4:
            next_ones = values[[i for i, _ in out[1:5]]]
            middle = float(next_ones.mean())
            half = float(np.abs(next_ones - middle).mean())
            (first, kind), *rest = out
            if kind * (values[first] - middle) >= BEYOND_MIDDLE * half:
                break
            out = rest
        out = out[::-1]
    return out


def _extreme(times: Array, values: Array, at: int, kind: int) -> float:
    near = values[np.abs(times - times[at]) <= 0.09]
    return float(np.nanmax(near) if kind > 0 else np.nanmin(near))


def _turned(times: Array, values: Array, start: int, step: int, still: float) -> float:
    """When `values` stops leaving the extreme at `start`, forwards or back.

    A foot that rests near the middle of its range crosses it many times before it moves.
    """
    sign = 1.0 if values[start] >= np.nanmean(values) else -1.0
    # plain numbers are several times as quick, one by one
    onwards = slice(start, None) if step > 0 else slice(start, None, -1)
    ahead, when = values[onwards].tolist(), times[onwards].tolist()
    at = 0
    for i in range(1, len(ahead)):
        if ahead[i] != ahead[i]:
            break
        if sign * (ahead[i] - ahead[at]) < 0:
            at = i
        elif sign * (ahead[i] - ahead[at]) > still or abs(when[i] - when[at]) > PAUSE_S:
            break
    best = start + step * at
    level = values[best] + sign * still
    left = crossing(times, values, level, best, -step)
    return left if np.isfinite(left) else float(times[best])


def _latest(*moments: float) -> float:
    """The latest of those that are known."""
    return max(m for m in moments if np.isfinite(m))


def bends(times: Array, knee: Array, tension_deg: float, noise: float = 0.0) -> list[Cycle]:
    """Knee cycles that leave the tension and return to it; (n,) each, degrees.

    What is not several times as large as the `noise` of single looks is no bend.
    """
    calm = smooth(times, knee, 0.12)
    known = calm[np.isfinite(calm)]
    if len(known) < 6:
        return []
    usual = percentile(known, 97) - tension_deg
    if usual < 0.7 * BEND_FLOOR_DEG:
        return []
    points = turning_points(calm, max(4.0, SWING * usual), LAST_SWING * usual)
    cycles: list[Cycle] = []
    top: int | None = None
    since = int(np.flatnonzero(np.isfinite(calm))[0])  # the end of the bend before
    for i, kind in points:
        if kind > 0:
            top = i if top is None or calm[i] > calm[top] else top
        elif top is not None:
            size = calm[top] - tension_deg
            if calm[i] <= tension_deg + BACK_AT_TENSION * size:
                cycles.append(_bend(times, knee, calm, since, top, i))
                since, top = i, None
    found = _alike(_joined(cycles), BEND_FLOOR_DEG, BEND_MIN_S)
    if len(found) == 1 and found[0].range_deg < LONE_BEND_DEG:
        return []  # a knee that sways, or sinks, while it is held
    return found if _borne_out(found, times, knee, noise) else []


def _borne_out(cycles: list[Cycle], times: Array, values: Array, noise: float) -> bool:
    """Whether what was found is larger than noise makes it, or comes again and again alike."""
    usual = float(np.median([c.range_deg for c in cycles])) if cycles else 0.0
    if usual < OVER_NOISE * noise:
        return False
    if len(cycles) < ALIKE_REPS:
        return True
    return usual > CLEAR_OVER_NOISE * noise or likeness(cycles, times, values) > ALIKE


def likeness(cycles: Sequence[Cycle], times: Array, values: Array) -> float:
    """The correlation of an angle (n,) with itself one of its repetitions, and a pause, later."""
    starts = np.diff([c.start_s for c in cycles])
    usual_s = float(np.median(starts if len(starts) else [c.end_s - c.start_s for c in cycles]))
    known = np.isfinite(values)
    even = np.arange(cycles[0].start_s, cycles[-1].end_s, ALIKE_STEP_S)
    angle = np.interp(even, times[known], values[known])
    angle = angle - smooth(even, angle, usual_s)
    first, last = (round(share * usual_s / ALIKE_STEP_S) for share in ALIKE_LAGS)
    lags = range(first, min(last, len(even) - 3) + 1)
    return max((float(np.corrcoef(angle[:-k], angle[k:])[0, 1]) for k in lags), default=0.0)


def _bend(times: Array, knee: Array, calm: Array, since: int, top: int, back: int) -> Cycle:
    """The bend with its turn at `top`, between the levels it left and came back to."""
    before, after = float(np.nanmin(calm[since : top + 1])), float(calm[back])
    start = crossing(times, calm, before + LEFT_TENSION * (calm[top] - before), top, -1)
    end = crossing(times, calm, after + LEFT_TENSION * (calm[top] - after), top, 1)
    start = start if np.isfinite(start) else float(times[since])
    end = end if np.isfinite(end) and end < times[back] else float(times[back])
    room = min(BEYOND * (end - start), BEYOND_MAX_S)
    inside = knee[(times >= start - room) & (times <= end + room)]
    return Cycle(start, end, float(np.nanmin(inside)), float(np.nanmax(inside)))


def _joined(cycles: list[Cycle]) -> list[Cycle]:
    """Neighbours that leave a short moment between them, or overlap, share its middle."""
    out = list(cycles)
    for i in range(len(out) - 1):
        a, b = out[i], out[i + 1]
        gap = b.start_s - a.end_s
        if gap < 0.35 * min(a.end_s - a.start_s, b.end_s - b.start_s):
            middle = 0.5 * (a.end_s + b.start_s)
            out[i] = Cycle(a.start_s, middle, a.min_deg, a.max_deg)
            out[i + 1] = Cycle(middle, b.end_s, b.min_deg, b.max_deg)
    return out


def _alike(cycles: list[Cycle], floor_deg: float, shortest_s: float) -> list[Cycle]:
    if not cycles:
        return []
    usual = float(np.median([c.range_deg for c in cycles]))
    enough = max(floor_deg, LIKE_THE_OTHERS * usual)
    return [c for c in cycles if c.range_deg >= enough and c.end_s - c.start_s >= shortest_s]
