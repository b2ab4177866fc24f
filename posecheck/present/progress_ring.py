"""The large ring of a live session, which is time, and the large number, which is a count.

They never look alike: seconds stand in a ring that fills, with their unit; repetitions stand on a
card without one, over a bar with a part for each that was asked for. A ring is drawn full and empty
once, and each state of it is put together from these two.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from posecheck.present.canvas import GREEN, PAPER, Canvas, Line, Picture
from posecheck.present.stencils import Colour, Point
from posecheck.types import Array

GROUND: Colour = (17, 22, 30)
EMPTY: Colour = (52, 62, 76)
CARD: Colour = (31, 39, 51)
_STEPS = 120  # states of a ring
_PEN = 0.19  # of the radius
_ROOM = 0.86  # of the ring's inner width: a number
_MOST_PARTS = 24  # of a bar; more of them would be too narrow to be told apart
_BAR, _GAP = 0.13, 0.04  # of the radius: the height of a bar, and between two parts
_TEXT = 1.18  # size of a number over the radius: its digits are three quarters of that


def draw_ring(
    picture: Picture, centre: Point, radius: float, share: float, colour: Colour = GREEN
) -> None:
    """Draw a ring on plain ground that is filled by a share, clockwise from the top.

    Parameters
    ----------
    picture
        (height, width, 3), RGB; it is drawn on in place.
    centre, radius
        Where the ring stands, and how large it is, in pixels.
    share
        How full it is, 0 to 1.
    colour
        What it is filled with.

    """
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


def draw_number(canvas: Canvas, centre: Point, radius: float, number: str) -> None:
    """Write a number as large as a ring has room for.

    Parameters
    ----------
    canvas
        What is drawn on.
    centre, radius
        Those of the ring, in pixels.
    number
        What is written.

    """
    room = 2 * (1 - _PEN) * radius
    line = Line(*centre, number, _TEXT * radius, PAPER, bold=True, align=0.5)
    canvas.write([line.within(_ROOM * room)])


def draw_counter(
    canvas: Canvas, centre: Point, radius: float, reps: int, target: int | None
) -> None:
    """Draw a count on its card, where there might be a ring, and how many of the target are done.

    Parameters
    ----------
    canvas
        What is drawn on.
    centre, radius
        Of the ring that it stands in place of, in pixels.
    reps
        How many were done.
    target
        How many were asked for, if so many were.

    """
    (x, y), picture = centre, canvas.picture
    left, right = round(x - radius), round(x + radius)
    picture[round(y - 0.8 * radius) : round(y + 0.8 * radius), left:right] = CARD
    draw_number(canvas, centre, radius, str(reps))
    if not target:
        return
    top = round(y + 0.87 * radius)
    bottom, parts = round(top + _BAR * radius), min(target, _MOST_PARTS)
    edges = np.linspace(left, right + _GAP * radius, parts + 1)
    done = math.floor(parts * min(reps / target, 1.0))
    for i in range(parts):
        a, b = round(edges[i]), round(edges[i + 1] - _GAP * radius)
        picture[top:bottom, a:b] = GREEN if i < done else EMPTY
