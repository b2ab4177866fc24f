"""Each part that is taken out makes a difference, and is put back."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from benchmarks.looking import report_on
from benchmarks.parts import MOTION, PARTS, taken_out
from benchmarks.scoring import read_truth
from posecheck.types import Pose, Report
from posecheck.vision.pose_store import load_poses

ROOT = Path(__file__).resolve().parents[2]
# Where a part shows: most in any clip, one only where the far leg works.
SHOWN_BY = {"side_by_nearness": "pump_right_far_leg"}
USUAL = "pump_left_side"
SECONDS = 11.0


@cache
def poses(name: str) -> tuple[Pose, ...]:
    """The first seconds of a stored sequence: the tension and two repetitions."""
    return tuple(p for p in load_poses(ROOT / "tests" / "data" / f"{name}.npz") if p.t_s < SECONDS)


@cache
def usual(name: str) -> Report:
    return report_on(poses(name))


def gist(report: Report) -> list[Any]:
    s = report.series
    return [report.side, report.tension, report.reps, *(
        np.nan_to_num(x, nan=-999).tolist()
        for x in (s.hip_flexion_deg, s.knee_flexion_deg, s.ankle_dorsiflexion_deg)
    )]  # fmt: skip


@pytest.mark.parametrize("part", [p for p in PARTS if not p.looks_anew], ids=lambda p: p.name)
def test_a_part_makes_a_difference_while_it_is_out_only(part: Any) -> None:
    name = SHOWN_BY.get(part.name, USUAL)
    truth = read_truth(ROOT / "sample_videos" / f"{name}.truth.json")
    targets = [MOTION + target for target in part.patches(truth)]
    before, whole = [_now(target) for target in targets], gist(usual(name))
    with taken_out(part, truth):
        assert all(_now(t) is not b for t, b in zip(targets, before, strict=True))
        assert gist(report_on(poses(name))) != whole
    assert all(_now(t) is b for t, b in zip(targets, before, strict=True))


def test_without_hiding_no_look_is_painted() -> None:
    """The planner sees what it would otherwise hide a leg for."""
    from posecheck.motion.looks import LookPlanner

    def strokes() -> int:
        planner, count = LookPlanner(), 0
        for pose in poses(USUAL):
            count += planner.plan() is not None
            planner.push(pose)
        return count

    truth = read_truth(ROOT / "sample_videos" / f"{USUAL}.truth.json")
    hiding = next(p for p in PARTS if p.name == "hiding")
    assert strokes() > 0
    with taken_out(hiding, truth):
        assert strokes() == 0
    assert strokes() > 0


def test_a_part_that_is_gone_from_the_engine_is_an_error() -> None:
    with pytest.raises(AttributeError), mock.patch(MOTION + "body.NO_SUCH_PART", 0):
        pass


def _now(target: str) -> object:
    """What a dotted name stands for."""
    got, _ = mock._get_target(target)  # type: ignore[attr-defined]
    return getattr(got(), target.rsplit(".", 1)[1])
