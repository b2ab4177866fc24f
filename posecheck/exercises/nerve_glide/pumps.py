"""Ankle pumps: the foot swings to both sides of the middle of its range and comes back to it."""

from __future__ import annotations

import numpy as np

from posecheck.exercises.repetitions import (
    ALIKE_REPS,
    CYCLE_LOOKS_MIN,
    LAST_SWING,
    LIKE_THE_OTHERS,
    SWING,
    Cycle,
    alike,
    borne_out,
    joined,
)
from posecheck.motion.calibration import ANKLE_FLOOR_DEG, ANKLE_FLOOR_MOVING_KNEE_DEG, TREMOR_DEG
from posecheck.motion.signals import crossing, percentile, smooth, spread, turning_points
from posecheck.types import Array

# Widths of the means in which pumps are looked for, and in which their extremes are read.
PUMP_SMOOTHING_S, EXTREME_SMOOTHING_S = 0.06, 0.025
EXTREME_S = 0.09  # the extreme is the largest of what was seen so near its time
SWING_MIN_DEG = 2.5  # however small the pumps: a smaller swing back is noise
RHYTHM_EXTREMES = 3  # so few tell no rhythm
MIDDLE_EXTREMES = 4  # neighbours of the first extreme that tell the middle of the range
BEYOND_MIDDLE = 0.35  # of half the range: where a pump turns, a foot that rests does not
USUAL_STEP = 60  # percentile: false extremes make short steps
RHYTHM = (0.4, 2.2)  # of the usual time from top to bottom
STILL_SHARE = 0.12  # of its range that a foot may tremble while it rests
PAUSE_S = 0.6
EDGE = 0.8  # of the usual time from top to bottom
CLEAR_PUMPS = 3
KNEE_MOVES_DEG = 10.0
PUMP_MIN_S = 0.35
LONE_PUMP_DEG, LONE_KNEE_SHARE = 8.0, 0.6  # a single pump is this large, and the knee's less


def pumps(times: Array, ankle: Array, knee: Array, noise: float = 0.0) -> list[Cycle]:
    """Find the ankle pumps of one stay at the point of tension.

    What is not several times as large as the noise of single looks is no pump.

    Parameters
    ----------
    times
        (n,) seconds.
    ankle, knee
        (n,) dorsiflexion and flexion in degrees, NaN where unknown.
    noise
        The noise of single looks at the ankle, in degrees.

    Returns
    -------
    list of Cycle
        In order of time.

    """
    quick = smooth(times, ankle, PUMP_SMOOTHING_S)
    known = quick[np.isfinite(quick)]
    if len(known) < CYCLE_LOOKS_MIN:
        return []
    usual, knee_range = spread(known), spread(knee)
    floor = ANKLE_FLOOR_DEG if knee_range < KNEE_MOVES_DEG else ANKLE_FLOOR_MOVING_KNEE_DEG
    points = turning_points(quick, max(SWING_MIN_DEG, SWING * usual), LAST_SWING * usual)
    points = _full(quick, _rhythmic(times, quick, points))
    cycles = []
    fine = smooth(times, ankle, EXTREME_SMOOTHING_S)
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
    found = alike(joined(cycles), floor, PUMP_MIN_S)
    return found if borne_out(found, times, ankle, noise) else []


def is_clear(pump: Cycle, times: Array, knee: Array) -> bool:
    """Tell whether one swing of the foot alone may be called a pump: large, and not the knee's.

    Parameters
    ----------
    pump
        The swing.
    times
        (n,) seconds.
    knee
        (n,) flexion in degrees, NaN where unknown.

    """
    during = knee[(times >= pump.start_s) & (times <= pump.end_s) & np.isfinite(knee)]
    if not len(during) or pump.range_deg < LONE_PUMP_DEG:
        return False
    return bool(np.ptp(during) < LONE_KNEE_SHARE * pump.range_deg)


def _floor(swings: list[float], floor_deg: float) -> float:
    """Return the smallest swing that counts (degrees): of many clear ones one may be smaller."""
    clear = [x for x in swings if x >= floor_deg]
    if len(clear) < CLEAR_PUMPS:
        return floor_deg
    usual = float(np.median(clear))
    return max(LIKE_THE_OTHERS * usual, min(floor_deg, TREMOR_DEG))


def _rhythmic(times: Array, values: Array, points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the extremes without those that are out of the rhythm.

    At either end it is a twitch or a long rest, which would pair every top with the wrong bottom;
    in between a dip that is over in no time, as a foot shows that is drawn short for some frames.
    """
    out = list(points)
    while len(out) > RHYTHM_EXTREMES:
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
    """Tell whether a swing takes as long as every other one (n,): there may be pauses between."""
    usual = percentile(like_it, USUAL_STEP)
    return bool(RHYTHM[0] * usual <= step_s <= RHYTHM[1] * usual)


def _full(values: Array, points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the extremes without those at either end that hardly leave the middle.

    There the foot rests.
    """
    out = list(points)
    for _ in range(2):  # from the front, then from the back
        while len(out) > MIDDLE_EXTREMES:
            next_ones = values[[i for i, _ in out[1 : MIDDLE_EXTREMES + 1]]]
            middle = float(next_ones.mean())
            half = float(np.abs(next_ones - middle).mean())
            (first, kind), *rest = out
            if kind * (values[first] - middle) >= BEYOND_MIDDLE * half:
                break
            out = rest
        out = out[::-1]
    return out


def _extreme(times: Array, values: Array, at: int, kind: int) -> float:
    near = values[np.abs(times - times[at]) <= EXTREME_S]
    return float(np.nanmax(near) if kind > 0 else np.nanmin(near))


def _turned(times: Array, values: Array, start: int, step: int, still: float) -> float:
    """Return when `values` stops leaving the extreme at `start`, forwards or back.

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
    """Return the latest of the moments that are known."""
    return max(m for m in moments if np.isfinite(m))
