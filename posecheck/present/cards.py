"""The panel with the phase, the counter and the timer, and the signs of good and bad.

Good, careful and stop differ in shape as well as in colour: a disc with a tick, a triangle,
an octagon with a cross.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

from posecheck.present.drawing import (
    AMBER,
    BLUE,
    GREEN,
    INK,
    MUTED,
    RED,
    Canvas,
    Line,
)
from posecheck.present.sketch import Box, Colour, Point, Sketch, Stencil
from posecheck.present.strokes import arc
from posecheck.present.words import PHASE_WORDS
from posecheck.types import Update

Sign = Literal["idle", "good", "advice", "fault", "camera"]
SIGN_COLOURS: dict[Sign, Colour] = {
    "idle": MUTED,
    "good": GREEN,
    "advice": AMBER,
    "fault": RED,
    "camera": BLUE,
}


def sign_of(update: Update) -> Sign:
    """Return how the exercise looks at this moment."""
    severities = {finding.severity for finding in update.findings}
    if "fault" in severities:
        return "fault"
    if "advice" in severities:
        return "advice"
    return "good" if update.is_clear and update.phase != "rest" else "idle"


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
    sign = sign_of(update)
    draw_sign(canvas, (box[0] + 5 * u, box[1] + 5.2 * u), 5.6 * u, sign)
    if update.phase == "hold":
        _draw_timer(canvas, *_timer_place(box, u), u, update)
    canvas.write(status_lines(box, u, update))


def status_lines(box: Box, u: float, update: Update) -> list[Line]:
    """Return what the status panel says; nothing overlaps."""
    left, top, right, bottom = box
    held, wide = update.phase == "hold", right - left > 60 * u
    room = right - left - 11.5 * u
    # One size for all phases, small enough for the longest word.
    words = [Line(0, 0, word, 6.4 * u, bold=True).within(room) for word in PHASE_WORDS.values()]
    size = min(word.size for word in words)
    x, y = left + 9.5 * u, top + 5.2 * u
    colour = SIGN_COLOURS[sign_of(update)]
    lines = [Line(x, y, PHASE_WORDS[update.phase], size, colour, bold=True).within(room)]
    centre, radius = _timer_place(box, u)
    at = (left + 2.5 * u, bottom - 6.4 * u)
    room = (centre[0] - radius if held else right) - 2 * u - at[0]
    if held and not wide:  # no room for both: nothing is counted while it is held
        lines.append(Line(*at, "Stay here", 5.4 * u, MUTED).within(room))
    else:
        lines += _count(at, room, u, update)
    if held:
        seconds = update.hold_s if math.isfinite(update.hold_s) else 0.0
        text = f"{seconds:.0f} s" if seconds >= 9.95 else f"{seconds:.1f}"
        lines.append(Line(*centre, text, 5.4 * u, align=0.5).within(1.55 * (radius - 1.5 * u)))
    return lines


def _count(at: Point, room: float, u: float, update: Update) -> list[Line]:
    if update.reps_target:
        rest = f"/ {update.reps_target}"
    else:
        rest = "rep" if update.reps == 1 else "reps"
    size, gap = 12.2 * u, 1.6 * u
    while True:
        number = Line(*at, str(update.reps), size, bold=True)
        x, y = at[0] + number.width + gap, at[1] + 0.13 * size
        after = Line(x, y, rest, size * 0.53, MUTED)
        if number.width + gap + after.width <= room or size < 4:
            return [number.within(room), after.within(at[0] + room - x)]
        size *= 0.9


def _timer_place(box: Box, u: float) -> tuple[Point, float]:
    radius = 6.2 * u
    return (box[2] - radius - 2 * u, box[3] - radius - 1.6 * u), radius


def _draw_timer(canvas: Canvas, centre: Point, radius: float, u: float, update: Update) -> None:
    held = update.hold_s if math.isfinite(update.hold_s) else 0.0
    target = update.hold_target_s
    share = min(held / target, 1.0) if math.isfinite(target) and target > 0 else 1.0
    pen = 1.5 * u
    if share < 1:
        ring = arc(centre, radius - pen / 2, 0, math.tau, pen)
        canvas.stroke([ring], (0.0, MUTED, 0.35))
    done = arc(centre, radius - pen / 2, -math.tau / 4, math.tau * max(share, 0.0), pen)
    canvas.stroke([done], (0.0, GREEN, 1.0))
