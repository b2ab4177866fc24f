"""Antialiased shapes as stencils: drawn larger on a small mask, reduced, and ready to blend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stencil:
    """One colour and where it goes, ready to be blended in 16-bit integers."""

    # Only covered pixels are kept: most of the box around a leg is not leg.
    left: int
    top: int
    size: tuple[int, int]  # width and height of the mask
    x: NDArray[np.intp]  # (n,), pixels that are covered
    y: NDArray[np.intp]  # (n,)
    keep: NDArray[np.uint16]  # (n, 1), how much of the picture stays, of 256
    ink: NDArray[np.uint16]  # (n, 3), what is added, times 256

    @classmethod
    def of(
        cls, mask: Image.Image, left: int, top: int, colour: Colour, opacity: float = 1.0
    ) -> Stencil:
        """Prepare a mask, 0 to 255, whose upper left stands at a pixel."""
        flat = np.asarray(mask).reshape(-1)
        covered = np.flatnonzero(flat)
        cover = flat[covered].astype(np.uint16)[:, None]
        cover += cover >> 7
        if opacity < 1:
            cover = (cover * np.uint16(round(opacity * 256))) >> np.uint16(8)
        y, x = np.divmod(covered, mask.width)
        ink = cover * np.array(colour, dtype=np.uint16)
        return cls(left, top, mask.size, x + left, y + top, 256 - cover, ink)


class Sketch:
    """Shapes drawn enlarged on a small mask, one colour after the other, as stencils."""

    def __init__(
        self,
        points: Iterable[Point],
        margin: float,
        supersample: int,
        limits: tuple[int, int] | None = None,
    ) -> None:
        """Make room for the points and a margin around them, within a width and height."""
        xy = np.array(list(points), dtype=np.float64).reshape(-1, 2)
        low, high = np.floor(xy.min(axis=0) - margin), np.ceil(xy.max(axis=0) + margin)
        if limits is not None:
            low, high = np.clip(low, 0, limits), np.clip(high, 0, limits)
        self.stencils: list[Stencil] = []
        self._scale = supersample
        self._left, self._top = int(low[0]), int(low[1])
        self._size = (int(high[0] - low[0]), int(high[1] - low[1]))
        width, height = (max(side, 1) * supersample for side in self._size)
        self._mask = Image.new("L", (width, height), 0)
        self._draw = ImageDraw.Draw(self._mask)

    def _at(self, point: Point) -> Point:
        # Far outside points would overflow the drawing library's integers.
        x = min(max((point[0] - self._left) * self._scale, -1e5), 1e5)
        y = min(max((point[1] - self._top) * self._scale, -1e5), 1e5)
        return x, y

    def disc(self, centre: Point, radius: float) -> None:
        """Fill a circle."""
        x, y = self._at(centre)
        r = radius * self._scale
        self._draw.ellipse((x - r, y - r, x + r, y + r), fill=255)

    def line(self, points: Sequence[Point], width: float) -> None:
        """Draw a thick line with round ends and joints."""
        self._draw.line(
            [self._at(p) for p in points], fill=255, width=max(round(width * self._scale), 1)
        )
        for point in points:
            self.disc(point, width / 2)

    def dashes(self, start: Point, end: Point, width: float, count: int) -> None:
        """Draw a dashed line."""
        (x0, y0), (x1, y1) = self._at(start), self._at(end)
        pen = max(round(width * self._scale), 1)
        for i in range(count):
            a, b = i / count, (i + 0.5) / count
            ends = (x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)
            self._draw.line(ends, fill=255, width=pen)

    def arc(
        self, centre: Point, radius: float, start_rad: float, sweep_rad: float, width: float
    ) -> None:
        """Draw a part of a circle, from an angle over a sweep of either sign, with round ends."""
        x, y = self._at(centre)
        r = (radius + width / 2) * self._scale
        low, high = sorted((start_rad, start_rad + sweep_rad))
        self._draw.arc(
            (x - r, y - r, x + r, y + r), math.degrees(low), math.degrees(high), fill=255,
            width=max(round(width * self._scale), 1),
        )  # fmt: skip
        for turn in (low, high):
            tip = (centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn))
            self.disc(tip, width / 2)

    def polygon(self, points: Sequence[Point]) -> None:
        """Fill a polygon."""
        self._draw.polygon([self._at(p) for p in points], fill=255)

    def ink(self, colour: Colour, opacity: float = 1.0) -> None:
        """Give what was drawn since the last time a colour."""
        if min(self._size) > 0:
            mask = self._mask.reduce(self._scale)
            self.stencils.append(Stencil.of(mask, self._left, self._top, colour, opacity))
        self._mask.paste(0, (0, 0, *self._mask.size))
