"""Whether the working leg is the left or the right one."""

from __future__ import annotations

import numpy as np

from posecheck.types import Side

SEEN_MIN = 5  # looks with a label, before anything is said
CLEAR = 0.6  # share of the labels that must agree


class SideJudge:
    """The anatomical side: what most looks call the raised leg, else the side that is near.

    Fresh looks of the heavy model name the raised leg right on all rendered and photographed
    clips, the near and the far one (measured). Where looks disagree the legs hide each other,
    which happens while the near one works.
    """

    def __init__(self) -> None:
        self._votes = np.zeros(2)

    def push(self, label: int) -> None:
        """Count the label of the raised leg; negative where there is none."""
        if label >= 0:
            self._votes[label] += 1

    def side(self, feet: float) -> Side | None:
        """The working side of a supine body whose feet point right (+1) or left (-1)."""
        seen = self._votes.sum()
        if seen < SEEN_MIN:
            return None
        if self._votes.max() / seen < CLEAR:
            return near_side(feet)
        return "left" if self._votes[0] > self._votes[1] else "right"


def near_side(feet: float) -> Side:
    """The side that a supine body turns to the camera."""
    return "left" if feet < 0 else "right"
