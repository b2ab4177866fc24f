"""Poses of a long session in little room: a look that was not taken takes none.

A frame is looked at as it is or with the resting leg hidden, hardly ever both: without the look
that is missing a pose takes 360 bytes, not 680.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecheck.vision.pose_rows import BLOCK, FIELDS, ROW

_LOOKS = {"plain": ("xy_px", "visibility"), "hidden": ("hidden_xy_px", "hidden_visibility")}
_PART_OF = {part: (look, i) for look, parts in _LOOKS.items() for i, part in enumerate(parts)}
_SINGLE = tuple(name for name in FIELDS if name not in _PART_OF)
_HEAD = np.dtype([(n, ROW[n]) for n in _SINGLE] + [(look, np.int32) for look in _LOOKS])
_LOOK = np.dtype([(str(i), ROW[part]) for i, part in enumerate(_LOOKS["plain"])])
_NOT_TAKEN = -1


class _Blocks:
    """Rows of a kind that grow by blocks; none is ever copied or moved."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self.blocks: list[NDArray[np.void]] = []
        self.count = 0
        self._kind = kind

    def add(self) -> np.void:
        """One row more, to be written."""
        if self.count % BLOCK == 0:
            self.blocks.append(np.zeros(BLOCK, self._kind))
        self.count += 1
        row: np.void = self.blocks[-1][(self.count - 1) % BLOCK]
        return row

    def __getitem__(self, at: int) -> np.void:
        row: np.void = self.blocks[at // BLOCK][at % BLOCK]
        return row


class PosePack:
    """Takes rows of poses in order, and gives them back by columns or blocks."""

    def __init__(self) -> None:
        self._heads, self._looks = _Blocks(_HEAD), _Blocks(_LOOK)

    def __len__(self) -> int:
        return self._heads.count

    @property
    def blocks(self) -> int:
        """How many blocks of rows there are."""
        return len(self._heads.blocks)

    def append(self, row: np.void) -> None:
        """Keep a row of a pose, a `ROW`."""
        head = self._heads.add()
        for name in _SINGLE:
            head[name] = row[name]
        for look, parts in _LOOKS.items():
            head[look] = _NOT_TAKEN
            if not all(np.isnan(row[part]).all() for part in parts):
                head[look] = self._looks.count
                kept = self._looks.add()
                for i, part in enumerate(parts):
                    kept[i] = row[part]

    def field(self, name: str, block: int) -> NDArray[Any]:
        """One field of a block of rows, (n, ...): a `BLOCK` of them, of the last what there is."""
        heads = self._heads.blocks[block][: len(self) - block * BLOCK]
        if name in _SINGLE:
            return heads[name]
        look, part = _PART_OF[name]
        kind = FIELDS[name]
        values = np.full((len(heads), *kind.shape), np.nan, kind.base)
        for i, at in enumerate(heads[look].tolist()):
            if at != _NOT_TAKEN:
                values[i] = self._looks[at][part]
        return values

    def rows(self, block: int) -> NDArray[np.void]:
        """A block of rows as they were, (n,)."""
        rows = np.zeros(min(BLOCK, len(self) - block * BLOCK), ROW)
        for name in FIELDS:
            rows[name] = self.field(name, block)
        return rows
