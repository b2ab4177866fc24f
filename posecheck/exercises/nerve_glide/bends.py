"""Knee bends: the knee leaves the point of tension and comes back to it."""

from __future__ import annotations

import numpy as np

from posecheck.exercises.repetitions import (
    CYCLE_LOOKS_MIN,
    LAST_SWING,
    SWING,
    Cycle,
    alike,
    borne_out,
    joined,
)
from posecheck.motion.signals import crossing, percentile, smooth, turning_points
from posecheck.types import Array

BEND_SMOOTHING_S = 0.12  # width of the mean in which bends are looked for
BENT_PERCENTILE = 97  # of the knee during a stay: the usual turn of its bends
USUAL_FLOOR_SHARE = 0.7  # of the smallest bend: a stay whose knee moves less has none
SWING_MIN_DEG = 4.0  # however small the bends: a smaller swing back is noise
BACK_AT_TENSION = 0.35  # of a bend's range from the tension: it has come back
LEFT_TENSION = 0.08
BEYOND = 0.12  # of a bend's length: how far before and after it the tension lies
BEYOND_MAX_S = 0.3  # farther beyond it the leg may be on its way down
BEND_FLOOR_DEG = 8.0
LONE_BEND_DEG = 14.0  # a held knee sways by up to 9 degrees (sticks with noise as on photographs)
BEND_MIN_S = 0.7  # a faster to and fro of the knee is a bounce


def bends(times: Array, knee: Array, tension_deg: float, noise: float = 0.0) -> list[Cycle]:
    """Find the bends of a stay: the knee leaves the tension and returns to it.

    What is not several times as large as the noise of single looks is no bend.

    Parameters
    ----------
    times
        (n,) seconds.
    knee
        (n,) flexion in degrees, NaN where unknown.
    tension_deg
        The knee's flexion at the point of tension.
    noise
        The noise of single looks at the knee, in degrees.

    Returns
    -------
    list of Cycle
        In order of time.

    """
    smoothed = smooth(times, knee, BEND_SMOOTHING_S)
    known = smoothed[np.isfinite(smoothed)]
    if len(known) < CYCLE_LOOKS_MIN:
        return []
    usual = percentile(known, BENT_PERCENTILE) - tension_deg
    if usual < USUAL_FLOOR_SHARE * BEND_FLOOR_DEG:
        return []
    points = turning_points(smoothed, max(SWING_MIN_DEG, SWING * usual), LAST_SWING * usual)
    cycles: list[Cycle] = []
    top: int | None = None
    since = int(np.flatnonzero(np.isfinite(smoothed))[0])  # the end of the bend before
    for i, kind in points:
        if kind > 0:
            top = i if top is None or smoothed[i] > smoothed[top] else top
        elif top is not None:
            size = smoothed[top] - tension_deg
            if smoothed[i] <= tension_deg + BACK_AT_TENSION * size:
                cycles.append(_bend(times, knee, smoothed, since, top, i))
                since, top = i, None
    found = alike(joined(cycles), BEND_FLOOR_DEG, BEND_MIN_S)
    if len(found) == 1 and found[0].range_deg < LONE_BEND_DEG:
        return []  # a knee that sways, or sinks, while it is held
    return found if borne_out(found, times, knee, noise) else []


def _bend(times: Array, knee: Array, smoothed: Array, since: int, top: int, back: int) -> Cycle:
    """Return the bend with its turn at `top`, between the levels it left and came back to."""
    before, after = float(np.nanmin(smoothed[since : top + 1])), float(smoothed[back])
    start = crossing(times, smoothed, before + LEFT_TENSION * (smoothed[top] - before), top, -1)
    end = crossing(times, smoothed, after + LEFT_TENSION * (smoothed[top] - after), top, 1)
    start = start if np.isfinite(start) else float(times[since])
    end = end if np.isfinite(end) and end < times[back] else float(times[back])
    room = min(BEYOND * (end - start), BEYOND_MAX_S)
    inside = knee[(times >= start - room) & (times <= end + room)]
    return Cycle(start, end, float(np.nanmin(inside)), float(np.nanmax(inside)))
