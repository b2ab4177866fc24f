"""Agreement: the laws it obeys, the examples that were published, and what is not known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from posecheck.compare.statistics import (
    Estimate,
    cohen_kappa,
    kappa_words,
    limit_factor,
    limits_of_agreement,
    mean_absolute_error,
    share,
    within,
)

labels = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=40)
degrees = st.floats(-100, 100).map(lambda value: round(value, 2))
pairs = st.lists(st.tuples(degrees, degrees), min_size=3, max_size=30)
# Wright's large and mini peak flow meters, litres a minute: Bland & Altman 1986, table 1.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def of_table(table: list[list[int]]) -> tuple[list[int], list[int]]:
    """Spread a table of counts out to labels."""
    cells = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return [i for i, _ in cells], [j for _, j in cells]


def unknown(estimate: Estimate) -> bool:
    return all(math.isnan(v) for v in (estimate.value, estimate.low, estimate.high))


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # Fleiss, Levin & Paik, Statistical Methods for Rates and Proportions 2003, table 18.1.
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.68),
        # Sim & Wright, Phys Ther 2005;85:257: two clinicians on a lateral shift of the spine.
        ([[22, 2], [4, 11]], 0.67),
    ],
)
def test_published_kappas(table: list[list[int]], kappa: float) -> None:
    """To the digits that were printed, and inside their interval."""
    found = cohen_kappa(*of_table(table))
    assert found.value == pytest.approx(kappa, abs=0.005)
    assert found.low < kappa < found.high


@given(labels=labels)
def test_kappa_is_symmetric_and_bounded(labels: list[tuple[str, str]]) -> None:
    """Who is named first does not matter, and it lies from -1 to 1 in its interval."""
    first, second = [a for a, _ in labels], [b for _, b in labels]
    one, other = cohen_kappa(first, second), cohen_kappa(second, first)
    assert np.allclose(
        (one.value, one.low, one.high), (other.value, other.low, other.high), equal_nan=True
    )
    if not unknown(one):
        assert -1 <= one.low <= one.value + 1e-9
        assert one.value - 1e-9 <= one.high <= 1


@given(labels=labels)
def test_kappa_knows_no_names(labels: list[tuple[str, str]]) -> None:
    """Labels under other names agree as well."""
    names = {"a": 7, "b": None, "c": "pass"}
    one = cohen_kappa([a for a, _ in labels], [b for _, b in labels])
    other = cohen_kappa([names[a] for a, _ in labels], [names[b] for _, b in labels])
    assert repr(one) == repr(other)


@given(labels=st.lists(st.sampled_from("abc"), min_size=2, max_size=40))
def test_the_same_labels_are_full_agreement(labels: list[str]) -> None:
    """Kappa is 1 with two labels or more, and its interval has a width; with one not known."""
    found = cohen_kappa(labels, labels)
    if len(set(labels)) < 2:
        assert unknown(found)
    else:
        assert found.value == found.high == 1
        assert found.low < 1


def test_few_clips_or_one_label_say_nothing() -> None:
    """Unknown, never 1."""
    assert unknown(cohen_kappa([], []))
    assert unknown(cohen_kappa(["pass"], ["pass"]))
    assert unknown(cohen_kappa(["pass"] * 9, ["pass"] * 9))
    assert cohen_kappa(["pass"] * 9, ["pass"] * 8 + ["fail"]).value == pytest.approx(0)
    with pytest.raises(ValueError, match="2 labels against 1"):
        cohen_kappa([1, 2], [1])


@pytest.mark.parametrize(
    "table", [[[0.55, 0.05], [0.05, 0.35]], [[0.5, 0.1], [0.15, 0.25]], [[0.6, 0.02], [0.02, 0.36]]]
)
@pytest.mark.parametrize("n", [15, 60])
def test_kappas_interval_covers_the_truth(table: list[list[float]], n: int) -> None:
    """In more than nine of ten samples, small ones too."""
    p = np.array(table)
    chance = float((p.sum(0) * p.sum(1)).sum())
    truth = (float(np.trace(p)) - chance) / (1 - chance)
    rng = np.random.default_rng(0)
    hits = []
    for counts in rng.multinomial(n, p.ravel(), size=400):
        found = cohen_kappa(*of_table(counts.reshape(p.shape).tolist()))
        if not unknown(found):
            hits.append(found.low <= truth <= found.high)
    assert np.mean(hits) > 0.91


@pytest.mark.parametrize(
    ("kappa", "words"),
    [
        (-0.1, "poor"), (0.0, "slight"), (0.2, "slight"), (0.21, "fair"), (0.5, "moderate"),
        (0.61, "substantial"), (0.8, "substantial"), (0.81, "almost perfect"),
        (1.0, "almost perfect"), (math.nan, "unknown"),
    ],
)  # fmt: skip
def test_the_words_of_landis_and_koch(kappa: float, words: str) -> None:
    assert kappa_words(kappa) == words


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Newcombe, Stat Med 1998;17:857, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
     (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    """As published, and mirrored for what is left."""
    found, rest = share(hits, n), share(n - hits, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert (1 - rest.high, 1 - rest.low) == pytest.approx((low, high), abs=5e-5)


@given(counts=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30))
def test_counts(counts: list[tuple[int, int]]) -> None:
    """Exact is never more than within one, and both are shares of those that are known."""
    first, second = [a for a, _ in counts], [b for _, b in counts]
    exact, near = within(first, second, 0), within(first, second, 1)
    with_gap = within([*first, math.nan], [*second, 3], 1)
    assert repr(with_gap) == repr(near)
    if len(counts) < 2:
        assert unknown(exact)
        assert unknown(near)
    else:
        assert 0 <= exact.value <= near.value <= 1
        assert exact.low <= exact.value <= exact.high
        assert round(exact.value * len(counts)) == sum(a == b for a, b in counts)


@given(counts=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=30))
@settings(max_examples=30)
def test_the_mean_absolute_error(counts: list[tuple[int, int]]) -> None:
    """It is inside its interval; where all clips are as far off, the interval is not known."""
    off = [abs(a - b) for a, b in counts]
    found = mean_absolute_error([a for a, _ in counts], [b for _, b in counts])
    assert found.value == pytest.approx(np.mean(off))
    if len(set(off)) == 1:
        assert math.isnan(found.low)
    else:
        assert min(off) <= found.low <= found.value <= found.high <= max(off)


def test_the_bootstrap_is_that_of_scipy() -> None:
    """But for the dice."""
    off = np.random.default_rng(3).exponential(size=25)
    theirs = stats.bootstrap((off,), np.mean, method="BCa", random_state=1).confidence_interval
    ours = mean_absolute_error(off, np.zeros(25))
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    assert repr(ours) == repr(mean_absolute_error(off, np.zeros(25)))


def test_bland_and_altmans_own_example() -> None:
    """Bias, deviation and limits as printed, and the interval of the bias."""
    found = limits_of_agreement(WRIGHT, MINI)
    assert found.bias.n == 17
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    # They take 2 standard deviations, here 1.96: -79.7 and 75.5.
    assert found.bias.value - 2 * found.sd == pytest.approx(-79.7, abs=0.1)
    assert found.upper.value == pytest.approx(found.bias.value + 1.96 * found.sd, abs=0.01)
    assert (found.bias.low, found.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    # Theirs, symmetric: -114.3 to -45.1. The exact one reaches farther out, less far in.
    assert found.lower.low < -110
    assert -58 < found.lower.high < -45.1


@pytest.mark.parametrize(
    ("n", "below", "confidence", "factor"),
    # NIST/SEMATECH e-Handbook, 7.2.6.3 (n = 43); Odeh & Owen 1980 (n = 10).
    [(43, 0.90, 0.99, 1.8740), (10, 0.95, 0.95, 2.911)],
)
def test_published_tolerance_factors(
    n: int, below: float, confidence: float, factor: float
) -> None:
    assert limit_factor(n, below, confidence) == pytest.approx(factor, abs=6e-4)


@given(pairs=pairs, shift=degrees, scale=st.floats(0.1, 10))
def test_limits_follow_shift_and_scale(
    pairs: list[tuple[float, float]], shift: float, scale: float
) -> None:
    """A constant added to one moves all three; another unit scales them and their intervals."""
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    one = limits_of_agreement(a, b)
    assume(one.sd > 0.01)
    moved, scaled = limits_of_agreement(a + shift, b), limits_of_agreement(a * scale, b * scale)
    for name in ("bias", "lower", "upper"):
        x, y, z = (getattr(limits, name) for limits in (one, moved, scaled))
        for part in ("value", "low", "high"):
            value = getattr(x, part)
            assert getattr(y, part) == pytest.approx(value + shift, abs=1e-6)
            assert getattr(z, part) == pytest.approx(value * scale, abs=1e-6 * scale + 1e-9)
        assert x.low < x.value < x.high


@given(pairs=pairs)
def test_limits_mirror(pairs: list[tuple[float, float]]) -> None:
    """Who is subtracted from whom turns the limits round."""
    a, b = (list(side) for side in zip(*pairs, strict=True))
    one, other = limits_of_agreement(a, b), limits_of_agreement(b, a)
    assert one.upper.value == pytest.approx(-other.lower.value, abs=1e-9)
    if not math.isnan(one.upper.high):
        assert one.upper.high == pytest.approx(-other.lower.low, abs=1e-6)


def test_limits_that_are_not_known() -> None:
    """One clip says nothing, and differences that are all the same have no interval."""
    one = limits_of_agreement([3.0, math.nan], [1.0, 2.0])
    assert unknown(one.bias)
    assert one.bias.n == 1
    same = limits_of_agreement([3.0, 4.0, 5.0], [1.0, 2.0, 3.0])
    assert same.bias.value == same.upper.value == 2.0
    assert math.isnan(same.upper.low)


def test_the_limits_intervals_cover_the_truth() -> None:
    """With eight clips as well: 95 of 100, both limits."""
    rng = np.random.default_rng(0)
    hits = []
    for _ in range(600):
        found = limits_of_agreement(rng.normal(1, 3, 8), np.zeros(8))
        hits.append(found.upper.low <= 1 + 1.959964 * 3 <= found.upper.high)
        hits.append(found.lower.low <= 1 - 1.959964 * 3 <= found.lower.high)
    assert 0.93 < np.mean(hits) < 0.97
