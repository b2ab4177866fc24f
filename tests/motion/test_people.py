"""Which skeleton is meant, and where to look for one."""

from __future__ import annotations

import numpy as np
import pytest
from figure import Camera, Figure

from posecheck.motion.people import (
    box_around,
    describe,
    leaves,
    search_windows,
    touches,
    window_around,
    windows_beside,
)
from posecheck.types import Array


def lying(**camera: float) -> Array:
    """A skeleton (33, 2) on its back."""
    return Figure(camera=Camera(**camera), noise_px=0).still(0.1)[0].xy_px  # type: ignore[arg-type]


def standing() -> Array:
    """The same, a quarter turn up."""
    turned: Array = lying()[:, ::-1]
    return turned


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("roll", [-15, 0, 15])
def test_who_lies_is_told_from_who_stands(feet: int, roll: float) -> None:
    """A camera that is tilted a little makes nobody stand up."""
    assert describe(lying(feet=feet, roll=roll)).lies
    assert not describe(standing()).lies


def test_the_trunk_is_measured_in_pixels() -> None:
    """From mid-shoulders to mid-hips."""
    far, near = describe(lying(distance_m=5.0)), describe(lying(distance_m=2.5))
    assert near.trunk_px == pytest.approx(2 * far.trunk_px, rel=0.05)
    xy = lying()
    assert describe(xy).hips_px == pytest.approx(0.5 * (xy[23] + xy[24]))


def test_who_lies_comes_before_who_is_larger() -> None:
    """A therapist who stands close is not the one who exercises."""
    patient, therapist = describe(0.5 * lying()), describe(3 * standing())
    other = describe(0.3 * lying())
    assert max([therapist, other, patient], key=lambda p: p.rank) is patient


def test_a_face_in_the_middle_of_a_chest_is_no_body() -> None:
    """What the model makes of a ball."""
    ball = lying()
    assert describe(ball).whole
    ball[:11] += 0.5 * (ball[11] + ball[12]) - ball[0]
    assert not describe(ball).whole


@pytest.mark.parametrize("left", [0.05, 0.5])
def test_the_other_side_of_the_picture_is_what_is_left_of_it(left: float) -> None:
    """The wider rest beside the box of a body, which holds all of it."""
    xy = lying()
    low, high = xy.min(axis=0), xy.max(axis=0)
    width, height = 2.5 * (high[0] - low[0]), 480.0
    xy = xy + np.array([left * width - low[0], 0])
    box = box_around(xy, width, height)
    assert box[0] <= xy[:, 0].min()
    assert box[2] >= xy[:, 0].max()
    whole, rest = windows_beside(box, width, height)
    assert whole is None
    assert rest is not None
    assert rest[0] >= box[2] or rest[2] <= box[0]
    assert rest[2] - rest[0] > 0.3 * width


def test_who_fills_the_picture_leaves_no_room_beside() -> None:
    """Then it is looked at in the whole of it only."""
    assert list(windows_beside((10, 100, 600, 300), 640, 480)) == [None]


def test_nobody_neither_lies_nor_has_a_size() -> None:
    """NaN in, NaN out."""
    nobody = describe(np.full((33, 2), np.nan))
    assert not nobody.lies
    assert np.isnan(nobody.trunk_px)


@pytest.mark.parametrize("size", [(640, 480), (540, 960)])
def test_the_whole_picture_is_searched_first_then_its_parts(size: tuple[int, int]) -> None:
    """Every part lies in the picture, is smaller than it, and together they leave nothing out."""
    first, *parts = search_windows(*size)
    assert first is None
    assert len(parts) >= 3
    for left, top, right, bottom in (p for p in parts if p is not None):
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
        assert (right - left) * (bottom - top) < size[0] * size[1]


def test_who_reaches_out_of_a_window_leaves_it() -> None:
    """But for what lies out of the picture, which no window holds."""
    xy = lying(distance_m=5.0)
    window = window_around(xy, 640, 480)
    assert not leaves(window, xy, 640, 480)
    low, high = xy.min(axis=0), xy.max(axis=0)
    for x, y in ((-low[0], 0), (640 - high[0], 0), (0, -low[1]), (0, 480 - high[1])):
        assert leaves(window, xy + np.array([x, y]), 640, 480)
    at_the_edge = xy - np.array([low[0] + 20, 0])
    assert not leaves(window_around(at_the_edge, 640, 480), at_the_edge, 640, 480)


@pytest.mark.parametrize("hand", [15, 16])
@pytest.mark.parametrize(("first", "second"), [(23, 25), (25, 27), (26, 28), (29, 31)])
@pytest.mark.parametrize("size", [0.3, 1.0, 4.0])
def test_a_hand_at_a_leg_touches_it(hand: int, first: int, second: int, size: float) -> None:
    """At a joint or between two of them, of either leg, in a picture of any size."""
    patient = size * lying()
    therapist = patient - size * np.array([0.0, 400.0])
    assert not touches(therapist, patient)
    therapist[hand] = 0.5 * (patient[first] + patient[second])
    assert touches(therapist, patient)
    trunk = describe(patient).trunk_px
    therapist[hand] += [0.0, 1.5 * trunk]
    assert not touches(therapist, patient)


def test_the_own_hands_and_a_face_beside_are_no_touch() -> None:
    """Only another's wrists count."""
    patient = lying()
    other = patient - np.array([0.0, 400.0])
    other[[0, 7, 8, 11, 12]] = patient[25]
    assert not touches(other, patient)
    assert not touches(np.full((33, 2), np.nan), patient)


@pytest.mark.parametrize("distance_m", [1.6, 3.0, 6.0])
def test_the_window_holds_the_person_with_room_for_the_leg(distance_m: float) -> None:
    """Inside the picture, around every landmark, and as high as a straight raised leg."""
    camera = Camera(distance_m=distance_m)
    bent, straight = (
        Figure(camera=camera, noise_px=0).still(0.1, hip=90, knee=knee)[0].xy_px for knee in (90, 0)
    )
    left, top, right, bottom = window_around(bent, 640, 480)
    assert 0 <= left < right <= 640
    assert 0 <= top < bottom <= 480
    for x, y in np.clip(np.concatenate([bent, straight]), 0, [640, 480]):
        assert left - 1e-6 <= x <= right + 1e-6
        assert top - 1e-6 <= y <= bottom + 1e-6
