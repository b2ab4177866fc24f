"""When the resting leg is hidden from the model, and where it is taken to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from figure import LEG, Figure
from script import Script
from spoiled import collapsed, hidden, onto, swapped, unseen

from posecheck.motion.looks import LookPlanner, Stroke
from posecheck.motion.skeleton import ANKLE, HIP, KNEE, TOE
from posecheck.types import Array, Pose

Spoil = Callable[[Sequence[Pose], Sequence[int]], list[Pose]]
SCRIPT = Script().stay(1).extend(over_s=2).stay(1).pumps(3).stay(1)


def watched(seen: Sequence[Pose], plain: Sequence[Pose]) -> list[Stroke | None]:
    """The stroke asked for before each frame: painted looks see `seen`, others see `plain`."""
    planner = LookPlanner()
    strokes = []
    painted = hidden(seen, range(len(seen)), "left")
    for bare, covered in zip(plain, painted, strict=True):
        stroke = planner.plan()
        strokes.append(stroke)
        planner.push(bare if stroke is None else covered)
    return strokes


def lies_px(stroke: Stroke, leg: Array) -> float:
    """How far a stroke's line ends from the middle of a leg's thigh, its knee, ankle or toe."""
    true = np.array([0.5 * (leg[HIP] + leg[KNEE]), leg[KNEE], leg[ANKLE], leg[TOE]])
    return float(np.hypot(*(stroke.line_px - true).T).max())


@pytest.fixture(scope="module")
def clean() -> list[Pose]:
    return Figure().film(SCRIPT)


@pytest.mark.parametrize("fps", [12, 25, 60])
def test_legs_that_do_not_conflict_are_never_hidden(fps: float) -> None:
    """A leg that is straightened, pumps and jitters a little is no conflict."""
    poses = Figure(noise_px=0.7).film(SCRIPT, fps=fps)[:250]
    assert watched(poses, poses) == [None] * len(poses)


@pytest.mark.parametrize("bent", [(0, 0), (48, 105)], ids=["flat", "feet on the floor"])
def test_legs_that_are_both_down_are_never_hidden(bent: tuple[float, float]) -> None:
    """However they swap names: painted looks make a raised leg up (seen on real recordings)."""
    hip, knee = bent
    script = Script(hip=hip, knee=knee, resting_hip=hip, resting_knee=knee).stay(6)
    poses = Figure().film(script)
    assert watched(poses, swapped(poses, range(2, len(poses), 3))) == [None] * len(poses)


@pytest.mark.parametrize("what", [swapped, collapsed], ids=["swaps", "collapses"])
def test_legs_that_conflict_are_hidden(what: Spoil, clean: list[Pose]) -> None:
    """Names that jump, or legs drawn off their places: soon most looks are painted."""
    strokes = watched(clean, what(clean, list(range(10, len(clean), 4))))
    later = strokes[50:]
    assert sum(s is not None for s in later) > 0.6 * len(later)


def test_both_legs_drawn_onto_the_resting_one_are_a_conflict(clean: list[Pose]) -> None:
    """Then the working leg is lost in plain looks, again and again."""
    strokes = watched(clean, onto(clean, range(10, len(clean), 4), "right"))
    assert sum(s is not None for s in strokes[50:]) > 0.6 * len(strokes[50:])


def test_paint_that_does_harm_is_given_up(clean: list[Pose]) -> None:
    """Painted looks that leap about, and plain ones that seldom do: a moment of it is enough."""
    plain = onto(clean, range(10, len(clean), 8), "right")
    leaping = [
        replace(p, xy_px=p.xy_px + (40.0 if i % 3 == 0 else 0.0)) for i, p in enumerate(clean)
    ]
    given_up = watched(leaping, plain)
    assert any(s is not None for s in given_up[:60])
    assert given_up[60:] == [None] * len(given_up[60:])
    assert any(s is not None for s in watched(clean, plain)[60:])


def test_a_plain_look_comes_back_often(clean: list[Pose]) -> None:
    """While it is hidden somebody must still look where the resting leg is: twice a second."""
    strokes = watched(clean, swapped(clean, range(10, len(clean), 4)))
    plain = [clean[i].t_s for i, s in enumerate(strokes) if s is None]
    assert max(np.diff(plain)) < 0.5


def test_the_stroke_covers_the_resting_leg_and_not_the_working_one(clean: list[Pose]) -> None:
    """From the middle of its thigh to its toe, and narrow enough to miss the raised knee."""
    strokes = watched(clean, swapped(clean, range(10, len(clean), 4)))
    for pose, stroke in zip(clean, strokes, strict=True):
        if stroke is None:
            continue
        assert lies_px(stroke, pose.xy_px[LEG["right"]]) < stroke.half_width_px
        knee = pose.xy_px[LEG["left"][1]]
        assert np.hypot(*(stroke.line_px - knee).T).min() > stroke.half_width_px


def test_the_paint_follows_a_resting_leg_that_moves() -> None:
    """Two seconds after it was drawn up, the stroke lies where it is now."""
    script = Script(knee=25).stay(4).aside("resting_hip", 35, 1).aside("resting_knee", 65, 1)
    poses = Figure().film(script.stay(6))
    strokes = watched(poses, swapped(poses, range(10, len(poses), 4)))
    late = [(s, p) for s, p in zip(strokes, poses, strict=True) if s is not None and p.t_s > 7.0]
    assert late
    for stroke, pose in late:
        assert lies_px(stroke, pose.xy_px[LEG["right"]]) < stroke.half_width_px


def test_a_conflict_that_is_over_is_forgotten() -> None:
    """After a quarter of a minute without one, frames are looked at as they are again."""
    poses = Figure().film(Script(knee=25).stay(30))
    strokes = watched(poses, swapped(poses, range(10, 100, 4)))
    assert any(s is not None for s in strokes[:150])
    assert strokes[-100:] == [None] * 100


def test_nothing_is_hidden_before_the_resting_leg_was_seen(clean: list[Pose]) -> None:
    """A conflict from the first frame on has no place to paint yet."""
    strokes = watched(clean, swapped(clean, range(0, len(clean), 2)))
    assert strokes[:5] == [None] * 5


def test_nobody_in_the_picture_is_no_conflict(clean: list[Pose]) -> None:
    """A lost person is looked for in the picture as it is."""
    poses = unseen(clean, range(len(clean)))
    assert watched(poses, poses) == [None] * len(poses)
