"""Pictures and times are spoiled as the words say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench_factory import film, picture, values

from benchmarks import spoil
from benchmarks.footage import Shot, read, write


def test_a_mirrored_picture_mirrored_again_is_the_first() -> None:
    image = np.random.default_rng(0).integers(0, 255, (6, 8, 3)).astype(np.uint8)
    assert (spoil.mirrored(spoil.mirrored(image)) == image).all()
    assert not (spoil.mirrored(image) == image).all()


def test_a_box_holds_the_body_and_its_margin_but_no_more_than_the_picture() -> None:
    points = np.array([[[100.0, 50.0], [300.0, 90.0], [np.nan, np.nan]]])
    assert spoil.body_box(points, 0.1, (640, 480)) == pytest.approx((80, 30, 320, 110), abs=2)
    assert spoil.body_box(points, 1.0, (320, 240)) == (0, 0, 320, 240)
    assert spoil.cropped(picture(), (2, 1, 7, 5)).shape == (4, 5, 3)


def test_a_far_scene_keeps_the_size_of_the_picture() -> None:
    image = picture(7, 60, 81)
    assert spoil.far(image, 0.5).shape == image.shape
    assert spoil.scaled(image, 1 / 3).shape == (20, 27, 3)


def test_a_roll_turns_what_is_upright_the_other_way() -> None:
    """A camera turned clockwise sees the top go left."""
    image = picture(0, 101, 101)
    image[:50, 48:53] = 255
    column = np.argmax(spoil.rolled(image, 20.0)[10, :, 0] > 128)
    assert column < 45


def test_grain_is_another_in_every_frame_and_the_same_with_the_same_seed() -> None:
    one, again = spoil.Grain(3.0), spoil.Grain(3.0)
    a, b = one(picture(90, 40, 40)), one(picture(90, 40, 40))
    assert (a != b).any()
    assert (a == again(picture(90, 40, 40))).all()
    assert abs(float(a.mean()) - 90) < 1


def test_a_lower_rate_takes_the_nearest_frames_at_even_times() -> None:
    shots = list(spoil.slower(film(), 12.0))
    assert np.diff([s.t_s for s in shots]) == pytest.approx(1 / 12)
    assert values(shots) == [round(s.t_s * 25) for s in shots]


def test_a_higher_rate_passes_through_the_frames_it_was_made_from() -> None:
    shots = list(spoil.faster([Shot(i / 25, picture(10 * i, 32, 32)) for i in range(6)], 50.0))
    assert [s.t_s for s in shots] == pytest.approx([i / 50 for i in range(11)])
    assert values(shots)[::2] == [0, 10, 20, 30, 40, 50]
    assert values(shots)[1] == pytest.approx(5, abs=2)


def test_an_uneven_rate_keeps_each_frames_own_time() -> None:
    shots = list(spoil.uneven(film(250)))
    assert [round(s.t_s * 25) for s in shots] == values(shots)
    steps = np.diff(values(shots))
    assert steps.max() == spoil.LONGEST_STEP
    assert steps.min() == 1
    assert len(set(steps)) > 2


def test_a_photograph_is_one_frame() -> None:
    shots = list(spoil.still(film(), 0.4, 10.0, 25.0))
    assert len(shots) == 250
    assert set(values(shots)) == {10}


def test_idle_stretches_hold_the_first_and_the_last_frame() -> None:
    shots = list(spoil.idle(film(), 2.0, 25.0, spoil.Grain(0.0)))
    assert values(shots) == [0] * 50 + list(range(26)) + [25] * 50
    assert np.diff([s.t_s for s in shots]) == pytest.approx(1 / 25)


def test_two_scenes_lie_side_by_side_and_the_shorter_one_stops() -> None:
    other = [Shot(i / 25, picture(100 + i, 12, 4)) for i in range(10)]
    shots = list(spoil.beside(film(), other))
    assert shots[0].image.shape == (6, 10, 3)
    assert [int(s.image[0, -1, 0]) for s in shots[8:12]] == [108, 109, 109, 109]
    assert values(shots) == list(range(26))


def test_what_is_written_is_read_at_the_same_times(tmp_path: Path) -> None:
    """An odd row is left out."""
    shots = [Shot(t, picture(80, 65, 64)) for t in (0.0, 0.04, 0.2, 0.21)]
    write(tmp_path / "a.mp4", shots)
    again = list(read(tmp_path / "a.mp4"))
    assert [s.t_s for s in again] == pytest.approx([s.t_s for s in shots], abs=1e-4)
    assert again[0].image.shape == (64, 64, 3)
