"""Paints a leg over, so that the model settles on the other one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posecheck.motion.looks import Stroke
from posecheck.types import Array

Image = NDArray[np.uint8]
SOFT = 0.25  # of the half width: the stroke's edge
RING = 1.3  # of the half width: how far its surroundings reach
RING_STEP = 7  # every so many pixels of the ring are enough for its colour
RING_MIN_PX = 10


class Brush:
    """Paints strokes in the colour of what surrounds them; keeps the last stroke's shape."""

    def __init__(self) -> None:
        self._stroke: tuple[Stroke, float] | None = None
        self._box: tuple[slice, slice] | None = None
        self._cover: Array = np.empty(0)
        self._ring: NDArray[np.intp] = np.empty(0, np.intp)

    def paint(self, image: Image, stroke: Stroke, scale: float) -> Image:
        """A copy of `image` (h, w, 3) with `stroke`, given in pixels of `image / scale`."""
        if self._stroke is None or self._stroke[0] is not stroke or self._stroke[1] != scale:
            self._shape(image.shape[:2], stroke.line_px * scale, stroke.half_width_px * scale)
            self._stroke = (stroke, scale)
        out = np.array(image)
        if self._box is None or len(self._ring) < RING_MIN_PX:
            return out
        region = image[self._box]
        colour = np.median(region.reshape(-1, 3)[self._ring], axis=0).astype(np.float32)
        out[self._box] = (region + (colour - region) * self._cover).astype(np.uint8)
        return out

    def _shape(self, size: tuple[int, ...], line: Array, half: float) -> None:
        """The box that holds the stroke, how much of each pixel it covers, and its ring."""
        low = np.maximum(np.floor(line.min(axis=0) - RING * half), 0).astype(int)
        high = np.minimum(np.ceil(line.max(axis=0) + RING * half) + 1, size[::-1]).astype(int)
        if (high <= low).any():
            self._box = None
            return
        self._box = (slice(low[1], high[1]), slice(low[0], high[0]))
        y, x = np.mgrid[self._box].astype(np.float32)
        away = np.full(x.shape, np.inf, np.float32)
        for a, b in pairwise(line):
            v = b - a
            share = ((x - a[0]) * v[0] + (y - a[1]) * v[1]) / max(float(v @ v), 1e-6)
            share = np.clip(share, 0, 1)
            away = np.minimum(away, np.hypot(x - a[0] - share * v[0], y - a[1] - share * v[1]))
        self._cover = np.clip((half - away) / (SOFT * half) + 0.5, 0, 1)[..., None]
        ring = np.flatnonzero((away > 1.05 * half) & (away < RING * half))
        self._ring = ring[::RING_STEP]
