"""Progress with the time that is left, on standard error."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

_REPAINT_S = 0.1
_LINE_EVERY_S = 15.0  # where lines stay, as in a log, few are enough:
_LINE_EVERY = 0.1  # of the whole, or once a minute where that is unknown or slow
_LINE_AT_LEAST_S = 60.0
_BAR = 24


def put(text: str, stream: TextIO) -> None:
    """Write it at once; where that fails, nobody reads, and the work goes on in silence."""
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        nobody_reads(stream)


def nobody_reads(stream: TextIO) -> None:
    """Keep Python from complaining at its end about the reader that has gone."""
    with contextlib.suppress(OSError):  # it is no real file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class PaintedLine:
    """The last line of a terminal, painted over; where lines stay, a new one each time."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self.terminal = self._stream.isatty()
        self._open = False

    def paint(self, text: str) -> None:
        """Show this instead of what was painted last."""
        self._write(f"\r{text}\x1b[K" if self.terminal else f"{text}\n")
        self._open = self.terminal

    def say(self, text: str) -> None:
        """Leave a line that stays, in the place of what was painted."""
        self._write(f"\r\x1b[K{text}\n" if self._open else f"{text}\n")
        self._open = False

    def end(self) -> None:
        """Leave what was painted last, and go on below it."""
        if self._open:
            self._write("\n")
            self._open = False

    def _write(self, text: str) -> None:
        put(text, self._stream)


class ProgressLine:
    """Shows how far a stage is: repainted on a terminal, else a line now and then."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = PaintedLine(stream)
        self._clock = clock
        self._stage = ""
        self._started = self._shown = 0.0
        self._share = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell that so many frames of a stage are done; total is 0 where it is unknown."""
        now = self._clock()
        if stage != self._stage or done == 0:
            self.end()
            self._stage, self._started, self._shown, self._share = stage, now, now, 0.0
            self._line.paint(f"{stage} ...")
            return
        share = done / total if total else 0.0
        if self._due(now - self._shown, share):
            self._shown, self._share = now, share
            self._line.paint(line(stage, done, total, now - self._started))

    def end(self) -> None:
        """Leave what was painted last, and go on below it."""
        self._line.end()

    def _due(self, pause_s: float, share: float) -> bool:
        if self._line.terminal:
            return pause_s >= _REPAINT_S or share >= 1.0
        far = share - self._share >= _LINE_EVERY
        return pause_s >= _LINE_AT_LEAST_S or (far and pause_s >= _LINE_EVERY_S)


def line(stage: str, done: int, total: int, elapsed_s: float) -> str:
    """One state of the progress in words."""
    if total <= 0:
        return f"{stage}: {done} frames"
    share = min(1.0, done / total)
    bar = ("#" * round(_BAR * share)).ljust(_BAR, ".")
    text = f"{stage} [{bar}] {100 * share:3.0f} %"
    if share >= 1.0:
        return f"{text}, {duration(elapsed_s)}"
    if done and elapsed_s > 1.0:
        text += f", {duration(elapsed_s * (1 - share) / share)} left"
    return text


def duration(seconds: float) -> str:
    """A length of time as one says it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
