"""The course of the knee in one attempt: it is straightened, arrives at a level, leaves it again.

Times (n,) in seconds, the knee's flexion (n,) in degrees, smoothed, without gaps; `high` is the
knee while it is bent, `first` and `last` are the frames between which it is near its straightest.
"""

from __future__ import annotations

import numpy as np

from posecheck.motion.signals import crossing, median_of_known, smooth
from posecheck.types import Array

KNEE_SMOOTHING_S = 0.15  # width of the mean in which the course of the knee is read
STILL_DEG_S = 8.0  # a knee that moves more slowly stays where it is
LEVEL_DEG = 5.0  # the knee stays within this of the tension during the hold
ARRIVING, SOON_S = 0.1, (0.8, 1.6)
SOON_LOOKS = 3  # that a median needs
SPEED_LOOKS = 3  # that a speed needs
HIP_FOUND_S, HIP_SMOOTHING_S = 1.5, 0.3
BEFORE_GLIDE_S = 1.0  # the level at the tension is that of so long before the repetitions
# Shares of the way that are left. Where the extension slows down, its end is extrapolated from the
# time that it takes from SLOWING to SLOWED. A movement of least jerk takes 0.7 times as long for
# that as from HALF_WAY to SLOWING; a knee that takes longer than CREEPS times has arrived.
HALF_WAY, SLOWING, SLOWED = 0.5, 0.15, 0.04
EXTRAPOLATE, CREEPS = 1.2, 1.2
EXTRAPOLATED_MAX_S = 1.0
# An extension is taken for no smaller, nor its end for nearer to the level, than angles can tell.
DROP_MIN_DEG, SLOWED_MIN_DEG, ARRIVED_MIN_DEG = 1.0, 1.0, LEVEL_DEG - 1.0
BACK_DEG, BENT_WITHIN_DEG = 0.05, 3.0  # no way back yet; as good as bent


def steadied(times: Array, knee: Array, hip: Array) -> Array:
    """Return the knee without what it shares with a hip that is still being found.

    Parameters
    ----------
    times
        (n,) seconds.
    knee, hip
        (n,) flexion in degrees.

    Returns
    -------
    Array
        (n,) degrees.

    """
    first = np.searchsorted(times, times - HIP_FOUND_S)
    last = np.searchsorted(times, times + HIP_FOUND_S, "right")
    slow = np.array([median_of_known(hip[a:b]) for a, b in zip(first, last, strict=True)])
    slow = smooth(times, slow, HIP_SMOOTHING_S)
    away = slow - median_of_known(slow)
    return knee - np.where(np.isfinite(away), away, 0.0)


def knee_level(times: Array, knee: Array, glide_s: float, moving: bool) -> float:
    """Return the knee's level at the tension: just before the repetitions, else over the stay.

    Parameters
    ----------
    times
        (n,) seconds, of the stay near the straightest.
    knee
        (n,) flexion in degrees.
    glide_s
        When the first repetition begins, in seconds.
    moving
        Whether there are repetitions.

    """
    if not moving:
        speed = (
            np.abs(np.gradient(knee, times)) if len(times) >= SPEED_LOOKS else np.zeros(len(times))
        )
        still = speed < STILL_DEG_S
        return float(np.median(knee[still] if still.any() else knee))
    before = (times >= glide_s - BEFORE_GLIDE_S) & (times <= glide_s)
    if not before.any():
        return float(knee[0])
    at = float(knee[before][-1])
    return float(np.median(knee[before & (np.abs(knee - at) < LEVEL_DEG)]))


