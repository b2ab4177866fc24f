"""What became of a batch, counted as the rows come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from posecheck.types import ClipGrade

_KINDS = (
    ("pass", "passed"), ("needs_work", "needs work"), ("ungradable", "ungradable"),
    ("failed", "failed"),
)  # fmt: skip
_MOST_REASONS = 8


@dataclass(slots=True)
class Tally:
    """Clips by verdict, and why."""

    total: int
    counts: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(
        default_factory=lambda: {kind: Counter() for kind, _ in _KINDS}
    )
    frames: int = 0  # of video that was graded in this run
    kept: int = 0  # rows for which nothing had to be done

    @property
    def done(self) -> int:
        """Clips that have a row."""
        return sum(self.counts.values())

    @property
    def failed(self) -> int:
        """Clips that could not be graded."""
        return self.counts["failed"]

    def add(self, row: ClipGrade) -> None:
        """Count one more."""
        kind = row.verdict or "failed"
        self.counts[kind] += 1
        if row.error is not None:
            self.reasons[kind][row.error.replace(row.clip, "a clip")] += 1
        elif kind == "needs_work":
            self.reasons[kind].update(row.faults or ("no_repetitions",))
        elif kind == "ungradable":
            self.reasons[kind].update(row.warnings or ("no_exercise",))
        if row.seconds == row.seconds:  # not NaN: something was done for it
            self.frames += row.frames
        else:
            self.kept += 1

    def lines(self) -> Iterator[str]:
        """The summary, in words."""
        for kind, words in _KINDS:
            count = self.counts[kind]
            yield f"{count:6d} {words}"
            ranked = sorted(self.reasons[kind].items(), key=lambda item: (-item[1], item[0]))
            for reason, times in ranked[:_MOST_REASONS]:
                plain = reason if kind == "failed" else reason.replace("_", " ")
                yield f"{'':7}  {times} x {plain}"
            if len(ranked) > _MOST_REASONS:
                yield f"{'':7}  and {len(ranked) - _MOST_REASONS} other reasons"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "clips": self.total,
            "done": self.done,
            **{words.replace(" ", "_"): self.counts[kind] for kind, words in _KINDS},
            "kept": self.kept,
            "frames": self.frames,
            "reasons": {
                words.replace(" ", "_"): dict(sorted(self.reasons[kind].items()))
                for kind, words in _KINDS
                if self.reasons[kind]
            },
        }
