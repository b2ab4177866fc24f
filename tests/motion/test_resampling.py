"""Values between the looks: on a smooth curve where it is known, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.motion.smoothing import LAG_S, at_times
from posecheck.types import Array

LOOKS = np.arange(31) / 10  # three seconds
FRAMES = np.arange(91) / 30
coefficients = st.lists(st.floats(-5, 5), min_size=4, max_size=4)


def one(values: Array, wanted: Array = FRAMES, times: Array = LOOKS) -> Array:
    """A single column."""
    return at_times(times, values[:, None], wanted)[:, 0]


@given(coefficients, st.integers(0, 2**31))
def test_a_cubic_is_kept_whatever_the_times(curve: list[float], seed: int) -> None:
    """Looks at uneven times, and a movement without a corner: nothing is lost between them."""
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(0.05, LAG_S, 12))
    wanted = np.sort(rng.uniform(times[0], times[-1], 40))
    polynomial = np.polynomial.Polynomial(curve)
    assert one(polynomial(times), wanted, times) == pytest.approx(polynomial(wanted), abs=1e-6)


@pytest.mark.parametrize("hz", [0.3, 0.6, 1.0])
def test_a_pump_keeps_its_peaks_between_ten_looks_a_second(hz: float) -> None:
    """15 degrees either way: what lies between the looks is a tenth of a degree off at most."""
    off = one(15 * np.sin(2 * np.pi * hz * LOOKS)) - 15 * np.sin(2 * np.pi * hz * FRAMES)
    inside = (FRAMES > 0.2) & (FRAMES < 2.8)
    assert np.abs(off[inside]).max() < 0.1


def test_what_was_looked_at_keeps_its_values() -> None:
    values = np.random.default_rng(0).normal(0, 10, (len(LOOKS), 3))
    assert at_times(LOOKS, values, LOOKS) == pytest.approx(values)


@pytest.mark.parametrize(("missing", "open_"), [(1, False), (2, False), (3, True), (8, True)])
def test_a_short_gap_is_bridged_and_a_hole_stays(missing: int, open_: bool) -> None:
    """From the last look before to the first one after, neither of which is lost."""
    values = np.linspace(0, 30, len(LOOKS))
    values[10 : 10 + missing] = np.nan
    seen = one(values)
    last, first = LOOKS[9] + 1e-6, LOOKS[10 + missing] - 1e-6
    hole = (last < FRAMES) & (first > FRAMES)
    assert np.isnan(seen[hole]).all() == open_
    assert np.isnan(seen[hole]).any() == open_
    assert seen[~hole] == pytest.approx(10 * FRAMES[~hole])


@given(st.floats(0, 1e5))
def test_when_it_happens_makes_no_difference(later_s: float) -> None:
    """A gap at the limit is bridged or not at any time of the clip alike."""
    times = LOOKS * LAG_S / 0.3  # every gap of two looks is as long as one that is bridged
    values = np.where(np.isin(np.arange(len(LOOKS)), [4, 5, 12, 13, 20]), np.nan, LOOKS)
    assert np.isfinite(one(values, times + later_s, times + later_s)).all()


def test_nothing_is_made_up_beyond_what_is_known() -> None:
    values = np.where((LOOKS > 0.45) & (LOOKS < 2.55), 1.0, np.nan)
    seen = one(values, np.arange(-30, 150) / 30)
    known = np.isfinite(seen)
    assert np.arange(-30, 150)[known] / 30 == pytest.approx(np.arange(15, 76) / 30)
    assert seen[known] == pytest.approx(1.0)


def test_a_look_that_is_known_alone_is_kept() -> None:
    values = np.full(len(LOOKS), np.nan)
    values[10] = 7.0
    assert np.flatnonzero(np.isfinite(one(values))).tolist() == [30]
    assert one(values)[30] == 7.0


def test_each_column_has_gaps_of_its_own() -> None:
    values = np.ones((len(LOOKS), 2))
    values[10:20, 1] = np.nan
    seen = at_times(LOOKS, values, FRAMES)
    assert np.isfinite(seen[:, 0]).all()
    assert np.isnan(seen[31:59, 1]).all()


@pytest.mark.parametrize("looks", [0, 1, 2, 3])
def test_few_looks_are_enough_for_what_they_span(looks: int) -> None:
    seen = one(np.arange(looks, dtype=float), FRAMES, LOOKS[:looks])
    assert np.isfinite(seen).sum() == max(3 * (looks - 1) + 1, 0) * (looks > 0)
    assert seen[: max(3 * looks - 2, 0)] == pytest.approx(10 * FRAMES[: max(3 * looks - 2, 0)])


def test_no_frame_is_asked_for() -> None:
    assert at_times(LOOKS, np.ones((len(LOOKS), 2)), np.empty(0)).shape == (0, 2)
