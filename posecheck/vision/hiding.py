"""Paints a leg over, so that the model settles on the other one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posecheck.motion.looks import Stroke
from posecheck.types import Array
from posecheck.vision.opencv import load_cv2

cv2 = load_cv2()

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
        self._cover = self._bare = np.empty((0, 0), np.float32)  # shares of colour and picture
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
        colour = np.median(region.reshape(-1, 3)[self._ring], axis=0)
        # OpenCV fills and blends in a sixth of the time that NumPy takes
        patch = np.empty_like(region)
        cv2.rectangle(patch, (0, 0), region.shape[1::-1], colour.tolist(), cv2.FILLED)
        out[self._box] = cv2.blendLinear(patch, region, self._cover, self._bare)
        return out

    def _shape(self, size: tuple[int, ...], line: Array, half: float) -> None:
        """The box that holds the stroke, how much of each pixel it covers, and its ring."""
        low = np.maximum(np.floor(line.min(axis=0) - RING * half), 0).astype(int)
        high = np.minimum(np.ceil(line.max(axis=0) + RING * half) + 1, size[::-1]).astype(int)
        if (high <= low).any():
            self._box = None
            return
        self._box = (slice(low[1], high[1]), slice(low[0], high[0]))
        y, x = (np.arange(s.start, s.stop, dtype=np.float32) for s in self._box)
        away2 = np.full((len(y), len(x)), np.inf, np.float32)
        for a, b in pairwise(line.astype(np.float32)):
            (right, down), along = b - a, x - a[0]
            below = (y - a[1])[:, None]
            share = (along * right + below * down) / max(right * right + down * down, 1e-6)
            np.clip(share, 0, 1, out=share)
            along, below = along - share * right, below - share * down
            np.minimum(away2, along * along + below * below, out=away2)
        away = np.sqrt(away2)
        self._cover = np.clip((half - away) / (SOFT * half) + 0.5, 0, 1)
        self._bare = 1 - self._cover
        ring = np.flatnonzero((away > 1.05 * half) & (away < RING * half))
        self._ring = ring[::RING_STEP]
