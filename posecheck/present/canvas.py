"""Ink on a picture: antialiased shapes and text, touching only the pixels they cover.

Everything is blended straight into an RGB array; the rest of the frame is never converted or
copied. Text is rendered once and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecheck.present.fonts import text_mask, text_width
from posecheck.present.stencils import Box, Colour, Point, Stencil
from posecheck.present.strokes import Coat, Stroke, paint

Picture = NDArray[np.uint8]  # (h, w, 3), RGB

INK: Colour = (13, 17, 23)
PAPER: Colour = (255, 255, 255)
MUTED: Colour = (183, 192, 203)
GREEN: Colour = (74, 222, 128)
AMBER: Colour = (251, 191, 36)
RED: Colour = (255, 92, 92)
BLUE: Colour = (125, 196, 255)
LEG: Colour = (45, 226, 230)

_SHADE = 14  # what a shaded panel adds to the quarter of the picture that shines through
_LEAST_PX = 4  # letters
_SMALL_PX = 900  # smaller pictures are shown enlarged, where stairs are seen


class Line(NamedTuple):
    """A line of text whose vertical middle is at y; align 0 left, 0.5 centre, 1 right."""

    x: float
    y: float
    text: str
    size: float
    colour: Colour = PAPER
    bold: bool = False
    align: float = 0.0

    @property
    def width(self) -> int:
        """Its width, in pixels."""
        return text_width(self.text, letter_px(self.size), self.bold)

    @property
    def stencil(self) -> Stencil:
        """The letters, where they stand in the picture."""
        letters = _letters(self.text, letter_px(self.size), self.bold, self.colour)
        left, top = self.x - self.align * self.width, self.y - letters.size[1] / 2
        return letters.moved(round(left), round(top))

    def within(self, room: float, least: float = 0.0) -> Line:
        """Return the line, made smaller if it is wider than its room.

        Parameters
        ----------
        room
            How wide it may be, in pixels.
        least
            The smallest size of its letters, in pixels; below that it is empty.

        """
        line = self
        while line.text and line.width > room:
            pixels = letter_px(line.size)
            smaller = min(pixels - 1, int(pixels * room / line.width))
            if smaller < max(least, _LEAST_PX):
                return self._replace(text="")
            line = line._replace(size=smaller)
        return line


def letter_px(size: float) -> int:
    """Return the size of letters in whole pixels."""
    return max(round(size), _LEAST_PX)


@lru_cache(maxsize=256)
def _letters(text: str, size: int, bold: bool, colour: Colour) -> Stencil:
    return Stencil.of(text_mask(text, size, bold), 0, 0, colour)


@lru_cache(maxsize=256)
def _block(lines: tuple[Line, ...]) -> Stencil:
    return Stencil.joined([line.stencil for line in lines])


@lru_cache(maxsize=32)
def _corners(width: int, height: int, radius: int, stride: int) -> NDArray[np.intp]:
    """Return the pixels of a box that stay free when its corners are rounded."""
    across = radius - 0.5 - np.arange(radius)
    y, x = np.nonzero(np.hypot(across[:, None], across[None, :]) > radius)
    right, low = width - 1 - x, height - 1 - y
    return np.concatenate([y * stride + x, y * stride + right, low * stride + x,
                           low * stride + right])  # fmt: skip


class Canvas:
    """A picture, or a box of one, that is drawn on in place.

    Parameters
    ----------
    picture
        (height, width, 3), RGB, contiguous in memory.
    within
        The box of it that is drawn on: left, top, right and bottom in pixels; by default all.

    """

    def __init__(self, picture: Picture, within: tuple[int, int, int, int] | None = None) -> None:
        left, top, right, bottom = within or (0, 0, picture.shape[1], picture.shape[0])
        self.picture = picture[top:bottom, left:right]
        self.height, self.width = self.picture.shape[:2]
        # One item a pixel: they are gathered and put back much faster than rows of three.
        self._pixels: NDArray[np.void] = picture.reshape(-1).view("V3")
        self._stride, self._first = picture.shape[1], top * picture.shape[1] + left
        short = min(self.height, self.width)
        self.supersample = 3 if short < _SMALL_PX else 2

    def _blend(
        self, at: NDArray[np.intp], keep: NDArray[np.uint16], ink: NDArray[np.uint16]
    ) -> None:
        mixed = self._pixels.take(at).view(np.uint8) * keep.reshape(-1)
        mixed += ink.reshape(-1)
        mixed >>= 8
        self._pixels[at] = mixed.astype(np.uint8).view("V3")

    def stroke(self, strokes: Sequence[Stroke], *coats: Coat) -> None:
        """Draw strokes, one coat over the other: a rim, then the colour."""
        for coat in coats:
            paint(self.picture, strokes, coat)

    def stamp(self, stencil: Stencil, dx: int = 0, dy: int = 0) -> None:
        """Blend a stencil in; what lies outside is left out.

        Parameters
        ----------
        stencil
            What is blended.
        dx, dy
            How far it is moved, in pixels.

        """
        x, y, keep, ink = stencil.x, stencil.y, stencil.keep, stencil.ink
        if not x.size:
            return
        left, top = stencil.left + dx, stencil.top + dy
        wide, high = stencil.size
        if min(left, top) < 0 or left + wide > self.width or top + high > self.height:
            moved_x, moved_y = x + dx, y + dy
            inside = (moved_x >= 0) & (moved_x < self.width)
            inside &= (moved_y >= 0) & (moved_y < self.height)
            x, y, keep, ink = x[inside], y[inside], keep[inside], ink[inside]
        first = self._first + dy * self._stride + dx
        self._blend(y.astype(np.intp) * self._stride + x + first, keep, ink)

    def put(self, stencils: Iterable[Stencil], at: Point = (0.0, 0.0)) -> None:
        """Blend several stencils in, one over the other.

        Parameters
        ----------
        stencils
            What is blended, in this order.
        at
            Where their origin goes, in pixels.

        """
        for stencil in stencils:
            self.stamp(stencil, round(at[0]), round(at[1]))

    def shade(self, box: Box, radius: float) -> None:
        """Darken a rounded box so that text on it can be read whatever lies beneath.

        Parameters
        ----------
        box
            What is darkened, in pixels.
        radius
            Of its corners, in pixels.

        """
        x0, y0 = max(round(box[0]), 0), max(round(box[1]), 0)
        x1, y1 = min(round(box[2]), self.width), min(round(box[3]), self.height)
        size = min(round(radius), (x1 - x0) // 2, (y1 - y0) // 2)
        if x0 >= x1 or y0 >= y1:
            return
        first = self._first + y0 * self._stride + x0
        free = _corners(x1 - x0, y1 - y0, max(size, 0), self._stride) + first
        kept = self._pixels.take(free)
        # A shift and an add stay in bytes: far cheaper than blending the panel.
        region = self.picture[y0:y1, x0:x1]
        region >>= 2
        region += np.uint8(_SHADE)
        self._pixels[free] = kept

    def write(self, lines: Iterable[Line]) -> None:
        """Write lines that do not overlap."""
        written = tuple(line for line in lines if line.text)
        if written:
            self.stamp(_block(written))

    def write_at(self, lines: tuple[Line, ...], at: Point) -> None:
        """Write lines that stand around a point, which may be another in each frame.

        Parameters
        ----------
        lines
            What is written, as if the point were the origin; they do not overlap.
        at
            The point, in pixels.

        """
        self.stamp(_block(lines), round(at[0]), round(at[1]))
