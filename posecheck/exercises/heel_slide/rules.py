"""The rules of the heel slide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.common_rules import (
    OTHER_LEG_MOVED,
    TOO_FAST,
    from_rest,
    in_each_repetition,
)
from posecheck.exercises.rule import Asked, Broken, Limit, Measures, Rule, RuleWords


def _heel_lifted(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    height = from_rest(m, m.smoothed.working_z_trunks, attempt)
    # while both lie the other leg may be taken for it: so the heel is held against that one too
    height = np.fmin(height, m.smoothed.working_z_trunks - m.smoothed.resting_z_trunks)
    limit = asked.value("limits.heel_lift")
    yield from in_each_repetition(m, height, attempt, limit, "heel_lifted")


HEEL_LIFTED = Rule(
    "heel_lifted",
    _heel_lifted,
    {
        "en": RuleWords(
            title="The heel was lifted",
            seen="Your heel came off the mat{when}.",
            plain="Your heel came off the mat{when}.",
            advice="Let it slide along the mat, all the way.",
            say="Let the heel slide along the mat.",
            show="Heel stays on the mat",
        ),
        "de": RuleWords(
            title="Die Ferse war angehoben",
            seen="Ihre Ferse hob sich{when} von der Matte.",
            plain="Ihre Ferse hob sich{when} von der Matte.",
            advice="Lassen Sie sie auf dem ganzen Weg über die Matte gleiten.",
            say="Die Ferse gleitet auf der Matte.",
            show="Ferse bleibt auf der Matte",
        ),
    },
    "The heel came off the mat.",
    unit="trunk",
    uncertainty=0.04,
    limits=(
        Limit(
            "heel_lift",
            0.2,
            "Ankle raised off the mat, as a fraction of the trunk's length. Set on rendered clips.",
            most=1.0,
        ),
    ),
    joint="ankle",
)

RULES = (HEEL_LIFTED, OTHER_LEG_MOVED, TOO_FAST)
