"""How far a batch is and what its clips came to: counted, and shown on standard error."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO

from posecheck.apps.progress import PaintedLine, duration
from posecheck.exercises.language import words_of
from posecheck.present.outcomes import OUTCOMES, Tally
from posecheck.types import ClipGrade

_REPAINT_S = 0.2  # between two states, on a terminal
_LINE_EVERY_S = 30.0  # elsewhere, where each is a line


@dataclass(slots=True)
class BatchSummary:
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
        text = self.seen.words.text
        for outcome in OUTCOMES:
            yield f"{self.seen.counts[outcome]:6d} {text(f'summary.{outcome}')}"
            for reason, times in self.seen.common(outcome):
                yield f"{'':7}  {times} x {reason}"
            if rarer := self.seen.rarer(outcome):
                yield f"{'':7}  {text('summary.rarer', number=rarer)}"

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


class BatchProgress:
    """Shows how far a batch is: repainted on a terminal, elsewhere a line now and then.

    Parameters
    ----------
    stream
        Standard error if None.
    clock
        Seconds since any moment.

    """

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = PaintedLine(stream)
        self._clock = clock
        self._begun_s: float | None = None  # not before a clip is looked at
        self._shown_s = clock()

    def clip(self, row: ClipGrade) -> None:
        """Say what failed."""
        if row.error is not None:
            self._line.say(f"{printable(row.clip)}: {printable(row.error)}")

    def note(self, sentence: str) -> None:
        """Say what somebody should know of the whole batch."""
        self._line.say(f"Attention: {printable(sentence)}")

    def progress(self, summary: BatchSummary, last: bool = False) -> None:
        """Say how far it is, where it is time to."""
        now_s = self._clock()
        if self._begun_s is None:
            self._begun_s = now_s
        pause_s = _REPAINT_S if self._line.terminal else _LINE_EVERY_S
        if not last and now_s - self._shown_s < pause_s:
            return
        self._shown_s = now_s
        self._line.paint(progress_text(summary, now_s - self._begun_s))

    def sum_up(self, summary: BatchSummary) -> None:
        """Say what the clips came to."""
        for line in summary.lines():
            self._line.say(printable(line))

    def end(self) -> None:
        """Go on below what was painted."""
        self._line.end()


def progress_text(summary: BatchSummary, elapsed_s: float) -> str:
    """How far a batch is, in words.

    Parameters
    ----------
    summary
        What became of it so far.
    elapsed_s
        Seconds since the first clip was begun.

    """
    parts = [f"{summary.done} of {summary.total} clips"]
    if summary.frames and elapsed_s > 0:
        parts.append(f"{summary.frames / elapsed_s:.0f} frames/s")
    left_s = time_left_s(summary, elapsed_s)
    if left_s is not None:
        parts.append(f"{duration(left_s)} left")
    if summary.failed:
        parts.append(f"{summary.failed} failed")
    return ", ".join(parts)


def time_left_s(summary: BatchSummary, elapsed_s: float) -> float | None:
    """How long it will take, in seconds: from the clips that took time, None before the first.

    Parameters
    ----------
    summary
        What became of it so far.
    elapsed_s
        Seconds since the first clip was begun.

    """
    left = summary.total - summary.done
    if left == 0:
        return 0.0 if summary.done else None
    return elapsed_s * left / summary.worked if summary.worked else None


def printable(text: str) -> str:
    """One line that does nothing to a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)
