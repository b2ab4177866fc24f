"""The tracker while nobody is there: bounded, and no worse for who comes later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figure import Camera, Figure
from script import Script
from sessions import CLIP, MODEL, clean_poses, report_on
from spoiled import unseen

from posecheck.assess.guide import Guide
from posecheck.assess.prescription import Prescription
from posecheck.motion import track
from posecheck.motion.smoothing import LAG_S
from posecheck.motion.track import AT_ONCE, EMPTY_S, Tracker
from posecheck.session import Session
from posecheck.types import Pose, Side

STEP_S = 1 / 25
EMPTY = 120  # frames, 4.8 s


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
        assert (len(tracker.times()) + EMPTY_S / STEP_S) * STEP_S >= pose.t_s - STEP_S
        assert tracker.newest is None
    tracker.finish()
    assert tracker.times() == pytest.approx([p.t_s for p in poses])
    for name in ("hip", "knee", "ankle", "lying", "size"):
        assert np.isnan(tracker.column(name)).all(), name
    assert not tracker.column("tracked").any()


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
    np.testing.assert_array_equal(spread.points(), at_once.points())


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
    times = tracker.times()
    for name, flat, raised in (("hip", 0, 82), ("knee", 0, 88)):
        values = tracker.column(name)
        assert np.nanmedian(values[times < 2.2]) == pytest.approx(flat, abs=4), name
        assert np.nanmedian(values[times > 5.0]) == pytest.approx(raised, abs=4), name
