"""Laws that hold for every clip, tried on people and exercises that Hypothesis makes up.

What holds exactly is compared exactly: a mirrored picture, one scaled by a power of two, time
stamps that begin later, poses that went through a file. A picture that is moved or turned is seen
by another camera, for the view is estimated from the place in the picture and from gravity: then
the laws hold to the degrees that are stated.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from figure import Camera, Figure, near_side
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from script import Script
from sessions import CLIP, MODEL, difference, faults, report_on
from spoiled import later, mirrored, moments, swapped

from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Array, Pose, Report, Side
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import load_poses, save_poses

FPS = 20.0
# without shrinking: an example costs a second or two
few = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
ANGLES = ("hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg")


@dataclass(frozen=True)
class Exercise:
    """Who does what, before which camera; filmed when asked for."""

    figure: Figure
    bends: bool
    n: int
    tension_deg: float
    idle_s: float = 1.6
    end_s: float = 0.5

    def script(self) -> Script:
        script = Script().stay(self.idle_s).extend(to=self.tension_deg, over_s=1.6).stay(1.6)
        script = script.bends(self.n, 2.0, 30) if self.bends else script.pumps(self.n, 1.4, 30)
        return script.stay(0.6).lower(1.2).stay(self.end_s)

    def film(self, fps: float = FPS) -> list[Pose]:
        return self.figure.film(self.script(), fps=fps)


@st.composite
def figures(draw: st.DrawFn, near: bool = False) -> Figure:
    feet: Literal[1, -1] = draw(st.sampled_from([1, -1]))
    camera = Camera(
        azimuth=draw(st.integers(-20, 20)),
        elevation=draw(st.integers(0, 18)),
        distance_m=draw(st.sampled_from([2.3, 2.8])),
        feet=feet,
    )
    side: Side = near_side(camera) if near else draw(st.sampled_from(["left", "right"]))
    return Figure(side=side, camera=camera, seed=draw(st.integers(0, 9)))


@st.composite
def exercises(draw: st.DrawFn, near: bool = False) -> Exercise:
    return Exercise(
        draw(figures(near)), draw(st.booleans()), draw(st.integers(2, 4)), draw(st.integers(15, 40))
    )


def placed(poses: Sequence[Pose], to: Callable[[Array], Array], scale: float = 1.0) -> list[Pose]:
    """Every landmark somewhere else, in a picture `scale` times as large."""
    return [
        replace(
            p, xy_px=to(p.xy_px),
            width_px=round(scale * p.width_px), height_px=round(scale * p.height_px),
        )
        for p in poses
    ]  # fmt: skip


def apart(a: Report, b: Report) -> dict[str, float]:
    """The largest difference of each angle over the frames."""
    return {
        name: float(np.nanmax(np.abs(getattr(a.series, name) - getattr(b.series, name))))
        for name in ANGLES
    }


def same_deeds(a: Report, b: Report, shift_s: float = 0.0, angle_deg: float = 1.0) -> None:
    """What was done is the same: sets, counts, faults, verdict; times and angles nearly so."""
    assert a.grade.verdict == b.grade.verdict
    assert faults(a) == faults(b)
    assert [(s.variant, s.reps) for s in a.sets] == [(s.variant, s.reps) for s in b.sets]
    assert a.tension is not None
    assert b.tension is not None
    assert b.tension.start_s - a.tension.start_s == pytest.approx(shift_s, abs=0.15)
    assert b.tension.end_s - a.tension.end_s == pytest.approx(shift_s, abs=0.15)
    assert b.tension.knee_flexion_deg == pytest.approx(a.tension.knee_flexion_deg, abs=angle_deg)
    assert b.tension.hip_flexion_deg == pytest.approx(a.tension.hip_flexion_deg, abs=angle_deg)


def counts_right(report: Report, exercise: Exercise) -> None:
    """The count is the true one, and so is what was counted."""
    assert len(report.reps) == exercise.n
    assert report.variant == ("knee_bend" if exercise.bends else "ankle_pump")


@few
@given(exercises())
def test_a_mirrored_picture_exchanges_the_sides_and_nothing_else(exercise: Exercise) -> None:
    """Exactly: the same angles, times, counts, findings, grade and doubts."""
    poses = exercise.film()
    one, other = report_on(poses), report_on(mirrored(poses))
    assert {one.side, other.side} == {"left", "right"}
    assert apart(one, other) == dict.fromkeys(ANGLES, 0.0)
    exchanged = {"left": "right", "right": "left"}
    sets = tuple(replace(s, side=exchanged[s.side]) for s in other.sets)  # type: ignore[arg-type]
    assert difference(one.sets, sets) == ""
    for part in ("variant", "quality", "tension", "reps", "findings"):
        assert difference(getattr(one, part), getattr(other, part), part) == ""
    assert (one.grade.verdict, one.grade.score) == (other.grade.verdict, other.grade.score)


@few
@given(exercises(), st.sampled_from([0.5, 2.0, 4.0]))
def test_a_scaled_picture_changes_nothing(exercise: Exercise, scale: float) -> None:
    """Exactly, for powers of two: a phone's 4K and its preview give one report."""
    poses = exercise.film()
    one, other = report_on(poses), report_on(placed(poses, lambda xy: scale * xy, scale))
    pixels = {"working_px", "resting_px", "trunk_px"}
    for part in ("side", "variant", "quality", "tension", "sets", "reps", "findings", "grade"):
        assert difference(getattr(one, part), getattr(other, part), part) == ""
    assert apart(one, other) == dict.fromkeys(ANGLES, 0.0)
    for name in pixels:
        assert np.allclose(
            scale * getattr(one.series, name), getattr(other.series, name), equal_nan=True
        )


