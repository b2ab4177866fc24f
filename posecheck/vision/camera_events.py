"""What happens to a camera, and what its pictures tell: covered, or of another size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image as Pictures

from posecheck.vision.frames import Image

EventKind = Literal["lost", "back", "black", "light", "still", "moving", "size_changed", "ended"]

BLACK_S = 2.0  # so long black is said
_BLACK = 12  # mean of a covered lens, of 255; the noise of most cameras stays below
_BRIGHTEST = 48  # and so all but its brightest pixels; a dark room with a lamp is no covered lens
_MOST_PERCENT = 99
_EVERY = 16  # pixels; a look at so few takes microseconds


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """Something that the person in front of the camera, or who runs it, has to know."""

    t_s: float
    kind: EventKind
    message: str  # one line: what is wrong, and what to do


class PictureMonitor:
    """Brings pictures to one size, and says when they go black or change their shape.

    Parameters
    ----------
    max_side_px
        Larger pictures are made smaller.

    """

    def __init__(self, max_side_px: int) -> None:
        self._max_side_px = max_side_px
        self._size: tuple[int, int] | None = None  # height, width of what is handed on
        self._given: tuple[int, int] = (0, 0)
        self._dark_since_s: float | None = None
        self._black = False
        self.full_size = (0, 0)  # width and height of what the poses' pixels refer to

    def push(
        self, image: Image, t_s: float, scale: float
    ) -> tuple[Image, float, list[CameraEvent]]:
        """Take a picture; return it as it is handed on, its scale, and what is to be said.

        Parameters
        ----------
        image
            The picture (h, w, 3).
        t_s
            When it was taken, seconds.
        scale
            Its size over that of the full picture.

        """
        events = self._look(image, t_s)
        shape = (image.shape[0], image.shape[1])
        if self._size is None:
            self._given = shape
            self._size = _within(shape, self._max_side_px)
            self.full_size = (round(self._size[1] / scale), round(self._size[0] / scale))
        if shape != self._given:
            self._given = shape
            events.append(CameraEvent(t_s, "size_changed", "The camera changed the size of its "
                                      f"picture to {shape[1]} x {shape[0]}."))  # fmt: skip
        return np.ascontiguousarray(_fitted(image, self._size)), scale, events

    def _look(self, image: Image, t_s: float) -> list[CameraEvent]:
        few = image[::_EVERY, ::_EVERY]
        dark = few.mean() < _BLACK and np.percentile(few, _MOST_PERCENT) < _BRIGHTEST
        if not dark:
            self._dark_since_s, was = None, self._black
            self._black = False
            return [CameraEvent(t_s, "light", "The picture is there again.")] if was else []
        if self._dark_since_s is None:
            self._dark_since_s = t_s
        if self._black or t_s - self._dark_since_s < BLACK_S:
            return []
        self._black = True
        return [CameraEvent(t_s, "black", "The picture is black; take the cover off the lens, or "
                            "switch on more light.")]  # fmt: skip


def _within(shape: tuple[int, int], max_side_px: int) -> tuple[int, int]:
    factor = min(1.0, max_side_px / max(shape))
    return max(1, round(shape[0] * factor)), max(1, round(shape[1] * factor))


def _fitted(image: Image, size: tuple[int, int]) -> Image:
    """Scale the picture into a size (height, width) with its shape kept and black beside it."""
    if image.shape[:2] == size:
        return image
    height, width = size
    factor = min(height / image.shape[0], width / image.shape[1])
    h, w = (max(1, round(n * factor)) for n in image.shape[:2])
    scaled = Pictures.fromarray(image).resize((w, h), Pictures.Resampling.BILINEAR)
    fitted = np.zeros((height, width, 3), np.uint8)
    top, left = (height - h) // 2, (width - w) // 2
    fitted[top : top + h, left : left + w] = np.asarray(scaled)
    return fitted
