"""The panel with the messages: what is wrong at this moment, in a few lines."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from posecheck.present.cards import Sign, draw_sign
from posecheck.present.drawing import Canvas, Line, letter_px
from posecheck.present.layout import Layout
from posecheck.present.lettering import text_width
from posecheck.present.sketch import Box
from posecheck.present.words import WARNING_WORDS
from posecheck.types import Update

_SIZES = (5.8, 5.2, 4.7)  # of a message, in units
_PAD = 1.6
_LINES, _NARROW_LINES = 3, 6


class Notes(NamedTuple):
    """What is wrong at this moment: the lines, each first one with its sign, and their box."""

    rows: tuple[tuple[str, Sign | None], ...]
    size: float
    box: Box


def notes_of(layout: Layout, width_px: int, u: float, update: Update) -> Notes | None:
    """Return what is wrong at this moment, faults first, in a few lines."""
    texts: dict[str, tuple[str, Sign]] = {}
    for severity in ("fault", "advice"):
        for finding in update.findings:  # of one rule the latest says enough
            if finding.severity == severity:
                texts[finding.rule] = (finding.message, finding.severity)
    for warning in update.warnings:
        words = WARNING_WORDS.get(warning, warning.replace("_", " "))
        texts.setdefault(warning, (words, "camera"))
    if not texts:
        return None
    left, top, right, bottom = layout.messages
    most = _LINES if right - left > 0.7 * width_px else _NARROW_LINES
    rows: tuple[tuple[str, Sign | None], ...] = ()
    size = _SIZES[0] * u
    for size in (step * u for step in _SIZES):  # rather smaller than cut off
        rows = _rows(tuple(texts.values()), letter_px(size), round(right - left - 13 * u), most)
        if not any(text.endswith("…") for text, _ in rows):
            break
    high = len(rows) * 1.24 * size + 2 * _PAD * u
    top = bottom - high if layout.rising else top
    return Notes(rows, size, (left, top, right, top + high))


@lru_cache(maxsize=64)
def _rows(
    texts: tuple[tuple[str, Sign], ...], size: int, width: int, most: int
) -> tuple[tuple[str, Sign | None], ...]:
    rows: list[tuple[str, Sign | None]] = []
    for message, sign in texts:
        room = most - len(rows)
        if room <= 0:
            break
        lines = wrap(message, size, width, room)
        rows += [(line, None if i else sign) for i, line in enumerate(lines)]
    return tuple(rows)


def draw_notes(canvas: Canvas, notes: Notes, u: float) -> None:
    """Draw the messages."""
    canvas.shade(notes.box, 2.5 * u)
    left = notes.box[0]
    for (_, mark), line in zip(notes.rows, note_lines(notes, u), strict=True):
        if mark:
            draw_sign(canvas, (left + 5 * u, line.y), 5.2 * u, mark)
    canvas.write(note_lines(notes, u))


def note_lines(notes: Notes, u: float) -> list[Line]:
    """Return what the messages say."""
    (left, top, *_), step = notes.box, 1.24 * notes.size
    return [
        Line(left + 9.5 * u, top + _PAD * u + (i + 0.5) * step, text, notes.size)
        for i, (text, _) in enumerate(notes.rows)
    ]


@lru_cache(maxsize=256)
def wrap(text: str, size: int, width: int, most: int) -> tuple[str, ...]:
    """Break a text into at most so many lines of a width in pixels; the last may end in …."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + "…"]
    return tuple(_fit(line, size, width) for line in lines)


def _fit(line: str, size: int, width: int) -> str:
    while len(line) > 1 and text_width(line, size) > width:
        line = line.rstrip("…")[:-1].rstrip() + "…"
    return line
