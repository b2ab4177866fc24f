"""How many looks a second a live session gets, and whether the computer or the camera is too slow.

Measured in the time of the frames, as the report does it. Frames that were left out tell that the
camera gives more of them than the computer can look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from posecheck.apps.looking import LOOKS_PER_S
from posecheck.exercises.repetitions import LOOKS_MIN_PER_S
from posecheck.motion.signals import looks_per_s
from posecheck.motion.sliding_window import SlidingWindow
from posecheck.types import Cue, StageName
from posecheck.vision.frames import Frame

Slow = Literal["slow_computer", "slow_camera"]

OVER_S, LEAST_S = 3.0, 2.0  # measured over the last seconds, once there are so many
LASTS_S = 2.0  # a computer that begins is slow for a moment
LEFT_OUT = 1.25  # frames for each look: more, and it is the computer that is too slow


@dataclass(frozen=True, slots=True)
class Rate:
    """Looks a second of late, and what keeps them below `LOOKS_PER_S`, if anything does."""

    looks_per_s: float
    slow: Slow | None

    @property
    def number(self) -> int:
        """Looks a second, as it is said and shown."""
        return round(self.looks_per_s)


class LookRate:
    """Push each look; get the rate, None until it is known."""

    def __init__(self) -> None:
        self._frames: SlidingWindow[int] = SlidingWindow(OVER_S)  # their numbers
        self._slow_s: float | None = None  # since when it is too slow
        self._warned = False

    def push(self, frame: Frame, seen: bool) -> Rate | None:
        """Take a frame that was looked at; while nobody is `seen` looks take longer."""
        rate = self._rate(frame, seen)
        if rate is None or rate.slow is None:
            self._slow_s = None
        elif self._slow_s is None:
            self._slow_s = frame.t_s
        return rate

    def _rate(self, frame: Frame, seen: bool) -> Rate | None:
        if not seen:
            self._frames.clear()
            return None
        self._frames.push(frame.t_s, frame.index)
        times, numbers = np.array(self._frames.times), list(self._frames)
        if times[-1] - times[0] < LEAST_S:
            return None
        per_s = looks_per_s(times, np.ones(len(times), bool))
        if round(per_s) >= LOOKS_PER_S:
            return Rate(per_s, None)
        given = (numbers[-1] - numbers[0]) / (len(numbers) - 1)
        return Rate(per_s, "slow_computer" if given > LEFT_OUT else "slow_camera")

    def warning(self, rate: Rate | None, stage: StageName, t_s: float) -> tuple[Cue, ...]:
        """What is said of a rate that stays too low, once: in the set-up, or below the least."""
        if rate is None or rate.slow is None or self._slow_s is None or self._warned:
            return ()
        matters = stage == "exercise" and rate.looks_per_s < LOOKS_MIN_PER_S
        if not (matters or stage == "set_up") or t_s - self._slow_s < LASTS_S:
            return ()
        self._warned = True
        return (Cue(t_s, "remind", rate.slow, rate.number),)
