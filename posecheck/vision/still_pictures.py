"""Pictures that stand still: what was looked at in them is no observation.

A camera that hangs, a player that waits and a connection that stalls repeat their last picture.
No living body is as still as that: at 10 looks a second, in pictures of 320 pixels, four real
recordings change by 3 levels and more in some block from each look to the next, and 17 rendered
ones, whose picture has noise, within 1 s. A picture that is repeated stays within 3 levels for
good, and within a quarter of one once the encoder has settled (seven encodings, H.264, MPEG-4, VP9
and JPEG, of a clip with 7 s of it; MPEG-4 and VP9 never settle). Photographs whose leg is moved by
hand stay within 3 levels for up to 3.1 s, and within a quarter of one for up to 0.7 s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecheck.types import Pose
from posecheck.vision.frames import Image

SIDE_PX = 320  # about so many, of the longer side, are compared
BLOCK_PX = 8  # of those: the mean over so many squared, or a foot that moves is lost in the noise
# How far, in levels of 255, the block that changes most may be from the first of the looks that are
# alike, and for how long they must be to be of a picture that stands still.
LIKE, LIKE_S = 3.0, 5.0
SETTLED, SETTLED_S = 0.25, 0.9
# The picture of the look before once more, as in a file with more frames than its camera gave.
REPEATED = 0.02

Small = NDArray[np.float32]  # (h, w)


@dataclass(frozen=True, slots=True)
class _Look:
    picture: Small
    pose: Pose


class StillPictures:
    """Leaves out the looks at a picture that stands still: push every look, take what is left.

    The first look at a picture stays. Poses come out late where it is not known yet.
    """

    def __init__(self) -> None:
        self._first: _Look | None = None  # of those that are alike
        self._settled: _Look | None = None  # of those that hardly differ
        self._last: _Look | None = None
        self._waiting: list[Pose] = []  # the others that are alike, without repeated ones
        self._still = False

    def push(self, image: Image, pose: Pose) -> list[Pose]:
        """Take the next look, with its picture; return the poses that are known to count.

        Parameters
        ----------
        image
            The picture (h, w, 3).
        pose
            Who is in it.

        """
        look, last = _Look(_small(image), pose), self._last
        self._last = look
        if self._first is None or _change(self._first, look) >= LIKE:
            moved = self.flush()
            self._first, self._settled, self._still = look, look, False
            return [*moved, pose]
        if self._settled is None or _change(self._settled, look) >= SETTLED:
            self._settled = look
        self._still = (
            self._still
            or pose.t_s - self._first.pose.t_s >= LIKE_S
            or pose.t_s - self._settled.pose.t_s >= SETTLED_S
        )
        if self._still:
            self._waiting = []
        elif last is None or _change(last, look) >= REPEATED:
            self._waiting.append(pose)
        return []

    def flush(self) -> list[Pose]:
        """Return the poses that still wait, at the end."""
        waiting, self._waiting = self._waiting, []
        return waiting


def _small(image: Image) -> Small:
    """Return the green of a picture, which is most of its light, as means of squares (h, w)."""
    n = max(1, round(max(image.shape[:2]) / SIDE_PX))
    return _means(image[:, :, 1].astype(np.float32), n)


def _change(one: _Look, other: _Look) -> float:
    """Return the mean change of the block that changes most, in levels."""
    if one.picture.shape != other.picture.shape:
        return float("inf")
    return float(_means(np.abs(one.picture - other.picture), BLOCK_PX).max())


def _means(values: Small, n: int) -> Small:
    """Return the means of squares of n by n, but of what is left over at the edges."""
    h, w = (max(1, size // n) for size in values.shape)
    across = min(n, values.shape[0]), min(n, values.shape[1])
    cut = values[: h * across[0], : w * across[1]]
    means: Small = cut.reshape(h, across[0], w, across[1]).mean((1, 3))
    return means
