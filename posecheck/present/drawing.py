"""Ink on a picture: antialiased shapes and text, touching only the pixels they cover.

Everything is blended straight into an RGB array; the rest of the frame is never converted or
copied. Text is rendered once and kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from posecheck.present.lettering import stroke_px, text_width, typeset
from posecheck.present.sketch import Box, Colour, Point, Sketch, Stencil

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


@lru_cache(maxsize=1024)
def _lettering(text: str, size: int, bold: bool, colour: Colour) -> Stencil:
    (line, font), bold_px = typeset(text, size), stroke_px(size, bold)
    ascent, descent = font.getmetrics()
    mask = Image.new("L", (text_width(text, size, bold) + 2, ascent + descent + 2 * bold_px), 0)
    ImageDraw.Draw(mask).text((bold_px, bold_px), line, fill=255, font=font, stroke_width=bold_px)
    return Stencil.of(mask, 0, 0, colour)


@lru_cache(maxsize=32)
def _corner(radius: int) -> NDArray[np.bool_]:
    """Return where the upper left corner of a rounded box stays free, (radius, radius)."""
    across = radius - 0.5 - np.arange(radius)
    return np.asarray(np.hypot(across[:, None], across[None, :]) > radius)


class Canvas:
    """A picture, contiguous in memory, that is drawn on in place."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.height, self.width = picture.shape[:2]
        self._pixels = picture.reshape(-1, 3)
        short = min(self.height, self.width)
        # Small pictures are shown enlarged, where stairs are seen; on 4K nobody sees them.
        self.supersample = 3 if short < 900 else 2

    def sketch(self, points: Iterable[Point], margin: float) -> Sketch:
        """Return a sketch for shapes around these points, no larger than the picture."""
        return Sketch(points, margin, self.supersample, (self.width, self.height))

    def stamp(self, stencil: Stencil, dx: int = 0, dy: int = 0) -> None:
        """Blend a stencil in, moved by whole pixels; clipped."""
        x, y, keep, ink = stencil.x + dx, stencil.y + dy, stencil.keep, stencil.ink
        if not x.size:
            return
        left, top = stencil.left + dx, stencil.top + dy
        wide, high = stencil.size
        if min(left, top) < 0 or left + wide > self.width or top + high > self.height:
            inside = (x >= 0) & (x < self.width) & (y >= 0) & (y < self.height)
            x, y, keep, ink = x[inside], y[inside], keep[inside], ink[inside]
        at = y * self.width + x
        mixed = self._pixels.take(at, axis=0) * keep
        mixed += ink
        mixed >>= 8
        self._pixels[at] = mixed

    def put(self, stencils: Iterable[Stencil], at: Point = (0.0, 0.0)) -> None:
        """Blend several in, one over the other."""
        for stencil in stencils:
            self.stamp(stencil, round(at[0]), round(at[1]))

    def shade(self, box: Box, radius: float) -> None:
        """Darken a rounded box so that text on it can be read whatever lies beneath."""
        x0, y0 = max(round(box[0]), 0), max(round(box[1]), 0)
        x1, y1 = min(round(box[2]), self.width), min(round(box[3]), self.height)
        size = min(round(radius), (x1 - x0) // 2, (y1 - y0) // 2)
        if x0 >= x1 or y0 >= y1:
            return
        region = self.picture[y0:y1, x0:x1]
        corners = []
        if size > 0:
            free = _corner(size)
            for rows, columns, turned in (
                (slice(0, size), slice(0, size), free),
                (slice(0, size), slice(-size, None), free[:, ::-1]),
                (slice(-size, None), slice(0, size), free[::-1]),
                (slice(-size, None), slice(-size, None), free[::-1, ::-1]),
            ):
                block = region[rows, columns]
                corners.append((block, turned, block[turned]))
        # A shift and an add stay in bytes: far cheaper than blending the panel.
        region >>= 2
        region += np.uint8(_SHADE)
        for block, turned, kept in corners:
            block[turned] = kept

    def text(
        self,
        at: Point,
        text: str,
        size: float,
        colour: Colour = PAPER,
        *,
        bold: bool = False,
        align: float = 0.0,
    ) -> int:
        """Write a line whose vertical middle is at y; align 0 left, 0.5 centre, 1 right.

        Returns the width in pixels.
        """
        pixels = max(round(size), 4)
        letters = _lettering(text, pixels, bold, colour)
        wide, high = letters.size
        self.stamp(letters, round(at[0] - align * wide), round(at[1] - high / 2))
        return wide
