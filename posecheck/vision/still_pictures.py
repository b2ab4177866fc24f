"""Pictures that stop: what was looked at in them is no observation.

A camera that hangs, a player that waits and a connection that stalls repeat their last picture.
No living body is as still as that: at 10 looks a second, in pictures of 320 pixels, four real
recordings change by 3 levels and more in some block from each look to the next, and 17 rendered
ones, whose picture has noise, within 1 s. A picture that is repeated stays within a quarter of a
level once the encoder has settled (H.264 and JPEG; MPEG-4 and VP9 never settle, and are not told).
Photographs whose leg is turned by formula stay within it for up to 0.7 s.

A clip that has not moved yet may be a photograph, or somebody who waits: its looks stay. They show
angles, and what does not move is neither counted nor passed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecheck.types import Pose
from posecheck.vision.frames import Image

SIDE_PX = 320  # about so many, of the longer side, are compared
BLOCK_PX = 8  # of those: the mean over so many squared, or a foot that moves is lost in the noise
# Levels of 255 by which the block that changes most shows that something has moved.
LIKE = 3.0
# In a picture that stands still it stays so near to the first of the looks that are alike, so long:
# twice as long as in a photograph whose leg is turned, and less than encoders take to begin anew.
SETTLED, SETTLED_S = 0.25, 1.5
# The picture of the look before once more, as in a file with more frames than its camera gave; a
# camera that gives fewer than two a second is none.
REPEATED, REPEATED_S = 0.02, 0.5

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
        self._waiting: list[tuple[Pose, bool]] = []  # and whether it is the same picture again
        self._still = self._moved = False

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
            self._moved = self._moved or self._first is not None
            before = self.flush()
            self._first, self._settled, self._still = look, look, False
            return [*before, pose]
        if self._settled is None or _change(self._settled, look) >= SETTLED:
            self._settled = look
        settled_s = pose.t_s - self._settled.pose.t_s
        self._still = self._still or (self._moved and settled_s >= SETTLED_S)
        if self._still:
            self._waiting = []
        else:
            self._waiting.append((pose, last is not None and _change(last, look) < REPEATED))
        return []

    def flush(self) -> list[Pose]:
        """Return the poses that still wait, at the end."""
        waiting, self._waiting = self._waiting, []
        if not waiting or self._first is None:
            return []
        short = self._moved and waiting[-1][0].t_s - self._first.pose.t_s < REPEATED_S
        return [pose for pose, repeated in waiting if not (repeated and short)]


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
