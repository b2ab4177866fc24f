"""How fast frames come and looks go in a live session, and what follows from it.

All times are those of the frames, whatever the speed of a film, as the report measures them.
"""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.repetitions import LOOKS_MIN_PER_S
from posecheck.motion.signals import looks_per_s
from posecheck.motion.sliding_window import SlidingWindow
from posecheck.types import Cue, StageName
from posecheck.vision.frames import Frame

Slow = Literal["slow_computer", "slow_camera"]

STALE = 0.3  # of the time between two frames: one that has waited longer is stale
_USUAL_OF = 25  # looks that tell what is usual: a pause changes nothing
_YOUNGEST_OF = 250  # looks of which the youngest frame tells how late the camera itself is
OVER_S, LEAST_S = 3.0, 2.0  # measured over the last seconds, once there are so many
LASTS_S = 2.0  # a computer that begins is slow for a moment
LEFT_OUT = 1.25  # frames for each look: more, and it is the computer that is too slow


class FramePacer:
    """Says whether a frame that has waited is worth a look, or the next one is.

    Where looks take longer than frames come, the newest frame has waited for half of the time
    between two frames in the mean, and the person sees themselves so much later. Waiting for the
    next frame ends that, and costs looks; it is done as long as enough of them remain. Ask
    `should_skip` before each look, and `push` when it is done.
    """

    def __init__(self) -> None:
        self._last: Frame | None = None
        self._steps_s: deque[float] = deque(maxlen=_USUAL_OF)  # between the camera's frames
        self._looks_s: deque[float] = deque(maxlen=_USUAL_OF)
        self._ages_s: deque[float] = deque(maxlen=_YOUNGEST_OF)

    def push(self, frame: Frame, age_s: float, then_s: float) -> None:
        """Take note of a frame that was looked at.

        Parameters
        ----------
        frame
            The frame.
        age_s, then_s
            How old it was when the look began, and when it ended, in seconds.

        """
        if self._last is not None and frame.index > self._last.index:
            step_s = (frame.t_s - self._last.t_s) / (frame.index - self._last.index)
            self._steps_s.append(step_s)
        self._looks_s.append(then_s - age_s)
        self._ages_s.append(age_s)
        self._last = frame

    def should_skip(self, age_s: float) -> bool:
        """Return whether to leave out a frame of this age: it is stale, and time is left."""
        if not self._steps_s:
            return False
        waited_s = age_s - min(self._ages_s)  # a camera may be late with all its frames
        step_s = statistics.median(self._steps_s)
        if waited_s <= STALE * step_s:
            return False
        until_next_s = max(0.0, step_s - waited_s)
        return until_next_s + statistics.median(self._looks_s) <= 1.0 / LOOKS_PER_S


@dataclass(frozen=True, slots=True)
class LookRate:
    """Looks a second of late, and what keeps them below `LOOKS_PER_S`, if anything does."""

    looks_per_s: float
    slow: Slow | None

    @property
    def number(self) -> int:
        """Return looks a second, as it is said and shown."""
        return round(self.looks_per_s)


class LookRateMeter:
    """Measures how many looks a second there are, and whether the computer or the camera is slow.

    Push each look; the rate comes back, None until it is known. Frames that were left out tell
    that the camera gives more of them than the computer can look at.
    """

    def __init__(self) -> None:
        self._frames: SlidingWindow[int] = SlidingWindow(OVER_S)  # their numbers
        self._slow_s: float | None = None  # since when it is too slow
        self._warned = False

    def push(self, frame: Frame, seen: bool) -> LookRate | None:
        """Take a frame that was looked at, and return the rate.

        Parameters
        ----------
        frame
            The frame.
        seen
            Whether somebody was seen in it: looks take longer while nobody is.

        """
        rate = self._rate(frame, seen)
        if rate is None or rate.slow is None:
            self._slow_s = None
        elif self._slow_s is None:
            self._slow_s = frame.t_s
        return rate

    def warning(self, rate: LookRate | None, stage: StageName, t_s: float) -> tuple[Cue, ...]:
        """Return what is said, once, of a rate that stays too low.

        Parameters
        ----------
        rate
            What `push` has returned.
        stage
            What the screen shows: it matters in the set-up, and later below the least.
        t_s
            The time of the frame, in seconds.

        """
        if rate is None or rate.slow is None or self._slow_s is None or self._warned:
            return ()
        matters = stage == "exercise" and rate.looks_per_s < LOOKS_MIN_PER_S
        if not (matters or stage == "set_up") or t_s - self._slow_s < LASTS_S:
            return ()
        self._warned = True
        return (Cue(t_s, "remind", rate.slow, rate.number),)

    def _rate(self, frame: Frame, seen: bool) -> LookRate | None:
        if not seen:
            self._frames.clear()
            return None
        self._frames.push(frame.t_s, frame.index)
        times, numbers = np.array(self._frames.times), list(self._frames)
        if times[-1] - times[0] < LEAST_S:
            return None
        per_s = looks_per_s(times, np.ones(len(times), bool))
        if round(per_s) >= LOOKS_PER_S:
            return LookRate(per_s, None)
        given = (numbers[-1] - numbers[0]) / (len(numbers) - 1)
        return LookRate(per_s, "slow_computer" if given > LEFT_OUT else "slow_camera")
