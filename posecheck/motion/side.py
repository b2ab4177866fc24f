"""Whether the working leg is the left or the right one."""

from __future__ import annotations

import numpy as np

from posecheck.motion.working_leg import LEG_HIDDEN
from posecheck.types import Side


class SideJudge:
    """The anatomical side, from the labels on the raised leg and from the leg that is near.

    Labels that jump between the legs happen only while the near leg works and hides the other
    (38 of 46 rendered clips had the near leg at work; the 8 others had not a single jump, and no
    frame in which a leg had to be painted out): then the near side is believed, else the label.
    """

    JUMPING, JUMPS_MIN = 0.004, 2  # one jump may be the legs' change of turns
    HIDDEN = 0.2

    def __init__(self) -> None:
        self._votes = np.zeros(2)
        self._jumps = self._hidden = self._count = 0
        self._last = -1

    def push(self, label: int) -> None:
        """Count the label of the raised leg, or why there is none, as in `Legs`."""
        self._count += 1
        self._hidden += label == LEG_HIDDEN
        if label < 0:
            return
        self._jumps += self._last not in (-1, label)
        self._votes[label] += 1
        self._last = label

    def side(self, feet: float) -> Side | None:
        """The working side of a supine body whose feet point right (+1) or left (-1)."""
        seen = self._votes.sum()
        if seen < 5:
            return None
        jumping = self._jumps >= self.JUMPS_MIN and self._jumps / seen > self.JUMPING
        conflict = jumping or self._hidden / self._count > self.HIDDEN
        if conflict or self._votes.max() / seen < 0.75:
            return near_side(feet)
        return "left" if self._votes[0] > self._votes[1] else "right"


def near_side(feet: float) -> Side:
    """The side that a supine body turns to the camera."""
    return "left" if feet < 0 else "right"
