"""The large ring of a live session: what fills in it, and the number in its middle.

A ring is drawn full and empty once, and each state of it is put together from these two.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from posecheck.present.drawing import GREEN, PAPER, Canvas, Line, Picture
from posecheck.present.sketch import Colour, Point
from posecheck.types import Array

GROUND: Colour = (17, 22, 30)
EMPTY: Colour = (52, 62, 76)
_STEPS = 120  # states of a ring
_PEN = 0.19  # of the radius
_TEXT = 1.18  # size of a number over the radius: its digits are three quarters of that


def draw_ring(
    picture: Picture, centre: Point, radius: float, share: float, colour: Colour = GREEN
) -> None:
    """Draw a ring on plain ground that is filled by a share, clockwise from the top."""
    ring = _filled(round(radius), ring_step(share), colour)
    side = len(ring)
    left, top = round(centre[0]) - side // 2, round(centre[1]) - side // 2
    picture[top : top + side, left : left + side] = ring


def ring_step(share: float) -> int:
    """Return which of the states of a ring shows a share."""
    return round(_STEPS * min(max(share, 0.0), 1.0))


@lru_cache(maxsize=2)  # the last state, which often stays; all of them would be 40 MB
def _filled(radius: int, step: int, colour: Colour) -> Picture:
    full, empty = _whole(radius, colour), _whole(radius, EMPTY)
    ring: Picture = np.where((_turns(radius) < step / _STEPS)[..., None], full, empty)
    return ring


@lru_cache(maxsize=8)
def _whole(radius: int, colour: Colour) -> Picture:
    """A ring of one colour, (side, side, 3)."""
    x, y = _across(radius)
    far, pen = np.hypot(x, y), _PEN * radius
    cover = np.clip(pen / 2 + 0.5 - abs(far - (radius - pen / 2)), 0, 1)[..., None]
    ring: Picture = np.round(np.array(GROUND) * (1 - cover) + np.array(colour) * cover).astype(
        np.uint8
    )
    return ring


@lru_cache(maxsize=4)
def _turns(radius: int) -> Array:
    """Where each pixel lies, clockwise from the top, as a share of a turn, (side, side)."""
    x, y = _across(radius)
    turns: Array = (np.arctan2(x, -y) / math.tau) % 1.0
    return turns


def _across(radius: int) -> tuple[Array, Array]:
    side = 2 * radius + 2
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    return x, y


def draw_number(
    canvas: Canvas, centre: Point, radius: float, number: str, below: str = "",
    colour: Colour = PAPER,
) -> None:  # fmt: skip
    """Write a number as large as a ring has room for, and a word below it."""
    room = 2 * (1 - _PEN) * radius
    line = Line(centre[0], centre[1], number, _TEXT * radius, colour, bold=True, align=0.5)
    if below:
        line = line._replace(y=centre[1] - 0.14 * radius, size=0.98 * radius)
        under = Line(centre[0], centre[1] + 0.46 * radius, below, 0.3 * radius, align=0.5)
        canvas.write([under.within(0.78 * room)])
    canvas.write([line.within(0.86 * room)])
