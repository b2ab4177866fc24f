"""The one table of what was measured: a row a look, a named column a measure.

`Table` is what everybody reads, from the attempts to the page. `Rows` and `RecentRows` are how it
grows while frames come in.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from posecheck.types import Array, Mask

BLOCK = 256  # rows of `Rows` that memory is taken for at once
RECENT_S = 90.0
RECENT_ROOM = 16384  # rows; 90 s of up to 180 frames a second


@dataclass(frozen=True, slots=True)
class Table:
    """What was measured of each look, in order of time; (n,) each, NaN where it is unknown.

    Angles are those of the picture, smoothed but for the raw ones, which are of single looks. Bands
    are half of a 95 % band. Lengths are in lengths of the trunk or of the thigh, as they are named.
    """

    t_s: Array
    hip_deg: Array  # flexion
    knee_deg: Array  # flexion
    ankle_deg: Array  # dorsiflexion
    resting_hip_deg: Array
    resting_knee_deg: Array
    head_deg: Array  # which way the face looks: 0 to the ceiling, positive towards the feet
    confidence: Array  # 0 to 1
    hip_band_deg: Array
    knee_band_deg: Array
    ankle_band_deg: Array
    raw_knee_deg: Array
    raw_ankle_deg: Array
    pelvis_trunks: Array  # how far the hips stand above the shoulders
    hands_thighs: Array  # how far the nearer hand is from the thigh
    raised_label: Array  # 0 or 1, the label that the raised leg bears; negative where none is
    azimuth_deg: Array
    elevation_deg: Array
    tracked: Array  # 1 where a person was seen
    inside: Array  # 1 where all of the body lies in the picture
    trunk_share: Array  # of the picture's longer side
    lying: Array  # 1 where the person lies on the back
    others: Array  # further people
    touched: Array  # 1 where one of them has a hand at a leg
    resting_x_trunks: Array  # the resting ankle from its hip, along the body
    resting_z_trunks: Array  # and up
    working_x_trunks: Array  # the same of the working leg
    working_z_trunks: Array

    @classmethod
    def of(cls, t_s: Array, values: Array) -> Table:
        """Name the columns of rows.

        Parameters
        ----------
        t_s
            (n,) seconds.
        values
            (n, len(COLUMNS)), in the order of `COLUMNS`.

        """
        return cls(t_s, *np.array(values.T, np.float64, order="C"))

    def part(self, first: int, last: int) -> Table:
        """Return the rows from `first` to `last`, both included."""
        return self.rows(slice(first, last + 1))

    def rows(self, which: slice | Mask) -> Table:
        """Return some of the rows.

        Parameters
        ----------
        which
            A slice, or a mask (n,).

        """
        return Table(*(getattr(self, f.name)[which] for f in fields(self)))

    def between(self, start_s: float, end_s: float) -> Mask:
        """Tell which rows lie between two times, (n,)."""
        return (self.t_s >= start_s) & (self.t_s <= end_s)

    def within(self, start_s: float, end_s: float) -> Mask:
        """Tell which rows lie between two times, (n,): the nearest one if none does."""
        rows = self.between(start_s, end_s)
        if not rows.any() and len(rows):
            rows[np.abs(self.t_s - 0.5 * (start_s + end_s)).argmin()] = True
        return rows

    @property
    def leg_known(self) -> Mask:
        """Where knee and hip of the working leg are known, (n,)."""
        known: Mask = np.isfinite(self.hip_deg) & np.isfinite(self.knee_deg)
        return known


COLUMNS = tuple(f.name for f in fields(Table))[1:]
COLUMN_OF = {name: i for i, name in enumerate(COLUMNS)}


class Rows:
    """Rows that grow one by one in blocks, so that memory never doubles.

    Parameters
    ----------
    width
        Numbers in a row.
    dtype
        Of the numbers.

    """

    def __init__(self, width: int, dtype: type = np.float32) -> None:
        self._blocks: list[Array] = []
        self._width = width
        self._dtype = dtype
        self.count = 0

    def append(self, row: Array) -> None:
        """Add one row.

        Parameters
        ----------
        row
            (width,) in the units of the columns.

        """
        if self.count % BLOCK == 0:
            self._blocks.append(np.empty((BLOCK, self._width), self._dtype))
        self._blocks[-1][self.count % BLOCK] = row
        self.count += 1

    def all(self) -> Array:
        """Return all rows (n, width)."""
        return self.since(0)

    def since(self, first: int) -> Array:
        """Return the rows from number `first` on (n, width), without reading those before."""
        blocks = self._blocks[first // BLOCK :]
        if not blocks:
            return np.empty((0, self._width), self._dtype)
        return np.concatenate(blocks)[first % BLOCK : self.count - first // BLOCK * BLOCK]


class RecentRows:
    """The last rows of a table that still grows; what is older than `RECENT_S` is forgotten."""

    def __init__(self) -> None:
        # filled, so that the room is taken now and not frame by frame
        self._times: Array = np.full(RECENT_ROOM, np.nan)
        self._values: Array = np.full((RECENT_ROOM, len(COLUMNS)), np.nan, np.float32)
        self._count = 0

    def push(self, t_s: Array, values: Array) -> None:
        """Add rows; of more than there is room for, the last.

        Parameters
        ----------
        t_s
            (n,) seconds, rising, later than what is there.
        values
            (n, len(COLUMNS)), in the order of `COLUMNS`.

        """
        t_s, values = t_s[-RECENT_ROOM // 2 :], values[-RECENT_ROOM // 2 :]
        if self._count + len(t_s) > RECENT_ROOM:
            self._forget()
        new = slice(self._count, self._count + len(t_s))
        self._times[new], self._values[new] = t_s, values
        self._count += len(t_s)

    def _forget(self) -> None:
        newest = self._times[self._count - 1]
        first = max(self._first(newest - RECENT_S), self._count - RECENT_ROOM // 2)
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
        """Return the times (n,) from `since_s` on, in seconds."""
        times: Array = self._times[self._first(since_s) : self._count].copy()
        return times

    def column(self, name: str, since_s: float = -np.inf) -> Array:
        """Return one of `COLUMNS` (n,) from `since_s` on."""
        rows = slice(self._first(since_s), self._count)
        return self._values[rows, COLUMN_OF[name]].astype(np.float64)

    def table(self, since_s: float = -np.inf) -> Table:
        """Return the table from `since_s` on."""
        rows = slice(self._first(since_s), self._count)
        return Table.of(self._times[rows].copy(), self._values[rows])
