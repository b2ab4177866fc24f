"""Where the panels go: beside the person, and they stay there.

A picture is cut into cells; each cell holds how often the body was in it. Every arrangement
costs what it covers, and one is left only when it covers the person and another does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecheck.present.stencils import Box
from posecheck.types import Array

_LEAST_UNIT_PX = 0.5
_PANEL, _MESSAGES, _BETWEEN = 20.5, 19, 1.5  # heights of the panels and the gap, in units
_CELLS = 40  # a side
_BAD = 0.02  # a covered share of the body that is worth moving for
_BETTER = 0.5  # of what is covered now: an arrangement that is worth moving to
_WAIT_S = 1.0
_REMEMBERED = 0.995  # a frame: some seconds are, so that a moved camera is followed
_FAR_PX = 1e6  # further outside a joint is nonsense
_LIMB = 3  # units; a limb is thicker than its middle line
# What the controls of a browser's player take at the bottom: Chromium's are 72 px high, measured at
# 640 x 480 and at 1280 x 720, and a page shows a large video smaller.
_CONTROLS_PX = 76
_CONTROLS_LEAST, _CONTROLS_MOST = 0.12, 0.16  # of the height


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes of the panels; messages grow from their box's top, or bottom if ``rising``."""

    status: Box
    gauge: Box
    messages: Box
    rising: bool


def unit_px(width_px: int, height_px: int) -> float:
    """Return what all sizes are multiples of, in pixels: a hundredth of the picture's size.

    That is the short side of upright and 4:3 pictures. Wide ones are shown at the same width on
    a phone, so theirs is a little larger.

    Parameters
    ----------
    width_px, height_px
        The size of the picture.

    """
    short = min(width_px, height_px)
    wide = min(max(width_px * 0.75, short), short * 1.5)
    return max(math.sqrt(short * wide) / 100, _LEAST_UNIT_PX)


def controls_px(height_px: int) -> float:
    """Return how much of a video's bottom the controls of its player may cover, in pixels.

    Parameters
    ----------
    height_px
        The height of the video.

    """
    return min(max(_CONTROLS_PX, _CONTROLS_LEAST * height_px), _CONTROLS_MOST * height_px)


def body_points(working_px: Array, resting_px: Array, trunk_px: Array) -> Array:
    """Return points all along the body, (n, 2) in pixels, of one frame or of a whole clip.

    Parameters
    ----------
    working_px, resting_px
        Joints of the legs, (..., 5, 2), as in ``Update`` and ``Series``.
    trunk_px
        The middle of the shoulders and the ear, (..., 2, 2), likewise.

    """
    working, resting, trunk = (
        _within_reason(np.asarray(a, dtype=np.float64)).reshape(-1, n, 2)
        for a, n in ((working_px, 5), (resting_px, 5), (trunk_px, 2))
    )
    ear, shoulder = trunk[:, 1:], trunk[:, :1]
    chain = np.concatenate([ear, shoulder, working[:, :1]], axis=1)
    points = np.concatenate(
        [_along(working), _along(resting), _along(chain), ear], axis=1, dtype=np.float64
    ).reshape(-1, 2)
    return points[np.isfinite(points).all(axis=1)]


def _within_reason(xy: Array) -> Array:
    # Sums of what is far outside or infinite would warn; it is nowhere in the picture anyway.
    return np.where(abs(xy) < _FAR_PX, xy, np.nan)


def _along(chain: Array) -> Array:
    steps = np.linspace(0, 1, 5)[:, None]
    parts = [
        a[:, None] * (1 - steps) + b[:, None] * steps
        for a, b in zip(chain[:, :-1].swapaxes(0, 1), chain[:, 1:].swapaxes(0, 1), strict=True)
    ]
    return np.concatenate(parts, axis=1)


