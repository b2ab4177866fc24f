"""What the landmark model says of a part of a picture, in pixels of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecheck.motion.calibration import FRAME_SIDE
from posecheck.motion.people import Window, describe
from posecheck.motion.skeleton import N_LANDMARKS
from posecheck.types import Array
from posecheck.vision.frames import Frame

Image = NDArray[np.uint8]
SAME_TRUNKS = 0.6  # mid-hips nearer than this, in trunk lengths, are one person's


@dataclass(frozen=True, slots=True)
class Seen:
    """One person: landmarks in pixels of the full picture, and their visibility."""

    xy_px: Array  # (33, 2) float32
    visibility: Array  # (33,) float16


NOTHING = Seen(
    np.full((N_LANDMARKS, 2), np.nan, np.float32), np.full(N_LANDMARKS, np.nan, np.float16)
)


def size_px(frame: Frame) -> tuple[float, float]:
    """Width and height of the full picture."""
    height, width = frame.image.shape[:2]
    return width / frame.scale, height / frame.scale


def framed(image: Image, window: Window | None, scale: float) -> tuple[Image, Array]:
    """The part of the picture in a window, in a black square, and where that begins (pixels)."""
    left = top = 0
    if window is not None:
        left, top, right, bottom = (round(n * scale) for n in window)
        image = image[top:bottom, left:right]
    height, width = image.shape[:2]
    side = round(FRAME_SIDE * max(height, width))
    x, y = (side - width) // 2, (side - height) // 2
    out = np.zeros((side, side, 3), np.uint8)
    out[y : y + height, x : x + width] = image
    return out, np.array([left - x, top - y])


def people_in(found: Any, part: Image, offset: Array, scale: float) -> Iterator[Seen]:
    """Everybody in what MediaPipe found in a part of the picture."""
    height, width = part.shape[:2]
    for person in found.pose_landmarks:
        xy = np.array([(p.x * width, p.y * height) for p in person])
        visibility = np.array([p.visibility for p in person], np.float16)
        yield Seen(((xy + offset) / scale).astype(np.float32), visibility)


def same_person(a: Seen, b: Seen) -> bool:
    """Whether two skeletons are one person's."""
    one, other = describe(a.xy_px), describe(b.xy_px)
    apart = float(np.hypot(*(one.hips_px - other.hips_px)))
    return apart < SAME_TRUNKS * max(one.trunk_px, other.trunk_px)
