"""How far a batch is, on standard error: one line that is repainted, and failures as they come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from posecheck.apps.batch.tally import BatchTally
from posecheck.apps.progress import PaintedLine, duration
from posecheck.types import ClipGrade

_REPAINT_S = 0.2
_LINE_EVERY_S = 30.0


class BatchLine:
    """Repaints on a terminal; elsewhere a line now and then."""

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

    def progress(self, tally: BatchTally, last: bool = False) -> None:
        """Say how far it is, where it is time to."""
        now_s = self._clock()
        if self._begun_s is None:
            self._begun_s = now_s
        pause_s = _REPAINT_S if self._line.terminal else _LINE_EVERY_S
        if not last and now_s - self._shown_s < pause_s:
            return
        self._shown_s = now_s
        self._line.paint(state(tally, now_s - self._begun_s))

    def sum_up(self, tally: BatchTally) -> None:
        """Say what the clips came to."""
        for line in tally.lines():
            self._line.say(printable(line))

    def end(self) -> None:
        """Go on below what was painted."""
        self._line.end()


def state(tally: BatchTally, elapsed_s: float) -> str:
    """One state in words."""
    parts = [f"{tally.done} of {tally.total} clips"]
    if tally.frames and elapsed_s > 0:
        parts.append(f"{tally.frames / elapsed_s:.0f} frames/s")
    left_s = time_left_s(tally, elapsed_s)
    if left_s is not None:
        parts.append(f"{duration(left_s)} left")
    if tally.failed:
        parts.append(f"{tally.failed} failed")
    return ", ".join(parts)


def time_left_s(tally: BatchTally, elapsed_s: float) -> float | None:
    """From the clips that took time, None before the first of them; 0 at the end."""
    left = tally.total - tally.done
    if left == 0:
        return 0.0 if tally.done else None
    return elapsed_s * left / tally.worked if tally.worked else None


def printable(text: str) -> str:
    """One line that does nothing to a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)
