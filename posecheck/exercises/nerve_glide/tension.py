"""Attempts: how the leg is straightened to the point of tension, what follows, how it is lowered.

An attempt is one stay of the knee near its straightest while the thigh is raised. The point of
tension is the level from which the repetitions start (or at which the knee stays, where none
follow); it begins when the extension has ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.nerve_glide.bends import bends
from posecheck.exercises.nerve_glide.extension import (
    KNEE_SMOOTHING_S,
    LEVEL_DEG,
    STILL_DEG_S,
    extension_start,
    knee_level,
    leaves,
    lowered,
    onset,
    steadied,
)
from posecheck.exercises.nerve_glide.pumps import is_clear, pumps
from posecheck.exercises.repetitions import Cycle, noise_deg
from posecheck.motion.signals import filled, percentile, runs, smooth
from posecheck.motion.table import Table
from posecheck.types import Array, Mask, Variant

# Percentiles of the knee while the thigh is up: near its straightest and its most bent, without
# the few looks beyond; and during a stay, the tension that repetitions start from.
LOW_PERCENTILE, HIGH_PERCENTILE, TENSION_PERCENTILE = 6, 98, 12
RAISED_DEG, LOWERED_DEG = 38.0, 30.0  # hip flexion of a thigh that is held up
RAISED_MIN_S = 1.5
# a knee that moves less than this while the thigh is up was not straightened
EXTENSION_MIN_DEG = 15.0
NEAR = 0.35  # of the way from straightest to bent: near the straightest
NEAR_MIN_DEG, NEAR_MAX_DEG = 8.0, 25.0
BENT = 0.22  # of the way from bent to straightest: bent again
REST_MIN_S = 1.5  # bent and still for so long ends an attempt
PUT_DOWN_DEG = 30.0
# A bend so much larger than the others, back to so near where the knee began, is a new attempt, if
# the looks around its turn agree so well. Where the legs were taken for each other they are 14
# degrees off (a darkened photograph).
LIKE_A_RETURN, RETURNED_DEG, AROUND_S = 1.4, 8.0, 0.35
SURE_PUMPS = 2  # of a single one its size has to tell whether it is a pump
RETURN_REPS = 3  # of fewer bends none is far larger than the others
HOLD_MIN_S = 0.5
# Angles at the tension are medians of so many looks; of fewer, of those so near its beginning.
HELD_LOOKS, HELD_AROUND_S = 3, 0.2
NEAREST_ROOM = 1.01  # of the smallest distance: the nearest look counts, whatever rounding does
# Of the knee's usual range, and of all its ranges together, that the ankle's must have for pumps:
# at least 1.4 where the knee is not held (4 rendered clips), at most 0.53 and 0.64 where a poor
# picture makes the foot tremble while the knee bends; a hasty new attempt is one large bend.
# A knee that is much quicker than the foot is restless: then the ranges together say nothing.
PUMP_SHARE, PUMP_SHARE_OF_ALL, RESTLESS = 0.5, 0.67, 0.8
# a picture that begins at the tension shows a straight enough knee and several repetitions
BEGUN_MAX_DEG, BEGUN_REPS = 60.0, 3
TENSION_MAX_DEG = 75.0  # a knee that is bent more than this is not being straightened


@dataclass(frozen=True, slots=True)
class Knee:
    """The knee of one raised stretch, (n,) each: smoothed, and that without the hip's share."""

    smoothed: Array
    steady: Array


def candidates(table: Table, variant: Variant | None = None) -> list[tuple[Attempt, Table]]:
    """Find what may be attempts, in order of time, each with its stretch of a raised thigh.

    Parameters
    ----------
    table
        What was measured.
    variant
        What is repeated; None where that is to be found.

    Returns
    -------
    list of (Attempt, Table)
        The stretch has its gaps bridged.

    """
    moving = ("hip_deg", "knee_deg", "ankle_deg")
    bridged = replace(table, **{n: filled(table.t_s, getattr(table, n)) for n in moving})
    found: list[tuple[Attempt, Table]] = []
    for first, last in _raised(bridged):
        raised = bridged.part(first, last)
        found += [(attempt, raised) for attempt in _in_raised(raised, variant)]
    return found