class Placer:
    """Chooses where the panels go, once for a clip or as a session goes on.

    Parameters
    ----------
    width_px, height_px
        The size of the pictures.
    unit
        What all sizes are multiples of, in pixels.
    free_px
        How much is left free at the bottom, in pixels.

    """

    def __init__(self, width_px: int, height_px: int, unit: float, *, free_px: float = 0.0) -> None:
        self._size = np.array([width_px, height_px], dtype=np.float64)
        self._unit = unit
        self.options = _arrangements(width_px, height_px, unit, free_px)
        self._grid: NDArray[np.float64] = np.zeros((_CELLS, _CELLS))
        self.fixed = False
        self._bad_since: float | None = None
        self.layout = self.options[0]

    def fix(self, points: Array) -> None:
        """Choose for a whole clip, and stay with it.

        Parameters
        ----------
        points
            All points where the body ever is, (n, 2) in pixels.

        """
        self._grid[:] = 0
        self._add(np.asarray(points, dtype=np.float64).reshape(-1, 2))
        self.fixed = True
        self.layout = min(self.options, key=self._cost)

    def follow(self, t_s: float, points: Array) -> None:
        """Learn from one frame of a session; move only after it has been bad for a while.

        Parameters
        ----------
        t_s
            When.
        points
            Where the body is, (n, 2) in pixels.

        """
        if self.fixed or not len(points):
            return
        first = not self._grid.any()
        self._grid *= _REMEMBERED
        self._add(points)
        cost = self._cost(self.layout)
        if not first and cost <= _BAD:
            self._bad_since = None
            return
        best = min(self.options, key=self._cost)
        if first:
            self.layout = best
        elif self._cost(best) > _BETTER * cost:
            self._bad_since = None
        elif self._bad_since is None or t_s < self._bad_since:
            self._bad_since = t_s
        elif t_s - self._bad_since >= _WAIT_S:
            self.layout, self._bad_since = best, None

    def _add(self, points: Array) -> None:
        inside = points[np.isfinite(points).all(axis=1)]
        inside = inside[((inside >= 0) & (inside < self._size)).all(axis=1)]
        cells = (inside / self._size * _CELLS).astype(np.intp).clip(0, _CELLS - 1)
        np.add.at(self._grid, (cells[:, 1], cells[:, 0]), 1.0)

    def _cost(self, layout: Layout) -> float:
        """Return the share of the body that is covered; a message is not always there."""
        total = self._grid.sum() or 1.0
        order = self.options.index(layout) * 1e-3
        covered = self._mass(layout.status) + self._mass(layout.gauge)
        return float(covered + 0.5 * self._mass(layout.messages)) / float(total) + order

    def _mass(self, box: Box) -> float:
        room = _LIMB * self._unit
        x0, y0, x1, y1 = (
            (v + d) / s * _CELLS
            for v, d, s in zip(
                box, (-room, -room, room, room), (*self._size, *self._size), strict=True
            )
        )
        rows = slice(max(math.floor(y0), 0), max(math.ceil(y1), 0))
        columns = slice(max(math.floor(x0), 0), max(math.ceil(x1), 0))
        return float(self._grid[rows, columns].sum())


def _arrangements(width: int, height: int, u: float, free: float) -> list[Layout]:
    """List the arrangements, best liked first."""
    left, right, top, bottom = 2 * u, width - 2 * u, 2 * u, height - max(2 * u, free)
    tall, gap, note = _PANEL * u, _BETWEEN * u, _MESSAGES * u
    if width >= 1.15 * height:
        split = left + max(0.38 * (right - left), min(46 * u, 0.5 * (right - left)))

        def row(y: float) -> tuple[Box, Box]:
            return (left, y, split - gap, y + tall), (split, y, right, y + tall)

        block = tall
    else:

        def row(y: float) -> tuple[Box, Box]:
            return (left, y, right, y + tall), (left, y + tall + gap, right, y + 2 * tall + gap)

        block = 2 * tall + gap
    low, high = row(bottom - block), row(top)
    above = (left, bottom - block - gap - note, right, bottom - block - gap)
    options = [Layout(*low, (left, top, right, top + note), False), Layout(*low, above, True)]
    for share in (0.56, 0.42):  # a message beside the raised leg
        part = share * width
        if part > 50 * u:
            tall_note = top + 1.9 * note  # it has more lines
            options += [
                Layout(*low, (left, top, left + part, tall_note), False),
                Layout(*low, (right - part, top, right, tall_note), False),
            ]
    below = (left, top + block + gap, right, top + block + gap + note)
    options += [
        Layout(*high, (left, bottom - note, right, bottom), True),
        Layout(*high, below, False),
    ]
    return options + _columns((left, top, right, bottom), min(52 * u, 0.48 * width), u)


def _columns(room: Box, wide: float, u: float) -> list[Layout]:
    """List the arrangements in a column beside a leg that reaches up to the edge."""
    left, top, right, bottom = room
    tall, gap, note = _PANEL * u, _BETWEEN * u, _MESSAGES * u
    options = []
    for x0 in (left, right - wide):
        x1 = x0 + wide
        options += [
            Layout(
                (x0, top, x1, top + tall),
                (x0, top + tall + gap, x1, top + 2 * tall + gap),
                (left, bottom - note, right, bottom),
                True,
            ),
            Layout(
                (x0, bottom - 2 * tall - gap, x1, bottom - tall - gap),
                (x0, bottom - tall, x1, bottom),
                (left, top, right, top + note),
                False,
            ),
        ]
    return options
