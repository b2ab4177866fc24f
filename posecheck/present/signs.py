"""The signs of good and bad.

Good, careful and stop differ in shape as well as in colour: a disc with a tick, a triangle,
an octagon with a cross.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

from posecheck.present.canvas import AMBER, BLUE, GREEN, INK, MUTED, RED, Canvas
from posecheck.present.stencils import Colour, Point, Sketch, Stencil
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
    """Draw the sign of a state.

    Parameters
    ----------
    canvas
        What is drawn on.
    centre, size
        Where it stands, and how high it is, in pixels.
    sign
        The state.

    """
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
