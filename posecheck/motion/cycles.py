"""Signals over time: smoothing, gaps, turning points. Times in seconds, uneven steps welcome."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from posecheck.types import Array, Mask

BRIDGE_S = 0.7
CELLS = 1 << 15  # neighbours that are weighed at once


def filled(times: Array, values: Array) -> Array:
    """`values` (n,) with gaps up to `BRIDGE_S` bridged by straight lines; longer ones stay NaN."""
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
    """A Gaussian mean of the known values around each time; NaN where a value is not known.

    `values` (n,), or several rows of them (k, n) at once, which takes hardly longer.
    """
    known, n = np.isfinite(values), len(times)
    seen = np.where(known, values, 0.0)
    total, weights = seen.copy(), known.astype(float)
    first, last = times - 3 * sigma_s, times + 3 * sigma_s
    width = _width(times, first, last)
    at_once = max(CELLS // max(seen.size, 1), 1)
    # neighbours i and i + apart, many at once: the loop is over the width of the bell alone
    for nearest in range(1, width + 1, at_once):
        apart = np.arange(nearest, min(nearest + at_once, width + 1))
        at = np.column_stack([apart, -apart]).reshape(-1, 1) + np.arange(n)
        inside = (at >= 0) & (at < n)
        at = np.clip(at, 0, n - 1)
        near = inside & (times[at] >= first) & (times[at] <= last)
        weight = np.exp(-0.5 * ((times[at] - times) / sigma_s) ** 2) * near * known[..., at]
        total = np.concatenate([total[..., None, :], weight * seen[..., at]], axis=-2).sum(axis=-2)
        weights = np.concatenate([weights[..., None, :], weight], axis=-2).sum(axis=-2)
    mean: Array = np.full(values.shape, np.nan)
    mean[known] = total[known] / weights[known]
    return mean


def _width(times: Array, first: Array, last: Array) -> int:
    """How many neighbours on one side, at most, lie between `first` and `last` (n,)."""
    if not len(times):
        return 0
    here = np.arange(len(times))
    ahead = np.searchsorted(times, last, "right") - here - 1
    behind = here - np.searchsorted(times, first, "left")
    return int(max(ahead.max(), behind.max()))


def percentile(values: Array, q: float) -> float:
    """`np.percentile` of (n,) known values, which takes ten times as long for so few."""
    ordered = np.sort(values)
    at = (len(ordered) - 1) * (q / 100)
    low = int(at)
    a, b = float(ordered[low]), float(ordered[min(low + 1, len(ordered) - 1)])
    share = at - low
    return b - (b - a) * (1 - share) if share >= 0.5 else a + (b - a) * share


def runs(mask: Mask) -> list[tuple[int, int]]:
    """First and last index of each stretch where `mask` (n,) holds."""
    edges = np.flatnonzero(np.diff(np.r_[0, mask.astype(np.int8), 0]))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def turning_points(values: Array, swing: float, last: float) -> list[tuple[int, int]]:
    """Indices of the extremes of `values` (n,) with +1 (top) or -1 (bottom), alternating.

    An extreme counts once the value has come back from it by `swing`. The last one counts
    without that if it lies `last` from the one before. The start is no extreme.
    """
    finite = np.flatnonzero(np.isfinite(values)).tolist()
    if len(finite) < 3:
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
    """The time at which `values` first crosses `level`, from index `start` forwards or back.

    Between two frames the time is interpolated; NaN where it is not crossed.
    """
    i = start
    above = values[start] > level
    while 0 <= i + step < len(values) and np.isfinite(values[i + step]):
        if (values[i + step] > level) != above:
            share = (level - values[i]) / (values[i + step] - values[i])
            return float(times[i] + share * (times[i + step] - times[i]))
        i += step
    return float("nan")