def _raised(table: Table) -> list[tuple[int, int]]:
    """Return the stretches in which the thigh is held up and knee and hip are known."""
    known = np.isfinite(table.knee_deg).tolist()
    states, state = [], False
    for hip, seen in zip(table.hip_deg.tolist(), known, strict=True):
        state = hip > (LOWERED_DEG if state else RAISED_DEG) and seen
        states.append(state)
    up = np.array(states, bool)
    return [(a, b) for a, b in runs(up) if table.t_s[b] - table.t_s[a] >= RAISED_MIN_S]


def _in_raised(table: Table, variant: Variant | None) -> list[Attempt]:
    smoothed = smooth(table.t_s, table.knee_deg, KNEE_SMOOTHING_S)
    low, high = (percentile(smoothed, q) for q in (LOW_PERCENTILE, HIGH_PERCENTILE))
    if low > TENSION_MAX_DEG:
        return []
    knee = Knee(smoothed, steadied(table.t_s, smoothed, table.hip_deg))
    if high - low < EXTENSION_MIN_DEG:
        whole = _attempt(table, knee, 0, len(smoothed) - 1, high, variant)
        # the picture begins at the point of tension: only the repetitions can tell
        begun = whole is not None and len(whole.cycles) >= BEGUN_REPS and high < BEGUN_MAX_DEG
        return [whole] if whole is not None and begun else []
    near = smoothed < low + float(np.clip(NEAR * (high - low), NEAR_MIN_DEG, NEAR_MAX_DEG))
    # a leg that is put down straightens too
    near &= table.hip_deg > float(np.median(table.hip_deg[near])) - PUT_DOWN_DEG
    bent = _rests(table.t_s, smoothed, high - BENT * (high - low))
    attempts = _between(table, knee, near, bent, high, variant)
    returns = [t for a in attempts for t in _returns(a, table, smoothed, high)]
    if not returns:
        return attempts
    return _between(table, knee, near, sorted({*bent, *returns}), high, variant)


def _returns(attempt: Attempt, table: Table, smoothed: Array, high: float) -> list[tuple[int, int]]:
    """Find bends far larger than the others, back to where the knee began: a new attempt."""
    if attempt.variant != "knee_bend" or len(attempt.cycles) < RETURN_REPS:
        return []
    usual = float(np.median([c.range_deg for c in attempt.cycles]))
    out = []
    for c in attempt.cycles:
        inside = np.flatnonzero(table.between(c.start_s, c.end_s))
        top = int(inside[np.argmax(smoothed[inside])])
        returned = c.range_deg > LIKE_A_RETURN * usual and smoothed[top] > high - RETURNED_DEG
        if returned and _disagreement(table, top) < RETURNED_DEG:
            out.append((top, top))
    return out


def _disagreement(table: Table, at: int) -> float:
    """Return how far single looks around a frame lie from the smoothed knee (degrees).

    It is infinite where most of them were set aside.
    """
    around = np.abs(table.t_s - table.t_s[at]) <= AROUND_S
    away = np.abs(table.raw_knee_deg - table.knee_deg)[around]
    return float(np.median(np.where(np.isfinite(away), away, np.inf)))


def _between(
    table: Table,
    knee: Knee,
    near: Mask,
    bent: list[tuple[int, int]],
    high: float,
    variant: Variant | None,
) -> list[Attempt]:
    """Return the attempts between the rests."""
    attempts = []
    bounds = [0, *[m for a, b in bent for m in (a, b)], len(near) - 1]
    for a, b in zip(bounds[::2], bounds[1::2], strict=True):
        stay = np.flatnonzero(near[a : b + 1]) + a
        if len(stay) and table.t_s[stay[-1]] - table.t_s[stay[0]] >= HOLD_MIN_S:
            found = _attempt(table, knee, int(stay[0]), int(stay[-1]), high, variant)
            if found is not None:
                attempts.append(found)
    return attempts


def _rests(times: Array, smoothed: Array, bent_deg: float) -> list[tuple[int, int]]:
    """Return the stretches in which the knee is bent and still, between attempts."""
    step = np.gradient(times)
    still = np.abs(np.gradient(smoothed, times)) < STILL_DEG_S
    return [
        (a, b)
        for a, b in runs(smoothed > bent_deg)
        if (step * still)[a : b + 1].sum() >= REST_MIN_S
    ]


