"""Which leg is at work, whatever the landmarks are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from figure import LEG, Camera, Figure, near_side
from script import Script
from sessions import report_on
from spoiled import collapsed, mirrored, moments, onto, swapped, unseen

from posecheck.motion.legs import MEMORY_S, NOT_APART, TRUNK_S, LegFollower, Legs
from posecheck.motion.skeleton import KNEE, SIDES
from posecheck.types import Pose, Side

SCRIPT = Script().stay(1).extend(over_s=2).pumps(1)
FIGURE = Figure()


def followed(poses: Sequence[Pose]) -> list[Legs]:
    follower = LegFollower()
    return [follower.push(pose) for pose in poses]


def off_px(seen: Sequence[Legs], clean: Sequence[Pose], side: Side = "left") -> list[float]:
    """How far the working knee and ankle are from where that side's are; NaN where not seen."""
    return [
        float(np.hypot(*(a.working_px - b.xy_px[LEG[side]])[1:3].T).max())
        for a, b in zip(seen, clean, strict=True)
    ]


@pytest.fixture(scope="module")
def clean() -> list[Pose]:
    return FIGURE.film(SCRIPT)


def test_the_raised_leg_is_the_working_one(clean: list[Pose]) -> None:
    """Both legs of every frame, joint by joint, with the label of the raised one."""
    seen = followed(clean)
    assert off_px(seen, clean) == pytest.approx([0.0] * len(clean))
    assert {x.label for x in seen} == {0}
    for legs, pose in zip(seen, clean, strict=True):
        assert legs.resting_px == pytest.approx(pose.xy_px[LEG["right"]])


@pytest.mark.parametrize("share", [0.05, 0.25, 0.45])
def test_swapped_names_change_nothing_but_the_label(clean: list[Pose], share: float) -> None:
    """The names are evidence for the side, never identity."""
    frames = moments(share, len(clean))
    seen = followed(swapped(clean, frames))
    assert max(off_px(seen, clean)) < 1.0
    assert [i for i, x in enumerate(seen) if x.label == 1] == frames


def test_swaps_that_last_change_nothing_either(clean: list[Pose]) -> None:
    """A second under wrong names is no second on the wrong leg."""
    seen = followed(swapped(clean, range(30, 60)))
    assert max(off_px(seen, clean)) < 1.0


def test_both_labels_on_the_resting_leg_are_not_the_working_leg(clean: list[Pose]) -> None:
    """What was not seen is NaN, never the other leg."""
    frames = moments(0.3, len(clean))
    seen = followed(onto(clean, [i for i in frames if i > 3], "right"))
    away = np.array(off_px(seen, clean))
    assert np.nanmax(away) < 5.0
    assert np.isnan(away[[i for i in frames if i > 3]]).all()


def test_both_labels_on_the_working_leg_are_the_working_leg(clean: list[Pose]) -> None:
    """Then the resting leg was not seen, and nothing is made up for it."""
    frames = [i for i in moments(0.3, len(clean)) if i > 3]
    seen = followed(onto(clean, frames, "left"))
    assert max(off_px(seen, clean)) < 5.0
    assert all(np.isnan(seen[i].resting_px[KNEE]).all() and seen[i].label == -1 for i in frames)


def test_nobody_there_is_nan(clean: list[Pose]) -> None:
    """A frame without a person has no legs, and the next one with a person has both again."""
    seen = followed(unseen(clean, range(10, 20)))
    for legs in seen[10:20]:
        assert np.isnan(legs.working_px).all()
        assert legs.label == -1
    assert off_px(seen[20:], clean[20:]) == pytest.approx([0.0] * (len(clean) - 20))


def test_collapsed_frames_do_not_take_the_leg_along(clean: list[Pose]) -> None:
    """After a collapse the working leg is the one it was."""
    frames = moments(0.3, len(clean))
    seen = followed(collapsed(clean, frames))
    away = np.array(off_px(seen, clean))
    rest = [i for i in range(len(clean)) if i not in frames]
    assert np.nanmax(away[rest]) < 1.0
    assert np.isfinite(away[rest]).mean() > 0.95


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("feet", [1, -1])
def test_the_side_is_the_anatomical_one(side: Side, feet: int) -> None:
    """Near leg or far leg, head on the left or on the right of the picture."""
    camera = Camera(feet=1 if feet > 0 else -1)
    script = Script().stay(1.6).extend(over_s=1.5).stay(1.2).pumps(2).stay(0.4)
    report = report_on(Figure(side=side, camera=camera).film(script, fps=20))
    assert report.side == side


