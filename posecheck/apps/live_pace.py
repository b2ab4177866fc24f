"""Whether a frame that has waited is worth a look, or the next one is.

Where looks take longer than frames come, the newest frame has waited for half of the time between
two frames in the mean, and the person sees themselves so much later. Waiting for the next frame
ends that, and costs looks. It is done as long as enough of them remain. Times are those of the
frames, whatever the speed of a film.
"""

from __future__ import annotations

import statistics
from collections import deque

from posecheck.apps.looking import LOOKS_PER_S
from posecheck.vision.frames import Frame

OLD = 0.3  # of the time between two frames: one that has waited longer is old
_LATE = 25  # looks of late, that tell what is usual: a pause changes nothing
_LATER = 250  # looks of which the youngest frame tells how late the camera itself is


class Pace:
    """Knows how fast frames come and looks go; ask before each look, push it when it is done."""

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._steps_s: deque[float] = deque(maxlen=_LATE)  # between the camera's frames
        self._looks_s: deque[float] = deque(maxlen=_LATE)
        self._ages_s: deque[float] = deque(maxlen=_LATER)

    def push(self, frame: Frame, age_s: float, then_s: float) -> None:
        """A frame was looked at; how old it was when the look began, and when it ended."""
        if self._last is not None and frame.index > self._last.index:
            step_s = (frame.t_s - self._last.t_s) / (frame.index - self._last.index)
            self._steps_s.append(step_s)
        self._looks_s.append(then_s - age_s)
        self._ages_s.append(age_s)
        self._last = frame

    def leave_out(self, age_s: float) -> bool:
        """Whether to leave a frame of this age out for the next: it is old, and time is left."""
        if not self._steps_s:
            return False
        waited_s = age_s - min(self._ages_s)  # a camera may be late with all its frames
        step_s = statistics.median(self._steps_s)
        if waited_s <= OLD * step_s:
            return False
        until_next_s = max(0.0, step_s - waited_s)
        return until_next_s + statistics.median(self._looks_s) <= 1.0 / LOOKS_PER_S
