"""Form rules: what was measured over an attempt -> findings.

Each rule compares a measure with a limit of the prescription. One cause gives one finding:
the most specific rule takes the interval (`bouncing` before `knee_not_held` and `past_tension`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from posecheck.assess.measures import Calm, Measures, calm_of
from posecheck.assess.messages import finding_message, finding_unit
from posecheck.assess.prescription import Prescription
from posecheck.motion.cycles import runs, smooth, turning_points
from posecheck.motion.medians import median_of_known
from posecheck.motion.tension import Attempt
from posecheck.types import Array, Finding, Mask

SUSTAINED_S = 0.4  # a shorter excursion is noise, not a fault
RESTING_SUSTAINED_S = 1.0  # it is seen less often
# A leg that moves takes its ankle along: by 0.35 trunk lengths in the planted faults, by 0.2 where
# the heel slides until the thigh is 30° up. In a knee that is invented over a leg that lies still
# the ankle stays, within 0.11 (4 rendered clips of each kind).
ANKLE_MOVES = 0.14
TURNED_SHARE = 0.5  # of the limit that the shank must have turned where the knee is forced
# Half of the 95 % band of what a rule measures within a clip: a finding counts only where it is
# over its limit by so much. From the largest values of clean clips (12 rendered and 5
# photographed, the heavy model at 10 looks a second): thigh 2.5 degrees, knee 5.6 in a pump (4.2 on
# photographs), past the tension 2.5, head 4.5, resting leg 1.5, pelvis 0.02 trunk lengths. Planted
# ones measure 16 (knee), 18 (thigh), 22 (head) and 30 (resting leg) and more.
UNCERTAINTY = {
    "thigh_drift": 2.0, "knee_not_held": 1.5, "past_tension": 2.5, "bouncing": 1.0,
    "head_lifted": 4.0, "other_leg_moved": 5.0, "pelvis_lifted": 0.03,
    "tension_not_held": 0.3, "too_fast": 0.15, "too_slow": 0.15, "range_too_small": 5.5,
    "hands_not_behind_thigh": 0.0,
}  # fmt: skip
# Turns of the knee, one soon after the other, that make a bounce: four cycles. Planted ones have 54
# and more, a darkened photograph whose legs were drawn for each other 5, all other clean clips 3.
BOUNCE_TURNS = 9
RANGE_DOUBT = 0.3  # of the smallest range that is asked for, at the most
BOUNCE_SHARE = 0.6  # of the limit that each swing must have
HANDS_FAR = 0.35  # thigh lengths; a wrist that holds the thigh is nearer
HANDS_SHARE = 0.6  # of the glide


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that was broken, before it is worded."""

    rule: str
    start_s: float
    end_s: float
    measured: float
    limit: float
    rep: int | None = None  # from 0
    last_rep: int | None = None  # where it goes on into later ones


def find(
    measures: Measures,
    attempts: list[Attempt],
    prescription: Prescription,
    calm: Calm | None = None,
) -> tuple[Finding, ...]:
    """All findings of all attempts, in order of time; repetitions are numbered through.

    ``calm`` is what `calm_of` makes of the measures, where that was done before.
    """
    if not any(a.cycles for a in attempts):
        return ()
    findings: list[Finding] = []
    first, calm = 1, calm or calm_of(measures)
    for attempt in attempts:
        for broken in _of_attempt(measures, calm, attempt, prescription):
            severity = prescription.severity_of(broken.rule)
            doubt = UNCERTAINTY[broken.rule]
            if broken.rule == "range_too_small":  # else a small limit could not be broken
                doubt = min(doubt, RANGE_DOUBT * broken.limit)
            if severity == "off" or abs(broken.measured - broken.limit) <= doubt:
                continue
            rep = None if broken.rep is None else first + broken.rep
            last = None if broken.last_rep is None else first + broken.last_rep
            findings.append(
                Finding(
                    broken.rule, severity, rep, broken.start_s, broken.end_s, broken.measured,
                    broken.limit, finding_unit(broken.rule),
                    finding_message(broken.rule, broken.measured, broken.limit, rep, last),
                    doubt,
                )
            )  # fmt: skip
        first += len(attempt.cycles)
    return tuple(sorted(findings, key=lambda f: (f.start_s, f.rule)))


