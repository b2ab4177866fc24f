"""The gauge: the knee between bent, the point of tension, and past it."""

from __future__ import annotations

import math
from functools import lru_cache

from posecheck.present.cards import draw_sign
from posecheck.present.drawing import BLUE, GREEN, INK, MUTED, PAPER, RED, Canvas
from posecheck.present.sketch import Box, Sketch, Stencil
from posecheck.types import Update

ZONE = (0.5, 0.68)  # where the zone of tension stands on the bar, whatever its angle
_BENT_DEG = 90.0


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
        left, top, right, bottom = box
        x0, x1, y = left + 3.5 * u, right - 3.5 * u, top + 11.8 * u
        tension = update.tension.knee_flexion_deg if update.tension else math.nan
        knee = update.angles.knee_flexion_deg
        known = math.isfinite(tension)
        marks = [x0 + (x1 - x0) * v for v in ZONE]
        canvas.put(_bar(x1 - x0, known, u, canvas.supersample), (x0, y))
        low = bottom - 3.8 * u
        canvas.text((x0, low), "bent", 4.8 * u, MUTED)
        if known:
            canvas.text(((marks[0] + marks[1]) / 2, low), "tension", 4.8 * u, GREEN, align=0.5)
            canvas.text((x1, low), "past", 4.8 * u, RED, align=1)
        else:
            canvas.text((x1, low), "straight", 4.8 * u, MUTED, align=1)
        width = canvas.text((x0, top + 4.6 * u), "Knee", 5.8 * u, MUTED)
        if not math.isfinite(knee):
            canvas.text((x0 + width + 1.5 * u, top + 4.6 * u), "not seen", 5.8 * u, MUTED)
            return
        canvas.text((x0 + width + 1.5 * u, top + 4.6 * u), f"{knee:.0f}°", 6.8 * u, bold=True)
        share = self.place(knee, tension)
        past = known and share > ZONE[1]
        there = known and not past and share >= ZONE[0]
        if known:
            word, colour = ("too far", RED) if past else ("at tension", GREEN)
            if past or there:
                canvas.text((x1, top + 4.6 * u), word, 5.4 * u, colour, bold=True, align=1)
        at = (x0 + (x1 - x0) * share, y)
        if past or there:
            canvas.put(_halo(u, canvas.supersample), at)
            draw_sign(canvas, at, 5.2 * u, "fault" if past else "good")
        else:
            canvas.put(_pointer(u, canvas.supersample), at)


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
        high = 2.9 * u + width / 2 - 1.45 * u
        sketch.line([(0, -high), (0, high)], width)
        sketch.ink(colour)
    return sketch.stencils


@lru_cache(maxsize=16)
def _halo(u: float, supersample: int) -> list[Stencil]:
    sketch = Sketch([(0, 0)], 6 * u, supersample)
    sketch.disc((0, 0), 3.1 * u)
    sketch.ink(INK)
    return sketch.stencils
