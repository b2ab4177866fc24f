"""The panels of the overlay: the phase with its counter and timer, and what is wrong now.

Sizes are multiples of a unit ``u``, a hundredth of the picture's size in pixels.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from posecheck.present.canvas import GREEN, MUTED, Canvas, Line, letter_px
from posecheck.present.fonts import text_width
from posecheck.present.panel_layout import Layout
from posecheck.present.signs import SIGN_COLOURS, Sign, draw_sign, sign_of
from posecheck.present.stencils import Box, Point
from posecheck.present.strokes import arc
from posecheck.types import PHASES, Update, Words

_PHASE, _STAY, _COUNT = 6.4, 5.4, 12.2  # sizes of letters, in units
_RING, _PEN = 6.2, 1.5  # the timer's radius and the width of its line, in units
_WIDE = 60  # units; a wider panel has room for the counter beside the timer
_WHOLE_FROM_S = 9.95  # longer holds are shown in whole seconds
_LEAST_PX = 4  # letters
_SIZES = (5.8, 5.2, 4.7)  # of a message, in units
_STEP = 1.24  # from line to line, in sizes of a message
_PAD = 1.6  # units
_LINES, _NARROW_LINES = 3, 6
_NARROW = 0.7  # of the picture's width


def draw_status(canvas: Canvas, box: Box, u: float, update: Update, words: Words) -> None:
    """Draw the phase, the counter and, while it is held, the timer.

    Parameters
    ----------
    canvas, box
        What is drawn on, and where on it, in pixels.
    u
        The unit, in pixels.
    update
        What is shown.
    words
        In which language.

    """
    canvas.shade(box, 2.5 * u)
    sign = sign_of(update)
    draw_sign(canvas, (box[0] + 5 * u, box[1] + 5.2 * u), 5.6 * u, sign)
    if _is_timed(update):
        _draw_timer(canvas, *_timer_place(box, u), u, update)
    canvas.write(status_lines(box, u, update, words))


def status_lines(box: Box, u: float, update: Update, words: Words) -> list[Line]:
    """Return what the status panel says; nothing overlaps. Parameters as of `draw_status`."""
    left, top, right, bottom = box
    held, wide = _is_timed(update), right - left > _WIDE * u
    room = right - left - 11.5 * u
    # One size for all phases, small enough for the longest word.
    phases = {phase: words.phase(phase, update.exercise) for phase in PHASES}
    every = [Line(0, 0, word, _PHASE * u, bold=True).within(room) for word in phases.values()]
    size = min(line.size for line in every)
    x, y = left + 9.5 * u, top + 5.2 * u
    colour = SIGN_COLOURS[sign_of(update)]
    lines = [Line(x, y, phases[update.phase], size, colour, bold=True).within(room)]
    centre, radius = _timer_place(box, u)
    at = (left + 2.5 * u, bottom - 6.4 * u)
    room = (centre[0] - radius if held else right) - 2 * u - at[0]
    if held and not wide:  # no room for both: nothing is counted while it is held
        lines.append(Line(*at, words.text("picture.stay"), _STAY * u, MUTED).within(room))
    else:
        lines += _count(at, room, u, update, words)
    if held:
        seconds = update.hold_s if math.isfinite(update.hold_s) else 0.0
        text = words.number(seconds, 0 if seconds >= _WHOLE_FROM_S else 1) + " s"
        lines.append(Line(*centre, text, _STAY * u, align=0.5).within(1.55 * (radius - _PEN * u)))
    return lines


def _is_timed(update: Update) -> bool:
    """Tell whether it counts how long the leg stays; at an end range only if that was asked for."""
    asked = update.end_range is None or math.isfinite(update.hold_target_s)
    return update.phase == "hold" and asked


def _count(at: Point, room: float, u: float, update: Update, words: Words) -> list[Line]:
    if update.reps_target:
        rest = f"/ {update.reps_target}"
    else:
        rest = words.text("picture.rep" if update.reps == 1 else "picture.reps")
    size, gap = _COUNT * u, 1.6 * u
    while True:
        number = Line(*at, str(update.reps), size, bold=True)
        x, y = at[0] + number.width + gap, at[1] + 0.13 * size
        after = Line(x, y, rest, size * 0.53, MUTED)
        if number.width + gap + after.width <= room or size < _LEAST_PX:
            return [number.within(room), after.within(at[0] + room - x)]
        size *= 0.9


def _timer_place(box: Box, u: float) -> tuple[Point, float]:
    radius = _RING * u
    return (box[2] - radius - 2 * u, box[3] - radius - 1.6 * u), radius


def _draw_timer(canvas: Canvas, centre: Point, radius: float, u: float, update: Update) -> None:
    held = update.hold_s if math.isfinite(update.hold_s) else 0.0
    target = update.hold_target_s
    share = min(held / target, 1.0) if math.isfinite(target) and target > 0 else 1.0
    pen = _PEN * u
    if share < 1:
        ring = arc(centre, radius - pen / 2, 0, math.tau, pen)
        canvas.stroke([ring], (0.0, MUTED, 0.35))
    done = arc(centre, radius - pen / 2, -math.tau / 4, math.tau * max(share, 0.0), pen)
    canvas.stroke([done], (0.0, GREEN, 1.0))


class Notes(NamedTuple):
    """What is wrong at this moment: the lines, each first one with its sign, and their box."""

    rows: tuple[tuple[str, Sign | None], ...]
    size: float
    box: Box


def notes_of(layout: Layout, width_px: int, u: float, update: Update, words: Words) -> Notes | None:
    """Return what is wrong at this moment, faults first, in a few lines; None if nothing is.

    Parameters
    ----------
    layout
        Where the panels stand.
    width_px
        The width of the picture.
    u
        The unit, in pixels.
    update
        What is shown.
    words
        In which language warnings are told; findings bring their own sentence.

    """
    texts: dict[str, tuple[str, Sign]] = {}
    for severity in ("fault", "advice"):
        for finding in update.findings:  # of one rule the latest says enough
            if finding.severity == severity:
                texts[finding.rule] = (finding.message, finding.severity)
    for warning in update.warnings:
        texts.setdefault(warning, (words.title(warning), "camera"))
    if not texts:
        return None
    left, top, right, bottom = layout.messages
    most = _LINES if right - left > _NARROW * width_px else _NARROW_LINES
    rows: tuple[tuple[str, Sign | None], ...] = ()
    size = _SIZES[0] * u
    for size in (step * u for step in _SIZES):  # rather smaller than cut off
        rows = _rows(tuple(texts.values()), letter_px(size), round(right - left - 13 * u), most)
        if not any(text.endswith("…") for text, _ in rows):
            break
    high = len(rows) * _STEP * size + 2 * _PAD * u
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
    """Draw the messages; parameters as those of `note_lines`, and what is drawn on."""
    canvas.shade(notes.box, 2.5 * u)
    left = notes.box[0]
    for (_, mark), line in zip(notes.rows, note_lines(notes, u), strict=True):
        if mark:
            draw_sign(canvas, (left + 5 * u, line.y), 5.2 * u, mark)
    canvas.write(note_lines(notes, u))


def note_lines(notes: Notes, u: float) -> list[Line]:
    """Return the lines of the messages.

    Parameters
    ----------
    notes
        The messages, of `notes_of`.
    u
        The unit, in pixels.

    """
    (left, top, *_), step = notes.box, _STEP * notes.size
    return [
        Line(left + 9.5 * u, top + _PAD * u + (i + 0.5) * step, text, notes.size)
        for i, (text, _) in enumerate(notes.rows)
    ]


@lru_cache(maxsize=256)
def wrap(text: str, size: int, width: int, most: int) -> tuple[str, ...]:
    """Break a text into lines; the last may end in ….

    Parameters
    ----------
    text
        What is broken.
    size, width
        Of the letters, and of a line, in pixels.
    most
        How many lines there may be.

    """
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
