"""How many clips of a batch came to what, and why."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from posecheck.present.words import VERDICT_WORDS, WARNING_WORDS, rule_words
from posecheck.types import ClipGrade, Verdict

Outcome = Verdict | Literal["failed"]
OUTCOMES: tuple[Outcome, ...] = ("pass", "needs_work", "ungradable", "failed")
OUTCOME_WORDS: dict[Outcome, str] = {
    **{verdict: words for verdict, words in VERDICT_WORDS.items()},  # noqa: C416
    "failed": "Failed",
}


@dataclass(slots=True)
class Tally:
    """Counts clips as they pass by; each reason once a clip."""

    clips: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)
    reasons: dict[Outcome, Counter[str]] = field(
        default_factory=lambda: {outcome: Counter() for outcome in OUTCOMES}
    )

    def add(self, row: ClipGrade) -> None:
        """Count one clip."""
        outcome = outcome_of(row)
        self.clips += 1
        self.counts[outcome] += 1
        if outcome != "pass":
            self.reasons[outcome].update(set(reasons_of(row)))

    def common(self, outcome: Outcome, most: int = 8) -> list[tuple[str, int]]:
        """Return the commonest reasons, the first by name where they are as common."""
        counted = sorted(self.reasons[outcome].items(), key=lambda item: (-item[1], item[0]))
        return counted[:most]

    def rarer(self, outcome: Outcome, most: int = 8) -> int:
        """Return how many further reasons there are."""
        return max(len(self.reasons[outcome]) - most, 0)


def outcome_of(row: ClipGrade) -> Outcome:
    """Return the verdict, or that there is none."""
    return row.verdict or "failed"


def reasons_of(row: ClipGrade) -> list[str]:
    """Return in words what stands against a clip: its error, its faults, or its warnings.

    Only of a clip that passed there may be none.
    """
    if row.verdict is None:
        return [_without_name(row.error or "No reason is known.", row.clip)]
    still = math.isnan(row.tension_knee_flexion_deg)
    if row.verdict == "needs_work":
        faults = [rule_words(rule) for rule in row.faults]
        if not row.reps:
            faults.append("No repetitions were seen")
        elif still:
            faults.append("No point of tension was seen")
        return faults or ["Less than was prescribed"]
    warnings = [WARNING_WORDS.get(name, rule_words(name)) for name in row.warnings]
    if row.verdict == "pass" or warnings:
        return warnings
    return ["No exercise was found" if still and not row.reps else "The leg was seen too little"]


def _without_name(error: str, clip: str) -> str:
    """Return the sentence that clips with the same fate share."""
    name = PurePosixPath(clip).name
    if len(name) <= 3:  # shorter ones stand in words
        return error
    # With the folders before it, as far as they hold no space.
    return re.sub(rf"[^\s'\"]*{re.escape(name)}", "…", error.replace(clip, name))
