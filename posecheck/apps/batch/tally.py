"""What became of a batch, counted as the rows come in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from posecheck.present.tally import OUTCOMES, Outcome, Tally
from posecheck.types import ClipGrade

_WORDS: dict[Outcome, str] = {
    "pass": "passed", "needs_work": "needs work", "ungradable": "ungradable", "failed": "failed",
}  # fmt: skip


@dataclass(slots=True)
class BatchTally:
    """Clips by what they came to, and why, and how much was done for them."""

    total: int
    seen: Tally = field(default_factory=Tally)
    frames: int = 0  # of video that was graded in this run
    kept: int = 0  # rows for which nothing had to be done

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
        if math.isnan(row.seconds):
            self.kept += 1
        else:
            self.frames += row.frames

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
        keys = {outcome: _WORDS[outcome].replace(" ", "_") for outcome in OUTCOMES}
        return {
            "clips": self.total,
            "done": self.done,
            **{key: self.seen.counts[outcome] for outcome, key in keys.items()},
            "kept": self.kept,
            "frames": self.frames,
            "reasons": {
                key: dict(sorted(self.seen.reasons[outcome].items()))
                for outcome, key in keys.items()
                if self.seen.reasons[outcome]
            },
        }
