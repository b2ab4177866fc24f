"""Signals over time: smoothing, gaps, turning points. Times in seconds, uneven steps welcome."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from posecheck.types import Array, Mask

BRIDGE_S = 0.7  # a gap as long as this is bridged by a straight line
SAME_S = 1e-6  # times as near as that are one
TURN_LOOKS = 3  # in fewer nothing turns
LOOK_COUNTS_S = 0.6  # a look counts for no longer: what was in a hole is unknown
BELL_SIGMAS = 3  # farther off a Gaussian weighs nothing worth the time
SPREAD_LOW, SPREAD_HIGH = 5, 95  # percentiles: the few looks beyond are those that went wrong


def filled(times: Array, values: Array) -> Array:
    """Bridge gaps of up to `BRIDGE_S` by straight lines; longer ones stay NaN.

    Parameters
    ----------
    times
        (n,) seconds, rising.
    values
        (n,) in any unit, NaN where unknown.

    """
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return np.array(values)
    out: Array = np.interp(times, times[known], values[known])
    out[: known[0]] = np.nan
    out[known[-1] + 1 :] = np.nan
    for a, b in pairwise(known):
        if b > a + 1 and times[b] - times[a] > BRIDGE_S:
            out[a + 1 : b] = np.nan
    return out


def smooth(times: Array, values: Array, sigma_s: float) -> Array:
    """Take a Gaussian mean of the known values around each time; NaN where a value is not known.

    Parameters
    ----------
    times
        (n,) seconds, rising.
    values
        (n,) in any unit, or several rows of them (k, n) at once, which takes hardly longer.
    sigma_s
        Standard deviation of the Gaussian in seconds.

    """
    known = np.isfinite(values)
    seen, all_known = np.where(known, values, 0.0), bool(known.all())
    total, weights = seen.copy(), known.astype(float)
    reach_s = BELL_SIGMAS * sigma_s
    first, last = times - reach_s, times + reach_s
    everywhere, width = _widths(times, first, last)
    # neighbours i and i + apart, all at once: the loop is over the width of the bell alone
    for apart in range(1, width + 1):
        early, late = times[:-apart], times[apart:]
        forth = back = np.exp(-0.5 * ((late - early) / sigma_s) ** 2)
        if apart > everywhere:
            forth, back = forth * (late <= last[:-apart]), back * (early >= first[apart:])
        if not all_known:
            forth, back = forth * known[..., apart:], back * known[..., :-apart]
        total[..., :-apart] += forth * seen[..., apart:]
        weights[..., :-apart] += forth
        total[..., apart:] += back * seen[..., :-apart]
        weights[..., apart:] += back
    mean: Array = np.full(values.shape, np.nan)
    mean[known] = total[known] / weights[known]
    return mean


def _widths(times: Array, first: Array, last: Array) -> tuple[int, int]:
    """Count the neighbours on one side that lie between `first` and `last` (n,): always, at most.

    Always means of all frames that have so many.
    """
    n = len(times)
    if n < 2:
        return 0, 0
    here = np.arange(n)
    ahead = np.searchsorted(times, last, "right") - here - 1
    behind = here - np.searchsorted(times, first, "left")
    ahead_short, behind_short = ahead[ahead < n - 1 - here], behind[behind < here]
    always = min(ahead_short.min(initial=n), behind_short.min(initial=n))
    return int(always), int(max(ahead.max(), behind.max()))


def percentile(values: Array, q: float) -> float:
    """Return what `np.percentile` does, which takes ten times as long for so few.

    Parameters
    ----------
    values
        (n,) known values, at least one, in any order.
    q
        0 to 100.

    """
    ordered = np.sort(values)
    at = (len(ordered) - 1) * (q / 100)
    low = int(at)
    a, b = float(ordered[low]), float(ordered[min(low + 1, len(ordered) - 1)])
    share = at - low
    return b - (b - a) * (1 - share) if share >= 0.5 else a + (b - a) * share


def spread(values: Array) -> float:
    """Return the way from the 5th to the 95th percentile of what is known, NaN of nothing.

    Parameters
    ----------
    values
        (n,) in any unit, NaN where unknown.

    """
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan")
    return percentile(known, SPREAD_HIGH) - percentile(known, SPREAD_LOW)


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Return the first and the last index of each stretch where a mask holds.

    Parameters
    ----------
    mask
        (n,) of truth values.

    """
    edges = np.flatnonzero(np.diff(np.r_[0, mask.astype(np.int8), 0]))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def turning_points(values: Array, swing: float, last: float) -> list[tuple[int, int]]:
    """Find the extremes of a signal, alternating.

    An extreme counts once the value has come back from it by `swing`. The last one counts
    without that if it lies `last` from the one before. The start is no extreme.

    Parameters
    ----------
    values
        (n,) in any unit, NaN where unknown.
    swing, last
        In the unit of the values.

    Returns
    -------
    list of (int, int)
        The index of each, with +1 for a top and -1 for a bottom.

    """
    finite = np.flatnonzero(np.isfinite(values)).tolist()
    if len(finite) < TURN_LOOKS:
        return []
    level = values.tolist()  # plain numbers are several times as quick, one by one
    top = bottom = finite[0]
    points: list[tuple[int, int]] = []
    direction = 0
    for i in finite:
        top = i if level[i] > level[top] else top
        bottom = i if level[i] < level[bottom] else bottom
        if direction >= 0 and level[i] <= level[top] - swing:
            if direction:
                points.append((top, 1))
            direction, bottom = -1, i
            top = i
        elif direction <= 0 and level[i] >= level[bottom] + swing:
            if direction:
                points.append((bottom, -1))
            direction, top = 1, i
            bottom = i
    if direction:
        end = (top, 1) if direction > 0 else (bottom, -1)
        before = level[points[-1][0]] if points else level[finite[0]]
        if abs(level[end[0]] - before) >= last:
            points.append(end)
    return points