def onset(
    times: Array, knee: Array, first: int, level: float, high: float, glide_s: float
) -> float:
    """Return when the extension has ended: its speed has died down near the level (s).

    Parameters
    ----------
    times
        (n,) seconds.
    knee
        (n,) flexion in degrees.
    first
        The first look near the straightest.
    level, high
        The knee at the tension and while it is bent, in degrees.
    glide_s
        When the first repetition begins, in seconds.

    """
    if first == 0:
        return float(times[0])
    upto = int(np.searchsorted(times, glide_s))
    level = _first_level(times, knee, first, upto, level, high)
    drop = max(high - level, DROP_MIN_DEG)
    slowed = level + max(SLOWED * drop, SLOWED_MIN_DEG)
    arrive = _arrival(knee, first, upto, level + max(SLOWED * drop, ARRIVED_MIN_DEG))
    slow_s = crossing(times, knee, slowed, arrive, 1)
    fast_s = crossing(times, knee, level + SLOWING * drop, arrive, -1)
    if knee[arrive] > level + SLOWING * drop:
        fast_s = crossing(times, knee, level + SLOWING * drop, arrive, 1)
    if not np.isfinite(slow_s):
        slow_s = float(times[arrive])
    half_s = crossing(times, knee, level + HALF_WAY * drop, arrive, -1)
    if np.isfinite(half_s) and np.isfinite(fast_s):
        slow_s = min(slow_s, fast_s + CREEPS * (fast_s - half_s))
    end = slow_s
    if np.isfinite(fast_s) and fast_s < slow_s:
        end += min(EXTRAPOLATE * (slow_s - fast_s), EXTRAPOLATED_MAX_S)
    return min(end, max(glide_s, slow_s))


def _first_level(
    times: Array, knee: Array, first: int, upto: int, level: float, high: float
) -> float:
    """Return the knee's level soon after it arrived: a held knee may yet sink by some degrees."""
    near = level + max(ARRIVING * (high - level), LEVEL_DEG)
    arrive = float(times[_arrival(knee, first, upto, near)])
    soon = (times[:upto] >= arrive + SOON_S[0]) & (times[:upto] <= arrive + SOON_S[1])
    return float(np.median(knee[:upto][soon])) if soon.sum() >= SOON_LOOKS else level


def _arrival(knee: Array, first: int, upto: int, near: float) -> int:
    """Return the last frame above `near` before the knee stays there until `upto`, else `first`.

    It is the last arrival: a pause half-way is left again.
    """
    inside = np.flatnonzero(knee[first:upto] <= near)
    stays = first + int(inside[-1]) if len(inside) else upto  # a bend has left it already
    above = np.flatnonzero(knee[:stays] > near)
    return int(above[-1]) if len(above) else first


def leaves(times: Array, knee: Array, end_s: float, last: int) -> float:
    """Return when the knee leaves the level it has at a time (s).

    Parameters
    ----------
    times
        (n,) seconds.
    knee
        (n,) flexion in degrees.
    end_s
        When the last repetition has ended, in seconds.
    last
        The last look near the straightest: it leaves then at the latest.

    """
    end = min(int(np.searchsorted(times, end_s)), last)
    stays = np.flatnonzero(knee[end : last + 1] < knee[end] + LEVEL_DEG) + end
    return max(float(times[stays[-1]]), end_s)


def extension_start(times: Array, knee: Array, first: int, high: float) -> float:
    """Return when the knee left its bent position (s).

    Parameters
    ----------
    times
        (n,) seconds.
    knee
        (n,) flexion in degrees.
    first
        The first look near the straightest, before which it did.
    high
        The knee while it is bent, in degrees.

    """
    return float(times[_bent(knee, first, -1, high)])


def lowered(times: Array, knee: Array, last: int, high: float) -> float:
    """Return when the knee is bent again, or no longer moves (s).

    Parameters
    ----------
    times
        (n,) seconds.
    knee
        (n,) flexion in degrees.
    last
        The last look near the straightest, after which it does.
    high
        The knee while it is bent, in degrees.

    """
    return float(times[_bent(knee, last, 1, high)])


def _bent(knee: Array, start: int, step: int, high: float) -> int:
    """Return the frame, forwards or back, to which the knee bends without a way back."""
    ahead = (knee[start:] if step > 0 else knee[start::-1]).tolist()
    i = 0
    while (
        i + 1 < len(ahead)
        and ahead[i + 1] > ahead[i] - BACK_DEG
        and ahead[i] < high - BENT_WITHIN_DEG
    ):
        i += 1
    return start + step * i
