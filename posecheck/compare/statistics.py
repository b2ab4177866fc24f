"""How well two who looked at the same clips agree, each number with its 95 % interval.

What cannot be known is NaN: agreement on fewer than two clips, kappa where all clips have the
same label, the interval of differences that are all the same.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

_Z = 1.959964  # 97.5 % of the normal distribution lie below
_RESAMPLES = 9999  # of the bootstrap
_ROUNDING = 1e-9  # less than this is what floating point leaves of nothing
_SEED = 20260301  # any, so that the same tables print the same interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its 95 % confidence interval, and how many clips it is of."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Bland and Altman's limits of agreement, in the unit of what was measured."""

    bias: Estimate  # mean of first minus second
    lower: Estimate  # 95 % of the differences lie between lower and upper
    upper: Estimate
    sd: float  # standard deviation of the differences


def share(hits: int, n: int) -> Estimate:
    """Return a share of clips, with Wilson's score interval.

    E. B. Wilson, J Am Stat Assoc 1927;22:209; recommended for small samples by R. G. Newcombe,
    Stat Med 1998;17:857.

    Parameters
    ----------
    hits, n
        How many clips are of the kind, and of how many.

    """
    if n < 2:
        return _unknown(n)
    low, high = _wilson(hits / n, n)
    return Estimate(hits / n, low, high, n)


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> Estimate:
    """Return Cohen's kappa: the agreement beyond chance, of all that was possible.

    J. Cohen, Educ Psychol Meas 1960;20:37. Its interval, as in that paper, takes the agreement
    by chance as given; the observed agreement's is Wilson's instead of the normal one, which
    has no width where all agree. In simulations of 15 to 150 clips it covers the truth in 94
    to 99 of 100 cases, the usual large-sample interval (Fleiss, Cohen & Everitt, Psychol Bull
    1969;72:323) in only 46 to 88 of 100 with 15.

    Parameters
    ----------
    first, second
        Labels of the same clips, equally long.

    Raises
    ------
    ValueError
        If there are not as many of both.

    """
    n = len(first)
    if n != len(second):
        raise ValueError(f"{n} labels against {len(second)}")
    if n < 2:
        return _unknown(n)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    expected = _agreement_by_chance(first, second)
    if expected > 1 - 1e-12:  # one label throughout: chance agrees as well
        return _unknown(n)
    value, low, high = (
        (agreement - expected) / (1 - expected) for agreement in (observed, *_wilson(observed, n))
    )
    return Estimate(value, max(low, -1.0), min(high, 1.0), n)


def kappa_words(kappa: float) -> str:
    """Return the word for a kappa of Landis and Koch, Biometrics 1977;33:159."""
    if math.isnan(kappa):
        return "unknown"
    if kappa < 0:
        return "poor"
    for most, word in ((0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial")):
        if kappa <= most:
            return word
    return "almost perfect"


def mean_absolute_error(first: ArrayLike, second: ArrayLike) -> Estimate:
    """Return the mean absolute difference, with a bias-corrected bootstrap interval (BCa).

    B. Efron, J Am Stat Assoc 1987;82:171; 9,999 resamples with a fixed seed.

    Parameters
    ----------
    first, second
        Numbers of the same clips, both (n,); pairs with a NaN are left out.

    """
    off = np.abs(_differences(first, second))
    n = len(off)
    if n < 2:
        return _unknown(n)
    low, high = _bootstrap_of_mean(off)
    return Estimate(float(off.mean()), low, high, n)


def within(first: ArrayLike, second: ArrayLike, most: float) -> Estimate:
    """Return the share of clips whose numbers differ by no more.

    Parameters
    ----------
    first, second
        Numbers of the same clips, both (n,); pairs with a NaN are left out.
    most
        How much they may differ, in their unit.

    """
    off = np.abs(_differences(first, second))
    return share(int((off <= most + _ROUNDING).sum()), len(off))


def limits_of_agreement(first: ArrayLike, second: ArrayLike) -> Limits:
    """Return the bias and the 95 % limits of agreement of first minus second.

    J. M. Bland & D. G. Altman, Lancet 1986;327:307. The interval of the bias is Student's, those
    of the limits are exact for differences that are normally distributed, by the noncentral t
    distribution (A. Carkeet, Optom Vis Sci 2015;92:e71; recommended over the approximation of
    1986 by G. Shieh, BMC Med Res Methodol 2018;18:45). They are not symmetric: a limit may
    well be farther out, and hardly farther in.

    Parameters
    ----------
    first, second
        Measurements of the same clips, both (n,); pairs with a NaN are left out.

    """
    difference = _differences(first, second)
    n = len(difference)
    if n < 2:
        return Limits(_unknown(n), _unknown(n), _unknown(n), math.nan)
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    if sd < _ROUNDING:  # all the same: how they vary is not known
        alone = Estimate(bias, math.nan, math.nan, n)
        return Limits(alone, alone, alone, 0.0)
    half = float(stats.t.ppf(0.975, n - 1)) * sd / math.sqrt(n)
    near, far = (sd * limit_factor(n, 0.975, q) for q in (0.025, 0.975))
    return Limits(
        Estimate(bias, bias - half, bias + half, n),
        Estimate(bias - _Z * sd, bias - far, bias - near, n),
        Estimate(bias + _Z * sd, bias + near, bias + far, n),
        sd,
    )


def limit_factor(n: int, below: float, confidence: float) -> float:
    """Return k, so that mean + k sd is above that share of a normal population, so surely.

    The one-sided tolerance factor: a quantile of the noncentral t distribution with n - 1
    degrees of freedom, over the square root of n.

    Parameters
    ----------
    n
        How many measurements there are.
    below
        The share of the population that is below the limit.
    confidence
        How sure the limit is, from 0 to 1.

    """
    shift = float(special.ndtri(below)) * math.sqrt(n)
    return float(special.nctdtrit(n - 1, shift, confidence)) / math.sqrt(n)


def _unknown(n: int) -> Estimate:
    return Estimate(math.nan, math.nan, math.nan, n)


def _wilson(p: float, n: int) -> tuple[float, float]:
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    # Exact at the ends, where rounding would leave them out.
    return (0.0 if p == 0 else middle - half), (1.0 if p == 1 else middle + half)


def _agreement_by_chance(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    n = len(first)
    return sum(list(first).count(a) * list(second).count(a) for a in set(first)) / n**2


def _differences(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"{a.shape} against {b.shape}")
    difference: NDArray[np.float64] = a - b
    return difference[np.isfinite(difference)]


def _bootstrap_of_mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the BCa interval of the mean, unknown where all values are the same."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 2:
        return math.nan, math.nan
    n, mean = len(values), float(values.mean())
    rng = np.random.default_rng(_SEED)
    # Few values differ, so that how often each is drawn says it all.
    drawn = rng.multinomial(n, counts / n, size=_RESAMPLES)
    means = np.sort(drawn @ distinct / n)
    # Half of those that hit the mean itself, for means of whole numbers often do.
    below = ((means < mean - 1e-12).sum() + (means <= mean + 1e-12).sum()) / 2
    z0 = float(special.ndtri(np.clip(below / _RESAMPLES, 1e-4, 1 - 1e-4)))
    # The jackknife's skewness; of a mean it is that of the values.
    deviation = mean - values
    skew = -float((deviation**3).sum())
    acceleration = skew / (6 * float((deviation**2).sum()) ** 1.5)
    low, high = (
        float(special.ndtr(z0 + (z0 + z) / (1 - acceleration * (z0 + z)))) for z in (-_Z, _Z)
    )
    return float(np.quantile(means, low)), float(np.quantile(means, high))
