"""Thick lines with round ends, antialiased by the distance of each pixel from their middle.

Discs are lines without length; arcs and dashes are made of short ones. Only pixels near a
line are looked at, and each is blended once however many lines meet there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posecheck.present.sketch import Colour, Point

Stroke = tuple[float, float, float, float, float]  # from x, y to x, y, half the width
Coat = tuple[float, Colour, float]  # how far beyond the stroke it reaches, colour, opacity
Coats = tuple[Coat, ...]
Table = NDArray[np.uint16]  # (steps, 3)

_STEPS = 16  # shades a pixel of an edge
_SAG_PX = 0.12  # how far an arc's pieces may leave the circle


def line(a: Point, b: Point, width: float) -> Stroke:
    """Return a line with round ends."""
    return (*a, *b, width / 2)


def disc(centre: Point, radius: float) -> Stroke:
    """Return a filled circle."""
    return (*centre, *centre, radius)


def arc(
    centre: Point, radius: float, start_rad: float, sweep_rad: float, width: float
) -> list[Stroke]:
    """Return a part of a circle, from an angle over a sweep of either sign."""
    step = 2 * math.acos(max(1 - _SAG_PX / max(radius, 1.0), 0.0))
    count = min(max(math.ceil(abs(sweep_rad) / step), 1), 90)
    turns = [start_rad + sweep_rad * i / count for i in range(count + 1)]
    tips = [
        (centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)) for turn in turns
    ]
    return [line(a, b, width) for a, b in pairwise(tips)]


def dashes(start: Point, end: Point, width: float, count: int) -> list[Stroke]:
    """Return a dashed line."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return [
        line(
            (start[0] + dx * i / count, start[1] + dy * i / count),
            (start[0] + dx * (i + 0.5) / count, start[1] + dy * (i + 0.5) / count),
            width,
        )
        for i in range(count)
    ]


def cover(
    groups: Sequence[tuple[Sequence[Stroke], Coats]], width_px: int, height_px: int
) -> tuple[NDArray[np.intp], Table, Table]:
    """Return pixels, (n,), how much of each stays, (n, 3), and what is added, (n, 3).

    Both are of 256, as in a stencil. A pixel may be named twice, with the same values. Groups
    of strokes have coats of their own; where two groups meet, the later is seen.
    """
    keep, ink, first = _shades(tuple(coats for _, coats in groups))
    strokes = np.array([one for some, _ in groups for one in some], dtype=np.float64)
    reach = max(coat[0] for _, coats in groups for coat in coats) + 0.5
    at, beyond, of = _distances(strokes.reshape(-1, 5), reach, width_px, height_px)
    steps = len(keep) // len(groups)
    beyond -= first
    beyond *= _STEPS
    beyond += 0.5
    np.maximum(beyond, 0, out=beyond)
    step = np.minimum(beyond, steps - 1, out=beyond).astype(np.intp)
    if len(groups) > 1:
        step += np.repeat(steps * np.arange(len(groups)), [len(some) for some, _ in groups]).repeat(
            of
        )
    return at, keep.take(step, axis=0), ink.take(step, axis=0)


@lru_cache(maxsize=128)
def _shades(groups: tuple[Coats, ...]) -> tuple[Table, Table, float]:
    """Tabulate the blends over the distance beyond a stroke, from the one returned."""
    reaches = [coat[0] for coats in groups for coat in coats]
    first, last = min(reaches) - 0.5, max(reaches) + 0.5
    beyond = np.arange(first, last + 1 / _STEPS, 1 / _STEPS)[:, None]
    stays, added = [], []
    for coats in groups:
        keep, ink = np.ones((len(beyond), 3)), np.zeros((len(beyond), 3))
        for extra, colour, opacity in coats:
            share = np.clip(0.5 + extra - beyond, 0, 1) * opacity
            keep = keep * (1 - share)
            ink = ink * (1 - share) + share * np.array(colour)
        # Rounded so that nothing runs over 255.
        stays.append(np.floor(keep * 256))
        added.append(np.floor(ink * 256))
    return np.concatenate(stays).astype(np.uint16), np.concatenate(added).astype(np.uint16), first


def _distances(
    strokes: NDArray[np.float64], reach: float, width: int, height: int
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.intp]]:
    """Return the pixels near any stroke and how far beyond the nearest stroke each is.

    Where strokes cross, a pixel is named more than once, with the same distance. The third
    array is how many pixels each stroke named, (strokes,).
    """
    ax, ay, bx, by, radius = strokes.T
    room, dx, dy = radius + reach, bx - ax, by - ay
    low_y, high_y = np.minimum(ay, by), np.maximum(ay, by)
    left = _edge(np.floor(np.minimum(ax, bx) - room), width)
    right = _edge(np.ceil(np.maximum(ax, bx) + room), width)
    top, bottom = _edge(np.floor(low_y - room), height), _edge(np.ceil(high_y + room), height)
    rows = (bottom - top) * (right > left)
    total = int(rows.sum())
    if not total:
        return np.empty(0, np.intp), np.empty(0, np.float32), rows
    x0, x1, y0, y1 = (int(v) for v in (left.min(), right.max(), top.min(), bottom.max()))

    # Row by row: where a stroke crosses it.
    length = np.maximum(np.hypot(dx, dy), 1e-6)
    ux, uy = dx / length, dy / length
    ux[length <= 1e-6] = 1.0  # a disc: any direction will do
    upright = np.maximum(abs(dy), 1e-6)
    slope = dx / np.copysign(upright, dy)
    spread = np.where(abs(dx) + abs(dy) > 1e-5, room * length / upright, room)
    first = np.concatenate([[0], rows.cumsum()[:-1]])
    of = np.arange(len(strokes)).repeat(rows)
    y = np.arange(total) + (top - first)[of]
    rise = y + 0.5
    on = np.minimum(np.maximum(rise, low_y[of]), high_y[of]) - ay[of]
    rise -= ay[of]
    across, beside = ax[of] + on * slope[of], spread[of]
    begin = np.maximum(across - beside, left[of]).astype(np.intp)
    end = np.ceil(np.minimum(across + beside, right[of])).astype(np.intp)
    count = np.maximum(end - begin, 0)

    # Pixel by pixel: along and across the stroke, linear in x.
    shift, ux, uy, half = begin + 0.5 - ax[of], ux[of], uy[of], (length / 2)[of]
    x = np.arange(int(count.sum())) - (count.cumsum() - count).repeat(count)
    run = x.astype(np.float32)  # from the row's first
    along = _spread(ux, count) * run
    along += _spread(shift * ux + rise * uy - half, count)
    aside = _spread(uy, count) * run
    aside += _spread(shift * uy - rise * ux, count)
    np.abs(along, out=along)
    along -= _spread(half, count)
    np.maximum(along, 0, out=along)
    along *= along
    aside *= aside
    along += aside
    np.sqrt(along, out=along)
    along -= _spread(radius[of], count)

    wide = x1 - x0
    place = x + ((y - y0) * wide + begin - x0).repeat(count)
    x += (y * width + begin).repeat(count)
    nearest = np.full(wide * (y1 - y0), np.inf, np.float32)
    np.minimum.at(nearest, place, along)
    return x, nearest.take(place), np.bincount(of, count, len(strokes)).astype(np.intp)


def _edge(values: NDArray[np.float64], limit: int) -> NDArray[np.intp]:
    return np.minimum(np.maximum(values, 0), limit).astype(np.intp)


def _spread(values: NDArray[np.float64], count: NDArray[np.intp]) -> NDArray[np.float32]:
    return values.astype(np.float32).repeat(count)
