"""What became of a batch, counted as the rows come in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from posecheck.exercises.language import words_of
from posecheck.present.outcomes import OUTCOMES, Outcome, Tally
from posecheck.types import ClipGrade

_WORDS: dict[Outcome, str] = {
    "pass": "passed", "needs_work": "needs work", "ungradable": "ungradable", "failed": "failed",
}  # fmt: skip


@dataclass(slots=True)
class BatchTally:
    """Clips by what they came to, and why, and how much was done for them."""

    total: int
    seen: Tally = field(default_factory=lambda: Tally(words_of()))
    frames: int = 0  # of video that was graded in this run
    kept: int = 0  # graded clips for which nothing had to be done
    worked: int = 0  # clips that took time in this run, graded or not

    @property
    def done(self) -> int:
        """Clips that have a row."""
        return self.seen.clips

    @property
    def failed(self) -> int:
        """Clips that could not be graded."""
        return self.seen.counts["failed"]

    def add(self, row: ClipGrade) -> None:
        """Count one more."""
        self.seen.add(row)
        if not math.isnan(row.seconds):
            self.worked += 1
            self.frames += row.frames
        elif row.error is None:  # what failed before it was opened was not kept
            self.kept += 1

    def lines(self) -> Iterator[str]:
        """The summary, in words."""
        for outcome in OUTCOMES:
            yield f"{self.seen.counts[outcome]:6d} {_WORDS[outcome]}"
            for reason, times in self.seen.common(outcome):
                yield f"{'':7}  {times} x {reason}"
            if rarer := self.seen.rarer(outcome):
                yield f"{'':7}  and {rarer} other reasons"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "clips": self.total,
            "done": self.done,
            **{outcome: self.seen.counts[outcome] for outcome in OUTCOMES},
            "kept": self.kept,
            "frames": self.frames,
            "reasons": {
                outcome: dict(sorted(self.seen.reasons[outcome].items()))
                for outcome in OUTCOMES
                if self.seen.reasons[outcome]
            },
        }
