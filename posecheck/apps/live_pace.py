"""Whether a frame that has waited is worth a look, or the next one is.

One slow look makes the next frame wait, and where a look takes about as long as the camera needs
for a frame, all that follow wait as well: for half a second, or as long as the machine is busy,
the person sees themselves late. One frame left out ends that. Times are those of the frames,
whatever the speed of a film.
"""

from __future__ import annotations

import statistics
from collections import deque

from posecheck.vision.frames import Frame

OLD = 0.3  # of the time between two frames: one that has waited longer is old
CATCH_UP = 3  # looks; what is caught up in so many needs no frame left out
SLOW = 1.3  # of that time: where looks take longer, each frame left out makes the next as old
LEAST = 2  # looks between two frames that are left out
# Where frames come in bursts, the next one is as old: after so many frames in a row that were left
# out for nothing, so many looks.
IN_VAIN, SELDOM = 3, 6
_LATE = 25  # looks of late, that tell what is usual: a pause changes nothing
_LATER = 250  # looks of which the youngest frame tells how late the camera itself is


class Pace:
    """Knows how fast frames come and looks go; ask before each look, push it when it is done."""

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._steps_s: deque[float] = deque(maxlen=_LATE)  # between the camera's frames
        self._looks_s: deque[float] = deque(maxlen=_LATE)
        self._ages_s: deque[float] = deque(maxlen=_LATER)
        self._since = SELDOM  # looks since a frame was left out
        self._in_vain = 0  # frames in a row that were left out for nothing

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
        if not self._steps_s:
            return False
        waited_s = age_s - min(self._ages_s)  # a camera may be late with all its frames
        step_s = statistics.median(self._steps_s)
        old = waited_s > OLD * step_s
        if self._since == 1:  # the first that shows whether the last one helped
            self._in_vain = self._in_vain + 1 if old else 0
        if not old or self._since < (SELDOM if self._in_vain >= IN_VAIN else LEAST):
            return False
        look_s = statistics.median(self._looks_s)
        if look_s > SLOW * step_s or CATCH_UP * (step_s - look_s) >= waited_s:
            return False
        self._since = 0
        return True