@few
@given(exercises(), st.integers(-60, 60), st.integers(-50, 50))
def test_a_moved_picture_moves_angles_by_little(exercise: Exercise, x: int, y: int) -> None:
    """Within 4°: the camera now seems to stand elsewhere, and its perspective is undone so."""
    poses = exercise.film()
    one, other = report_on(poses), report_on(placed(poses, lambda xy: xy + np.array([x, y])))
    same_deeds(one, other, angle_deg=4.0)
    assert max(apart(one, other).values()) < 6.0


@few
@given(exercises(), st.sampled_from([-12, -4, 4, 12]))
def test_a_turned_picture_turns_no_joint(exercise: Exercise, degrees: int) -> None:
    """Knee and foot stay within 4°; the hip, held against gravity, moves as the picture at most."""
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    poses, middle = exercise.film(), np.array([320.0, 240.0])
    one = report_on(poses)
    other = report_on(placed(poses, lambda xy: (xy - middle) @ matrix + middle))
    off = apart(one, other)
    assert max(off["knee_flexion_deg"], off["ankle_dorsiflexion_deg"]) < 4.0
    assert off["hip_flexion_deg"] < abs(degrees) + 1.0
    assert [s.reps for s in one.sets] == [s.reps for s in other.sets]
    assert faults(one) == faults(other)


@few
@given(exercises(near=True), st.sampled_from([0.05, 0.2, 0.4]), st.integers(0, 9))
def test_swapped_names_of_a_minority_change_nothing(
    exercise: Exercise, share: float, seed: int
) -> None:
    """Nothing that is counted or graded, and no angle by more than half a degree."""
    poses = exercise.film()
    one = report_on(poses)
    other = report_on(swapped(poses, moments(share, len(poses), seed)))
    same_deeds(one, other, angle_deg=0.5)
    assert one.side == other.side == exercise.figure.side


@few
@given(exercises())
def test_swapped_names_of_all_frames_change_the_side(exercise: Exercise) -> None:
    """The side, and with it which hip is meant: an offset, but no change, count or fault."""
    poses = exercise.film()
    one, other = report_on(poses), report_on(swapped(poses, range(len(poses))))
    assert {one.side, other.side} == {"left", "right"}
    assert [(s.variant, s.reps) for s in one.sets] == [(s.variant, s.reps) for s in other.sets]
    assert faults(one) == faults(other)
    assert one.grade.verdict == other.grade.verdict
    assert one.tension is not None
    assert other.tension is not None
    assert other.tension.start_s == pytest.approx(one.tension.start_s, abs=0.3)


@settings(few, max_examples=1)
@given(exercises(), exercises())
def test_sessions_share_nothing(first: Exercise, second: Exercise) -> None:
    """Two sessions fed in turns give what each gives alone, however their updates are used."""
    clips = first.film(), second.film()
    sessions = [Session(Prescription.default()) for _ in clips]
    for i in range(max(map(len, clips))):
        for session, clip in zip(sessions, clips, strict=True):
            for pose in clip[i : i + 1]:
                session.push(pose)
    for session, clip in zip(sessions, clips, strict=True):
        assert difference(session.finish(CLIP, MODEL), report_on(clip)) == ""


