"""The rules of the active knee extension."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from posecheck.exercises.attempt import Attempt
from posecheck.exercises.common_rules import HEAD_LIFTED, OTHER_LEG_MOVED, TOO_FAST
from posecheck.exercises.held_thigh_rules import BOUNCING, thigh_drift
from posecheck.exercises.rule import Asked, Broken, Measures
from posecheck.motion.signals import median_of_known

BESIDE_S = 0.5  # the thigh before and after a repetition is that of so long


def _thigh_drift(m: Measures, attempt: Attempt, asked: Asked) -> Iterator[Broken]:
    """Yield the repetitions in which the thigh was elsewhere at the end range than beside it."""
    limit = asked.value("limits.thigh_drift_deg")
    hip, t_s = m.smoothed.hip_deg, m.table.t_s
    for i, cycle in enumerate(attempt.cycles):
        if cycle.peak is None:
            continue
        beside = (np.abs(t_s - cycle.start_s) < BESIDE_S) | (np.abs(t_s - cycle.end_s) < BESIDE_S)
        at_end = m.table.between(cycle.peak.start_s, cycle.peak.end_s)
        moved = abs(median_of_known(hip[at_end]) - median_of_known(hip[beside]))
        if moved > limit:
            yield Broken("thigh_drift", cycle.start_s, cycle.end_s, moved, limit, i)


THIGH_DRIFT = thigh_drift(_thigh_drift)

RULES = (THIGH_DRIFT, OTHER_LEG_MOVED, HEAD_LIFTED, BOUNCING, TOO_FAST)
