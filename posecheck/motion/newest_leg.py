"""The working leg in the newest frame, for the picture: the smoother knows it only `LAG_S` later.

What is counted and graded never comes from here.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from posecheck.motion.legs import NOWHERE, Legs
from posecheck.motion.smoothing import LAG_S, REACH_S, local_fit
from posecheck.types import Array

LINE = 3  # frames that tell a line; of fewer the last one counts


class LegNow:
    """Push every frame, and ask where the leg is in the last of them."""

    def __init__(self) -> None:
        self.t_s = -np.inf
        self._seen: deque[tuple[float, Array]] = deque()

    def push(self, legs: Legs) -> None:
        """Take one frame."""
        self.t_s = legs.t_s
        if np.isfinite(legs.working_px).all():
            self._seen.append((legs.t_s, legs.working_px))
        while self._seen and self._seen[0][0] < legs.t_s - LAG_S - REACH_S:
            self._seen.popleft()

    def joints_px(self) -> Array:
        """(5, 2): on a line through the last frames, which stills the jitter and does not trail.

        A leg that was lost stays where it was for `LAG_S`, then it is NaN.
        """
        last_s = self._seen[-1][0] if self._seen else -np.inf
        if not self.t_s - last_s <= LAG_S:
            return NOWHERE
        near = [(t, leg) for t, leg in self._seen if last_s - t <= REACH_S]
        near = near if len(near) >= LINE else near[-1:]
        times = np.array([t for t, _ in near]) - last_s
        fit, _ = local_fit(times, np.array([leg for _, leg in near]).reshape(-1, 10))
        return fit.reshape(5, 2)
