"""Set-up hints: one at a time, the most useful first, steady, and ready after two seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from figure import Camera, Figure

from posecheck.assess.setup import HINTS, SetUp
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Array, Pose

STILL = Figure().still(6)


def hints(poses: Sequence[Pose]) -> tuple[list[str], SetUp, list[float]]:
    """The hints in the order in which they were shown, each once in a row; the readiness."""
    session, setup = Session(Prescription.default(), live=True), SetUp()
    shown: list[str] = []
    ready = []
    last = None
    for pose in poses:
        setup.push(session.push(pose), pose)
        if setup.hint is not None and setup.hint != last:
            shown.append(setup.hint)
        last = setup.hint
        ready.append(setup.ready)
    return shown, setup, ready


def moved(pose: Pose, change: Callable[[Array], Array]) -> Pose:
    return replace(pose, xy_px=change(pose.xy_px))


def nobody(pose: Pose) -> Pose:
    return replace(pose, xy_px=np.full((33, 2), np.nan))


def upright(pose: Pose) -> Pose:
    """Turned by a quarter about the middle of the picture, and small enough to fit."""
    middle = np.array([pose.width_px, pose.height_px]) / 2
    return moved(pose, lambda xy: (xy - middle)[:, ::-1] * np.array([0.7, -0.7]) + middle)


def shifted(pose: Pose) -> Pose:
    return moved(pose, lambda xy: xy + np.array([0.35 * pose.width_px, 0]))


def small(pose: Pose) -> Pose:
    middle = np.array([pose.width_px, pose.height_px]) / 2
    return moved(pose, lambda xy: 0.3 * (xy - middle) + middle)


SPOILED: dict[str, Callable[[Pose], Pose]] = {
    "come_into_view": nobody,
    "lie_down": upright,
    "move_back": shifted,
    "come_closer": small,
    "more_light": lambda p: replace(p, brightness=0.05),
    "alone": lambda p: replace(p, others=1),
}


@pytest.mark.parametrize("hint", SPOILED)
def test_what_is_wrong_is_said_and_alone(hint: str) -> None:
    shown, setup, ready = hints([SPOILED[hint](p) for p in STILL])
    assert shown == [hint]
    assert setup.hint == hint
    assert max(ready) == 0


def test_a_camera_at_the_head_end_is_told_to_turn() -> None:
    shown, _, _ = hints(Figure(camera=Camera(azimuth=55)).still(8))
    assert "turn_side_on" in shown
    assert set(shown) <= {"turn_side_on", "lie_down", "come_closer"}


def test_every_hint_has_a_test() -> None:
    assert {*SPOILED, "turn_side_on"} == set(HINTS)


def test_it_is_ready_after_two_seconds_of_all_well() -> None:
    shown, _, ready = hints(STILL)
    assert shown == []
    assert ready[-1] == 1
    filling = [i for i, r in enumerate(ready) if 0 < r < 1]
    assert STILL[filling[-1]].t_s - STILL[filling[0]].t_s == pytest.approx(2, abs=0.1)


def test_it_begins_anew_after_a_hint() -> None:
    """What was filled is empty again once something is wrong."""
    poses = [SPOILED["alone"](p) if 3 <= p.t_s < 5 else p for p in STILL]
    shown, _, ready = hints(poses)
    assert shown == ["alone"]
    assert ready[int(4.9 * 25)] == 0
    assert ready[-1] < 1


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_single_frames_do_not_flicker(share: float) -> None:
    """Frames in which something seems wrong now and then bring no hint."""
    rng = np.random.default_rng(1)
    poses = [SPOILED["more_light"](p) if rng.random() < share else p for p in STILL]
    shown, _, _ = hints(poses)
    assert shown == []


def test_the_most_useful_comes_first() -> None:
    """Nobody there, then upright, then with somebody else."""
    rest = [replace(p, t_s=p.t_s + 6, others=1) for p in STILL]
    last = [replace(p, t_s=p.t_s + 12, others=1) for p in STILL]
    shown, _, _ = hints([*map(nobody, STILL), *map(upright, rest), *last])
    assert shown == ["come_into_view", "lie_down", "alone"]


def test_in_the_dark_light_is_asked_for_first() -> None:
    shown, _, _ = hints([replace(nobody(p), brightness=0.05) for p in STILL])
    assert shown == ["more_light"]
