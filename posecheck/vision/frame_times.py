"""When frames are: time stamps that only go forward, and fewer frames chosen by their times."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_JUMP_S = 1.0  # a step back by more is a new count of time, not frames out of order
_FAR_S = 30.0  # a frame that is farther from all others is astray: no recording pauses for one
_BELIEVED = 8  # so many frames in a row that lie elsewhere are where they say
_AS_NEAR_S = 1e-6  # of two frames as near as that, the earlier one is kept


def without_strays(
    stamped: Iterable[tuple[float | None, T]], strays: list[float]
) -> Iterator[tuple[float | None, T]]:
    """Leave out what says that it is far from the frames before and after it.

    Parameters
    ----------
    stamped
        Time stamps in seconds, None where one is missing, each with its frame.
    strays
        Is given the time stamps of those that are left out because they lie too far ahead.

    """
    last: float | None = None
    first: tuple[float, T] | None = None  # waits for what follows, for it may be the stray
    held: list[tuple[float, T]] = []  # what lies elsewhere, until it is known what to think of it

    def left_out(frames: Iterable[tuple[float, T]]) -> None:
        strays.extend(t for t, _ in frames if last is not None and t > last + _FAR_S)

    for stamp, frame in stamped:
        if stamp is not None and last is None:
            last, first = stamp, (stamp, frame)
            continue
        if stamp is not None and last is not None and not -_JUMP_S <= stamp - last <= _FAR_S:
            held.append((stamp, frame))
            if len(held) == _BELIEVED:
                yield from held
                last, first, held = stamp, None, []
            continue
        if first is not None:
            yield first
        left_out(held)
        yield stamp, frame
        last, first, held = last if stamp is None else stamp, None, []
    if first is not None:
        yield first
    if len(held) > _BELIEVED // 4:
        yield from held
    else:
        left_out(held)


class FrameClock:
    """Turns time stamps into seconds from the first frame that never stand still.

    Parameters
    ----------
    usual_step_s
        Seconds from one frame to the next, for those without a time stamp.

    """

    def __init__(self, usual_step_s: float) -> None:
        self._usual_step_s = self.step_s = usual_step_s
        self._shift_s: float | None = None
        self._last_s = -1.0

    def read(self, stamp: float | None) -> float | None:
        """Return a frame's time in seconds, or None for one that comes again or too late.

        Parameters
        ----------
        stamp
            What the frame says, in seconds; None where it says nothing.

        """
        if self._shift_s is None:
            self._shift_s = stamp or 0.0
            self._last_s = 0.0
            return 0.0
        t_s = self._last_s + self.step_s if stamp is None else stamp - self._shift_s
        if t_s < self._last_s - _JUMP_S and stamp is not None:
            t_s = self._last_s + min(self.step_s, max(self._usual_step_s, _JUMP_S))
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
