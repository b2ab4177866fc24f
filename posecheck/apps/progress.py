"""Progress with the time that is left, on standard error.

Not by `rich` or `click.progressbar`, which write nothing into a log before the end and hide the
cursor, so that a process that is killed leaves it hidden; `rich` takes 50 ms and 6 MiB besides.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

from posecheck.threads import Closing

_REPAINT_S = 0.1
_LINE_EVERY_S = 15.0  # where lines stay, as in a log, few are enough:
_LINE_EVERY = 0.1  # of the whole, or once a minute where that is unknown or slow
_LINE_AT_LEAST_S = 60.0
_ETA_AFTER_S = 1.0  # before, the time that is left is a guess
_BAR = 24  # characters
# The signs of our own texts, in words that any encoding holds.
_SIGNS = str.maketrans({"°": " deg", "±": "+/-", "−": "-", "–": "-", "…": "..."})
_COLUMNS = 80  # of a terminal that does not say how wide it is


def fitting(text: str, stream: TextIO | None) -> str:
    """Return a text as a stream can hold it: no character of it is what printing fails of.

    Parameters
    ----------
    text
        What is to be written.
    stream
        Where it goes. In another encoding than those of Unicode our own signs are words, for who
        reads may take them for another one (a console of Windows and what is piped there differ);
        what the encoding lacks is spelled out.

    """
    encoding = getattr(stream, "encoding", None)
    if encoding is None:
        return text
    name = codecs.lookup(encoding).name
    plain = text if name.startswith("utf") else text.translate(_SIGNS)
    return plain.encode(name, "backslashreplace").decode(name)


def put(text: str, stream: TextIO | None) -> None:
    """Write a text at once; where that fails, nobody reads, and the work goes on in silence.

    Parameters
    ----------
    text
        What is written, with its line end.
    stream
        Where it goes, such as `sys.stderr`, which is None where there is none.

    """
    if stream is None:
        return
    try:
        stream.write(fitting(text, stream))
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
    """The last line of a terminal, painted over; where lines stay, a new one each time.

    Parameters
    ----------
    stream
        Where it is painted; `sys.stderr` if None.

    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self.terminal = self._stream is not None and self._stream.isatty()
        self._painted = 0  # characters that stand in the open line

    def paint(self, text: str) -> None:
        """Show this instead of what was painted last."""
        if not self.terminal:
            put(f"{text}\n", self._stream)
            return
        # A line that wraps cannot be painted over, and not every terminal knows how to erase.
        short = text[: self._columns() - 1]
        put(f"\r{short.ljust(self._painted)}", self._stream)
        self._painted = len(short)

    def say(self, text: str) -> None:
        """Leave a line that stays, in the place of what was painted."""
        blank = f"\r{' ' * self._painted}\r" if self._painted else ""
        put(f"{blank}{text}\n", self._stream)
        self._painted = 0

    def end(self) -> None:
        """Leave what was painted last, and go on below it."""
        if self._painted:
            put("\n", self._stream)
            self._painted = 0

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _COLUMNS
        except (OSError, ValueError):
            return _COLUMNS


class ProgressLine(Closing):
    """Shows how far a stage is: repainted on a terminal, else a line now and then.

    Parameters
    ----------
    stream
        Where it is shown; `sys.stderr` if None.
    clock
        Tells the time in seconds.

    """

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = PaintedLine(stream)
        self._clock = clock
        self._stage = ""
        self._started = self._shown = 0.0
        self._share = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that so many frames of a stage are done.

        Parameters
        ----------
        stage
            What is being done, such as ``Looking``.
        done, total
            Frames that are done, and that there are; a total of 0 is unknown.

        """
        now = self._clock()
        if stage != self._stage or done == 0:
            self.close()
            self._stage, self._started, self._shown, self._share = stage, now, now, 0.0
            self._line.paint(f"{stage} ...")
            return
        share = done / total if total else 0.0
        if self._due(now - self._shown, share):
            self._shown, self._share = now, share
            self._line.paint(line(stage, done, total, now - self._started))

    def close(self) -> None:
        """Leave what was painted last, and go on below it."""
        self._line.end()

    def _due(self, pause_s: float, share: float) -> bool:
        if self._line.terminal:
            return pause_s >= _REPAINT_S or share >= 1.0
        far = share - self._share >= _LINE_EVERY
        return pause_s >= _LINE_AT_LEAST_S or (far and pause_s >= _LINE_EVERY_S)


def line(stage: str, done: int, total: int, elapsed_s: float) -> str:
    """Return one state of the progress in words.

    Parameters
    ----------
    stage
        What is being done.
    done, total
        Frames that are done, and that there are; a total of 0 is unknown.
    elapsed_s
        What it took so far, in seconds.

    """
    if total <= 0:
        return f"{stage}: {done} frames"
    share = min(1.0, done / total)
    bar = ("#" * round(_BAR * share)).ljust(_BAR, ".")
    text = f"{stage} [{bar}] {100 * share:3.0f} %"
    if share >= 1.0:
        return f"{text}, {duration(elapsed_s)}"
    if done and elapsed_s > _ETA_AFTER_S:
        text += f", {duration(elapsed_s * (1 - share) / share)} left"
    return text


def duration(seconds: float) -> str:
    """Return a length of time, in seconds, as one says it."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
