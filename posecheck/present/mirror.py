"""The person as in a mirror, in the size that the screen has room for."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np

from posecheck.natives import load_cv2
from posecheck.present.canvas import Picture
from posecheck.present.stencils import Box
from posecheck.types import Array, Update

cv2 = load_cv2()


class Prepared(NamedTuple):
    """What was done for a frame before its pose was known."""

    image: Picture
    room: Box  # that it was fitted into
    screen: Picture  # with its mirror, and nothing else
    place: tuple[int, int, int, int]  # of the mirror: left, top, right, bottom


def fitted(image: Picture, room: Box) -> tuple[int, int]:
    """Return the size of a picture in a box, (width, height) in pixels.

    Parameters
    ----------
    image
        (height, width, 3).
    room
        The box.

    """
    left, top, right, bottom = room
    high, wide = image.shape[:2]
    fit = min((right - left) / wide, (bottom - top) / high)
    return max(round(wide * fit), 1), max(round(high * fit), 1)


def mirror_of(image: Picture, size: tuple[int, int]) -> Picture:
    """Return a new picture, (height, width, 3): another size, and left is right.

    Parameters
    ----------
    image
        (height, width, 3).
    size
        Width and height of the new one, in pixels.

    """
    if size[0] > image.shape[1]:  # what has the fewer pixels is turned round
        small = cv2.resize(cv2.flip(image, 1), size)
    else:
        small = cv2.flip(cv2.resize(image, size), 1)
    return np.ascontiguousarray(small, dtype=np.uint8)


def mirrored(update: Update, full_width: float, width: int) -> Update:
    """Return an update whose joints are those of the mirrored picture.

    Parameters
    ----------
    update
        With its joints in pixels of the frame.
    full_width
        The width of the frame, in pixels.
    width
        The width of the mirrored picture, in pixels.

    """

    def flip(xy: Array) -> Array:
        turned: Array = np.array([full_width, 0.0]) - xy * np.array([1.0, -1.0])
        return turned * (width / full_width)

    return dataclasses.replace(
        update,
        working_px=flip(update.working_px),
        resting_px=flip(update.resting_px),
        trunk_px=flip(update.trunk_px),
    )
