"""Whether a frame that has waited is worth a look, or the next one is.

One slow look makes the next frame wait, and where a look takes nearly as long as the camera needs
for a frame, all that follow wait as long: for half a second the person sees themselves late. One
frame left out ends that. Times are those of the frames, whatever the speed of a film.
"""

from __future__ import annotations

import statistics
from collections import deque

from posecheck.vision.frames import Frame

OLD = 0.4  # of the time between two frames: one that has waited longer is old
CATCH_UP = 3  # looks; what is caught up in so many needs no frame left out
GAIN = 0.01  # of that time, at least, must a look leave: else the next frame waits as well
LEAST = 6  # looks between two frames that are left out: where frames come in bursts it helps none
_LATE = 25  # looks of late, that tell what is usual: a pause changes nothing


class Pace:
    """Knows how fast frames come and looks go; push each look, ask before the next."""

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._steps_s: deque[float] = deque(maxlen=_LATE)  # between the camera's frames
        self._looks_s: deque[float] = deque(maxlen=_LATE)
        self._ages_s: deque[float] = deque(maxlen=_LATE)
        self._since = LEAST

    def push(self, frame: Frame, age_s: float, then_s: float) -> None:
        """A frame was looked at; how old it was when the look began, and when it ended."""
        if self._last is not None and frame.index > self._last.index:
            step_s = (frame.t_s - self._last.t_s) / (frame.index - self._last.index)
            self._steps_s.append(step_s)
        self._looks_s.append(then_s - age_s)
        self._ages_s.append(age_s)
        self._last = frame
        self._since += 1

    def leave_out(self, age_s: float) -> bool:
        """Whether to leave a frame of this age out for the next one: nothing else would help."""
        if not self._steps_s or self._since < LEAST:
            return False
        waited_s = age_s - min(self._ages_s)  # a camera may be late with all its frames
        step_s = statistics.median(self._steps_s)
        gain_s = step_s - statistics.median(self._looks_s)  # of each look
        if not (waited_s > OLD * step_s and GAIN * step_s < gain_s < waited_s / CATCH_UP):
            return False
        self._since = 0
        return True
