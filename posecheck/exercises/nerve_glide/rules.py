"""The rules of the nerve glide: where each is broken, its limits with their sources, its words.

"Set on rendered clips" means: chosen between the largest value of a clean clip and the smallest
of a planted fault, on clips whose joint angles are known exactly (``sample_videos/``). The
uncertainties are from the largest values of clean clips (12 rendered and 5 photographed, the heavy
model at 10 looks a second): thigh 2.5 degrees, knee 5.6 in a pump (4.2 on photographs), past the
tension 2.5. Planted ones measure 16 (knee) and 18 (thigh) and more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.common_rules import (
    HEAD_LIFTED,
    OTHER_LEG_MOVED,
    PELVIS_LIFTED,
    RANGE_TOO_SMALL,
    TOO_FAST,
    TOO_SLOW,
    excursion,
)
from posecheck.exercises.held_thigh_rules import BOUNCING, thigh_drift
from posecheck.exercises.rule import Asked, Broken, Cost, Limit, Measures, Rule, RuleWords
from posecheck.motion.signals import median_of_known, share_of_time
from posecheck.types import Array

MANY_REPS = 0.5  # of the repetitions: a knee that moves in more of them was simply not held
TURNED_SHARE = 0.5  # of the limit that the shank must have turned where the knee is forced
HANDS_FAR_THIGHS = 0.35  # a wrist that holds the thigh is nearer
HANDS_SHARE = 0.6  # of the time of the glide
STRAIGHTENED_DEG = 30.0  # less is no way that could be taken slowly
NEAR_TENSION_S = 0.5


def one_cause(broken: Sequence[Broken], attempt: Attempt) -> Iterator[Broken]:
    """One cause gives one finding: the most specific rule takes the time.

    A lifted pelvis takes the thigh along; a bounce is a knee that is not held and past its tension;
    a knee that moves in most repetitions is not held, and else it was forced.
    """
    of = {rule.name: [b for b in broken if b.rule == rule.name] for rule in RULES}
    lifts, bounces = of["pelvis_lifted"], of["bouncing"]
    moved, past = of["knee_not_held"], of["past_tension"]
    if len(moved) > MANY_REPS * len(attempt.cycles):
        past = [b for b in past if not b.overlaps(moved)]
    moved = [b for b in moved if not b.overlaps(past)]
    of["knee_not_held"] = [b for b in moved if not b.overlaps(bounces)]
    of["past_tension"] = [b for b in past if not b.overlaps(bounces)]
    of["thigh_drift"] = [b for b in of["thigh_drift"] if not b.overlaps(lifts)]
    for found in of.values():
        yield from found


def hold_min_s(asked: Asked) -> float:
    """Return the shortest measured stop that counts as held (s).

    That of the dose less what measuring may lose, else what is usual.
    """
    hold_s: float | None = asked.value("dose.hold_s")
    if hold_s is None:
        return float(asked.value("limits.tension_not_held_s"))
    return max(hold_s - float(asked.value("limits.hold_tolerance_s")), hold_s / 2)


def _from_level(m: Measures, smoothed: Array, attempt: Attempt) -> Array:
    """Return smoothed values (n,) from their median during the hold; NaN if that was not seen."""
    if not attempt.level_seen:
        return np.full(len(smoothed), np.nan)
    held = smoothed[m.table.between(attempt.tension_s, attempt.glide_s) & np.isfinite(smoothed)]
    if not len(held):
        near = np.abs(m.table.t_s - attempt.tension_s) <= NEAR_TENSION_S
        held = smoothed[near & np.isfinite(smoothed)]
    return smoothed - median_of_known(held)


def _thigh_drift(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    away = np.abs(_from_level(m, m.smoothed.hip_deg, attempt))
    limit = asked.value("limits.thigh_drift_deg")
    yield from excursion(m, away, attempt, attempt.tension_s, limit, "thigh_drift")


THIGH_DRIFT = thigh_drift(_thigh_drift)


def _knee_not_held(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    if attempt.variant != "ankle_pump":
        return
    known, limit = np.isfinite(m.quick_knee_deg), asked.value("limits.knee_not_held_deg")
    for i, cycle in enumerate(attempt.cycles):
        knee = m.quick_knee_deg[m.table.between(cycle.start_s, cycle.end_s) & known]
        if len(knee) and float(np.ptp(knee)) > limit:
            yield Broken("knee_not_held", cycle.start_s, cycle.end_s, float(np.ptp(knee)), limit, i)


KNEE_NOT_HELD = Rule(
    "knee_not_held",
    _knee_not_held,
    {
        "en": RuleWords(
            title="The knee was not kept still",
            seen="Your knee moved {number}{when} while you pumped.",
            plain="Your knee moved{when} while you pumped.",
            advice="Keep the knee still and move only the foot.",
            say="Keep the knee still, and move only the foot.",
            show="Keep your knee still",
        ),
        "de": RuleWords(
            title="Das Knie blieb nicht still",
            seen="Ihr Knie hat sich{when} beim Pumpen um {number} bewegt.",
            plain="Ihr Knie hat sich{when} beim Pumpen bewegt.",
            advice="Halten Sie das Knie still und bewegen Sie nur den Fuß.",
            say="Das Knie bleibt still, nur der Fuß bewegt sich.",
            show="Knie still halten",
        ),
    },
    "The knee moved in a pump.",
    uncertainty=1.5,
    limits=(
        Limit(
            "knee_not_held_deg",
            10.0,
            "Range of the knee within one ankle pump. Set on rendered clips: planted 18 "
            "(measured 15.5 and more), clean at most 5.6, on photographed ones 4.2.",
        ),
    ),
    cost=Cost(20, 4, 40),
    joint="knee",
)


def _past_tension(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    limit = asked.value("limits.past_tension_deg")
    # a hip joint that is found anew changes hip and knee alike: the shank has not turned
    turned = _from_level(m, m.smoothed.hip_deg - m.smoothed.knee_deg, attempt)
    straighter = -_from_level(m, m.smoothed.knee_deg, attempt)
    straighter = np.where(turned > TURNED_SHARE * limit, straighter, 0.0)
    yield from excursion(m, straighter, attempt, attempt.glide_s, limit, "past_tension")


PAST_TENSION = Rule(
    "past_tension",
    _past_tension,
    {
        "en": RuleWords(
            title="Past the point of tension",
            seen="Your knee went {number} straighter than at the first pull{when}.",
            plain="Your knee went straighter than at the first pull{when}.",
            advice="Stop at the first pull; never force it.",
            say="A little less. Stop at the first gentle pull.",
            show="Stop at the first pull",
        ),
        "de": RuleWords(
            title="Über den Spannungspunkt hinaus",
            seen="Ihr Knie ging{when} um {number} weiter als beim ersten Ziehen.",
            plain="Ihr Knie ging{when} weiter als beim ersten Ziehen.",
            advice="Bleiben Sie beim ersten Ziehen; erzwingen Sie nie etwas.",
            say="Etwas weniger. Nur bis zum ersten leichten Ziehen.",
            show="Nur bis zum ersten Ziehen",
        ),
    },
    "The leg was forced straighter.",
    uncertainty=2.5,
    limits=(
        Limit(
            "past_tension_deg",
            8.0,
            "Knee straighter than at the point of tension: the smallest detectable change of a "
            "goniometer is 7-8 (PMID 25364856).",
        ),
    ),
    cost=Cost(25, 5, 45),  # forcing can hurt
    joint="knee",
)


def _straightened_too_fast(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    inside = m.table.between(attempt.extend_s, attempt.tension_s)
    knee_deg = m.table.knee_deg[inside & np.isfinite(m.table.knee_deg)]
    way_deg = float(knee_deg.max()) - attempt.knee_deg if len(knee_deg) else 0.0
    took_s, limit = attempt.tension_s - attempt.extend_s, asked.value("limits.straighten_min_s")
    if way_deg > STRAIGHTENED_DEG and took_s < limit and attempt.hold_seen:
        yield Broken("straightened_too_fast", attempt.extend_s, attempt.tension_s, took_s, limit)


STRAIGHTENED_TOO_FAST = Rule(
    "straightened_too_fast",
    _straightened_too_fast,
    {
        "en": RuleWords(
            title="Straightened too fast",
            seen="You straightened your knee within {number}{when}.",
            plain="You straightened your knee quickly{when}.",
            advice="Take about two seconds, and stop at the first pull.",
            say="Next time, straighten the knee more slowly.",
            show="Straighten more slowly",
        ),
        "de": RuleWords(
            title="Zu schnell gestreckt",
            seen="Sie haben Ihr Knie{when} in {number} gestreckt.",
            plain="Sie haben Ihr Knie{when} schnell gestreckt.",
            advice="Nehmen Sie sich etwa zwei Sekunden, und bleiben Sie beim ersten Ziehen.",
            say="Strecken Sie das Knie beim nächsten Mal langsamer.",
            show="Langsamer strecken",
        ),
    },
    "The knee was straightened to the point of tension within no time.",
    unit="s",
    uncertainty=0.3,
    severity="advice",
    limits=(
        Limit(
            "straighten_min_s",
            1.2,
            "Shortest way to the point of tension. Chosen by us: who comes there with a swing "
            "overshoots the first pull. 41 rendered and photographed glides take 1.8 and more.",
            most=30.0,
        ),
    ),
    joint="knee",
    told="over",
)


def _tension_not_held(_m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    held_s, limit = attempt.glide_s - attempt.tension_s, hold_min_s(asked)
    # what was seen of a stop is no longer than it was
    if held_s < limit and attempt.hold_seen:
        yield Broken("tension_not_held", attempt.tension_s, attempt.glide_s, held_s, limit)


TENSION_NOT_HELD = Rule(
    "tension_not_held",
    _tension_not_held,
    {
        "en": RuleWords(
            title="The point of tension was not held",
            seen="You stopped for {number} at the first pull{when}.",
            plain="You did not stop at the first pull{when}.",
            advice="Stay there calmly for at least {limit}.",
            say="Next time, stay a moment at the first pull.",
            show="Stay at the first pull",
        ),
        "de": RuleWords(
            title="Am Spannungspunkt nicht gehalten",
            seen="Sie haben{when} {number} beim ersten Ziehen gehalten.",
            plain="Sie haben{when} beim ersten Ziehen nicht gehalten.",
            advice="Bleiben Sie dort ruhig mindestens {limit}.",
            say="Bleiben Sie beim nächsten Mal einen Moment am ersten Ziehen.",
            show="Am ersten Ziehen bleiben",
        ),
    },
    "Follows dose.hold_s.",
    unit="s",
    uncertainty=0.3,
    severity="auto",
    dose_field="hold_s",
    limits=(
        Limit(
            "tension_not_held_s",
            1.0,
            "Shortest stop at the point of tension before the first repetition. Set on rendered "
            "clips, where its start is found within about 0.3 s.",
            most=60.0,
        ),
        Limit(
            "hold_tolerance_s",
            0.5,
            "How much shorter than dose.hold_s a stop may measure: its start is found within "
            "0.5 s on rendered clips.",
            most=5.0,
            least_allowed=True,
        ),
    ),
    joint="knee",
    told="over",
)


def _hands_not_behind_thigh(m: Measures, attempt: Attempt, _asked: Asked) -> Iterator[Broken]:
    known = np.isfinite(m.table.hands_thighs)
    glide = known & m.table.between(attempt.tension_s, attempt.lower_s)
    share = share_of_time(m.table.t_s, m.table.hands_thighs > HANDS_FAR_THIGHS, glide)
    if share > HANDS_SHARE:
        yield Broken(
            "hands_not_behind_thigh", attempt.tension_s, attempt.lower_s, share, HANDS_SHARE
        )


HANDS_NOT_BEHIND_THIGH = Rule(
    "hands_not_behind_thigh",
    _hands_not_behind_thigh,
    {
        "en": RuleWords(
            title="Hands not behind the thigh",
            seen="Your hands were not seen behind your thigh{when}.",
            plain="Your hands were not seen behind your thigh{when}.",
            advice="Hold the thigh from behind with both hands.",
            say="Hold your leg with both hands behind the thigh.",
            show="Hands behind the thigh",
        ),
        "de": RuleWords(
            title="Hände nicht hinter dem Oberschenkel",
            seen="Ihre Hände waren{when} nicht hinter dem Oberschenkel zu sehen.",
            plain="Ihre Hände waren{when} nicht hinter dem Oberschenkel zu sehen.",
            advice="Halten Sie den Oberschenkel mit beiden Händen von hinten.",
            say="Halten Sie das Bein mit beiden Händen hinter dem Oberschenkel.",
            show="Hände hinter den Oberschenkel",
        ),
    },
    "Looked at only where exercise.support is hands; never a fault.",
    unit="fraction",
    severity="advice",
    never_a_fault=True,
    applies=lambda asked: bool(asked.value("exercise.support") == "hands"),
    told="share",
)

RULES = (
    THIGH_DRIFT, KNEE_NOT_HELD, PAST_TENSION, STRAIGHTENED_TOO_FAST, TENSION_NOT_HELD, BOUNCING,
    TOO_FAST, TOO_SLOW, RANGE_TOO_SMALL, HEAD_LIFTED, OTHER_LEG_MOVED, PELVIS_LIFTED,
    HANDS_NOT_BEHIND_THIGH,
)  # fmt: skip
