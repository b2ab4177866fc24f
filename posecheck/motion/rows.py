"""Columns of numbers that grow frame by frame."""

from __future__ import annotations

import numpy as np

from posecheck.types import Array

BLOCK = 256


class Rows:
    """Columns of numbers that grow by blocks, so that memory never doubles."""

    def __init__(self, width: int, dtype: type = np.float32) -> None:
        self._blocks: list[Array] = []
        self._width = width
        self._dtype = dtype
        self.count = 0

    def append(self, row: Array) -> None:
        """Add one row (width,)."""
        if self.count % BLOCK == 0:
            self._blocks.append(np.empty((BLOCK, self._width), self._dtype))
        self._blocks[-1][self.count % BLOCK] = row
        self.count += 1

    def column(self, i: int) -> Array:
        """One column (n,)."""
        return self.columns(slice(i, i + 1))[:, 0]

    def columns(self, which: slice) -> Array:
        """Some columns (n, k)."""
        if not self._blocks:
            return np.empty((0, len(range(*which.indices(self._width)))), self._dtype)
        return np.concatenate([b[:, which] for b in self._blocks])[: self.count]

    def since(self, first: int) -> Array:
        """The rows from number `first` on (n, width), without reading those before."""
        blocks = self._blocks[first // BLOCK :]
        if not blocks:
            return np.empty((0, self._width), self._dtype)
        return np.concatenate(blocks)[first % BLOCK : self.count - first // BLOCK * BLOCK]
