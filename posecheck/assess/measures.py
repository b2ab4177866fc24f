"""What the form rules read: columns of what was measured, and the same smoothed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from posecheck.motion.cycles import smooth
from posecheck.types import Array, Mask

# Gaussian widths for what changes slowly, for a repetition, and for the leg that is seen less often
CALM_S, QUICK_S, RESTING_CALM_S = 0.2, 0.1, 0.4


@dataclass(frozen=True, slots=True)
class Measures:
    """What the rules read, (n,) each: degrees, `hands` in thigh lengths, the rest in trunks."""

    t_s: Array
    hip: Array
    knee: Array
    raw_knee: Array
    resting_hip: Array
    resting_knee: Array
    head: Array
    pelvis: Array
    hands: Array
    resting_x: Array  # of the resting ankle, from its hip along the body
    resting_z: Array  # and up

    @classmethod
    def of(cls, times: Array, column: Callable[[str], Array]) -> Measures:
        """From times (n,) and the columns (n,) of these names."""
        return cls(times, *(column(f.name) for f in fields(cls)[1:]))

    def between(self, start_s: float, end_s: float) -> Mask:
        """Which frames lie between two times, (n,) bool."""
        return (self.t_s >= start_s) & (self.t_s <= end_s)


@dataclass(frozen=True, slots=True)
class Calm:
    """`Measures` smoothed, (n,) each; `quick_knee` less than the others."""

    hip: Array
    knee: Array
    head: Array
    pelvis: Array
    resting_hip: Array
    resting_x: Array
    resting_z: Array
    quick_knee: Array


def calm_of(m: Measures) -> Calm:
    """All that is smoothed by the same width at once."""
    slow = smooth(m.t_s, np.array([m.hip, m.knee, m.head, m.pelvis]), CALM_S)
    resting = np.array([m.resting_hip, m.resting_x, m.resting_z])
    leg = smooth(m.t_s, resting, RESTING_CALM_S)
    return Calm(
        hip=slow[0],
        knee=slow[1],
        head=slow[2],
        pelvis=slow[3],
        resting_hip=leg[0],
        resting_x=leg[1],
        resting_z=leg[2],
        quick_knee=smooth(m.t_s, m.knee, QUICK_S),
    )
