"""A detected person, and the crops of a picture in which people are looked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posecheck.motion.calibration import FRAME_SIDE
from posecheck.motion.people import Window, describe
from posecheck.motion.skeleton import N_LANDMARKS
from posecheck.types import Array, Pose
from posecheck.vision.frames import Frame, Image

SAME_TRUNKS = 0.6  # mid-hips nearer than this, in trunk lengths, are one person's
SPARSE_PX = 16  # one pixel of so many in a row tells of the whole, in microseconds
WHITE = 255


@dataclass(frozen=True, slots=True)
class Detection:
    """One person in a picture: where each landmark is, and how visible."""

    xy_px: Array  # (33, 2)
    visibility: Array  # (33,) float16, 0 to 1

    def in_whole(self, offset: Array, scale: float) -> Detection:
        """Give this detection in a crop in pixels of the full picture (float32).

        Parameters
        ----------
        offset
            Where the crop begins in the picture that it was taken from: (2,), pixels.
        scale
            The size of that picture over that of the full one.

        """
        return Detection(((self.xy_px + offset) / scale).astype(np.float32), self.visibility)


NOBODY = Detection(
    np.full((N_LANDMARKS, 2), np.nan, np.float32), np.full(N_LANDMARKS, np.nan, np.float16)
)


def padded_crop(image: Image, window: Window | None, scale: float) -> tuple[Image, Array]:
    """Cut a part out of a picture and put it in the middle of a black square.

    Parameters
    ----------
    image
        The picture (h, w, 3).
    window
        Left, top, right and bottom of the part in pixels of the full picture; None takes all of it.
    scale
        The size of ``image`` over that of the full picture.

    Returns
    -------
    crop, offset
        The square, and where it begins in ``image``: (2,), pixels.

    """
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


def same_person(a: Detection, b: Detection) -> bool:
    """Tell whether two detections are of one person.

    Parameters
    ----------
    a, b
        Both in pixels of the same picture.

    """
    one, other = describe(a.xy_px), describe(b.xy_px)
    apart = float(np.hypot(*(one.hips_px - other.hips_px)))
    return apart < SAME_TRUNKS * max(one.trunk_px, other.trunk_px)


def pose_of(frame: Frame, person: Detection | None, others: int, touched: bool) -> Pose:
    """Make the pose of a frame.

    Parameters
    ----------
    frame
        The picture that was looked at.
    person
        Who is followed, in pixels of the full picture; None where they are not seen.
    others
        How many further people were seen when they were last looked for.
    touched
        Whether one of them has a hand at a leg.

    """
    width, height = (round(n) for n in frame.size_px)
    landmarks = NOBODY if person is None else person
    few = frame.image[::SPARSE_PX, ::SPARSE_PX]
    return Pose(
        t_s=frame.t_s,
        width_px=width,
        height_px=height,
        xy_px=landmarks.xy_px,
        visibility=landmarks.visibility,
        brightness=float(np.float32(few.mean() / WHITE)),
        others=0 if person is None else others,
        touched=False if person is None else touched,
    )
