"""Smoothing over time, without a loop over the frames; shares of time, not of frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.motion.signals import LOOK_COUNTS_S, share_of_time, smooth
from posecheck.types import Array


def plain(times: Array, values: Array, sigma_s: float) -> Array:
    """The definition, one frame after the other."""
    out = np.full(len(values), np.nan)
    reach = 3 * sigma_s
    for i in np.flatnonzero(np.isfinite(values)):
        near = np.isfinite(values) & (times >= times[i] - reach) & (times <= times[i] + reach)
        weight = np.exp(-0.5 * ((times[near] - times[i]) / sigma_s) ** 2)
        out[i] = weight @ values[near] / weight.sum()
    return out


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 120),
    fps=st.floats(5, 120),
    uneven=st.floats(0, 3),
    lost=st.floats(0, 1),
    sigma_s=st.sampled_from([0.025, 0.06, 0.15, 0.4, 1.0]),
)
def test_smoothing_is_a_gaussian_mean_of_what_is_known(
    seed: int, n: int, fps: float, uneven: float, lost: float, sigma_s: float
) -> None:
    """However uneven the frames are, and whatever is missing."""
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(1, 1 + uneven, n)) / fps
    values = rng.normal(0, 60, n)
    values[rng.random(n) < lost] = np.nan
    expected = plain(times, values, sigma_s)
    np.testing.assert_allclose(smooth(times, values, sigma_s), expected, rtol=0, atol=1e-9)


def test_a_share_is_one_of_time() -> None:
    """Half of the time is half, though most of the looks fall into one of the halves."""
    times = np.r_[np.arange(0, 10, 0.05), np.arange(10, 20, 0.25)]
    held = times < 10
    assert held.mean() > 0.8
    assert share_of_time(times, held, np.ones(len(times), bool)) == pytest.approx(0.5, abs=0.01)


def test_a_hole_is_no_part_of_a_share() -> None:
    """A look on its edge counts for no longer than a look can."""
    times = np.r_[np.arange(0, 5, 0.1), np.arange(60, 65, 0.1)]
    held = times < 30
    everything = np.ones(len(times), bool)
    share = share_of_time(times, held, everything)
    assert share == pytest.approx(0.5, abs=LOOK_COUNTS_S / 10)
    assert np.isnan(share_of_time(times, np.full(len(times), np.nan), everything))
