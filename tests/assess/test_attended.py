"""What counts for the verdict: the exercise and the stay around it, and whatever may hide more.

Minutes in which nobody lies there, before and after, change nothing; an exercise that was partly
hidden never passes on what was left of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from figure import Figure
from sessions import clean_poses, clean_report, report_on
from spoiled import later, unseen
from test_coverage import N, sight

from posecheck.assess.coverage import usable_shares
from posecheck.assess.sight import attended
from posecheck.types import Pose, Report

FPS = 10.0
CLEAN_S = clean_poses()[-1].t_s + 0.04


def nobody(seconds: float, from_s: float = 0.0) -> list[Pose]:
    still = Figure().still(seconds, fps=FPS)
    return later(unseen(still, range(len(still))), from_s)


def upright(seconds: float, from_s: float = 0.0) -> list[Pose]:
    """Somebody who stands in the picture."""
    out = []
    for pose in Figure().still(seconds, fps=FPS):
        middle = np.array([pose.width_px, pose.height_px]) / 2
        out.append(
            replace(pose, xy_px=(pose.xy_px - middle) @ np.array([[0, 1], [-1, 0]]) + middle)
        )
    return later(out, from_s)


def covered(poses: Sequence[Pose], start_s: float, end_s: float) -> list[Pose]:
    """Something stands before the camera for a while."""
    return unseen(poses, [i for i, p in enumerate(poses) if start_s <= p.t_s < end_s])


def same_exercise(report: Report, shift_s: float) -> None:
    """As `clean_report` says, only later."""
    clean = clean_report()
    assert report.grade == clean.grade
    assert report.quality.warnings == clean.quality.warnings == ()
    assert (report.side, report.variant) == (clean.side, clean.variant)
    assert [r.start_s - shift_s for r in report.reps] == pytest.approx(
        [r.start_s for r in clean.reps], abs=0.1
    )


def test_idle_minutes_before_and_after_change_no_verdict() -> None:
    """Nobody, then the exercise, then nobody: the fractions fall, as they should, and no more."""
    report = report_on([*nobody(90), *later(clean_poses(), 90), *nobody(90, 90 + CLEAN_S)])
    same_exercise(report, 90)
    assert report.quality.tracked_fraction < 0.3
    assert report.quality.usable_fraction < 0.3


def test_somebody_who_stands_there_before_and_after() -> None:
    """Who sets the camera up, lies down, and gets up again."""
    rests = later(Figure().still(3), 63 + CLEAN_S)
    up_s = 68 + CLEAN_S
    poses = [
        *upright(60), *nobody(3, 60), *later(clean_poses(), 63), *rests, *nobody(2, up_s - 2),
        *upright(60, up_s),
    ]  # fmt: skip
    report = report_on(poses)
    assert report.grade.verdict == "pass"
    assert len(report.reps) == 4


def test_a_glimpse_long_before_does_not_count() -> None:
    """Somebody lay there for a moment, minutes ago."""
    glimpse = later(Figure().still(3), 10)
    poses = [*nobody(10), *glimpse, *nobody(60, 13), *later(clean_poses(), 73)]
    report = report_on(poses)
    assert report.grade.verdict == "pass"
    assert report.quality.warnings == ()


@pytest.mark.parametrize(("start_s", "end_s"), [(7.0, 70.0), (0.0, 7.0)])
def test_what_vanishes_with_the_leg_up_was_hidden(start_s: float, end_s: float) -> None:
    """From the first pumps on, or until them: never a pass, however long nobody is seen."""
    if start_s > 0:
        poses = covered([*clean_poses(), *nobody(60, CLEAN_S)], start_s, end_s)
    else:
        poses = [*nobody(60), *later(covered(clean_poses(), start_s, end_s), 60)]
    report = report_on(poses)
    assert report.grade.verdict == "ungradable"


def test_a_second_set_that_is_hidden_is_no_pass() -> None:
    """The person is there, the leg is not: as long as they lie there, it may have moved."""
    again = later(clean_poses(), CLEAN_S)
    blind = [replace(p, xy_px=np.where(np.arange(33)[:, None] >= 25, np.nan, p.xy_px))
             for p in again]  # fmt: skip
    report = report_on([*clean_poses(), *blind, *later(blind, CLEAN_S)])
    assert report.grade.verdict != "pass"


def test_a_gap_between_two_sets_counts() -> None:
    """What lies between what was found is never left out."""
    gap = nobody(60, CLEAN_S)
    report = report_on([*clean_poses(), *gap, *later(clean_poses(), CLEAN_S + 60)])
    assert report.grade.verdict == "ungradable"
    assert "tracking_lost" in report.quality.warnings


def test_where_no_exercise_was_found_all_counts() -> None:
    idle = {"exercising": np.zeros(N, bool), "moving": np.zeros(N, bool)}
    assert attended(sight(**idle)).all()
    assert np.isnan(usable_shares(sight(**idle))).all()


def test_a_short_absence_is_none() -> None:
    """Some seconds without anybody beside the exercise count as before."""
    frames = np.arange(N)
    there = np.where((frames > 440) & (frames < 480), 0.0, 1.0)
    assert attended(sight(tracked=there, usable=there)).all()


def test_frames_of_one_moment_are_no_end() -> None:
    """An exercise to the very last frame: all that follows it, nothing, counts."""
    whole = np.arange(N) >= 100
    counts = attended(sight(moving=whole, exercising=whole, tracked=whole.astype(float)))
    assert counts.all()  # nor was it seen to begin
