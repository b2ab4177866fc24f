"""Rules that any exercise on the back may have: the rest of the body, the tempo, the range.

Their uncertainties are from the largest values of clean clips of the nerve glide (12 rendered and 5
photographed, the heavy model at 10 looks a second): head 4.5 degrees, resting leg 1.5, pelvis 0.02
trunk lengths. Planted faults measure 22 (head) and 30 (resting leg) and more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.rule import Asked, Broken, Limit, Measures, Rule, RuleWords
from posecheck.motion.signals import runs
from posecheck.types import Array, Mask

SUSTAINED_S = 0.4  # a shorter excursion is noise, not a fault
RESTING_SUSTAINED_S = 1.0  # the resting leg is seen less often
WORST = 95  # percentile of an excursion that is told
# A leg that moves takes its ankle along: by 0.35 trunk lengths in the planted faults, by 0.2 where
# the heel slides until the thigh is 30° up. In a knee that is invented over a leg that lies still
# the ankle stays, within 0.11 (4 rendered clips of each kind).
ANKLE_MOVES_TRUNKS = 0.14
HIDDEN_S = 3.0  # the working leg may hide the other one for so long
STILL_SHARE = 0.5  # of the limit: a thigh that moves less lies still
# How the body lay: so long before and after the attempt, known from so many looks, and the calmer
# part of that (a percentile).
BEFORE_S, AROUND_BEFORE_S, AROUND_AFTER_S, LEVEL_LOOKS, CALMER = 1.0, 3.0, 2.0, 5, 20


def excursion(
    m: Measures,
    values: Array,
    attempt: Attempt,
    from_s: float,
    limit: float,
    rule: str,
    sustained_s: float = SUSTAINED_S,
) -> Iterator[Broken]:
    """Yield the stretches in which values exceed a limit for long enough, as one broken rule.

    Parameters
    ----------
    m
        What was measured.
    values
        (n,) in the unit of the rule, NaN where unknown.
    attempt
        The attempt that is judged, up to when the leg is lowered.
    from_s
        From when on it is judged, in seconds.
    limit
        In the unit of the rule.
    rule
        The name of the rule.
    sustained_s
        How long a stretch must last, in seconds.

    """
    t_s = m.table.t_s
    long = _lasting(t_s, (values > limit) & m.table.between(from_s, attempt.lower_s), sustained_s)
    if long:
        inside = np.concatenate([values[a : b + 1] for a, b in long])
        start, end = float(t_s[long[0][0]]), float(t_s[long[-1][1]])
        rep = next((i for i, c in enumerate(attempt.cycles) if c.start_s <= start <= c.end_s), None)
        begun = [i for i, c in enumerate(attempt.cycles) if c.start_s + SUSTAINED_S <= end]
        last = begun[-1] if rep is not None and begun else rep
        worst = float(np.percentile(inside, WORST))
        yield Broken(rule, start, end, worst, limit, rep, last)


def _lasting(t_s: Array, over: Mask, sustained_s: float) -> list[tuple[int, int]]:
    """Return the first and last look of each stretch (n,) that lasts long enough."""
    return [(a, b) for a, b in runs(over) if t_s[b] - t_s[a] >= sustained_s]


def in_each_repetition(
    m: Measures, values: Array, attempt: Attempt, limit: float, rule: str
) -> Iterator[Broken]:
    """Yield for each repetition the time in which values exceed a limit for long enough.

    Parameters
    ----------
    m
        What was measured.
    values
        (n,) in the unit of the rule, NaN where unknown.
    attempt
        The attempt that is judged.
    limit
        In the unit of the rule.
    rule
        The name of the rule.

    """
    t_s = m.table.t_s
    for i, cycle in enumerate(attempt.cycles):
        over = (values > limit) & m.table.between(cycle.start_s, cycle.end_s)
        long = _lasting(t_s, over, SUSTAINED_S)
        if long:
            worst = float(np.percentile(values[over], WORST))
            start, end = float(t_s[long[0][0]]), float(t_s[long[-1][1]])
            yield Broken(rule, start, end, worst, limit, i)


def from_rest(m: Measures, smoothed: Array, attempt: Attempt) -> Array:
    """Return what was measured from how the body lay.

    That is the calmer of what was before the repetitions and of most of the attempt.

    Parameters
    ----------
    m
        What was measured.
    smoothed
        (n,) in any unit, NaN where unknown.
    attempt
        The attempt that is judged.

    Returns
    -------
    Array
        (n,) in the same unit; NaN throughout where too few looks tell how the body lay.

    """
    known = np.isfinite(smoothed)
    before = smoothed[known & m.table.between(attempt.extend_s - BEFORE_S, attempt.glide_s)]
    whole = smoothed[
        known & m.table.between(attempt.extend_s - AROUND_BEFORE_S, attempt.rest_s + AROUND_AFTER_S)
    ]
    levels = [float(np.median(before))] if len(before) >= LEVEL_LOOKS else []
    if len(whole) >= LEVEL_LOOKS:
        levels.append(float(np.percentile(whole, CALMER)))
    return smoothed - (min(levels) if levels else np.nan)


def _usual(attempt: Attempt) -> tuple[float, float, float, float]:
    """Return start and end of the repetitions, and their usual duration and range."""
    start_s, end_s = attempt.cycles[0].start_s, attempt.cycles[-1].end_s
    usual_s = float(np.median([c.end_s - c.start_s for c in attempt.cycles]))
    return start_s, end_s, usual_s, float(np.median([c.range_deg for c in attempt.cycles]))


def _too_fast(_m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    if attempt.cycles:
        start_s, end_s, usual_s, _ = _usual(attempt)
        shortest_s, _ = asked.cycle_s(attempt.variant)
        if usual_s < shortest_s:
            yield Broken("too_fast", start_s, end_s, usual_s, shortest_s)


def _too_slow(_m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    if attempt.cycles:
        start_s, end_s, usual_s, _ = _usual(attempt)
        _, longest_s = asked.cycle_s(attempt.variant)
        if usual_s > longest_s:
            yield Broken("too_slow", start_s, end_s, usual_s, longest_s)


def _range_too_small(_m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    if attempt.variant is not None:
        start_s, end_s, _, size_deg = _usual(attempt)
        smallest_deg = asked.range_min_deg(attempt.variant)
        if size_deg < smallest_deg:
            yield Broken("range_too_small", start_s, end_s, size_deg, smallest_deg)


TOO_FAST = Rule(
    "too_fast", _too_fast, {
        "en": RuleWords(
            title="Too fast",
            seen="You moved too fast: {number}{when}.",
            plain="You moved too fast{when}.",
            advice="Take at least {limit} for one movement to and fro.",
            say="A little slower, please.",
            show="Slower",
        ),
        "de": RuleWords(
            title="Zu schnell",
            seen="Sie haben sich{when} zu schnell bewegt: {number}.",
            plain="Sie haben sich{when} zu schnell bewegt.",
            advice="Nehmen Sie sich für ein Hin und Her mindestens {limit} Zeit.",
            say="Bitte etwas langsamer.",
            show="Langsamer",
        ),
    }, "Follows dose.cycle_min_s.", unit="s",
    uncertainty=0.15, severity="auto", dose_field="cycle_min_s", told="after",
)  # fmt: skip
TOO_SLOW = Rule(
    "too_slow", _too_slow, {
        "en": RuleWords(
            title="Too slow",
            seen="You moved very slowly: {number}{when}.",
            plain="You moved very slowly{when}.",
            advice="One movement to and fro may take up to {limit}.",
            say="You may move a little faster.",
            show="A little faster",
        ),
        "de": RuleWords(
            title="Zu langsam",
            seen="Sie haben sich{when} sehr langsam bewegt: {number}.",
            plain="Sie haben sich{when} sehr langsam bewegt.",
            advice="Ein Hin und Her darf bis zu {limit} dauern.",
            say="Sie dürfen sich etwas schneller bewegen.",
            show="Etwas schneller",
        ),
    }, "Follows dose.cycle_max_s.", unit="s",
    uncertainty=0.15, severity="auto", dose_field="cycle_max_s", told="after",
)  # fmt: skip
RANGE_TOO_SMALL = Rule(
    "range_too_small",
    _range_too_small,
    {
        "en": RuleWords(
            title="The movement was small",
            seen="Your movement was small{when}: {number}.",
            plain="Your movement was small{when}.",
            advice="Aim for {limit} if that stays comfortable.",
            say="You may move a little further, as long as it is comfortable.",
            show="A little further",
        ),
        "de": RuleWords(
            title="Die Bewegung war klein",
            seen="Ihre Bewegung war{when} klein: {number}.",
            plain="Ihre Bewegung war{when} klein.",
            advice="Versuchen Sie {limit}, wenn das angenehm bleibt.",
            say="Sie dürfen etwas weiter gehen, solange es angenehm ist.",
            show="Etwas weiter",
        ),
    },
    "Follows dose.range_min_deg.",
    uncertainty=5.5,
    uncertainty_share=0.3,  # else a small limit could not be broken
    severity="auto",
    dose_field="range_min_deg",
    told="after",
)


def _head_lifted(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    head = from_rest(m, m.smoothed.head_deg, attempt)
    limit = asked.value("limits.head_lift_deg")
    yield from excursion(m, head, attempt, attempt.tension_s, limit, "head_lifted")


HEAD_LIFTED = Rule(
    "head_lifted",
    _head_lifted,
    {
        "en": RuleWords(
            title="The head was lifted",
            seen="Your head came up {number}{when}.",
            plain="Your head came up{when}.",
            advice="Let it rest on the mat or on a small pillow.",
            say="Let your head rest on the mat.",
            show="Rest your head",
        ),
        "de": RuleWords(
            title="Der Kopf war angehoben",
            seen="Ihr Kopf kam{when} um {number} hoch.",
            plain="Ihr Kopf kam{when} hoch.",
            advice="Lassen Sie ihn auf der Matte oder einem kleinen Kissen liegen.",
            say="Lassen Sie den Kopf auf der Matte liegen.",
            show="Kopf ablegen",
        ),
    },
    "The head came up; off wherever exercise.head is any.",
    uncertainty=4.0,
    applies=lambda asked: bool(asked.value("exercise.head") != "any"),
    limits=(
        Limit(
            "head_lift_deg",
            10.0,
            "Head raised against the trunk. Set on rendered clips: planted 28 (measured 22 and "
            "more), clean at most 4.5.",
        ),
    ),
)


def _other_leg_moved(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    limit = asked.value("limits.other_leg_deg")
    # a leg that moves on the surface moves its thigh and its ankle
    thigh = from_rest(m, m.smoothed.resting_hip_deg, attempt)
    thigh = np.where(_ankle_moved(m, thigh, limit), thigh, 0.0)
    thigh = _bridged(m.table.t_s, np.where(np.isfinite(m.smoothed.resting_x_trunks), thigh, np.nan))
    yield from excursion(
        m, thigh, attempt, attempt.tension_s, limit, "other_leg_moved", RESTING_SUSTAINED_S
    )


def _bridged(times: Array, values: Array) -> Array:
    """Return values (n,) with those of short gaps: what was away before and after stayed away."""
    out = np.array(values)
    for first, last in runs(~np.isfinite(values)):
        inside = first > 0 and last + 1 < len(values)
        if inside and times[last + 1] - times[first - 1] <= HIDDEN_S:
            out[first : last + 1] = min(values[first - 1], values[last + 1])
    return out


def _ankle_moved(m: Measures, thigh: Array, limit: float) -> Mask:
    """Tell where (n,) the resting ankle is not where it is while the thigh lies still."""
    x, z = m.smoothed.resting_x_trunks, m.smoothed.resting_z_trunks
    still = np.isfinite(m.table.resting_x_trunks) & (np.abs(thigh) < STILL_SHARE * limit)
    if not still.any():
        return np.ones(len(m.table.t_s), bool)
    moved = np.hypot(x - np.median(x[still]), z - np.median(z[still]))
    away: Mask = moved > ANKLE_MOVES_TRUNKS
    return away


OTHER_LEG_MOVED = Rule(
    "other_leg_moved",
    _other_leg_moved,
    {
        "en": RuleWords(
            title="The other leg moved",
            seen="Your other leg moved {number}{when}.",
            plain="Your other leg moved{when}.",
            advice="Let it lie still and relaxed on the mat.",
            say="Let your other leg lie still.",
            show="Other leg still",
        ),
        "de": RuleWords(
            title="Das andere Bein hat sich bewegt",
            seen="Ihr anderes Bein hat sich{when} um {number} bewegt.",
            plain="Ihr anderes Bein hat sich{when} bewegt.",
            advice="Lassen Sie es ruhig und locker auf der Matte liegen.",
            say="Lassen Sie das andere Bein ruhig liegen.",
            show="Anderes Bein still",
        ),
    },
    "The resting leg moved.",
    uncertainty=5.0,
    limits=(
        Limit(
            "other_leg_deg",
            15.0,
            "Lasting change of the resting hip. Set on rendered clips: planted 30 and 35 (measured "
            "23 and more), clean at most 4, beside a heel that slides 11.",
        ),
    ),
)


def _pelvis_lifted(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    lift = from_rest(m, m.smoothed.pelvis_trunks, attempt)
    limit = asked.value("limits.pelvis_lift")
    yield from excursion(m, lift, attempt, attempt.tension_s, limit, "pelvis_lifted")


PELVIS_LIFTED = Rule(
    "pelvis_lifted",
    _pelvis_lifted,
    {
        "en": RuleWords(
            title="The pelvis was lifted",
            seen="Your hips came off the mat{when}.",
            plain="Your hips came off the mat{when}.",
            advice="Keep your lower back and hips resting on it.",
            say="Let your hips rest on the mat.",
            show="Rest your hips",
        ),
        "de": RuleWords(
            title="Das Becken war angehoben",
            seen="Ihr Becken hob sich{when} von der Matte.",
            plain="Ihr Becken hob sich{when} von der Matte.",
            advice="Lassen Sie den unteren Rücken und das Becken aufliegen.",
            say="Lassen Sie das Becken auf der Matte liegen.",
            show="Becken ablegen",
        ),
    },
    "The hips came off the mat.",
    unit="trunk",
    uncertainty=0.03,
    limits=(
        Limit(
            "pelvis_lift",
            0.12,
            "Hip raised off the mat, as a fraction of the trunk's length. Chosen by us; no clip "
            "with known truth has shown it yet.",
            most=1.0,
        ),
    ),
    joint="hip",
)
