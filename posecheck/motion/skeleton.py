"""Landmark numbers, the joints of a leg, and the sides of a body.

The numbers are those of the 33-point BlazePose topology that MediaPipe uses.
"""

from __future__ import annotations

import numpy as np

from posecheck.types import Array, Side

N_LANDMARKS = 33
NOSE = 0
EARS = (7, 8)
SHOULDERS = (11, 12)
WRISTS = (15, 16)
HIPS = (23, 24)
# hip, knee, ankle, heel, toe of the left and of the right leg
LEGS = np.array([[23, 25, 27, 29, 31], [24, 26, 28, 30, 32]])
HIP, KNEE, ANKLE, HEEL, TOE = range(5)
SIDES: tuple[Side, Side] = ("left", "right")


def midpoint(xy: Array, pair: tuple[int, int]) -> Array:
    """Return the middle of two landmarks.

    Parameters
    ----------
    xy
        (..., 33, 2) landmarks in pixels.
    pair
        Their numbers.

    Returns
    -------
    Array
        (..., 2) in pixels.

    """
    middle: Array = 0.5 * (xy[..., pair[0], :] + xy[..., pair[1], :])
    return middle
