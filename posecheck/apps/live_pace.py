"""Whether a frame that has waited is worth a look, or the next one is.

One slow look makes the next frame wait, and where a look takes nearly as long as the camera needs
for a frame, all that follow wait as long: for half a second the person sees themselves late. One
frame left out ends that.
"""

from __future__ import annotations

import statistics
from collections import deque

from posecheck.vision.frames import Frame

OLD = 0.4  # of the time between two frames: a frame that has waited longer is old
CATCH_UP = 3  # looks; what is caught up in so many needs no frame left out
_LATE = 25  # looks of late, of which the median is what is usual: a pause changes nothing


class Pace:
    """Knows how fast frames come and looks go; push each look, ask before the next."""

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._steps_s: deque[float] = deque(maxlen=_LATE)  # between the camera's frames
        self._looks_s: deque[float] = deque(maxlen=_LATE)
        self._in_vain = False  # a frame was left out, and the next was as old

    def push(self, frame: Frame, look_s: float) -> None:
        """A frame was looked at for so long."""
        if self._last is not None and frame.index > self._last.index:
            step_s = (frame.t_s - self._last.t_s) / (frame.index - self._last.index)
            self._steps_s.append(step_s)
        self._looks_s.append(look_s)
        self._last = frame

    def too_old(self, age_s: float) -> bool:
        """Whether a frame of this age should be left out for the next: nothing else would help."""
        if not self._steps_s:
            return False
        step_s = statistics.median(self._steps_s)
        gain_s = step_s - statistics.median(self._looks_s)  # of each look
        old = age_s > OLD * step_s
        self._in_vain &= old
        return old and not self._in_vain and 0 < gain_s < age_s / CATCH_UP

    def left_out(self, age_s: float) -> None:
        """A frame was left out; the one after it is so old."""
        self._in_vain = age_s > OLD * statistics.median(self._steps_s)
