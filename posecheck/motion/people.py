"""Which of several skeletons is meant, and in which part of the picture to look for one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from posecheck.motion.skeleton import ANKLE, HIPS, LEGS, NOSE, SHOULDERS, WRISTS
from posecheck.types import Array

Window = tuple[float, float, float, float]  # left, top, right, bottom in pixels

# A body that takes little of the picture is missed in the whole of it and found in a part.
SEARCHED = ((0.0, 0.0, 1.0, 1.0), (0.1, 0.1, 0.9, 0.9), (0.0, 0.2, 0.65, 0.95),
            (0.35, 0.2, 1.0, 0.95), (0.2, 0.2, 0.8, 0.85))  # fmt: skip
# A trunk is about half as long as a leg, and the nose farther from the hips than the shoulders
# are; a skeleton that is drawn upside down, or folded up, breaks one of these.
TRUNK_OVER_LEG_MIN, HEAD_MIN = 0.3, 0.9
# The nose is at least 0.2 trunks from the shoulders in every look at rendered and real people;
# on a ball that was taken for somebody, less than 0.1.
NECK_MIN = 0.15

LYING_SLOPE_DEG = 40.0  # of the trunk in the picture: who lies stays below

# Around a small body: room for the leg to be raised and for the body to shift, in trunk lengths.
SIDE_ROOM, TOP_ROOM, BOTTOM_ROOM = 0.8, 1.6, 0.8
BODY_ROOM = 0.35  # what sticks out beyond the landmarks, in trunk lengths
BESIDE_WIDTH = 0.3  # of the picture: a body beside needs at least so much
LIMB_MIN_PX2 = 1e-6  # a limb of no length has no direction
TOUCHES = 0.35  # trunk lengths from a leg: a hand that holds it is nearer


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a skeleton (33, 2) at a glance."""

    hips_px: Array  # (2,)
    trunk_px: float
    lies: bool
    whole: bool  # the parts lie where those of a body can

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """What people are ordered by: a whole body first, then who lies, then who is larger."""
        return self.whole, self.lies, self.trunk_px


def describe(xy_px: Array) -> Person:
    """Tell what is known of a skeleton at a glance.

    Parameters
    ----------
    xy_px
        (33, 2) landmarks in pixels.

    """
    points = xy_px.tolist()  # of every look, and NumPy is slow with so few numbers
    hips, shoulders = _middle(points, HIPS), _middle(points, SHOULDERS)
    across, down = hips[0] - shoulders[0], hips[1] - shoulders[1]
    size = math.hypot(across, down)
    leg = max(
        sum(math.dist(points[a], points[b]) for a, b in pairwise(joints[: ANKLE + 1]))
        for joints in LEGS.tolist()
    )
    head, neck = math.dist(points[NOSE], hips), math.dist(points[NOSE], shoulders)
    whole = size > TRUNK_OVER_LEG_MIN * leg and head > HEAD_MIN * size and neck > NECK_MIN * size
    lies = math.degrees(math.atan2(abs(down), abs(across))) < LYING_SLOPE_DEG
    return Person(np.array(hips), size, lies, whole)


def _middle(points: list[list[float]], pair: tuple[int, int]) -> tuple[float, float]:
    (x, y), (other_x, other_y) = (points[i] for i in pair)
    return 0.5 * (x + other_x), 0.5 * (y + other_y)


def search_windows(width: float, height: float) -> Iterator[Window | None]:
    """Yield the parts of a picture to look for somebody in; the whole comes first, as None.

    Parameters
    ----------
    width, height
        Of the picture in pixels.

    """
    for left, top, right, bottom in SEARCHED:
        if (left, top, right, bottom) == (0.0, 0.0, 1.0, 1.0):
            yield None
        else:
            yield left * width, top * height, right * width, bottom * height


def window_around(xy_px: Array, width: float, height: float) -> Window:
    """Return the part of the picture in which a person can exercise.

    Parameters
    ----------
    xy_px
        (33, 2) landmarks in pixels.
    width, height
        Of the picture in pixels.

    """
    room = describe(xy_px).trunk_px
    low, high = xy_px.min(axis=0), xy_px.max(axis=0)
    return (
        float(max(low[0] - SIDE_ROOM * room, 0)),
        float(max(low[1] - TOP_ROOM * room, 0)),
        float(min(high[0] + SIDE_ROOM * room, width)),
        float(min(high[1] + BOTTOM_ROOM * room, height)),
    )


def leaves(window: Window, xy_px: Array, width: float, height: float) -> bool:
    """Tell whether a person reaches out of a part of the picture, and not out of the picture.

    Parameters
    ----------
    window
        The part, in pixels.
    xy_px
        (33, 2) landmarks in pixels.
    width, height
        Of the picture in pixels.

    """
    inside = np.clip(xy_px, 0, [width, height])
    return bool((inside < window[:2]).any() or (inside > window[2:]).any())


def touches(other_px: Array, xy_px: Array) -> bool:
    """Tell whether a hand of another person is at a leg of this one.

    Parameters
    ----------
    other_px, xy_px
        (33, 2) landmarks of the other and of this person, in pixels.

    """
    near = TOUCHES * describe(xy_px).trunk_px
    starts = xy_px[LEGS[:, :-1]].reshape(-1, 2)
    limbs = xy_px[LEGS[:, 1:]].reshape(-1, 2) - starts
    squares = np.maximum((limbs**2).sum(axis=1), LIMB_MIN_PX2)
    for hand in other_px[list(WRISTS)]:
        share = ((hand - starts) * limbs).sum(axis=1) / squares
        away = hand - starts - np.clip(share, 0, 1)[:, None] * limbs
        if np.hypot(*away.T).min() < near:
            return True
    return False


def box_around(xy_px: Array, width: float, height: float) -> Window:
    """Return the part of the picture that a person takes now.

    Parameters
    ----------
    xy_px
        (33, 2) landmarks in pixels.
    width, height
        Of the picture in pixels.

    """
    room = BODY_ROOM * describe(xy_px).trunk_px
    left, top = np.maximum(xy_px.min(axis=0) - room, 0)
    right, bottom = np.minimum(xy_px.max(axis=0) + room, [width, height])
    return float(left), float(top), float(right), float(bottom)


def windows_beside(box: Window, width: float, height: float) -> Iterator[Window | None]:
    """Yield the whole picture as None, and what is left of it beside a box where a body has room.

    Parameters
    ----------
    box
        The part that somebody takes, in pixels.
    width, height
        Of the picture in pixels.

    """
    yield None
    left, _, right, _ = box
    if max(left, width - right) > BESIDE_WIDTH * width:
        yield (0.0, 0.0, left, height) if left > width - right else (right, 0.0, width, height)