def _attempt(
    table: Table, knee: Knee, first: int, last: int, high: float, variant: Variant | None
) -> Attempt | None:
    """Return the attempt whose knee is near its straightest from `first` to `last`, if any."""
    smoothed, steady = knee.smoothed, knee.steady
    stay = table.part(first, last)
    cycles, kind = _cycles(stay, smoothed[first : last + 1], variant)
    glide = cycles[0].start_s if cycles else float(table.t_s[last])
    level = knee_level(stay.t_s, steady[first : last + 1], glide, bool(cycles))
    if cycles:
        lower = leaves(table.t_s, smoothed, cycles[-1].end_s, last)
    else:
        away = np.abs(steady[first : last + 1] - level)
        # of few frames not one may lie near their median
        at_level = np.flatnonzero(away < max(LEVEL_DEG, NEAREST_ROOM * float(away.min())))
        glide = lower = float(stay.t_s[at_level[-1]])
    tension = onset(table.t_s, steady, first, level, high, glide)
    held = table.between(tension, max(glide, tension))
    if held.sum() < HELD_LOOKS:
        away_s = np.abs(table.t_s - tension)
        # of few frames not one may be so near
        held = away_s <= max(HELD_AROUND_S, float(away_s.min()))
    if not cycles and lower - tension < HOLD_MIN_S:
        return None
    return Attempt(
        extend_s=extension_start(table.t_s, smoothed, first, high),
        tension_s=tension,
        glide_s=max(glide, tension),
        lower_s=lower,
        rest_s=lowered(table.t_s, smoothed, last, high),
        knee_deg=float(np.nanmedian(table.knee_deg[held])),
        hip_deg=float(np.nanmedian(table.hip_deg[held])),
        variant=kind if cycles else None,
        cycles=tuple(cycles),
    )


def _cycles(
    stay: Table, smoothed: Array, variant: Variant | None
) -> tuple[list[Cycle], Variant | None]:
    """Return the repetitions of a stay and what they are.

    Both joints may move; the one with the larger share wins.
    """
    tension = percentile(smoothed[np.isfinite(smoothed)], TENSION_PERCENTILE)
    bent = bends(stay.t_s, stay.knee_deg, tension, noise_deg(stay.raw_knee_deg))
    # the foot that swings while the knee still straightens or already bends does not pump
    near = np.flatnonzero(np.abs(np.gradient(smoothed, stay.t_s)) < STILL_DEG_S)
    if not len(near):
        near = np.arange(len(smoothed))
    held = stay.part(int(near[0]), int(near[-1]))
    pumped = pumps(held.t_s, held.ankle_deg, held.knee_deg, noise_deg(held.raw_ankle_deg))
    if variant is None:
        sure = len(pumped) >= SURE_PUMPS or (not bent and _is_sure(pumped, held))
        variant = larger_share(pumped if sure else [], bent)
    if variant == "ankle_pump":
        return pumped, variant
    return (bent, variant) if variant == "knee_bend" else ([], None)


def _is_sure(pumped: list[Cycle], held: Table) -> bool:
    return len(pumped) == 1 and is_clear(pumped[0], held.t_s, held.knee_deg)


def larger_share(pumped: list[Cycle], bent: list[Cycle]) -> Variant | None:
    """Tell what they are: pumps where the ankle moves enough beside the knee, once and in all.

    Parameters
    ----------
    pumped, bent
        The repetitions of a stay as the ankle and as the knee show them.

    """
    if pumped and bent:
        ankle, knee = ([c.range_deg for c in cycles] for cycles in (pumped, bent))
        usual, of_all = np.median(ankle) / np.median(knee), sum(ankle) / sum(knee)
        enough = of_all >= PUMP_SHARE_OF_ALL or _usual_s(bent) < RESTLESS * _usual_s(pumped)
        return "ankle_pump" if usual >= PUMP_SHARE and enough else "knee_bend"
    if pumped:
        return "ankle_pump"
    return "knee_bend" if bent else None


def _usual_s(cycles: list[Cycle]) -> float:
    return float(np.median([c.end_s - c.start_s for c in cycles]))
