"""Pictures that stop: what was looked at in them is no observation.

A camera that hangs, a player that waits and a connection that stalls repeat their last picture.
No living body is as still as that: at 10 looks a second, in pictures of 320 pixels, four real
recordings change by 3 levels and more in some block from each look to the next, and by 6 within
0.5 s; 17 rendered ones, whose picture has noise, by 3 within 0.7 s and by 6 within 1.9 s.

A picture that is repeated stays within a quarter of a level once the encoder has settled. Many
never settle: MPEG-4, WMV, MPEG-2, VP8, VP9 and H.264 change it by 1 to 4 levels again and again,
for as long as it lasts. Photographs whose leg is turned by formula are held for up to 3.1 s in
which they change no more than that, so that nothing but its length tells a repeated one.

A clip that never moves may be a photograph, or somebody who waits: its looks stay. They show
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
# In a picture that stands still it stays below this, whatever the encoder, longer than in any body.
ALIKE, ALIKE_S = 6.0, 4.5
# Where the encoder settles, it stays so near to the first of the looks that are alike, so long:
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
        self._alike: _Look | None = None  # the first of those that are no more than alike
        self._first: _Look | None = None  # of those in which nothing has moved
        self._settled: _Look | None = None  # of those that hardly differ
        self._last: _Look | None = None
        # And whether it is the same picture again, and when the first came that is like it.
        self._waiting: list[tuple[Pose, bool, float]] = []
        self._still = self._moved = False

    @property
    def since_s(self) -> float | None:
        """Return when the picture was new that stands still now, in seconds; None if none does."""
        return self._alike.pose.t_s if self._still and self._alike is not None else None

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
        if self._alike is None or _change(self._alike, look) >= ALIKE:
            if self._alike is not None:
                self._moved = True
                if self._lasts_s(self._alike, last) >= ALIKE_S:
                    self._waiting = []
            before = self.flush()
            self._alike = self._first = self._settled = look
            self._still = False
            return [*before, pose]
        if self._first is None or _change(self._first, look) >= LIKE:
            self._first, self._moved = look, True
        if self._settled is None or _change(self._settled, look) >= SETTLED:
            self._settled = look
        self._still = self._still or (
            self._moved
            and (
                self._lasts_s(self._settled, look) >= SETTLED_S
                or self._lasts_s(self._alike, look) >= ALIKE_S
            )
        )
        if self._still:
            self._waiting = []
        else:
            repeated = last is not None and _change(last, look) < REPEATED
            self._waiting.append((pose, repeated, self._first.pose.t_s))
        return []

    def flush(self) -> list[Pose]:
        """Return the poses that still wait, at the end."""
        waiting, self._waiting = self._waiting, []
        if not self._moved:
            return [pose for pose, _, _ in waiting]
        until_s = {since_s: pose.t_s for pose, _, since_s in waiting}
        return [
            pose
            for pose, repeated, since_s in waiting
            if not (repeated and until_s[since_s] - since_s < REPEATED_S)
        ]

    @staticmethod
    def _lasts_s(first: _Look, last: _Look | None) -> float:
        return 0.0 if last is None else last.pose.t_s - first.pose.t_s


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
