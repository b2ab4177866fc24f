"""Antialiased signs as stencils: drawn enlarged on a small mask, reduced, ready to blend, kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]  # red, green, blue, 0 to 255
Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels
Point = tuple[float, float]  # x, y, in pixels

_FURTHEST_PX = 1e5  # points further outside would overflow the drawing library's integers


@dataclass(frozen=True, slots=True)
class Stencil:
    """One colour and where it goes, ready to be blended in 16-bit integers."""

    # Only covered pixels are kept: most of the box around a leg is not leg.
    left: int
    top: int
    size: tuple[int, int]  # width and height of the mask
    x: NDArray[np.int32]  # (n,), pixels that are covered
    y: NDArray[np.int32]  # (n,)
    keep: NDArray[np.uint16]  # (n, 3), how much of the picture stays, of 256
    ink: NDArray[np.uint16]  # (n, 3), what is added, times 256

    @classmethod
    def of(
        cls, mask: Image.Image, left: int, top: int, colour: Colour, opacity: float = 1.0
    ) -> Stencil:
        """Prepare a mask for blending.

        Parameters
        ----------
        mask
            How much of each pixel is covered, 0 to 255.
        left, top
            The pixel of the picture where the mask's upper left corner stands.
        colour, opacity
            What the covered pixels take on, and how much of it, 0 to 1.

        """
        flat = np.asarray(mask).reshape(-1)
        covered = np.flatnonzero(flat)
        cover = flat[covered].astype(np.uint16)[:, None]
        cover += cover >> 7
        if opacity < 1:
            cover = (cover * np.uint16(round(opacity * 256))) >> np.uint16(8)
        y, x = np.divmod(covered.astype(np.int32), np.int32(mask.width))
        ink = cover * np.array(colour, dtype=np.uint16)
        keep = np.repeat(256 - cover, 3, axis=1)
        return cls(left, top, mask.size, x + np.int32(left), y + np.int32(top), keep, ink)

    def moved(self, dx: int, dy: int) -> Stencil:
        """Return the same stencil elsewhere.

        Parameters
        ----------
        dx, dy
            How far away, in pixels.

        """
        x, y = self.x + np.int32(dx), self.y + np.int32(dy)
        return replace(self, left=self.left + dx, top=self.top + dy, x=x, y=y)

    @classmethod
    def joined(cls, stencils: Sequence[Stencil]) -> Stencil:
        """Return several that do not overlap as one."""
        left, top = (min(getattr(s, side) for s in stencils) for side in ("left", "top"))
        right = max(s.left + s.size[0] for s in stencils)
        bottom = max(s.top + s.size[1] for s in stencils)
        x, y, keep, ink = (
            np.concatenate([getattr(s, name) for s in stencils])
            for name in ("x", "y", "keep", "ink")
        )
        return cls(left, top, (right - left, bottom - top), x, y, keep, ink)


class Sketch:
    """Draws shapes enlarged on a small mask, one colour after the other, as `stencils`.

    Parameters
    ----------
    points
        What there must be room for, in pixels.
    margin
        The room around them, in pixels.
    supersample
        How many times larger than shown it is drawn.

    """

    def __init__(self, points: Iterable[Point], margin: float, supersample: int) -> None:
        xy = np.array(list(points), dtype=np.float64).reshape(-1, 2)
        low, high = np.floor(xy.min(axis=0) - margin), np.ceil(xy.max(axis=0) + margin)
        self.stencils: list[Stencil] = []
        self._scale = supersample
        self._left, self._top = int(low[0]), int(low[1])
        self._size = (int(high[0] - low[0]), int(high[1] - low[1]))
        width, height = (max(side, 1) * supersample for side in self._size)
        self._mask = Image.new("L", (width, height), 0)
        self._draw = ImageDraw.Draw(self._mask)

    def _at(self, point: Point) -> Point:
        x = min(max((point[0] - self._left) * self._scale, -_FURTHEST_PX), _FURTHEST_PX)
        y = min(max((point[1] - self._top) * self._scale, -_FURTHEST_PX), _FURTHEST_PX)
        return x, y

    def disc(self, centre: Point, radius: float) -> None:
        """Fill a circle.

        Parameters
        ----------
        centre, radius
            Of the circle, in pixels as shown.

        """
        x, y = self._at(centre)
        r = radius * self._scale
        self._draw.ellipse((x - r, y - r, x + r, y + r), fill=255)

    def line(self, points: Sequence[Point], width: float) -> None:
        """Draw a thick line with round ends and joints.

        Parameters
        ----------
        points, width
            Of the line, in pixels as shown.

        """
        self._draw.line(
            [self._at(p) for p in points], fill=255, width=max(round(width * self._scale), 1)
        )
        for point in points:
            self.disc(point, width / 2)

    def arc(
        self, centre: Point, radius: float, start_rad: float, sweep_rad: float, width: float
    ) -> None:
        """Draw a part of a circle with round ends; parameters as those of `strokes.arc`."""
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
        """Give what was drawn since the last time a colour.

        Parameters
        ----------
        colour, opacity
            What it takes on, and how much of it, 0 to 1.

        """
        if min(self._size) > 0:
            mask = self._mask.reduce(self._scale)
            self.stencils.append(Stencil.of(mask, self._left, self._top, colour, opacity))
        self._mask.paste(0, (0, 0, *self._mask.size))