def test_a_mirrored_picture_has_the_same_legs_on_the_other_side(clean: list[Pose]) -> None:
    """Left and right are exchanged, and nothing else is."""
    seen, other = followed(clean), followed(mirrored(clean))
    for legs, flipped, pose in zip(seen, other, clean, strict=True):
        assert flipped.label == 1 - legs.label
        for name in ("working_px", "resting_px"):
            back = np.array([pose.width_px, 0]) + getattr(flipped, name) * [-1, 1]
            assert back == pytest.approx(getattr(legs, name))


@pytest.mark.parametrize("feet", [1, -1])
@pytest.mark.parametrize("side", ["left", "right"])
def test_where_no_leg_is_raised_the_near_one_is_meant(side: Side, feet: int) -> None:
    """Also where the other one, seen from above, lies higher in the picture."""
    camera = Camera(elevation=20, feet=1 if feet > 0 else -1)
    lying = Figure(side=side, camera=camera).film(Script(hip=0, knee=0).stay(1))
    seen = followed(lying)
    assert max(off_px(seen, lying, near_side(camera))) == 0
    assert {x.label for x in seen} == {NOT_APART}
    assert {x.taken for x in seen} == {SIDES.index(near_side(camera))}


@pytest.mark.parametrize("feet", [1, -1])
def test_a_heel_that_is_drawn_up_a_little_raises_no_leg(feet: int) -> None:
    """The far one's: the near one is still the one that is meant."""
    camera = Camera(elevation=0, feet=1 if feet > 0 else -1)
    far: Side = "left" if near_side(camera) == "right" else "right"
    lying = Figure(side=far, camera=camera).still(1, hip=30, knee=62)
    seen = followed(lying)
    assert max(off_px(seen, lying, near_side(camera))) == 0
    assert {x.label for x in seen} == {NOT_APART}


def test_both_labels_on_a_leg_that_is_raised_a_little_leave_the_other_unseen() -> None:
    lying = FIGURE.still(2, hip=20, knee=0)
    frames = moments(0.3, len(lying))[2:]
    seen = followed(onto(lying, frames, "left"))
    assert max(off_px(seen, lying)) < 5.0
    assert all(np.isnan(seen[i].resting_px[KNEE]).all() for i in frames)


def test_a_leg_that_is_lowered_is_the_working_one_for_a_moment_longer() -> None:
    """So that its way down is not read off the other leg."""
    far: Side = "left" if near_side(FIGURE.camera) == "right" else "right"
    script = Script().stay(1).move(0.5, hip=0, knee=0).stay(2 * MEMORY_S)
    poses = Figure(side=far).film(script)
    seen = followed(poses)
    raised_s = max(x.t_s for x in seen if x.label != NOT_APART)
    for legs, away in zip(seen, off_px(seen, poses, far), strict=True):
        assert (away == 0) == (legs.t_s <= raised_s + MEMORY_S), legs.t_s


def test_the_legs_take_turns() -> None:
    """Both legs one after the other: two sets, each with its side and its count."""
    script = Script().stay(1.6).extend(over_s=1.5).stay(1.5).pumps(3).stay(0.5).lower(1.5)
    script.move(1, hip=4, knee=6).stay(0.8).move(0.04, other=1).stay(0.8).move(1, hip=82, knee=88)
    script.stay(1).extend(over_s=1.5).stay(1.5).pumps(4).stay(0.5).lower(1.5).stay(0.5)
    report = report_on(Figure().film(script, fps=20))
    assert [(s.side, s.reps, s.variant) for s in report.sets] == [
        ("left", 3, "ankle_pump"),
        ("right", 4, "ankle_pump"),
    ]
    for found, true_s in zip(report.sets, script.extended, strict=True):
        assert found.tension is not None
        assert found.tension.start_s == pytest.approx(true_s, abs=0.5)
        assert found.tension.knee_flexion_deg == pytest.approx(25, abs=4)


@pytest.mark.parametrize("fps", [6.0, 10.0, 30.0])
def test_the_trunks_length_is_one_of_seconds_not_of_looks(fps: float) -> None:
    """Who comes half as near again is as long after half of the time, at any rate of looks."""
    poses = FIGURE.still(2.5 * TRUNK_S, fps=fps)
    comes_s = TRUNK_S
    near = [replace(p, xy_px=1.5 * p.xy_px) if p.t_s >= comes_s else p for p in poses]
    seen = followed(near)
    middle = 1.25 * seen[0].trunk_px
    grown_s = next(x.t_s for x in seen if x.trunk_px > middle)
    assert grown_s - comes_s == pytest.approx(TRUNK_S / 2, abs=0.8)
