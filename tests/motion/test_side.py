"""Whether it is the left or the right leg: what most looks call it, else the near one."""

from __future__ import annotations

import pytest
from figure import Camera
from figure import near_side as near_of
from spoiled import moments

from posecheck.motion.legs import VOTES_MIN, SideJudge, near_side

LOOKS = 300


def judged(label: int, other_share: float = 0.0, looks: int = LOOKS) -> SideJudge:
    """After so many looks, of which a share gave the leg the other name."""
    judge, swaps = SideJudge(), moments(other_share, looks)
    for i in range(looks):
        judge.push(1 - label if i in swaps else label)
        judge.push(-1)  # looks in which the legs were not apart count for nothing
    return judge


@pytest.mark.parametrize("other_share", [0.0, 0.1, 0.25])
@pytest.mark.parametrize(("label", "side"), [(0, "left"), (1, "right")])
def test_what_most_looks_say_is_believed(label: int, side: str, other_share: float) -> None:
    """Whichever leg is near."""
    judge = judged(label, other_share)
    assert judge.side(1.0) == judge.side(-1.0) == side


@pytest.mark.parametrize("label", [0, 1])
def test_names_that_jump_are_overruled_by_the_near_leg(label: int) -> None:
    """They jump while the near leg works and hides the other."""
    judge = judged(label, 0.45)
    assert (judge.side(1.0), judge.side(-1.0)) == ("right", "left")


def test_no_label_is_no_side() -> None:
    """Without enough looks in which the legs are apart nothing is claimed."""
    assert judged(0, looks=VOTES_MIN - 1).side(1.0) is None
    assert judged(0, looks=VOTES_MIN).side(1.0) == "left"
    assert SideJudge().side(1.0) is None


@pytest.mark.parametrize("feet", [1, -1])
def test_who_lies_on_the_back_turns_that_side_to_the_camera(feet: int) -> None:
    assert near_side(feet) == near_of(Camera(feet=1 if feet > 0 else -1))
