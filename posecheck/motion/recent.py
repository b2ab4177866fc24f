"""The last minutes of the graded rows, for whoever asks while a session is still going on."""

from __future__ import annotations

from functools import partial

import numpy as np

from posecheck.motion.tension import Track
from posecheck.motion.track import COLUMNS
from posecheck.types import Array

KEPT_S = 90.0
ROOM = 16384  # rows; 90 s of up to 180 frames a second


class Recent:
    """Rows of `COLUMNS`, in order of time; what is older than `KEPT_S` is forgotten."""

    def __init__(self) -> None:
        # filled, so that the room is taken now and not frame by frame
        self._times: Array = np.full(ROOM, np.nan)
        self._values: Array = np.full((ROOM, len(COLUMNS)), np.nan, np.float32)  # as they come
        self._count = 0

    def push(self, times: Array, values: Array) -> None:
        """Add rows (n,) and (n, k); of more than there is room for, the last."""
        times, values = times[-ROOM // 2 :], values[-ROOM // 2 :]
        if self._count + len(times) > ROOM:
            self._forget()
        new = slice(self._count, self._count + len(times))
        self._times[new], self._values[new] = times, values
        self._count += len(times)

    def _forget(self) -> None:
        newest = self._times[self._count - 1]
        first = max(self._first(newest - KEPT_S), self._count - ROOM // 2)
        kept = slice(first, self._count)
        self._count -= first
        self._times[: self._count] = self._times[kept].copy()
        self._values[: self._count] = self._values[kept].copy()

    def _first(self, since_s: float) -> int:
        return int(np.searchsorted(self._times[: self._count], since_s))

    @property
    def now_s(self) -> float:
        """The time of the newest row, NaN before the first."""
        return float(self._times[self._count - 1]) if self._count else float("nan")

    def times(self, since_s: float = -np.inf) -> Array:
        """(n,) seconds from `since_s` on."""
        times: Array = self._times[self._first(since_s) : self._count].copy()
        return times

    def column(self, name: str, since_s: float = -np.inf) -> Array:
        """One of `COLUMNS` (n,) from `since_s` on."""
        rows = slice(self._first(since_s), self._count)
        return self._values[rows, COLUMNS.index(name)].astype(np.float64)

    def track(self, since_s: float = -np.inf) -> Track:
        """The graded angles from `since_s` on."""
        return Track.of(self.times(since_s), partial(self.column, since_s=since_s))
