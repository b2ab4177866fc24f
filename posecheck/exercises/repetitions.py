"""Repetitions, whatever moves: when a cycle is one of several alike, and no noise.

The size that a cycle must have adapts to the person.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from posecheck.motion.holes import Hole, overlap_s
from posecheck.motion.signals import percentile, smooth
from posecheck.types import Array

SWING = 0.35  # of the usual range: what must be swung back before an extreme counts
LAST_SWING = 0.6  # and the last one
CYCLE_LOOKS_MIN = 6  # known looks, before extremes are looked for at all
JOINED_SHARE = 0.35  # of the shorter cycle: neighbours with a shorter moment between touch
LIKE_THE_OTHERS = 0.45  # of the median range: smaller cycles are no repetitions
# Of the noise of single looks, for the median of a set. True sets are 11 times as large and more
# (26 rendered, 12 photographed clips), the tremble of a motionless foot under a therapist's arm
# 2.7, of another that is cut off by the picture's edge 3.4 (photographs with sensor noise).
OVER_NOISE = 6.0
SD_OVER_MEDIAN = 1.4826  # of a normal distribution
MEDIAN = 50  # percentile
DIFFERENCES_SD = math.sqrt(20.0)  # of third differences of white noise, in those of the noise
# How alike the angle is one repetition later, as a correlation: glides 0.94 and more on 17 clips,
# people of sticks who vary tempo and size by a tenth 0.7; what is left of correlated noise once it
# is smoothed at most 0.4. Who moves unevenly must move clearly: noise makes up to 12 times its own.
ALIKE, CLEAR_OVER_NOISE, ALIKE_REPS = 0.5, 16.0, 3
# So many that are alike need not stand as far out of the noise: pumps of a photographed foot under
# a pixel of noise are 5.5 times as large and 0.68 to 0.92 alike; four and more tops of noise at
# most 0.24 (142 candidates on 23 motionless photographs with noise of several kinds).
MANY_REPS, MANY_OVER_NOISE = 4, 4.0
ALIKE_STEP_S, ALIKE_LAGS = 0.05, (0.8, 1.25)  # of the usual duration
ALIKE_POINTS = 3  # that a correlation needs

# Looks a second. A movement needs more than two looks a cycle: the shortest pump that counts
# (0.35 s) 5.7 a second, the shortest bend (0.7 s) 2.9, but it must be seen not to bounce, and the
# planted bounce of 2.6 Hz needs 5.2. At 6 all 15 stored glides give what they give at 10; a pump of
# 1 Hz keeps its range within a tenth. At 4 they do not (benchmarks/SAMPLING.md).
LOOKS_MIN_PER_S = 6.0


@dataclass(frozen=True, slots=True)
class Peak:
    """The stop at the end range of a repetition: when, and where the leg was (degrees)."""

    start_s: float
    end_s: float
    hip_deg: float
    knee_deg: float
    ankle_deg: float


@dataclass(frozen=True, slots=True)
class Cycle:
    """One repetition, with the range of the joint that moved (degrees)."""

    start_s: float
    end_s: float
    min_deg: float
    max_deg: float
    peak: Peak | None = None  # where the exercise goes to an end range

    @property
    def range_deg(self) -> float:
        """The way from the lowest to the highest angle."""
        return self.max_deg - self.min_deg


def noise_deg(raw: Array) -> float:
    """Return the noise of single looks as a standard deviation, whatever moves.

    Third differences hardly know a movement that takes more than six looks to and fro, and white
    noise makes them sqrt(20) times as large. The median is taken, so that a few looks that went
    wrong do not make it.

    Parameters
    ----------
    raw
        (n,) angles of single looks in order of time, in degrees, NaN where unknown.

    """
    away = np.abs(np.diff(raw[np.isfinite(raw)], n=3))
    return SD_OVER_MEDIAN * percentile(away, MEDIAN) / DIFFERENCES_SD if len(away) else 0.0


def borne_out(cycles: list[Cycle], times: Array, values: Array, noise: float) -> bool:
    """Tell whether what was found is larger than noise makes it, or comes again and again alike.

    Parameters
    ----------
    cycles
        What was found, in order of time.
    times
        (n,) seconds.
    values
        (n,) the angle that moves, in degrees, NaN where unknown.
    noise
        The noise of single looks, in degrees.

    """
    usual = float(np.median([c.range_deg for c in cycles])) if cycles else 0.0
    enough = MANY_OVER_NOISE if len(cycles) >= MANY_REPS else OVER_NOISE
    if usual < enough * noise:
        return False
    if len(cycles) < ALIKE_REPS:
        return True
    return usual > CLEAR_OVER_NOISE * noise or likeness(cycles, times, values) > ALIKE


def likeness(cycles: Sequence[Cycle], times: Array, values: Array) -> float:
    """Return the correlation of an angle with itself one repetition, and a pause, later.

    Parameters
    ----------
    cycles
        The repetitions in order of time, at least one.
    times
        (n,) seconds.
    values
        (n,) the angle that moves, in degrees, NaN where unknown.

    """
    starts = np.diff([c.start_s for c in cycles])
    usual_s = float(np.median(starts if len(starts) else [c.end_s - c.start_s for c in cycles]))
    known = np.isfinite(values)
    even = np.arange(cycles[0].start_s, cycles[-1].end_s, ALIKE_STEP_S)
    angle = np.interp(even, times[known], values[known])
    angle = angle - smooth(even, angle, usual_s)
    first, last = (round(share * usual_s / ALIKE_STEP_S) for share in ALIKE_LAGS)
    lags = range(first, min(last, len(even) - ALIKE_POINTS) + 1)
    return max((float(np.corrcoef(angle[:-k], angle[k:])[0, 1]) for k in lags), default=0.0)


def looked_at(cycles: Sequence[Cycle], holes: list[Hole]) -> list[Cycle]:
    """Return those that no hole lies in: what was in one is unknown, however alike its ends are.

    Parameters
    ----------
    cycles
        In order of time.
    holes
        The times without looks.

    """
    return [c for c in cycles if not overlap_s(c.start_s, c.end_s, holes)]


def joined(cycles: list[Cycle]) -> list[Cycle]:
    """Let neighbours that leave a short moment between them, or overlap, share its middle."""
    out = list(cycles)
    for i in range(len(out) - 1):
        a, b = out[i], out[i + 1]
        gap = b.start_s - a.end_s
        if gap < JOINED_SHARE * min(a.end_s - a.start_s, b.end_s - b.start_s):
            middle = 0.5 * (a.end_s + b.start_s)
            out[i] = Cycle(a.start_s, middle, a.min_deg, a.max_deg)
            out[i + 1] = Cycle(middle, b.end_s, b.min_deg, b.max_deg)
    return out


def alike(cycles: list[Cycle], floor_deg: float, shortest_s: float) -> list[Cycle]:
    """Return those that are as large as a repetition is, and as the others are, and take as long.

    Parameters
    ----------
    cycles
        In order of time.
    floor_deg
        The smallest range of a repetition, in degrees.
    shortest_s
        Its shortest duration, in seconds.

    """
    if not cycles:
        return []
    usual = float(np.median([c.range_deg for c in cycles]))
    enough = max(floor_deg, LIKE_THE_OTHERS * usual)
    return [c for c in cycles if c.range_deg >= enough and c.end_s - c.start_s >= shortest_s]
