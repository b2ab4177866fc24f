"""The upright gauge of a live session: from the bent knee up to the point of tension, and past.

It needs no words: a bent leg stands at its foot, a straight one at the zone of tension, and what
lies past it is hatched.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np

from posecheck.present.cards import draw_sign
from posecheck.present.dial import EMPTY, GROUND
from posecheck.present.drawing import BLUE, GREEN, INK, LEG, PAPER, RED, Canvas, Picture
from posecheck.present.gauge import ZONE, Gauge
from posecheck.present.sketch import Box, Point
from posecheck.present.strokes import Stroke, disc, line
from posecheck.types import Update

_BENT = ((0.0, 0.0), (0.1, -0.62), (0.62, -0.3), (0.5, -0.14))
_STRAIGHT = ((0.0, 0.0), (0.1, -0.6), (0.24, -1.2), (0.48, -1.16))


def draw_climb(canvas: Canvas, box: Box, update: Update, gauge: Gauge) -> None:
    """Draw the gauge in a box of plain ground."""
    left, top, right, bottom = (round(edge) for edge in box)
    tension = update.tension.knee_flexion_deg if update.tension else math.nan
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
    points = [(hip[0] + size * a, hip[1] + size * b) for a, b in (_STRAIGHT if straight else _BENT)]
    strokes = [line(a, b, 0.27 * size) for a, b in pairwise(points)]
    canvas.stroke(strokes, (0.0, LEG, 1.0))
