"""Rules of exercises in which the thigh is held up and the knee moves.

"Set on rendered clips" means: chosen between the largest value of a clean clip and the smallest
of a planted fault, on clips whose joint angles are known exactly (``sample_videos/``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.rule import Asked, Broken, Cost, Limit, Measure, Measures, Rule, RuleWords
from posecheck.motion.signals import runs, smooth, turning_points

# Turns of the knee, one soon after the other, that make a bounce: four cycles. Planted ones have 54
# and more, a darkened photograph whose legs were drawn for each other 5, all other clean clips 3.
BOUNCE_TURNS, BOUNCE_LOOKS = 9, 8
BOUNCE_SHARE = 0.6  # of the limit that each swing must have
SHAKE_S, SWAY_S = 0.04, 0.25  # widths of the means between which a bounce lies


def thigh_drift(measure: Measure) -> Rule:
    """Return the rule that the thigh stays where it is.

    Parameters
    ----------
    measure
        Where it is broken: what the thigh is held against differs from exercise to exercise.

    """
    return Rule(
        "thigh_drift",
        measure,
        {
            "en": RuleWords(
                title="The thigh moved",
                seen="Your thigh moved {number}{when}.",
                plain="Your thigh moved{when}.",
                advice="Hold it still with both hands behind the thigh, or with a band.",
                say="Try to keep your thigh still. Your hands can hold it.",
                show="Keep your thigh still",
            ),
            "de": RuleWords(
                title="Der Oberschenkel hat sich bewegt",
                seen="Ihr Oberschenkel hat sich{when} um {number} bewegt.",
                plain="Ihr Oberschenkel hat sich{when} bewegt.",
                advice="Halten Sie ihn mit beiden Händen hinter dem Oberschenkel ruhig, oder "
                "mit einem Band.",
                say="Halten Sie den Oberschenkel ruhig. Ihre Hände helfen dabei.",
                show="Oberschenkel still halten",
            ),
        },
        "The thigh moved.",
        uncertainty=2.0,
        limits=(
            Limit(
                "thigh_drift_deg",
                8.0,
                "Lasting change of hip flexion from its value at the point of tension. Set on "
                "rendered clips: planted 15 to 22, clean at most 2.5; a goniometer's smallest "
                "detectable change is 7-8 (PMID 25364856).",
            ),
        ),
        cost=Cost(20, 4, 40),
        joint="hip",
    )


def _bouncing(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    """Yield swings of the knee that come faster than the limit, several in a row."""
    limit, min_hz = asked.value("limits.bounce_deg"), asked.value("limits.bounce_min_hz")
    inside = np.flatnonzero(m.table.between(attempt.tension_s, attempt.lower_s))
    if len(inside) < BOUNCE_LOOKS:
        return
    t = m.table.t_s[inside]
    raw = m.table.raw_knee_deg[inside]
    shake = smooth(t, raw, SHAKE_S) - smooth(t, raw, SWAY_S)
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


BOUNCING = Rule(
    "bouncing",
    _bouncing,
    {
        "en": RuleWords(
            title="Bouncing",
            seen="Your knee bounced by {number}{when}.",
            plain="Your knee bounced{when}.",
            advice="Move slowly and smoothly, without any jerk.",
            say="Smoothly please, without bouncing.",
            show="Move smoothly",
        ),
        "de": RuleWords(
            title="Gewippt",
            seen="Ihr Knie hat{when} um {number} gewippt.",
            plain="Ihr Knie hat{when} gewippt.",
            advice="Bewegen Sie sich langsam und gleichmäßig, ohne Ruck.",
            say="Bitte ganz gleichmäßig, ohne Wippen.",
            show="Gleichmäßig bewegen",
        ),
    },
    "The knee bounced.",
    uncertainty=1.0,
    limits=(
        Limit(
            "bounce_deg",
            5.0,
            "Size of a fast to and fro of the knee. Set on rendered clips: planted 12 "
            "(measured 9 and more). Four cycles, one soon after the other, make a bounce.",
        ),
        Limit(
            "bounce_min_hz",
            1.5,
            "Slower than this it is no bounce. Set on rendered clips: planted 2.6 Hz, and "
            "smoothing loses 0-1 % up to 1.5 Hz.",
            most=6.0,
            least=0.5,
            least_allowed=True,
        ),
    ),
    cost=Cost(20, 4, 40),
    joint="knee",
)
