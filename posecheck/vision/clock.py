"""Time stamps that only ever go forward."""

from __future__ import annotations

import av

_JUMP_S = 1.0  # a step back by more is a new count of time, not frames out of order


class Clock:
    """Turns time stamps into seconds from the first frame that never stand still."""

    def __init__(self, usual_step_s: float) -> None:
        self.step_s = usual_step_s
        self._shift_s: float | None = None
        self._last_s = -1.0

    def read(self, frame: av.VideoFrame) -> float | None:
        """The frame's time, or None for one that comes again or too late."""
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
