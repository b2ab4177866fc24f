"""The large ring of a live session: what fills in it, and the number in its middle.

A ring's pixels and their angles are worked out once; a frame only chooses between two colours.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from posecheck.present.drawing import GREEN, PAPER, Canvas, Line, Picture
from posecheck.present.sketch import Colour, Point

GROUND: Colour = (17, 22, 30)
EMPTY: Colour = (52, 62, 76)
_PEN = 0.19  # of the radius
_TEXT = 1.18  # size of a number over the radius: its digits are three quarters of that


def draw_ring(
    picture: Picture, centre: Point, radius: float, share: float, colour: Colour = GREEN
) -> None:
    """Draw a ring on plain ground that is filled by a share, clockwise from the top."""
    turn, full, empty = _ring(round(radius), colour)
    side = len(turn)
    left, top = round(centre[0]) - side // 2, round(centre[1]) - side // 2
    filled = np.where((turn < min(max(share, 0.0), 1.0))[..., None], full, empty)
    picture[top : top + side, left : left + side] = filled


@lru_cache(maxsize=16)
def _ring(radius: int, colour: Colour) -> tuple[np.ndarray, Picture, Picture]:  # type: ignore[type-arg]
    side = 2 * radius + 2
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    far, pen = np.hypot(x, y), _PEN * radius
    cover = np.clip(pen / 2 + 0.5 - abs(far - (radius - pen / 2)), 0, 1)[..., None]
    turn = (np.arctan2(x, -y) / (2 * np.pi)) % 1.0

    def inked(ink: Colour) -> Picture:
        mixed = np.array(GROUND) * (1 - cover) + np.array(ink) * cover
        return np.round(mixed).astype(np.uint8)

    return turn, inked(colour), inked(EMPTY)


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