def _of_attempt(m: Measures, calm: Calm, attempt: Attempt, p: Prescription) -> Iterator[Broken]:
    if not attempt.cycles:
        return
    lifts = list(_pelvis(m, calm, attempt, p.limits.pelvis_lift))
    yield from lifts
    for broken in _thigh_drift(m, calm, attempt, p.limits.thigh_drift_deg):
        if not _overlaps(broken, lifts):
            yield broken
    bounces = list(_bouncing(m, attempt, p.limits.bounce_deg, p.limits.bounce_min_hz))
    yield from bounces
    moved = list(_knee_not_held(m, calm, attempt, p.limits.knee_not_held_deg))
    past = list(_past_tension(m, calm, attempt, p.limits.past_tension_deg))
    if len(moved) > 0.5 * len(attempt.cycles):
        past = [b for b in past if not _overlaps(b, moved)]
    moved = [b for b in moved if not _overlaps(b, past)]
    yield from (b for b in (*moved, *past) if not _overlaps(b, bounces))
    yield from _hold(attempt, p.hold_min_s())
    yield from _tempo(attempt, p)
    yield from _others(m, calm, attempt, p)


def _overlaps(broken: Broken, others: list[Broken]) -> bool:
    return any(b.start_s < broken.end_s and broken.start_s < b.end_s for b in others)


def _pelvis(m: Measures, calm: Calm, attempt: Attempt, limit: float) -> Iterator[Broken]:
    lift = _from_rest(m, calm.pelvis, attempt)
    yield from _excursion(m, lift, attempt, attempt.tension_s, limit, "pelvis_lifted")


def _excursion(
    m: Measures,
    values: Array,
    attempt: Attempt,
    from_s: float,
    limit: float,
    rule: str,
    sustained_s: float = SUSTAINED_S,
) -> Iterator[Broken]:
    """The stretches in which (n,) `values` exceed the limit for long enough, as one finding."""
    over = (values > limit) & m.between(from_s, attempt.lower_s)
    long = [(a, b) for a, b in runs(over) if m.t_s[b] - m.t_s[a] >= sustained_s]
    if long:
        inside = np.concatenate([values[a : b + 1] for a, b in long])
        start, end = float(m.t_s[long[0][0]]), float(m.t_s[long[-1][1]])
        rep = next((i for i, c in enumerate(attempt.cycles) if c.start_s <= start <= c.end_s), None)
        begun = [i for i, c in enumerate(attempt.cycles) if c.start_s + SUSTAINED_S <= end]
        last = begun[-1] if rep is not None and begun else rep
        worst = float(np.percentile(inside, 95))
        yield Broken(rule, start, end, worst, limit, rep, last)


def _from_level(m: Measures, calm: Array, attempt: Attempt) -> Array:
    """Smoothed values (n,) from their median during the hold."""
    held = calm[m.between(attempt.tension_s, attempt.glide_s) & np.isfinite(calm)]
    if not len(held):
        near = np.abs(m.t_s - attempt.tension_s) <= 0.5
        held = calm[near & np.isfinite(calm)]
    return calm - median_of_known(held)


def _thigh_drift(m: Measures, calm: Calm, attempt: Attempt, limit: float) -> Iterator[Broken]:
    away = np.abs(_from_level(m, calm.hip, attempt))
    yield from _excursion(m, away, attempt, attempt.tension_s, limit, "thigh_drift")


def _past_tension(m: Measures, calm: Calm, attempt: Attempt, limit: float) -> Iterator[Broken]:
    # a hip joint that is found anew changes hip and knee alike: the shank has not turned
    turned = _from_level(m, calm.hip - calm.knee, attempt)
    straighter = -_from_level(m, calm.knee, attempt)
    straighter = np.where(turned > TURNED_SHARE * limit, straighter, 0.0)
    yield from _excursion(m, straighter, attempt, attempt.glide_s, limit, "past_tension")


def _knee_not_held(m: Measures, calm: Calm, attempt: Attempt, limit: float) -> Iterator[Broken]:
    if attempt.variant != "ankle_pump":
        return
    known = np.isfinite(calm.quick_knee)
    for i, cycle in enumerate(attempt.cycles):
        knee = calm.quick_knee[m.between(cycle.start_s, cycle.end_s) & known]
        if len(knee) and float(np.ptp(knee)) > limit:
            yield Broken("knee_not_held", cycle.start_s, cycle.end_s, float(np.ptp(knee)), limit, i)


