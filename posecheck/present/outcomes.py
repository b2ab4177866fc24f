"""What became of the clips of a batch: how many came to what, and why."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from posecheck.types import ClipGrade, Verdict, Words

Outcome = Verdict | Literal["failed"]
OUTCOMES: tuple[Outcome, ...] = ("pass", "needs_work", "ungradable", "failed")
_SHORTEST_NAME = 4  # letters of a clip's name; shorter ones stand in words


@dataclass(slots=True)
class Tally:
    """Counts clips as they pass by; each reason once a clip."""

    words: Words  # the language of the reasons
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
            self.reasons[outcome].update(set(reasons_of(row, self.words)))

    def common(self, outcome: Outcome, most: int = 8) -> list[tuple[str, int]]:
        """Return the commonest reasons and how common each is, in that order.

        Parameters
        ----------
        outcome
            Of what.
        most
            How many at most; of those that are as common, the first by name.

        """
        counted = sorted(self.reasons[outcome].items(), key=lambda item: (-item[1], item[0]))
        return counted[:most]

    def rarer(self, outcome: Outcome, most: int = 8) -> int:
        """Return how many further reasons there are.

        Parameters
        ----------
        outcome
            Of what.
        most
            How many `common` tells.

        """
        return max(len(self.reasons[outcome]) - most, 0)


def outcome_of(row: ClipGrade) -> Outcome:
    """Return the verdict, or that there is none."""
    return row.verdict or "failed"


def outcome_words(words: Words) -> dict[Outcome, str]:
    """Return what the outcomes are called."""
    failed = words.text("index.failed")
    return {o: failed if o == "failed" else words.verdicts[o] for o in OUTCOMES}


def reasons_of(row: ClipGrade, words: Words) -> list[str]:
    """Return in words what stands against a clip: its error, its faults, or its warnings.

    Only of a clip that passed there may be none.

    Parameters
    ----------
    row
        The clip.
    words
        The language.

    """
    if row.verdict is None:
        return [_without_name(row.error or words.text("index.no_reason"), row.clip)]
    still = math.isnan(row.tension_knee_flexion_deg)
    if row.verdict == "needs_work":
        faults = [words.title(rule) for rule in row.faults]
        if not row.reps:
            faults.append(words.text("index.no_repetitions"))
        elif still:
            faults.append(words.text("index.no_tension"))
        return faults or [words.text("index.less")]
    warnings = [words.title(name) for name in row.warnings]
    if row.verdict == "pass" or warnings:
        return warnings
    nothing = still and not row.reps
    return [words.text("index.no_exercise" if nothing else "index.little_seen")]


def _without_name(error: str, clip: str) -> str:
    """Return the sentence that clips with the same fate share."""
    name = PurePosixPath(clip).name
    if len(name) < _SHORTEST_NAME:
        return error
    # With the folders before it, as far as they hold no space.
    return re.sub(rf"[^\s'\"]*{re.escape(name)}", "…", error.replace(clip, name))