@few
@given(exercises())
def test_poses_that_went_through_a_file_give_the_same_report(exercise: Exercise) -> None:
    """To the last digit: a clip is re-graded without looking at it again."""
    log, live = PoseLog(), Session(Prescription.default())
    poses = exercise.film()
    for pose in poses:
        live.push(log.append(pose))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "poses.npz"
        save_poses(log.poses(), path)
        again = report_on(load_poses(path))
    assert difference(live.finish(CLIP, MODEL), again) == ""
    same_deeds(report_on(poses), again, angle_deg=0.01)  # 32 bits a coordinate lose nothing


@few
@given(exercises(), st.floats(0.5, 7.0))
def test_cutting_idle_time_off_the_start_moves_times_only(exercise: Exercise, cut_s: float) -> None:
    """Count, findings and angles stay, every time is earlier by what was cut."""
    poses = replace(exercise, idle_s=9.0).film()
    whole = report_on(poses)
    rest = [p for p in poses if p.t_s >= cut_s]
    begun_s = rest[0].t_s
    part = report_on(later(rest, -begun_s))
    same_deeds(whole, part, shift_s=-begun_s, angle_deg=1.0)
    for a, b in zip(whole.reps, part.reps, strict=True):
        assert b.start_s == pytest.approx(a.start_s - begun_s, abs=0.1)
        assert b.end_s == pytest.approx(a.end_s - begun_s, abs=0.1)
        assert b.range_deg == pytest.approx(a.range_deg, abs=1.0)


@few
@given(exercises(), st.sampled_from([3600.0, 0.04]))
def test_time_stamps_that_begin_later_move_times_only(exercise: Exercise, by_s: float) -> None:
    """No clock, no frame rate: only differences of time stamps count."""
    poses = exercise.film()
    same_deeds(report_on(poses), report_on(later(poses, by_s)), shift_s=by_s, angle_deg=0.2)


@settings(few, max_examples=2)
@given(exercises())
def test_resampling_keeps_the_count(exercise: Exercise) -> None:
    """60, 20 and 12 frames a second: one clip, one count, one tension."""
    poses = exercise.film(fps=60)
    full = report_on(poses)
    counts_right(full, exercise)
    for step in (3, 5):
        same_deeds(full, report_on(poses[::step]), angle_deg=1.0)


@few
@given(exercises(), st.integers(0, 9))
def test_uneven_frames_keep_the_count(exercise: Exercise, seed: int) -> None:
    """Phones film at a variable rate: 14 to 50 frames a second here, from frame to frame."""
    script = exercise.script()
    steps = np.random.default_rng(seed).uniform(0.02, 0.07, int(script.end_s / 0.045))
    counts_right(report_on(exercise.figure.film(script, np.cumsum(steps))), exercise)


@few
@given(exercises(), st.integers(0, 9))
def test_a_pixel_of_noise_keeps_the_count(exercise: Exercise, seed: int) -> None:
    """And every angle that is graded within 2°."""
    noisy = replace(exercise, figure=replace(exercise.figure, noise_px=1.0, seed=seed))
    report = report_on(noisy.film())
    counts_right(report, exercise)
    same_deeds(report_on(exercise.film()), report, angle_deg=2.0)


@few
@given(figures(), st.integers(0, 90), st.integers(0, 100), st.sampled_from([0.3, 1.0, 2.0]))
def test_who_does_not_move_does_nothing(figure: Figure, hip: int, knee: int, noise: float) -> None:
    """No repetition, no tension, no fault, and never a pass, whatever the pose."""
    still = replace(figure, noise_px=noise).still(8.0, fps=FPS, hip=hip, knee=max(knee, hip - 80))
    report = report_on(still)
    assert report.reps == ()
    assert report.tension is None
    assert report.sets == ()
    assert report.findings == ()
    assert report.grade.verdict == "ungradable"


@few
@given(exercises(), st.integers(1, 400))
def test_what_comes_later_does_not_change_what_was_answered(exercise: Exercise, at: int) -> None:
    """The angles of a stream are final once answered: a clip cut short has the same ones."""
    poses = exercise.film()
    at = min(at + 60, len(poses))
    whole, part = report_on(poses), report_on(poses[:at])
    settled = np.flatnonzero(part.series.t_s < poses[at - 1].t_s - 0.5)
    for name in ANGLES:
        a, b = (getattr(r.series, name)[settled] for r in (whole, part))
        assert np.array_equal(a, b, equal_nan=True), name
