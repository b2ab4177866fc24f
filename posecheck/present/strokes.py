"""Thick lines with round ends, antialiased; discs are lines of one point, arcs of many.

What is seldom twice the same, as legs and arcs, is painted so; signs are `Stencil` values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecheck.natives import load_cv2
from posecheck.present.stencils import Colour, Point

cv2 = load_cv2()

Coat = tuple[float, Colour, float]  # how far beyond a stroke it reaches, colour, opacity

_SAG_PX = 0.12  # how far an arc's pieces may leave the circle
_MOST_PIECES = 90  # of an arc
_SHIFT = 4  # places of a pixel, as a power of two
# OpenCV's lines are 1.3, 3.3, 5.3 ... wide and fast; wider ones are made of an outline.
_THIN_PX = 4.0  # half the width
_THIN_OVER_PX = 0.67  # half the width of such a line, beyond its whole steps
_FRINGE_PX = 0.5  # OpenCV's antialiased shapes reach so far beyond their outline (measured)


class Stroke(NamedTuple):
    """A path through points, and half of its width in pixels."""

    points: tuple[Point, ...]
    half: float


def line(a: Point, b: Point, width: float) -> Stroke:
    """Return a line with round ends.

    Parameters
    ----------
    a, b
        Its ends, in pixels.
    width
        In pixels.

    """
    return Stroke((a, b), width / 2)


def disc(centre: Point, radius: float) -> Stroke:
    """Return a filled circle.

    Parameters
    ----------
    centre, radius
        Of the circle, in pixels.

    """
    return Stroke((centre,), radius)


def arc(centre: Point, radius: float, start_rad: float, sweep_rad: float, width: float) -> Stroke:
    """Return a part of a circle.

    Parameters
    ----------
    centre, radius
        The circle, in pixels.
    start_rad, sweep_rad
        Where it begins, clockwise from the right, and how far it goes, of either sign.
    width
        Of the line, in pixels.

    """
    step = 2 * math.acos(max(1 - _SAG_PX / max(radius, 1.0), 0.0))
    count = min(max(math.ceil(abs(sweep_rad) / step), 1), _MOST_PIECES)
    turns = [start_rad + sweep_rad * i / count for i in range(count + 1)]
    return Stroke(
        tuple((centre[0] + radius * math.cos(t), centre[1] + radius * math.sin(t)) for t in turns),
        width / 2,
    )


def dashes(start: Point, end: Point, width: float, count: int) -> list[Stroke]:
    """Return a dashed line.

    Parameters
    ----------
    start, end, width
        The line, in pixels.
    count
        How many dashes it has; the gaps are as long.

    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    return [
        line(
            (start[0] + dx * i / count, start[1] + dy * i / count),
            (start[0] + dx * (i + 0.5) / count, start[1] + dy * (i + 0.5) / count),
            width,
        )
        for i in range(count)
    ]


def polyline(points: Sequence[Point], width: float) -> list[Stroke]:
    """Return a thick line through points; a single one makes nothing.

    Parameters
    ----------
    points, width
        Of the line, in pixels.

    """
    return [line(a, b, width) for a, b in pairwise(points)]


def draw_frame(
    picture: NDArray[np.uint8], box: tuple[int, int, int, int], rim: int, colour: Colour
) -> None:
    """Draw a frame around a box.

    Parameters
    ----------
    picture
        (height, width, 3), RGB; it is drawn on in place.
    box, rim
        What is framed, and how wide the frame is, in pixels.
    colour
        Of the frame.

    """
    left, top, right, bottom = box
    # NumPy takes thirty times as long to spread a colour.
    for begin, end in (
        ((left - rim, top - rim), (right + rim - 1, top - 1)),
        ((left - rim, bottom), (right + rim - 1, bottom + rim - 1)),
        ((left - rim, top), (left - 1, bottom)), ((right, top), (right + rim - 1, bottom)),
    ):  # fmt: skip
        cv2.rectangle(picture, begin, end, colour, -1)


def paint(picture: NDArray[np.uint8], strokes: Sequence[Stroke], coat: Coat) -> None:
    """Lay one coat of all strokes on a picture; where they overlap, it is covered once.

    Parameters
    ----------
    picture
        (height, width, 3), RGB; it is drawn on in place.
    strokes
        What is painted.
    coat
        How far it reaches beyond the strokes in pixels, its colour, its opacity from 0 to 1.

    """
    extra, colour, opacity = coat
    if opacity >= 1:
        _draw(picture, strokes, extra, colour)
        return
    left, top, right, bottom = _bounds(strokes, extra)
    under = picture[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if under.size:
        over = under.copy()
        _draw(over, strokes, extra, colour, (max(left, 0), max(top, 0)))
        cv2.addWeighted(over, opacity, under, 1 - opacity, 0, dst=under)


def _bounds(strokes: Sequence[Stroke], extra: float) -> tuple[int, int, int, int]:
    """Return a box around all, (left, top, right, bottom)."""
    low_x, low_y, high_x, high_y = (math.inf, math.inf, -math.inf, -math.inf)
    for points, half in strokes:
        room = half + extra + 1
        for x, y in points:
            low_x, high_x = min(low_x, x - room), max(high_x, x + room)
            low_y, high_y = min(low_y, y - room), max(high_y, y + room)
    return (math.floor(low_x), math.floor(low_y), math.ceil(high_x), math.ceil(high_y))


def _draw(
    picture: NDArray[np.uint8],
    strokes: Sequence[Stroke],
    extra: float,
    colour: Colour,
    origin: tuple[int, int] = (0, 0),
) -> None:
    parts = 1 << _SHIFT  # of a pixel
    left, top = origin[0] + 0.5, origin[1] + 0.5  # a pixel's middle has whole numbers there
    ends: dict[tuple[int, int], int] = {}  # of several round ends in one place the largest

    def place(points: Sequence[Point]) -> list[tuple[int, int]]:
        return [(round((x - left) * parts), round((y - top) * parts)) for x, y in points]

    for points, half in strokes:
        (first, last), reach = place((points[0], points[-1])), half + extra
        if len(points) == 2 and reach < _THIN_PX:
            steps = round(reach - _THIN_OVER_PX)
            cv2.line(picture, first, last, colour, max(2 * steps, 1), cv2.LINE_AA, _SHIFT)
            continue
        reach = max(reach - _FRINGE_PX, 0.0)
        if len(points) > 1:
            outline = np.array(place(_band(points, reach)))
            if len(points) == 2:
                cv2.fillConvexPoly(picture, outline, colour, cv2.LINE_AA, _SHIFT)
            else:
                cv2.fillPoly(picture, [outline], colour, cv2.LINE_AA, _SHIFT)
        for end in (first, last):
            ends[end] = max(ends.get(end, 0), round(reach * parts))
    for end, radius in ends.items():
        cv2.circle(picture, end, radius, colour, -1, cv2.LINE_AA, _SHIFT)


def _band(xy: Sequence[Point], reach: float) -> list[Point]:
    """Return the outline of a path that turns gently: one side, and the other back."""
    one, other = [], []
    last = len(xy) - 1
    for i, (x, y) in enumerate(xy):
        (ax, ay), (bx, by) = xy[max(i - 1, 0)], xy[min(i + 1, last)]
        away = reach / max(math.hypot(bx - ax, by - ay), 1e-9)
        right, down = away * (ay - by), away * (bx - ax)
        one.append((x + right, y + down))
        other.append((x - right, y - down))
    return one + other[::-1]
