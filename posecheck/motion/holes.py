"""Holes: times in which nothing was looked at. What was in one is unknown.

A camera that stalls, a file that lost a part and a picture that stands still all leave one. Looks
that come seldom, but evenly, leave none.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from posecheck.motion.signals import BRIDGE_S
from posecheck.motion.table import COLUMNS, Table
from posecheck.types import Array, Mask

Hole = tuple[float, float]
"""The last look before it and the first one after, in seconds."""

HOLE_STEPS = 1.5  # longer than so many usual steps, beside `BRIDGE_S`
FILLED_MAX = 1000  # rows that stand for one hole: one of days is unknown in as many as of minutes


def holes_in(times: Array, end_s: float | None = None) -> list[Hole]:
    """Return the times between two looks that are too long to be bridged.

    Parameters
    ----------
    times
        (n,) seconds, rising.
    end_s
        When the clip ends, in seconds; if it does so long after the last look, that is a hole too.

    """
    if not len(times):
        return []
    ends = times if end_s is None else np.append(times, max(end_s, float(times[-1])))
    longest = max(BRIDGE_S, HOLE_STEPS * _usual_step_s(times))
    return [(float(ends[i]), float(ends[i + 1])) for i in np.flatnonzero(np.diff(ends) > longest)]


def overlap_s(start_s: float, end_s: float, holes: list[Hole]) -> float:
    """Return for how long it was not looked between two times, in seconds.

    Parameters
    ----------
    start_s, end_s
        In seconds.
    holes
        As `holes_in` finds them.

    """
    return sum(max(0.0, min(end_s, b) - max(start_s, a)) for a, b in holes)


def longest_seen(start_s: float, end_s: float, holes: list[Hole]) -> tuple[float, float]:
    """Return the longest stretch between two times in which it was looked.

    Parameters
    ----------
    start_s, end_s
        In seconds.
    holes
        As `holes_in` finds them.

    """
    pieces, start = [], start_s
    for a, b in holes:
        if b > start and a < end_s:
            pieces.append((start, max(a, start)))
            start = min(b, end_s)
    pieces.append((start, end_s))
    return max(pieces, key=lambda piece: piece[1] - piece[0])


def with_unknown(table: Table, holes: list[Hole]) -> tuple[Table, Mask]:
    """Return the table with rows in its holes in which nothing is known, and which those are.

    Parameters
    ----------
    table
        One row a look, (n,).
    holes
        As `holes_in` finds them.

    Returns
    -------
    (Table, Mask)
        (m,), and a mask (m,).

    """
    if not holes:
        return table, np.zeros(len(table.t_s), bool)
    step = _usual_step_s(table.t_s)
    inside = np.concatenate([_within(hole, step) for hole in holes])
    times = np.concatenate([table.t_s, inside])
    order = np.argsort(times, kind="stable")
    unknown = np.full(len(inside), np.nan)
    columns = {name: np.concatenate([getattr(table, name), unknown])[order] for name in COLUMNS}
    return replace(table, t_s=times[order], **columns), order >= len(table.t_s)


def _within(hole: Hole, step_s: float) -> Array:
    """Return evenly spaced times inside of a hole, as far apart as looks usually are."""
    start, end = hole
    rows = int(np.clip(round((end - start) / step_s) - 1, 1, FILLED_MAX))
    times: Array = np.linspace(start, end, rows + 2)[1:-1]
    return times


def _usual_step_s(times: Array) -> float:
    """Return the median step, by number: most of a clip may be one hole."""
    return float(np.median(np.diff(times))) if len(times) > 1 else BRIDGE_S
