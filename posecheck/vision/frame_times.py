"""When frames are: time stamps that only go forward, and fewer frames chosen by their times."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

import av

T = TypeVar("T")

_JUMP_S = 1.0  # a step back by more is a new count of time, not frames out of order
_AS_NEAR_S = 1e-6  # of two frames as near as that, the earlier one is kept


class FrameClock:
    """Turns time stamps into seconds from the first frame that never stand still.

    Parameters
    ----------
    usual_step_s
        Seconds from one frame to the next, for those without a time stamp.

    """

    def __init__(self, usual_step_s: float) -> None:
        self.step_s = usual_step_s
        self._shift_s: float | None = None
        self._last_s = -1.0

    def read(self, frame: av.VideoFrame) -> float | None:
        """Return the frame's time in seconds, or None for one that comes again or too late."""
        stamp = frame.time
        if self._shift_s is None:
            self._shift_s = stamp or 0.0
            self._last_s = 0.0
            return 0.0
        t_s = self._last_s + self.step_s if stamp is None else stamp - self._shift_s
        if t_s < self._last_s - _JUMP_S and stamp is not None:
            t_s = self._last_s + self.step_s
            self._shift_s = stamp - t_s
        if t_s <= self._last_s:
            return None
        self.step_s, self._last_s = t_s - self._last_s, t_s
        return t_s


def sampled(timed: Iterable[tuple[float, T]], per_s: float) -> Iterator[tuple[float, T]]:
    """Keep the frame that is nearest to each tick of an even clock.

    Parameters
    ----------
    timed
        Times in seconds, growing, each with its frame.
    per_s
        Ticks a second, from time 0 on. A clip with fewer frames a second keeps all of them, and
        a tick without a frame near it keeps none.

    """
    if not per_s > 0:
        raise ValueError(f"{per_s} frames a second")
    best: tuple[float, T] | None = None
    best_tick, best_away_s = -1, math.inf
    for t_s, frame in timed:
        tick = math.floor(t_s * per_s + 0.5)
        away_s = abs(t_s - tick / per_s)
        if best is not None and tick != best_tick:
            yield best
            best = None
        if best is None or away_s < best_away_s - _AS_NEAR_S:
            best, best_tick, best_away_s = (t_s, frame), tick, away_s
    if best is not None:
        yield best


def first_from(
    timed: Iterable[tuple[float, T]], times_s: Iterable[float]
) -> Iterator[tuple[float, T]]:
    """Keep the first frame from each of these times on, once; stop after the last.

    Parameters
    ----------
    timed
        Times in seconds, growing, each with its frame.
    times_s
        The times that are asked for, in seconds, in any order.

    """
    asked = deque(sorted(times_s))
    if not asked:
        return
    for t_s, frame in timed:
        if t_s < asked[0]:
            continue
        while asked and asked[0] <= t_s:
            asked.popleft()
        yield t_s, frame
        if not asked:
            return
