"""Where the joint of the working hip is: its landmark lies beside it.

Along the body three witnesses say where it is, in shank lengths: its own landmark (off by 0.046
on average, 48 rendered clips), the other hip's, which lies half hidden and is drawn too near, and
the resting leg, which in the first seconds can be half a shank off and is believed no farther
than `RESTING_FAR`. The shares below leave 0.031, and 0.3 to 0.6 hardly another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecheck.motion.lately import Lately
from posecheck.motion.view import View
from posecheck.types import Array

SHANK_EVERY_S = 0.1  # it is not measured in every frame
# Thigh over shank (hip to knee, knee to ankle joint): 0.91-0.99 in the rendered bodies, 0.996
# (0.245 / 0.246 of body height) after Drillis and Contini (1966).
THIGH_OVER_SHANK = 0.955
HIPS_OVER_TRUNK = 0.46  # hip joints apart, in the rendered bodies
OTHER_HIP_X, RESTING_X, RESTING_FAR = 0.25, 0.5, 0.15
FLAT_DEG = 18.0
HIP_MOVE_UP_MAX = 0.03
HIP_MOVE_MAX = 0.3  # of the shank


@dataclass(frozen=True, slots=True)
class Hips:
    """The landmarks that tell where the joint is, held over seconds; (2,) each, in pixels."""

    shoulders_px: Array  # their middle
    hip_px: Array  # of the working leg
    other_px: Array
    far: float  # how much farther away the other hip lies, in trunk lengths


class HipPlacer:
    """Measure the shank often; then `place` says how far the joint lies from its landmark."""

    def __init__(self, for_s: float) -> None:
        self._shanks: Lately[float] = Lately(for_s)
        self._flat: Lately[Array] = Lately(for_s)  # the knee of a resting leg that lies flat

    def measure(self, t_s: float, view: View, hip_px: Array, shank_px: Array) -> None:
        """Take the working leg's knee and ankle (2, 2)."""
        if t_s - self._shanks.last_s >= SHANK_EVERY_S:
            knee, ankle = view.plane(shank_px, hip_px)
            self._shanks.push(t_s, float(np.hypot(*(ankle - knee))))

    def clear(self) -> None:
        """Forget what was measured: the body has moved."""
        self._shanks.clear()
        self._flat.clear()

    def place(self, t_s: float, view: View, hips: Hips, resting_px: Array) -> Array:
        """From the hip's landmark to its joint, (2,) in shank lengths.

        The thigh of a leg that lies on the surface is as high at the hip as at the knee, and
        one thigh length long; the landmark sits some 7 cm in front of the joint (rendered
        bodies, every view). The last flat stretch of the resting leg's knee and ankle (2, 2)
        keeps its word while the leg moves.
        """
        hip, other = hips.hip_px, hips.other_px
        if not self._shanks or not np.isfinite([hip, other]).all():
            return np.zeros(2)
        shank = float(np.median(list(self._shanks)))
        away = hips.far * float(np.hypot(*view.plane(hips.shoulders_px, hip)))
        if lies_flat(view, hip, resting_px, hips.far):
            self._flat.push(t_s, view.plane(resting_px[0], hip, away) / shank)
        self._flat.forget(t_s)
        move = np.array([OTHER_HIP_X * view.plane(other, hip, away)[0] / shank, 0.0])
        if self._flat:
            knees = np.array(list(self._flat))
            along = np.clip(knees[:, 0] - THIGH_OVER_SHANK, -RESTING_FAR, RESTING_FAR)
            move += [RESTING_X * along.mean(), knees[:, 1].mean()]
        # a knee that is drawn too high says nothing: the joint never lies far before the landmark
        placed: Array = np.clip(move, -HIP_MOVE_MAX, [HIP_MOVE_MAX, HIP_MOVE_UP_MAX])
        return placed


def lies_flat(view: View, hip_px: Array, leg_px: Array, far: float) -> bool:
    """Whether knee and ankle (2, 2) lie on the surface, `far` trunk lengths behind the hip."""
    knee, ankle = view.plane(leg_px, hip_px, far * float(np.hypot(*view.plane(leg_px[0], hip_px))))
    return max(_slope(ankle - knee), _slope(knee)) < FLAT_DEG


def _slope(v: Array) -> float:
    """How far a segment of the sagittal plane (2,) leaves the surface, in degrees."""
    return float(abs(np.degrees(np.arctan2(v[1], v[0]))))
