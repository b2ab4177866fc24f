"""Values at the times of all frames, from those of the frames that were looked at."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import make_interp_spline

from posecheck.motion.smoothing import LAG_S
from posecheck.types import Array


def at_times(times: Array, values: Array, wanted: Array) -> Array:
    """Smoothed values (n, k) at other times (m,), as (m, k).

    Cubic splines join what is known; a hole longer than the smoother bridges stays NaN, and
    nothing is given beyond the first and the last known value.
    """
    out = np.full((len(wanted), values.shape[1]), np.nan)
    for column in range(values.shape[1]):
        out[:, column] = _one(times, values[:, column], wanted)
    return out


def _one(times: Array, values: Array, wanted: Array) -> Array:
    out: Array = np.full(len(wanted), np.nan)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return out
    joined = np.diff(times[known]) <= LAG_S
    # runs of links between neighbours, and the lone ones between them
    starts = np.r_[0, np.flatnonzero(~joined) + 1]
    ends = np.r_[np.flatnonzero(~joined), len(known) - 1]
    for first, last in zip(starts, ends, strict=True):
        part = known[first : last + 1]
        inside = (wanted >= times[part[0]] - 1e-6) & (wanted <= times[part[-1]] + 1e-6)
        if not inside.any():
            continue
        if len(part) == 1:
            out[inside] = values[part[0]]
            continue
        spline = make_interp_spline(times[part], values[part], k=min(3, len(part) - 1))
        out[inside] = spline(np.clip(wanted[inside], times[part[0]], times[part[-1]]))
    return out
