"""The panels with words: phase, counter and timer, and the messages.

Good, careful and stop differ in shape as well as in colour: a disc with a tick, a triangle,
an octagon with a cross.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

from posecheck.present.drawing import AMBER, BLUE, GREEN, INK, MUTED, RED, Canvas
from posecheck.present.layout import Layout
from posecheck.present.lettering import text_width
from posecheck.present.sketch import Box, Colour, Point, Sketch, Stencil
from posecheck.present.words import PHASE_WORDS, WARNING_WORDS
from posecheck.types import Update

Sign = Literal["idle", "good", "advice", "fault", "camera"]
SIGN_COLOURS: dict[Sign, Colour] = {
    "idle": MUTED,
    "good": GREEN,
    "advice": AMBER,
    "fault": RED,
    "camera": BLUE,
}
_TEXT = 5.8  # sizes in units
_LINES = 3


def sign_of(update: Update) -> Sign:
    """Return how the exercise looks at this moment."""
    severities = {finding.severity for finding in update.findings}
    if "fault" in severities:
        return "fault"
    if "advice" in severities:
        return "advice"
    return "idle" if update.phase == "rest" else "good"


def draw_sign(canvas: Canvas, centre: Point, size: float, sign: Sign) -> None:
    """Draw the sign of a state, as high as ``size``."""
    canvas.put(_sign(sign, size, canvas.supersample), centre)


@lru_cache(maxsize=64)
def _sign(sign: Sign, size: float, supersample: int) -> list[Stencil]:
    r = size / 2
    sketch = Sketch([(0.0, 0.0)], size, supersample)
    triangle = [(0, -r), (1.1 * r, 0.9 * r), (-1.1 * r, 0.9 * r)]
    if sign == "fault":
        sketch.polygon([(r * math.cos(a), r * math.sin(a)) for a in _turns(8)])
    elif sign == "advice":
        sketch.polygon(triangle)
        sketch.line([*triangle, triangle[0]], size * 0.08)
    elif sign == "camera":
        sketch.polygon([(0, -r), (r, 0), (0, r), (-r, 0)])
    elif sign == "idle":
        sketch.arc((0, 0), r * 0.75, 0, math.tau, size * 0.12)
    else:
        sketch.disc((0, 0), r)
    sketch.ink(SIGN_COLOURS[sign])
    pen, d = size * 0.13, r * 0.4
    if sign == "fault":
        sketch.line([(-d, -d), (d, d)], pen)
        sketch.line([(-d, d), (d, -d)], pen)
    elif sign == "good":
        sketch.line([(-d * 1.1, 0), (-d * 0.2, d), (d * 1.2, -d * 0.9)], pen)
    elif sign != "idle":
        sketch.line([(0, -d * 0.9), (0, d * 0.5)], pen)
        sketch.disc((0, d * 1.4), pen * 0.6)
    sketch.ink(INK)
    return sketch.stencils


def _turns(corners: int) -> list[float]:
    return [math.tau * (i + 0.5) / corners for i in range(corners)]


def draw_status(canvas: Canvas, box: Box, u: float, update: Update) -> None:
    """Draw the phase, the counter and, while it is held, the timer."""
    canvas.shade(box, 2.5 * u)
    left, top, right, bottom = box
    sign = sign_of(update)
    draw_sign(canvas, (left + 5 * u, top + 5.2 * u), 5.6 * u, sign)
    word = PHASE_WORDS[update.phase]
    canvas.text((left + 9.5 * u, top + 5.2 * u), word, 6.4 * u, SIGN_COLOURS[sign], bold=True)
    held = update.phase == "hold"
    if not held or right - left > 60 * u:
        _draw_count(canvas, (left + 2.5 * u, bottom - 6.8 * u), u, update)
    if held:
        radius = 6.2 * u
        centre = (right - radius - 2 * u, bottom - radius - 1.8 * u)
        if right - left <= 60 * u:  # no room for both: nothing is counted while it is held
            canvas.text((left + 2.5 * u, bottom - 6.8 * u), "Stay here", 5.4 * u, MUTED)
        _draw_timer(canvas, centre, radius, u, update)


def _draw_count(canvas: Canvas, at: Point, u: float, update: Update) -> None:
    width = canvas.text(at, str(update.reps), 12.5 * u, bold=True)
    if update.reps_target:
        rest = f"/ {update.reps_target}"
    else:
        rest = "rep" if update.reps == 1 else "reps"
    canvas.text((at[0] + width + 1.6 * u, at[1] + 1.6 * u), rest, 6.6 * u, MUTED)


def _draw_timer(canvas: Canvas, centre: Point, radius: float, u: float, update: Update) -> None:
    held = update.hold_s if math.isfinite(update.hold_s) else 0.0
    target = update.hold_target_s
    share = min(held / target, 1.0) if math.isfinite(target) and target > 0 else 1.0
    pen = 1.5 * u
    sketch = canvas.sketch([centre], radius + pen)
    sketch.arc(centre, radius - pen / 2, 0, math.tau, pen)
    sketch.ink(MUTED, 0.35)
    sketch.arc(centre, radius - pen / 2, -math.tau / 4, math.tau * share, pen)
    sketch.ink(GREEN)
    canvas.put(sketch.stencils)
    canvas.text(centre, f"{held:.0f} s" if held >= 9.95 else f"{held:.1f}", 5.4 * u, align=0.5)


def draw_messages(canvas: Canvas, layout: Layout, u: float, update: Update) -> None:
    """Draw what is wrong at this moment, faults first, in a few lines."""
    notes: dict[str, Sign] = {}
    for severity in ("fault", "advice"):
        for finding in update.findings:
            if finding.severity == severity:
                notes.setdefault(finding.message, finding.severity)
    for warning in update.warnings:
        notes.setdefault(WARNING_WORDS.get(warning, warning.replace("_", " ")), "camera")
    left, top, right, bottom = layout.messages
    rows: list[tuple[str, Sign | None]] = []
    lines_in_all = _LINES if right - left > 0.7 * canvas.width else _LINES + 1
    for message, sign in notes.items():
        room = lines_in_all - len(rows)
        if room <= 0:
            break
        lines = wrap(
            message,
            max(round(_TEXT * u), 4),
            round(right - left - 13 * u),
            min(room, lines_in_all - 1),
        )
        rows += [(line, None if i else sign) for i, line in enumerate(lines)]
    if not rows:
        return
    step, pad = 7.2 * u, 1.6 * u
    high = len(rows) * step + 2 * pad
    top = bottom - high if layout.rising else top
    canvas.shade((left, top, right, top + high), 2.5 * u)
    for i, (line, mark) in enumerate(rows):
        y = top + pad + (i + 0.5) * step
        if mark:
            draw_sign(canvas, (left + 5 * u, y), 5.2 * u, mark)
        canvas.text((left + 9.5 * u, y), line, _TEXT * u)


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