def crossing(times: Array, values: Array, level: float, start: int, step: int) -> float:
    """Return the time at which a signal first crosses a level, forwards or back.

    Parameters
    ----------
    times
        (n,) seconds, rising.
    values
        (n,) in any unit; what is NaN ends the search.
    level
        In the unit of the values.
    start, step
        The index to begin from, and +1 for forwards or -1 for back.

    Returns
    -------
    float
        Interpolated between two frames; NaN where it is not crossed.

    """
    i = start
    above = values[start] > level
    while 0 <= i + step < len(values) and np.isfinite(values[i + step]):
        if (values[i + step] > level) != above:
            share = (level - values[i]) / (values[i + step] - values[i])
            return float(times[i] + share * (times[i + step] - times[i]))
        i += step
    return float("nan")


def median_of_known(values: Array) -> float:
    """Return the median of what is known, NaN where nothing is.

    Parameters
    ----------
    values
        (n,) in any unit, NaN where unknown.

    """
    known = np.sort(values[np.isfinite(values)])  # of few, in a tenth of the time of `np.median`
    if not len(known):
        return float("nan")
    middle = len(known) // 2
    return float(known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2)


def known_median(values: Array, axis: int = 0) -> Array:
    """Return the median of what is known along an axis; NaN where nothing is.

    As `np.nanmedian`, which takes ten times as long for so little, and complains where nothing is
    known.

    Parameters
    ----------
    values
        Of any shape and unit, NaN where unknown.
    axis
        The one that the median is taken along.

    """
    ordered = np.sort(values, axis=axis)  # what is unknown comes last
    n = ordered.shape[axis]
    if np.isfinite(ordered.take(-1, axis)).all():
        known: Array = 0.5 * (ordered.take((n - 1) // 2, axis) + ordered.take(n // 2, axis))
        return known
    count = np.isfinite(values).sum(axis=axis, keepdims=True)
    low, high = (np.take_along_axis(ordered, n // 2, axis) for n in (count - 1, count))
    middle: Array = (0.5 * (low + high)).squeeze(axis)
    return middle


def share_of_time(times: Array, values: Array | Mask, during: Mask) -> float:
    """Return the mean of what is known, in which a look counts for the time around it.

    Parameters
    ----------
    times
        (n,) seconds, rising.
    values
        (n,) such as 1 where something holds and 0 where it does not, NaN where it is unknown.
    during
        (n,) the looks that count.

    Returns
    -------
    float
        NaN where nothing is known.

    """
    known = during & np.isfinite(values)
    if not known.any():
        return float("nan")
    around_s = np.gradient(times)[known] if len(times) > 1 else np.ones(1)
    return float(np.average(values[known], weights=np.clip(around_s, SAME_S, LOOK_COUNTS_S)))


def looks_per_s(times: Array, during: Mask) -> float:
    """Return how many looks a second there usually are, infinite if there are none.

    Where looks come unevenly, it is what most of the time is like.

    Parameters
    ----------
    times
        (n,) seconds, rising.
    during
        (n,) the looks between which steps count.

    """
    steps = np.sort(np.diff(times)[during[1:] & during[:-1]])
    if not len(steps):
        return float("inf")
    passed = np.cumsum(steps)
    usual = steps[int(np.searchsorted(passed, 0.5 * passed[-1]))]
    return float(1.0 / usual)
