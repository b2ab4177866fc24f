"""A picture that stands still is no observation; a person who lies still is one."""

from __future__ import annotations

import numpy as np
import pytest

from posecheck.types import Pose
from posecheck.vision.frames import Image
from posecheck.vision.still_pictures import StillPictures

PER_S = 10.0
SCENE = np.random.default_rng(0).integers(40, 200, (240, 320, 3)).astype(np.float64)


def kept(pictures: list[Image], per_s: float = PER_S) -> list[float]:
    """The times of the looks that count."""
    still, out = StillPictures(), []
    for i, picture in enumerate(pictures):
        pose = Pose(i / per_s, 320, 240, np.zeros((33, 2)), np.ones(33))
        out += still.push(picture, pose)
    return [round(p.t_s, 3) for p in (*out, *still.flush())]


def noisy(levels: float, seed: int) -> Image:
    """The scene as a camera sees it."""
    noise = np.random.default_rng(seed).normal(0.0, levels, SCENE.shape)
    return np.clip(SCENE + noise, 0, 255).astype(np.uint8)


def times(n: int) -> list[float]:
    return [round(i / PER_S, 3) for i in range(n)]


def test_a_person_who_lies_still_before_a_camera_is_seen() -> None:
    """Its noise alone shows that the pictures are new."""
    assert kept([noisy(12.0, i) for i in range(100)]) == times(100)


def test_a_body_that_moves_a_little_is_seen() -> None:
    """A rendered scene without noise, in which a small part moves slowly."""
    pictures = []
    for i in range(60):
        picture = noisy(0.0, 0)
        picture[100:116, 10 + i : 26 + i] = 250
        pictures.append(picture)
    assert kept(pictures) == times(60)


@pytest.mark.parametrize("refreshed", [0.0, 1.0])
def test_a_picture_that_stands_still_is_seen_once(refreshed: float) -> None:
    """Repeated as it is, or made anew by an encoder now and then."""
    moving = [noisy(12.0, i) for i in range(30)]
    frozen = [noisy(refreshed, i // 20) for i in range(70)]
    found = kept([*moving, *frozen, *(noisy(12.0, 100 + i) for i in range(30))])
    assert found == [*times(31), *(round(10 + i / PER_S, 3) for i in range(30))]


def test_at_the_end_too() -> None:
    frozen = [noisy(0.0, 0)] * 40
    assert kept([*(noisy(12.0, i) for i in range(10)), *frozen]) == times(11)


@pytest.mark.parametrize("key", [5, 12, 250])
def test_whatever_the_encoder_makes_of_it(key: int) -> None:
    """It codes the whole picture anew now and then, and changes a little of it in between."""
    moving = [noisy(12.0, i) for i in range(30)]
    frozen = [noisy(0.0, 0) for _ in range(70)]
    for i, picture in enumerate(frozen):
        bumps = picture[8 * (i % 7) : 8 * (i % 7) + 16, :160].astype(int)
        picture[8 * (i % 7) : 8 * (i % 7) + 16, :160] = bumps + (4 if i % key == 0 else 1)
    found = kept([*moving, *frozen, *(noisy(12.0, 100 + i) for i in range(30))])
    assert found == [*times(31), *(round(10 + i / PER_S, 3) for i in range(30))]


def test_at_the_start_too() -> None:
    frozen = [noisy(0.0, 0)] * 50
    found = kept([*frozen, *(noisy(12.0, i) for i in range(10))])
    assert found == [0.0, *times(60)[50:]]


def test_it_is_known_while_it_lasts() -> None:
    """A live session says so."""
    still, known = StillPictures(), []
    for i, picture in enumerate([noisy(12.0, 0), *[noisy(0.0, 0)] * 20, noisy(12.0, 1)]):
        still.push(picture, Pose(i / PER_S, 320, 240, np.zeros((33, 2)), np.ones(33)))
        known.append(still.since_s)
    assert known == [None] * 16 + [0.1] * 5 + [None]


def test_a_photograph_is_looked_at_throughout() -> None:
    """It has not moved yet, so it may be somebody who waits."""
    assert kept([noisy(0.0, 0)] * 40) == times(40)


def test_a_hold_of_a_photograph_is_kept() -> None:
    """A photograph whose leg is turned, and then held for a second."""
    moving = [noisy(12.0, i) for i in range(30)]
    hold = [noisy(0.0, 0)] * 12
    assert kept([*moving, *hold, *moving]) == times(72)


def test_a_short_stop_of_a_picture_that_is_no_repetition_is_kept() -> None:
    """A photograph whose leg is moved by hand stands still for up to 3 s, but for the encoder."""
    stop = [noisy(1.5, 1000 + i) for i in range(30)]
    found = kept([*(noisy(12.0, i) for i in range(10)), *stop, noisy(12.0, 99)])
    assert found == times(41)


def test_frames_that_come_twice_are_one_look() -> None:
    """A camera of 5 pictures a second in a file of 10."""
    pictures = [noisy(12.0, i // 2) for i in range(60)]
    assert kept(pictures) == times(60)[::2]


def test_a_change_of_size_is_a_change() -> None:
    small: Image = np.zeros((120, 160, 3), np.uint8)
    assert kept([np.zeros((240, 320, 3), np.uint8), small]) == times(2)