def _bouncing(m: Measures, attempt: Attempt, limit: float, min_hz: float) -> Iterator[Broken]:
    """Swings of the knee that come faster than `min_hz`, several in a row."""
    inside = np.flatnonzero(m.between(attempt.tension_s, attempt.lower_s))
    if len(inside) < 8:
        return
    t = m.t_s[inside]
    raw = m.raw_knee[inside]
    shake = smooth(t, raw, 0.04) - smooth(t, raw, 0.25)
    points = [i for i, _ in turning_points(shake, BOUNCE_SHARE * limit, limit)]
    # a turn is seen at the look that is nearest to it
    longest_s = 0.5 / min_hz + 0.5 * float(np.median(np.diff(t)))
    quick = np.diff(t[points]) <= longest_s if len(points) > 1 else np.zeros(0, bool)
    rows = [(a, b + 1) for a, b in runs(quick) if b + 2 - a >= BOUNCE_TURNS]
    if not rows:
        return
    swings = np.concatenate([np.abs(np.diff(shake[points[a : b + 1]])) for a, b in rows])
    if float(np.median(swings)) > limit:
        start, end = float(t[points[rows[0][0]]]), float(t[points[rows[-1][1]]])
        yield Broken("bouncing", start, end, float(np.median(swings)), limit)


def _hold(attempt: Attempt, limit: float) -> Iterator[Broken]:
    held = attempt.glide_s - attempt.tension_s
    if held < limit:
        yield Broken("tension_not_held", attempt.tension_s, attempt.glide_s, held, limit)


def _tempo(attempt: Attempt, p: Prescription) -> Iterator[Broken]:
    if attempt.variant is None:
        return
    start, end = attempt.cycles[0].start_s, attempt.cycles[-1].end_s
    usual = float(np.median([c.end_s - c.start_s for c in attempt.cycles]))
    size = float(np.median([c.range_deg for c in attempt.cycles]))
    shortest, longest = p.cycle_s(attempt.variant)
    smallest = p.range_min_deg(attempt.variant)
    if usual < shortest:
        yield Broken("too_fast", start, end, usual, shortest)
    if usual > longest:
        yield Broken("too_slow", start, end, usual, longest)
    if size < smallest:
        yield Broken("range_too_small", start, end, size, smallest)


def _others(m: Measures, calm: Calm, attempt: Attempt, p: Prescription) -> Iterator[Broken]:
    """The rest of the body, against how it lay before the repetitions."""
    head = _from_rest(m, calm.head, attempt)
    yield from _excursion(
        m, head, attempt, attempt.tension_s, p.limits.head_lift_deg, "head_lifted"
    )
    # a leg that moves on the surface moves its thigh and its ankle
    thigh = _from_rest(m, calm.resting_hip, attempt)
    thigh = np.where(_ankle_moved(m, calm, thigh, p.limits.other_leg_deg), thigh, 0.0)
    yield from _excursion(
        m, thigh, attempt, attempt.tension_s, p.limits.other_leg_deg, "other_leg_moved",
        RESTING_SUSTAINED_S,
    )  # fmt: skip
    held = m.hands[m.between(attempt.tension_s, attempt.lower_s)]
    held = held[np.isfinite(held)]
    if len(held) and float(np.mean(held > HANDS_FAR)) > HANDS_SHARE:
        far = float(np.mean(held > HANDS_FAR))
        yield Broken("hands_not_behind_thigh", attempt.tension_s, attempt.lower_s, far, HANDS_SHARE)


def _ankle_moved(m: Measures, calm: Calm, thigh: Array, limit: float) -> Mask:
    """Where (n,) the resting ankle is not where it is while the thigh lies still."""
    still = np.isfinite(m.resting_x) & (np.abs(thigh) < 0.5 * limit)
    if not still.any():
        return np.ones(len(m.t_s), bool)
    x, z = calm.resting_x, calm.resting_z
    moved = np.hypot(x - np.median(x[still]), z - np.median(z[still]))
    away: Mask = moved > ANKLE_MOVES
    return away


def _from_rest(m: Measures, calm: Array, attempt: Attempt) -> Array:
    """Smoothed values (n,) from the calmer of before the repetitions and most of the attempt."""
    known = np.isfinite(calm)
    before = calm[known & m.between(attempt.extend_s - 1.0, attempt.glide_s)]
    whole = calm[known & m.between(attempt.extend_s - 3.0, attempt.rest_s + 2.0)]
    levels = [float(np.median(before))] if len(before) >= 5 else []
    if len(whole) >= 5:
        levels.append(float(np.percentile(whole, 20)))
    return calm - (min(levels) if levels else np.nan)
