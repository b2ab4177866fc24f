"""The gauge: the knee between bent, the point of tension, and past it."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

from posecheck.present.cards import draw_sign
from posecheck.present.drawing import BLUE, GREEN, INK, MUTED, PAPER, RED, Canvas, Line
from posecheck.present.sketch import Box, Colour, Sketch, Stencil
from posecheck.types import Update

ZONE = (0.47, 0.65)  # where the zone of tension stands on the bar, whatever its angle
_BENT_DEG = 90.0
State = Literal["before", "there", "past"]
_STATE_WORDS: dict[State, tuple[tuple[str, ...], Colour]] = {
    "there": (("at tension", "there"), GREEN),
    "past": (("too far", "past"), RED),
}


class Gauge:
    """A scale from bent through the point of tension to past it."""

    def __init__(self, zone_deg: float) -> None:
        self._zone_deg = zone_deg

    def place(self, knee_deg: float, tension_deg: float) -> float:
        """Return where on the bar an angle is, 0 bent to 1 past; scaled in three pieces."""
        if not math.isfinite(tension_deg):
            return min(max(1 - knee_deg / _BENT_DEG, 0.0), 1.0)
        low, high = ZONE
        zone, span = self._zone_deg, max(_BENT_DEG - tension_deg, 30.0) - self._zone_deg
        short = tension_deg - knee_deg  # how much straighter than at the tension
        if short < -zone:
            return max(low * (1 + (short + zone) / max(span, 1.0)), 0.0)
        if short <= zone:
            return low + (high - low) * (short + zone) / (2 * zone)
        return min(high + (1 - high) * (short - zone) / (3 * zone), 1.0)

    def draw(self, canvas: Canvas, box: Box, u: float, update: Update) -> None:
        """Draw the panel."""
        canvas.shade(box, 2.5 * u)
        x0, x1, y = box[0] + 3.5 * u, box[2] - 3.5 * u, box[1] + 11.2 * u
        tension, knee = _tension_of(update), update.angles.knee_flexion_deg
        canvas.put(_bar(x1 - x0, math.isfinite(tension), u, canvas.supersample), (x0, y))
        for lines in self.rows(box, u, update):
            canvas.write(lines)
        if not math.isfinite(knee):
            return
        at = (x0 + (x1 - x0) * self.place(knee, tension), y)
        state = self._state(knee, tension)
        if state == "before":
            canvas.put(_pointer(u, canvas.supersample), at)
        else:
            canvas.put(_halo(u, canvas.supersample), at)
            draw_sign(canvas, at, 5.2 * u, "fault" if state == "past" else "good")

    def rows(self, box: Box, u: float, update: Update) -> tuple[list[Line], list[Line]]:
        """Return what the panel says above and below the bar; nothing overlaps."""
        x0, x1, head = box[0] + 3.5 * u, box[2] - 3.5 * u, box[1] + 4.4 * u
        tension, knee = _tension_of(update), update.angles.knee_flexion_deg
        seen = math.isfinite(knee)
        below = [*_scale_lines(x0, x1, box[3] - 3.4 * u, u, math.isfinite(tension))]
        title = Line(x0, head, "Knee", 5.8 * u, MUTED).within(0.45 * (x1 - x0))
        x = x0 + (title.width + 1.5 * u if title.text else 0.0)
        degrees = f"{round(knee)}°" if seen else "not seen"
        size, colour = (6.8 * u, PAPER) if seen else (5.8 * u, MUTED)
        value = Line(x, head, degrees, size, colour, bold=seen).within(x1 - x)
        state = self._state(knee, tension)
        if state == "before":
            return [title, value], below
        # Room as for any angle, so that the word neither comes and goes nor changes its size.
        widest = max(value.width, value._replace(text="-88°").width)
        words, colour = _STATE_WORDS[state]
        for word in words:
            line = Line(x1, head, word, 5.4 * u, colour, bold=True, align=1.0)
            line = line.within(x1 - x - widest - 2 * u, 4.6 * u)
            if line.text:
                return [title, value, line], below
        return [title, value], below

    def _state(self, knee_deg: float, tension_deg: float) -> State:
        if not (math.isfinite(knee_deg) and math.isfinite(tension_deg)):
            return "before"
        share = self.place(knee_deg, tension_deg)
        return "past" if share > ZONE[1] else "there" if share >= ZONE[0] else "before"


def _tension_of(update: Update) -> float:
    return update.tension.knee_flexion_deg if update.tension else math.nan


@lru_cache(maxsize=16)
def _scale_lines(x0: float, x1: float, y: float, u: float, known: bool) -> tuple[Line, ...]:
    """Name the parts of the scale; in one size, in which nothing touches."""
    size, gap = 4.8 * u, 1.5 * u
    while True:
        bent = Line(x0, y, "bent", size, MUTED)
        if not known:
            last = Line(x1, y, "straight", size, MUTED, align=1.0)
            free = [x1 - x0 - bent.width - last.width]
            lines: tuple[Line, ...] = (bent, last)
        else:
            middle = x0 + (x1 - x0) * sum(ZONE) / 2
            zone = Line(middle, y, "tension", size, GREEN, align=0.5)
            past = Line(x1, y, "past", size, RED, align=1.0)
            half = zone.width / 2
            free = [middle - half - x0 - bent.width, x1 - past.width - middle - half]
            lines = (bent, zone, past)
        if min(free) >= gap:
            return lines
        if size <= max(2.4 * u, 4):
            return ()
        size *= 0.95


@lru_cache(maxsize=16)
def _bar(length: float, known: bool, u: float, supersample: int) -> list[Stencil]:
    """Return the bar, from (0, 0) to the right."""
    pen = 2.6 * u
    marks = [length * v for v in ZONE] if known else [length, length]
    sketch = Sketch([(0, 0), (length, 0)], 2 * pen, supersample)
    sketch.line([(0, 0), (marks[0], 0)], pen)
    sketch.ink(BLUE, 0.45)
    if not known:
        return sketch.stencils
    x = marks[1] + 0.8 * u
    while x < length + pen / 2:  # hatched, so that it is known without its colour
        sketch.line([(x - 0.6 * u, pen / 2), (x + 0.6 * u, -pen / 2)], 0.55 * u)
        x += 1.6 * u
    sketch.ink(RED)
    sketch.line([(marks[0], 0), (marks[1], 0)], pen)
    for mark in marks:
        sketch.line([(mark, -pen * 0.9), (mark, pen * 0.9)], 0.6 * u)
    sketch.ink(GREEN)
    return sketch.stencils


@lru_cache(maxsize=16)
def _pointer(u: float, supersample: int) -> list[Stencil]:
    sketch = Sketch([(0, 0)], 6 * u, supersample)
    for width, colour in ((2.9 * u, INK), (1.9 * u, PAPER)):
        sketch.line([(0, -1.95 * u), (0, 1.95 * u)], width)
        sketch.ink(colour)
    return sketch.stencils


@lru_cache(maxsize=16)
def _halo(u: float, supersample: int) -> list[Stencil]:
    sketch = Sketch([(0, 0)], 6 * u, supersample)
    sketch.disc((0, 0), 3.1 * u)
    sketch.ink(INK)
    return sketch.stencils
