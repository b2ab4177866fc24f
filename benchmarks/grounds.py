"""What a decision was made on: each measure beside the limit that it was held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from posecheck.assess.coverage import readable
from posecheck.exercises.attempt import Attempt
from posecheck.exercises.catalogue import all_rules
from posecheck.exercises.nerve_glide import evidence as known
from posecheck.exercises.nerve_glide.evidence import evidence
from posecheck.exercises.nerve_glide.rules import RULES, hold_min_s, one_cause
from posecheck.exercises.nerve_glide.tension import candidates
from posecheck.exercises.prescription import Prescription
from posecheck.exercises.repetitions import noise_deg
from posecheck.exercises.rule import Measures, findings_of
from posecheck.motion.table import Table
from posecheck.motion.track import Measured
from posecheck.types import Variant

# The limits of the form rules that a prescription states, by rule.
LIMIT_OF_RULE = {
    "thigh_drift": "thigh_drift_deg", "knee_not_held": "knee_not_held_deg",
    "past_tension": "past_tension_deg", "bouncing": "bounce_deg", "head_lifted": "head_lift_deg",
    "other_leg_moved": "other_leg_deg", "pelvis_lifted": "pelvis_lift",
}  # fmt: skip
# The limits of `posecheck.exercises.nerve_glide.evidence`, by what is held against them.
LIMIT_OF_EVIDENCE = {
    "extension_deg": "EXTENSION_DEG", "thigh_moved_deg": "THIGH_MOVED_DEG",
    "hip_deg": "HIP_MIN_DEG", "knee_deg": "NEARLY_STRAIGHT_DEG", "stop_s": "STOP_S",
    "taking_turns_s": "TURNS_S", "other_moved_deg": "TURNS_DEG",
    "other_before_deg": "OTHER_MOVED_DEG", "both_up_s": "BOTH_UP_S", "other_seen": "OTHER_SEEN",
    "likeness": "BEGUN_ALIKE", "unevenness": "UNEVEN",
}  # fmt: skip
_FINEST = 12  # halvings of a limit between a third of it and four times it


@dataclass(frozen=True, slots=True)
class Ground:
    """One measure and its limit."""

    name: str
    measured: float
    limit: float

    def __str__(self) -> str:
        limit = "" if np.isnan(self.limit) else f" ({self.limit:.3g})"
        return f"{self.name} {self.measured:.2f}{limit}"


class Grounds:
    """What the decisions on one measured clip rest on, under one prescription."""

    def __init__(self, measured: Measured, prescription: Prescription) -> None:
        self._prescription = prescription
        wanted = prescription.exercise.variant
        self._variant: Variant | None = None if wanted == "auto" else wanted
        self.table = Table.of(measured.t_s, readable(measured.values, prescription.view))
        self.candidates = candidates(self.table, self._variant) if len(measured.t_s) else []

    def __iter__(self) -> Iterator[str]:
        """A line for each attempt, and one for the rules that are broken or nearly so."""
        if not self.candidates:
            yield "no attempt"
        for attempt, raised in self.candidates:
            yield "; ".join(str(g) for g in of_attempt(attempt, raised, self.table))
        rules = "; ".join(str(g) for g in self.rules())
        if rules:
            yield rules

    def rules(self, near: float = 0.5) -> Iterator[Ground]:
        """Up to which limit each rule is broken, where that is `near` its limit and more."""
        attempts = [a for a, raised in self.candidates if known.is_glide(a, raised, self.table)]
        measures = Measures.of(self.table)
        limits = self._prescription.limits
        for rule, name in LIMIT_OF_RULE.items():
            limit = getattr(limits, name)
            stands = self._up_to(rule, name, measures, attempts)
            if stands >= near * limit:
                yield Ground(rule, stands, limit)
        for a in attempts:
            if a.cycles:
                yield Ground("stop s", a.glide_s - a.tension_s, hold_min_s(self._prescription))

    def _up_to(
        self, rule: str, name: str, measures: Measures, attempts: Sequence[Attempt]
    ) -> float:
        """The largest limit that the rule is still found broken at, its doubt left out; else 0."""
        limits = self._prescription.limits
        limit = float(getattr(limits, name))
        low, high = limit / 3, 4 * limit
        if not self._broken(rule, name, low, measures, attempts):
            return 0.0
        for _ in range(_FINEST):
            middle = 0.5 * (low + high)
            if self._broken(rule, name, middle, measures, attempts):
                low = middle
            else:
                high = middle
        return low + all_rules()[rule].uncertainty

    def _broken(
        self, rule: str, name: str, limit: float, measures: Measures, attempts: Sequence[Attempt]
    ) -> bool:
        changed = self._prescription.limits.model_copy(update={name: limit})
        asked = self._prescription.model_copy(update={"limits": changed})
        done = [(attempt, RULES, one_cause) for attempt in attempts]
        return any(f.rule == rule for f in findings_of(measures, done, asked))


def of_attempt(attempt: Attempt, raised: Table, table: Table) -> Iterator[Ground]:
    """What an attempt has to bear out, and how large its repetitions are."""
    e = evidence(attempt, raised, table)
    for f in fields(e):
        limit = getattr(known, LIMIT_OF_EVIDENCE.get(f.name, ""), np.nan)
        yield Ground(f.name, float(getattr(e, f.name)), float(limit))
    if attempt.cycles:
        yield Ground(f"{len(attempt.cycles)} repetitions, the smallest", *_smallest(attempt, table))


def _smallest(attempt: Attempt, table: Table) -> tuple[float, float]:
    """The smallest range, and the noise of single looks meanwhile."""
    inside = table.between(attempt.tension_s, attempt.lower_s)
    pump = attempt.variant == "ankle_pump"
    raw = table.raw_ankle_deg if pump else table.raw_knee_deg
    return min(c.range_deg for c in attempt.cycles), noise_deg(raw[inside])
