"""The rules of the straight leg raise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.common_rules import (
    HEAD_LIFTED,
    OTHER_LEG_MOVED,
    PELVIS_LIFTED,
    TOO_FAST,
    from_rest,
    in_each_repetition,
)
from posecheck.exercises.rule import Asked, Broken, Limit, Measures, Rule, RuleWords


def _knee_bent(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    knee = from_rest(m, m.smoothed.knee_deg, attempt)
    limit = asked.value("limits.knee_bent_deg")
    yield from in_each_repetition(m, knee, attempt, limit, "knee_bent")


KNEE_BENT = Rule(
    "knee_bent",
    _knee_bent,
    {
        "en": RuleWords(
            title="The knee was bent",
            seen="Your knee bent by {number}{when}.",
            plain="Your knee bent{when}.",
            advice="Keep it straight, even if the leg then comes up less far.",
            say="Keep the knee straight. Less far is fine.",
            show="Keep your knee straight",
        ),
        "de": RuleWords(
            title="Das Knie war gebeugt",
            seen="Ihr Knie hat sich{when} um {number} gebeugt.",
            plain="Ihr Knie hat sich{when} gebeugt.",
            advice="Halten Sie es gestreckt, auch wenn das Bein dann weniger hoch kommt.",
            say="Das Knie bleibt gestreckt. Weniger hoch ist auch gut.",
            show="Knie gestreckt lassen",
        ),
    },
    "The knee bent while the leg came up.",
    uncertainty=5.0,
    limits=(
        Limit(
            "knee_bent_deg",
            16.0,
            "Flexion of the knee against the leg that lies. Set on rendered clips: planted 25 and "
            "28 (measured 33 and more), clean at most 11; a bent knee lets the hip go further "
            "(Boland & Adams 2000).",
        ),
    ),
    joint="knee",
)

RULES = (KNEE_BENT, OTHER_LEG_MOVED, PELVIS_LIFTED, HEAD_LIFTED, TOO_FAST)


def one_cause(broken: Sequence[Broken], _attempt: Attempt) -> Sequence[Broken]:
    """Return them without a bent knee that is the doing of a lifted pelvis."""
    lifts = [b for b in broken if b.rule == "pelvis_lifted"]
    return [b for b in broken if b.rule != "knee_bent" or not b.overlaps(lifts)]
