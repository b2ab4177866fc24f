"""The tracker: what the picture's size and place change, and who is not there all the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from figure import Camera, Figure
from script import Script
from sessions import CLIP, MODEL, clean_poses, report_on
from spoiled import mirrored, onto, unseen

from posecheck.assess.guide import Guide
from posecheck.exercises.prescription import Prescription
from posecheck.motion import track
from posecheck.motion.calibration import FULL, HEAVY, Calibration
from posecheck.motion.skeleton import HIPS
from posecheck.motion.smoothing import LAG_S
from posecheck.motion.table import COLUMNS
from posecheck.motion.track import AT_ONCE, EMPTY_S, Measured, Tracker
from posecheck.session import Session
from posecheck.types import Array, Pose, Side

STEP_S = 1 / 25
EMPTY = 120  # frames, 4.8 s


def measured(poses: Sequence[Pose], calibration: Calibration = HEAVY) -> Measured:
    """All that a tracker makes of poses."""
    tracker = Tracker(calibration)
    for pose in poses:
        tracker.push(pose)
    tracker.finish()
    return tracker.measured()


def same_but(one: Measured, other: Measured, names: Sequence[str]) -> None:
    """Every column is the same, but for some."""
    assert one.t_s.tolist() == other.t_s.tolist()
    for name in COLUMNS:
        if name not in names:
            assert_near(getattr(other.table, name), getattr(one.table, name), name)


def assert_near(one: Array, other: Array, name: str) -> None:
    np.testing.assert_allclose(one, other, atol=1e-3, err_msg=name)


def placed(poses: Sequence[Pose], scale: float, x: float, y: float) -> list[Pose]:
    """In a picture of another size, or elsewhere in it."""
    return [
        replace(
            p, xy_px=scale * p.xy_px + np.array([x, y]),
            width_px=round(scale * p.width_px), height_px=round(scale * p.height_px),
        )
        for p in poses
    ]  # fmt: skip


def test_a_picture_that_is_scaled_changes_nothing() -> None:
    poses = clean_poses()
    one, large = measured(poses), measured(placed(poses, 3.0, 0, 0))
    same_but(one, large, ())
    assert_near(large.points_px, 3 * one.points_px, "points")


def test_a_picture_that_is_moved_has_another_view_and_the_same_angles() -> None:
    """The camera seems to look from elsewhere; how sure the angles are depends on that."""
    poses = clean_poses()
    one, moved = measured(poses), measured(placed(poses, 1.0, 30.0, -20.0))
    same_but(
        one,
        moved,
        (
            "azimuth_deg",
            "elevation_deg",
            "hip_band_deg",
            "knee_band_deg",
            "ankle_band_deg",
            "inside",
        ),
    )
    assert (moved.table.azimuth_deg != one.table.azimuth_deg).all()


def test_a_mirrored_picture_exchanges_the_sides_and_nothing_else() -> None:
    poses = clean_poses()
    one, other = measured(poses), measured(mirrored(poses))
    same_but(one, other, ("raised_label",))
    assert other.feet == -one.feet
    raised = one.table.raised_label >= 0
    assert raised.any()
    assert (other.table.raised_label[raised] == 1 - one.table.raised_label[raised]).all()


def test_a_hole_is_unknown_and_spoils_nothing_else() -> None:
    """Angles and points are NaN where nobody was seen for longer than is bridged."""
    poses = clean_poses()
    hole = [i for i, p in enumerate(poses) if 4.2 <= p.t_s <= 5.4]
    one, other = measured(poses), measured(unseen(poses, hole))
    t_s = one.t_s
    inside = (t_s > 4.2 + LAG_S) & (t_s < 5.4 - LAG_S)
    away = (t_s < 4.2 - 2 * LAG_S) | (t_s > 5.4 + 2 * LAG_S)
    assert inside.any()
    for name in ("hip_deg", "knee_deg", "ankle_deg"):
        assert np.isnan(getattr(other.table, name)[inside]).all(), name
        assert np.isfinite(getattr(other.table, name)[away]).all(), name
        np.testing.assert_allclose(
            getattr(other.table, name)[away], getattr(one.table, name)[away], atol=0.5
        )
    assert not other.table.tracked[hole].any()
    assert np.isnan(other.points_px[inside, 1:5]).all()


def test_who_else_is_there_is_kept_with_the_frame() -> None:
    """Further people, and whether one of them has a hand at a leg."""
    poses = [
        replace(p, others=int(50 <= i < 90), touched=60 <= i < 70)
        for i, p in enumerate(clean_poses())
    ]
    found = measured(poses)
    assert found.table.others.tolist() == [p.others for p in poses]
    assert found.table.touched.tolist() == [p.touched for p in poses]


def test_another_model_is_less_sure_and_sees_the_same() -> None:
    poses = clean_poses()[:60]
    heavy, full = measured(poses), measured(poses, FULL)
    same_but(heavy, full, ("hip_band_deg", "knee_band_deg", "ankle_band_deg"))
    assert (full.table.hip_band_deg > heavy.table.hip_band_deg).all()


def test_who_does_not_lie_on_the_back_has_no_angles_and_no_leg() -> None:
    """Standing, or seen from so far off that the trunk is: no leg is drawn where none is known."""
    poses = [replace(p, xy_px=p.xy_px[:, ::-1] * [1, -1] + [0, 640]) for p in clean_poses()[:75]]
    found = measured(poses)
    assert not found.table.lying.any()
    for name in ("hip_deg", "knee_deg", "ankle_deg", "resting_hip_deg", "resting_knee_deg"):
        assert np.isnan(getattr(found.table, name)).all(), name
    assert np.isnan(found.points_px[:, :10]).all()
    assert np.isfinite(found.points_px[:, 10:]).all()


def test_a_leg_that_is_never_seen_is_nowhere() -> None:
    """Both labels lie on the raised leg from the first frame on."""
    poses = clean_poses()[:75]
    found = measured(onto(poses, range(len(poses)), "left"))
    assert np.isnan(found.table.resting_hip_deg).all()
    assert np.isnan(found.points_px[:, 5:10]).all()
    assert np.isfinite(found.table.knee_deg).all()


def test_the_hip_is_held_over_seconds() -> None:
    """It moves twice a second at most, however much its landmark trembles."""
    rng = np.random.default_rng(0)
    poses = []
    for pose in clean_poses():
        xy = pose.xy_px.copy()
        xy[list(HIPS)] += rng.normal(0, 3, (2, 2))
        poses.append(replace(pose, xy_px=xy))
    hips = measured(poses).points_px[:, 0]
    moves = np.abs(np.diff(hips, axis=0)).max(axis=1)
    assert np.count_nonzero(moves) <= 2 * poses[-1].t_s + 1
    assert moves.max() < 3


def empty_room(frames: int) -> list[Pose]:
    """A picture without anybody."""
    (nobody,) = unseen([clean_poses()[0]], range(1))
    return [replace(nobody, t_s=i * STEP_S) for i in range(frames)]


def late(frames: int = EMPTY) -> list[Pose]:
    """An empty room that somebody comes into."""
    shift_s = frames * STEP_S - clean_poses()[0].t_s
    return [*empty_room(frames), *(replace(p, t_s=p.t_s + shift_s) for p in clean_poses())]


def test_an_empty_room_is_answered_as_it_goes() -> None:
    """Nothing piles up: each frame is answered, as unknown, some seconds late; once, in order."""
    tracker = Tracker()
    poses = empty_room(4 * EMPTY)
    for pose in poses:
        tracker.push(pose)
        assert (len(tracker.measured().t_s) + EMPTY_S / STEP_S) * STEP_S >= pose.t_s - STEP_S
        assert tracker.newest is None
    tracker.finish()
    assert tracker.measured().t_s == pytest.approx([p.t_s for p in poses])
    for name in ("hip_deg", "knee_deg", "ankle_deg", "lying", "trunk_share"):
        assert np.isnan(getattr(tracker.measured().table, name)).all(), name
    assert not tracker.measured().table.tracked.any()


def test_who_waited_for_a_body_is_answered_a_few_a_push(monkeypatch: pytest.MonkeyPatch) -> None:
    """No push bears them all; and each is answered as if it had."""
    spread, at_once = Tracker(), Tracker()
    for pose in clean_poses():
        before = spread.count
        spread.push(pose)
        assert spread.count - before <= AT_ONCE
    assert spread.count >= len(clean_poses()) - LAG_S / STEP_S - 1
    spread.finish()
    monkeypatch.setattr(track, "AT_ONCE", 1000)
    most = 0
    for pose in clean_poses():
        before = at_once.count
        at_once.push(pose)
        most = max(most, at_once.count - before)
    at_once.finish()
    assert most > 2 * AT_ONCE
    np.testing.assert_array_equal(spread.measured().values, at_once.measured().values)
    np.testing.assert_array_equal(spread.measured().points_px, at_once.measured().points_px)


def test_who_comes_later_is_graded_the_same() -> None:
    """An empty room before moves times and nothing else, while most frames show a person."""
    at_once, later = report_on(clean_poses()), report_on(late())
    shift_s = EMPTY * STEP_S - clean_poses()[0].t_s
    assert (later.side, later.variant) == (at_once.side, at_once.variant)
    assert [r.start_s - shift_s for r in later.reps] == pytest.approx(
        [r.start_s for r in at_once.reps], abs=1e-3
    )
    assert at_once.tension is not None
    assert later.tension is not None
    assert later.tension.start_s - shift_s == pytest.approx(at_once.tension.start_s, abs=1e-3)
    assert later.tension.knee_flexion_deg == pytest.approx(
        at_once.tension.knee_flexion_deg, abs=1e-2
    )
    assert later.findings == at_once.findings
    assert later.grade.verdict == at_once.grade.verdict
    assert later.quality.warnings == at_once.quality.warnings
    known = slice(EMPTY, None)
    np.testing.assert_allclose(
        later.series.knee_flexion_deg[known], at_once.series.knee_flexion_deg, atol=0.01
    )


def test_no_push_answers_for_the_whole_wait() -> None:
    """When somebody comes, only the last seconds are answered at once."""
    tracker, most = Tracker(), 0
    for pose in late(4 * EMPTY):
        before = tracker.count
        tracker.push(pose)
        most = max(most, tracker.count - before)
    assert most * STEP_S <= EMPTY_S


def test_a_live_session_waits_for_somebody() -> None:
    """The set-up is not ready before anybody has come, and never takes who lies for not lying."""
    prescription = Prescription.default()
    session, guide = Session(prescription, live=True), Guide(prescription)
    hints: list[str | None] = []
    for i, pose in enumerate(late()):
        update = session.push(pose)
        guide.push(update, pose)
        if i < EMPTY:
            assert guide.stage.name == "set_up"
            assert not guide.stage.ready
        elif guide.stage.name == "set_up":
            hints.append(guide.stage.hint)
        assert "not_supine" not in update.warnings
    assert guide.stage.name != "set_up"
    assert set(hints) <= {None, "come_into_view"}
    assert len(session.finish(CLIP, MODEL).reps) == 4


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_leg_that_lies_flat_first_is_read_flat(side: Side) -> None:
    """Seen from above the far leg lies higher in the picture; it is measured from its own hip."""
    script = Script(hip=0, knee=0).stay(2.5).move(hip=82, knee=88).stay(3)
    tracker = Tracker()
    for pose in Figure(side=side, camera=Camera(elevation=20.0, feet=1)).film(script):
        tracker.push(pose)
    tracker.finish()
    times = tracker.measured().t_s
    for name, flat, raised in (("hip_deg", 0, 82), ("knee_deg", 0, 88)):
        values = getattr(tracker.measured().table, name)
        assert np.nanmedian(values[times < 2.2]) == pytest.approx(flat, abs=4), name
        assert np.nanmedian(values[times > 5.0]) == pytest.approx(raised, abs=4), name
