"""The gauge: where the knee is between bent, the point of tension, and past it.

`Gauge` lies in a panel of the overlay and names its parts. `draw_vertical_gauge` stands beside the
person in a live session and needs no words: a bent leg stands at its foot, a straight one at the
zone of tension, and what lies past it is hatched.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

import numpy as np

from posecheck.present.canvas import (
    BLUE,
    GREEN,
    INK,
    LEG,
    MUTED,
    PAPER,
    RED,
    Canvas,
    Line,
    Picture,
)
from posecheck.present.progress_ring import EMPTY, GROUND
from posecheck.present.signs import draw_sign
from posecheck.present.stencils import Box, Colour, Point, Sketch, Stencil
from posecheck.present.strokes import Stroke, disc, line, polyline
from posecheck.types import Update, Words

ZONE = (0.47, 0.65)  # where the zone of tension stands on the bar, whatever its angle
LEAST_ZONE_DEG = 0.5
_BENT_DEG = 90.0  # where the scale begins
_SHORTEST_DEG = 30.0  # from there to the point of tension, however bent the knee is there
_PAST_ZONES = 3  # the piece past the point of tension is so many half zones long
# A leg from the hip: knee, ankle and toe as shares of its size.
_BENT_LEG = ((0.0, 0.0), (0.1, -0.62), (0.62, -0.3), (0.5, -0.14))
_STRAIGHT_LEG = ((0.0, 0.0), (0.1, -0.6), (0.24, -1.2), (0.48, -1.16))
State = Literal["before", "there", "past"]
_STATE_WORDS: dict[State, tuple[tuple[str, ...], Colour]] = {
    "there": (("at_tension", "there"), GREEN),
    "past": (("too_far", "past"), RED),
}


class Gauge:
    """A scale from bent through the point of tension to past it.

    Parameters
    ----------
    zone_deg
        How far from the point of tension the knee is still there.

    """

    def __init__(self, zone_deg: float) -> None:
        self._zone_deg = zone_deg

    def place(self, knee_deg: float, tension_deg: float) -> float:
        """Return where on the bar an angle is, 0 bent to 1 past; the scale has three pieces.

        Parameters
        ----------
        knee_deg
            Flexion of the knee now.
        tension_deg
            The same at the point of tension; NaN where there is none yet.

        """
        if not math.isfinite(tension_deg):
            return min(max(1 - knee_deg / _BENT_DEG, 0.0), 1.0)
        low, high = ZONE
        zone, span = self._zone_deg, max(_BENT_DEG - tension_deg, _SHORTEST_DEG) - self._zone_deg
        short = tension_deg - knee_deg  # how much straighter than at the tension
        if short < -zone:
            return max(low * (1 + (short + zone) / max(span, 1.0)), 0.0)
        if short <= zone:
            return low + (high - low) * (short + zone) / (2 * zone)
        return min(high + (1 - high) * (short - zone) / (_PAST_ZONES * zone), 1.0)

    def draw(self, canvas: Canvas, box: Box, u: float, update: Update, words: Words) -> None:
        """Draw the panel.

        Parameters
        ----------
        canvas, box
            What is drawn on, and where on it, in pixels.
        u
            The unit that all sizes are multiples of, in pixels.
        update
            What is shown.
        words
            In which language.

        """
        canvas.shade(box, 2.5 * u)
        x0, x1, y = box[0] + 3.5 * u, box[2] - 3.5 * u, box[1] + 11.2 * u
        tension, knee = _tension_of(update), update.angles.knee_flexion_deg
        canvas.put(_bar(x1 - x0, math.isfinite(tension), u, canvas.supersample), (x0, y))
        for lines in self.rows(box, u, update, words):
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

    def rows(
        self, box: Box, u: float, update: Update, words: Words
    ) -> tuple[list[Line], list[Line]]:
        """Return what the panel says above and below the bar; parameters as those of `draw`."""
        x0, x1, head = box[0] + 3.5 * u, box[2] - 3.5 * u, box[1] + 4.4 * u
        tension, knee = _tension_of(update), update.angles.knee_flexion_deg
        names = tuple(
            words.text(f"picture.{name}") for name in ("bent", "straight", "tension", "past")
        )
        below = [*_scale_lines(names, x0, x1, box[3] - 3.4 * u, u, math.isfinite(tension))]
        title, value = head_lines((x0, x1, head), u, words.text("picture.knee"), knee, words)
        state = self._state(knee, tension)
        if state == "before":
            return [title, value], below
        # Room as for any angle, so that the word neither comes and goes nor changes its size.
        widest = max(value.width, value._replace(text="-88°").width)
        phrases, colour = _STATE_WORDS[state]
        for phrase in phrases:
            text = words.text(f"picture.{phrase}")
            line = Line(x1, head, text, 5.4 * u, colour, bold=True, align=1.0)
            line = line.within(x1 - value.x - widest - 2 * u, 4.6 * u)
            if line.text:
                return [title, value, line], below
        return [title, value], below

    def _state(self, knee_deg: float, tension_deg: float) -> State:
        if not (math.isfinite(knee_deg) and math.isfinite(tension_deg)):
            return "before"
        share = self.place(knee_deg, tension_deg)
        return "past" if share > ZONE[1] else "there" if share >= ZONE[0] else "before"


def head_lines(
    place: tuple[float, float, float], u: float, joint: str, deg: float, words: Words
) -> tuple[Line, Line]:
    """Return what stands above a bar: the name of a joint, and its angle beside it.

    Parameters
    ----------
    place, u
        From where to where, and at which height; the unit of sizes; in pixels.
    joint, deg
        Its name, and its flexion in degrees, NaN where it is not known.
    words
        In which language.

    """
    x0, x1, head = place
    title = Line(x0, head, joint, 5.8 * u, MUTED).within(0.45 * (x1 - x0))
    x = x0 + (title.width + 1.5 * u if title.text else 0.0)
    seen = math.isfinite(deg)
    degrees = f"{round(deg)}°" if seen else words.text("picture.not_seen")
    size, colour = (6.8 * u, PAPER) if seen else (5.8 * u, MUTED)
    return title, Line(x, head, degrees, size, colour, bold=seen).within(x1 - x)


def _tension_of(update: Update) -> float:
    return update.tension.knee_flexion_deg if update.tension else math.nan


@lru_cache(maxsize=16)
def _scale_lines(
    names: tuple[str, ...], x0: float, x1: float, y: float, u: float, known: bool
) -> tuple[Line, ...]:
    """Name the parts of the scale, bent, straight, tension and past, so that nothing touches."""
    bent_word, straight_word, zone_word, past_word = names
    size, gap = 4.8 * u, 1.5 * u
    while True:
        bent = Line(x0, y, bent_word, size, MUTED)
        if not known:
            last = Line(x1, y, straight_word, size, MUTED, align=1.0)
            free = [x1 - x0 - bent.width - last.width]
            lines: tuple[Line, ...] = (bent, last)
        else:
            middle = x0 + (x1 - x0) * sum(ZONE) / 2
            zone = Line(middle, y, zone_word, size, GREEN, align=0.5)
            past = Line(x1, y, past_word, size, RED, align=1.0)
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


def draw_vertical_gauge(canvas: Canvas, box: Box, update: Update, gauge: Gauge) -> None:
    """Draw the gauge upright in a box of plain ground.

    Parameters
    ----------
    canvas, box
        What is drawn on, and where on it, in pixels.
    update
        What is shown.
    gauge
        Its scale.

    """
    left, top, right, bottom = (round(edge) for edge in box)
    tension = _tension_of(update)
    knee, known = update.angles.knee_flexion_deg, math.isfinite(tension)
    scale = _scale(right - left, bottom - top, known)
    canvas.picture[top:bottom, left:right] = scale
    if not math.isfinite(knee):
        return
    x, low, high, pen = _place(right - left, bottom - top)
    share = gauge.place(knee, tension)
    at = (left + x, top + low + (high - low) * share)
    before = not known or share < ZONE[0]
    if before:
        across = line((at[0] - 1.1 * pen, at[1]), (at[0] + 1.1 * pen, at[1]), 0.75 * pen)
        canvas.stroke([across], (0.2 * pen, INK, 1.0), (0.0, PAPER, 1.0))
    else:
        canvas.stroke([disc(at, 1.25 * pen)], (0.0, INK, 1.0))
        draw_sign(canvas, at, 2.1 * pen, "fault" if share > ZONE[1] else "good")


def draw_vertical_range(
    canvas: Canvas, box: Box, angle_deg: float, best_deg: float, ends: tuple[float, float]
) -> None:
    """Draw how far a joint has come upright in a box of plain ground, and its best as a mark.

    Parameters
    ----------
    canvas, box
        What is drawn on, and where on it, in pixels.
    angle_deg, best_deg
        The joint now and at its best, in degrees; NaN where unknown.
    ends
        The angles at the foot and at the head of the scale, in degrees.

    """
    left, top, right, bottom = (round(edge) for edge in box)
    canvas.picture[top:bottom, left:right] = GROUND
    _, low, high, pen = _place(right - left, bottom - top)
    x, low, high = (left + right) / 2, top + low, top + high

    def place(degrees: float) -> float:
        share = (degrees - ends[0]) / (ends[1] - ends[0])
        return low + (high - low) * min(max(share, 0.0), 1.0)

    canvas.stroke([line((x, low), (x, high), pen)], (0.0, EMPTY, 1.0))
    if math.isfinite(angle_deg):
        now = place(angle_deg)
        canvas.stroke([line((x, low), (x, now), pen)], (0.0, BLUE, 0.55))
        across = line((x - 1.1 * pen, now), (x + 1.1 * pen, now), 0.75 * pen)
        canvas.stroke([across], (0.2 * pen, INK, 1.0), (0.0, PAPER, 1.0))
    if math.isfinite(best_deg):
        mark = place(best_deg)
        across = line((x - 1.5 * pen, mark), (x + 1.5 * pen, mark), 0.3 * pen)
        canvas.stroke([across], (0.12 * pen, INK, 1.0), (0.0, GREEN, 1.0))


def _place(width: int, height: int) -> tuple[float, float, float, float]:
    """Return where the bar stands: its x, foot and head, and its width."""
    pen = 0.24 * width
    return 0.3 * width, height - 1.5 * pen, 1.5 * pen, pen


@lru_cache(maxsize=8)
def _scale(width: int, height: int, known: bool) -> Picture:
    """Return the gauge without what moves on it."""
    canvas = Canvas(np.full((height, width, 3), GROUND, np.uint8))
    x, low, high, pen = _place(width, height)
    marks = [low + (high - low) * v for v in (ZONE if known else (1.0, 1.0))]
    canvas.stroke([line((x, low), (x, high), pen)], (0.0, EMPTY, 1.0))
    canvas.stroke([line((x, low), (x, marks[0]), pen)], (0.0, BLUE, 0.55))
    if known:
        canvas.stroke(_hatch(x, marks[1], high, pen), (0.0, RED, 1.0))
        canvas.stroke([line((x, marks[0]), (x, marks[1]), 1.25 * pen)], (0.0, GREEN, 1.0))
    _draw_leg(canvas, (x + 1.25 * pen, low + 0.3 * pen), 2.0 * pen, straight=False)
    zone_y = sum(marks) / 2 if known else high
    _draw_leg(canvas, (x + 1.3 * pen, zone_y + 1.1 * pen), 1.9 * pen, straight=True)
    return canvas.picture


def _hatch(x: float, start: float, end: float, pen: float) -> list[Stroke]:
    count = max(int((start - end) / (0.6 * pen)), 1)
    rows = [start + (end - start) * (i + 0.8) / count for i in range(count)]
    return [line((x - pen / 2, y + pen / 4), (x + pen / 2, y - pen / 4), 0.22 * pen) for y in rows]


def _draw_leg(canvas: Canvas, hip: Point, size: float, *, straight: bool) -> None:
    shape = _STRAIGHT_LEG if straight else _BENT_LEG
    points = [(hip[0] + size * a, hip[1] + size * b) for a, b in shape]
    canvas.stroke(polyline(points, 0.27 * size), (0.0, LEG, 1.0))
