"""Values at the times of all frames, from those of the frames that were looked at."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import make_interp_spline

from posecheck.motion.smoothing import LAG_S
from posecheck.types import Array

SAME_S = 1e-6  # times as near as that are one


def at_times(times: Array, values: Array, wanted: Array) -> Array:
    """Smoothed values (n, k) at other times (m,), as (m, k); times rise in both.

    Cubic splines join what is known. What lies between known values more than `LAG_S` apart stays
    NaN, and so does what lies before the first and after the last of them.
    """
    out = np.full((len(wanted), values.shape[1]), np.nan)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        _join(times[known], values[known, column], wanted, out[:, column])
    return out


def _join(times: Array, values: Array, wanted: Array, out: Array) -> None:
    """Fill in what lies between known values (n,) of one column."""
    breaks = np.flatnonzero(np.diff(times) > LAG_S + SAME_S) + 1
    for t, v in zip(np.split(times, breaks), np.split(values, breaks), strict=True):
        if not len(t):  # nothing is known at all
            continue
        inside = slice(*np.searchsorted(wanted, [t[0] - SAME_S, t[-1] + SAME_S]))
        if len(t) == 1:
            out[inside] = v[0]
        elif len(wanted[inside]):
            spline = make_interp_spline(t, v, k=min(3, len(t) - 1))
            out[inside] = spline(np.clip(wanted[inside], t[0], t[-1]))
