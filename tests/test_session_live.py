"""A live session: what is said on the way is soon, right, and changes nothing in the report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure import Camera, Figure
from script import Script
from sessions import CLIP, MODEL, difference, stored_report
from spoiled import unseen

from posecheck.assess.guide import Guide
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Pose, Report, Update
from posecheck.vision.pose_store import load_poses

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "sample_videos"
NAMES = sorted(p.name.removesuffix(".truth.json") for p in SAMPLES.glob("*.truth.json"))
LATE_S = 0.6  # after the true end of the movement
EARLY_S = 0.5
every = pytest.mark.parametrize("name", NAMES)


@cache
def truth(name: str) -> dict[str, Any]:
    text = (SAMPLES / f"{name}.truth.json").read_text("utf-8")
    plain: dict[str, Any] = json.loads(text)
    return plain


@cache
def poses_of(name: str) -> tuple[Pose, ...]:
    return tuple(load_poses(HERE / "data" / f"{name}.npz"))


def watch(poses: Sequence[Pose], **exercise: Any) -> tuple[list[tuple[float, Update]], Report]:
    """Every update with the time of the pose that brought it, and the report."""
    prescription = Prescription.model_validate({"exercise": exercise})
    session = Session(prescription, live=True)
    said = [(p.t_s, session.push(p)) for p in poses]
    return said, session.finish(CLIP, MODEL)


@cache
def live(name: str) -> tuple[list[tuple[float, Update]], Report]:
    return watch(poses_of(name))


def lateness(said: list[tuple[float, Update]], ends_s: Sequence[float]) -> list[float]:
    """For each true repetition, when it was first counted less when it ended."""
    done: dict[int, int] = {}
    counted = []
    for t, update in said:
        done[update.set_index] = max(done.get(update.set_index, 0), update.reps)
        counted.append((t, sum(done.values())))
    return [
        next((t for t, n in counted if n >= i), np.inf) - end for i, end in enumerate(ends_s, 1)
    ]


def begun() -> Script:
    return Script().stay(2).extend().stay(3)


def over(script: Script) -> Script:
    return script.stay(0.8).lower().stay(1)


@every
def test_the_report_is_the_same(name: str) -> None:
    """Looking on the way leaves no trace in it."""
    assert not difference(live(name)[1], stored_report(name))


def test_it_is_all_the_same_when_it_settles() -> None:
    """Between two pushes, as a live session does, or within the next one."""
    session = Session(Prescription.default(), live=True)
    for pose, (_, update) in zip(poses_of("fault_bouncing"), watch(poses_of("fault_bouncing"))[0],
                                 strict=True):  # fmt: skip
        assert repr(session.push(pose)) == repr(update)
        if round(pose.t_s) % 2:
            session.settle()
    assert update.reps > 0
    Session(Prescription.default()).settle()  # nothing to do where a session is not live


@every
def test_what_is_shown_belongs_to_its_frame(name: str) -> None:
    """The angles in the picture are those of that moment, though what counts comes later."""
    said, report = live(name)
    true = truth(name)["angles"]
    shown = np.array([
        (u.angles.hip_flexion_deg, u.angles.knee_flexion_deg, u.angles.ankle_dorsiflexion_deg)
        for _, u in said
    ])  # fmt: skip
    assert [u.t_s for _, u in said[100:]] == [t for t, _ in said[100:]]
    names = ("hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg")
    for angle, series in zip(names, shown.T, strict=True):
        at_once, later = (
            float(np.nanmean(np.abs(values - np.array(true[angle])[: len(values)])))
            for values in (series, getattr(report.series, angle))
        )
        assert at_once < later + 1.0, angle


@every
def test_every_repetition_is_counted_in_time(name: str) -> None:
    """Each within half a second of its true end, and none that is not there."""
    said, _ = live(name)
    ends = [rep["end_s"] for rep in truth(name)["reps"]]
    late = lateness(said, ends)
    assert all(-EARLY_S <= s <= LATE_S for s in late), late
    assert max(u.reps for _, u in said) == len(ends)


@every
def test_a_count_never_falls_within_a_set(name: str) -> None:
    said, _ = live(name)
    for (_, a), (_, b) in pairwise(said):
        assert b.set_index >= a.set_index
        assert b.set_index > a.set_index or b.reps >= a.reps


@every
def test_what_it_ends_with_is_what_the_report_says(name: str) -> None:
    (*_, (_, last)), report = live(name)
    assert last.set_index == len(report.sets)
    assert last.variant == report.variant
    if report.tension is None:
        assert last.tension is None
        return
    assert last.side == report.side
    assert last.tension is not None
    assert last.tension.start_s == pytest.approx(report.tension.start_s, abs=0.3)
    assert last.tension.end_s == pytest.approx(report.tension.end_s, abs=0.3)
    assert last.tension.knee_flexion_deg == pytest.approx(report.tension.knee_flexion_deg, abs=3)


@every
def test_faults_are_seen_while_they_happen_and_no_others(name: str) -> None:
    said, _ = live(name)
    seen = {f.rule for _, u in said for f in u.findings if f.severity == "fault"}
    fault = truth(name)["fault"]
    assert seen == ({fault} if fault else set())
    assert {w for _, u in said for w in u.warnings} == set()


@every
def test_phases_come_in_order(name: str) -> None:
    """And the hold grows second by second, up to the first repetition."""
    said, _ = live(name)
    if truth(name)["tension"] is None:
        assert {u.phase for _, u in said} == {"rest"}
        return
    phases = [u.phase for _, u in said]
    firsts = [phases.index(p) for p in ("rest", "extend", "hold", "glide", "lower")]
    assert firsts == sorted(firsts)
    held = [u.hold_s for _, u in said if u.phase == "hold" and u.reps == 0]
    assert max(held) > 2
    assert (np.diff(held) > -0.5).all()


@every
def test_the_guide_counts_and_corrects_what_is_there(name: str) -> None:
    """Each repetition aloud, the planted fault once, nobody stopped, nothing to set up."""
    guide = Guide(Prescription.default())
    said, _ = live(name)
    cues = [c for p, (_, u) in zip(poses_of(name), said, strict=True) for c in guide.push(u, p)]
    assert [c.number for c in cues if c.kind == "count"] == list(
        range(1, len(truth(name)["reps"]) + 1)
    )
    fault = truth(name)["fault"]
    assert {c.name for c in cues if c.kind == "correct"} == ({fault} if fault else set())
    set_up = [c.name for c in cues if c.kind == "set_up"]
    assert set_up in (["welcome"], ["welcome", "ready"])  # who has begun is not told to
    assert not {"pause", "end"} & {c.kind for c in cues}


@pytest.mark.parametrize(("period_s", "size_deg"), [(0.8, 32.0), (1.8, 14.0), (3.0, 50.0)])
def test_pumps_of_any_tempo_and_size(period_s: float, size_deg: float) -> None:
    script = over(begun().pumps(5, period_s, size_deg))
    said, _ = watch(Figure().film(script))
    late = lateness(said, [end for _, end in script.reps])
    assert all(-EARLY_S <= s <= LATE_S for s in late), late
    assert said[-1][1].reps == 5


@pytest.mark.parametrize(("period_s", "size_deg"), [(2.0, 35.0), (3.0, 16.0), (6.0, 55.0)])
def test_bends_of_any_tempo_and_size(period_s: float, size_deg: float) -> None:
    script = over(begun().bends(4, period_s, size_deg))
    said, _ = watch(Figure().film(script, fps=10))
    late = lateness(said, [end for _, end in script.reps])
    assert all(-EARLY_S <= s <= LATE_S for s in late), late
    assert said[-1][1].reps == 4


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["auto", "ankle_pump", "knee_bend"])
def test_long_sets_are_counted_to_the_end(variant: str) -> None:
    """Though it looks back over the last repetitions alone."""
    script = over(begun().bends(10, 5) if variant == "knee_bend" else begun().pumps(25))
    said, report = watch(Figure().film(script, fps=10), variant=variant)
    late = lateness(said, [end for _, end in script.reps])
    assert all(-EARLY_S <= s <= LATE_S for s in late), late
    assert said[-1][1].reps == len(report.reps) == len(script.reps)


def test_a_pause_within_a_set_costs_no_repetition() -> None:
    script = over(begun().pumps(4).stay(8).pumps(4))
    said, report = watch(Figure().film(script, fps=10))
    assert said[-1][1].reps == len(report.reps) == 8
    assert said[-1][1].set_index == 1


@pytest.mark.parametrize("down", [False, True])
def test_sets_are_told_apart(down: bool) -> None:
    """By a leg that is put down, or bent for a while with the thigh still up."""
    script = begun()
    for n in (3, 4):
        script.pumps(n).stay(0.5).lower().stay(1)
        if down:
            script.move(1.5, hip=10).stay(1).move(1.5, hip=82)
        script.stay(1.5).extend().stay(2)
    script.bends(2).stay(0.5).lower().stay(1)
    said, report = watch(Figure().film(script, fps=10))
    most: dict[int, int] = {}
    for _, update in said:
        most[update.set_index] = max(most.get(update.set_index, 0), update.reps)
    assert [most[i] for i in (1, 2, 3)] == [3, 4, 2]
    assert [s.reps for s in report.sets] == [3, 4, 2]
    assert said[-1][1].variant == "knee_bend"


def test_dropped_frames_change_no_count() -> None:
    """A camera on a slow machine gives every third frame, unevenly."""
    rng = np.random.default_rng(3)
    script = over(begun().pumps(6))
    times = np.arange(0, script.end_s, 1 / 30)
    kept = times[np.sort(rng.choice(len(times), len(times) // 2, replace=False))]
    said, report = watch(Figure().film(script, times=kept))
    late = lateness(said, [end for _, end in script.reps])
    assert all(-EARLY_S <= s <= LATE_S + 0.1 for s in late), late
    assert said[-1][1].reps == len(report.reps) == 6


def test_a_gap_is_lived_through() -> None:
    """Nobody seen for two seconds: what was counted stays counted."""
    script = over(begun().pumps(8))
    poses = unseen(Figure().film(script), range(280, 330))
    said, _ = watch(poses)
    done: dict[int, int] = {}
    for _, update in said:
        assert update.reps >= done.get(update.set_index, 0)
        done[update.set_index] = update.reps
    assert done[1] >= 1


def test_warnings_are_those_of_the_moment() -> None:
    """Somebody who sits up is no longer on the back, and is again when they lie down."""
    still = Figure().still(6)
    upright = [turned_up(p, p.t_s + 6) for p in Figure().still(6)]
    again = [later(p, p.t_s + 12) for p in Figure().still(8)]
    said, _ = watch([*still, *upright, *again])
    warned = [("not_supine" in u.warnings, t) for t, u in said]
    assert not any(w for w, t in warned if t < 6)
    assert any(w for w, t in warned if 6 <= t < 12)
    assert not any(w for w, t in warned if t > 19)


def test_a_slow_camera_is_warned_too() -> None:
    """Where each frame is looked at for repetitions, warnings still have their turn."""
    said, _ = watch([turned_up(p, p.t_s) for p in Figure().still(8, fps=4)])
    assert any("not_supine" in u.warnings for _, u in said)


def is_blank(update: Update) -> bool:
    """Whether no leg is drawn and no angle of one is shown."""
    angles = update.angles
    shown = (angles.hip_flexion_deg, angles.knee_flexion_deg, angles.ankle_dorsiflexion_deg,
             angles.resting_hip_flexion_deg, angles.resting_knee_flexion_deg)  # fmt: skip
    places = (update.working_px, update.resting_px)
    return bool(np.isnan(shown).all() and all(np.isnan(xy).all() for xy in places))


@pytest.mark.parametrize("camera", [Camera(azimuth=55), Camera(azimuth=-50), Camera(elevation=50)])
def test_no_leg_is_drawn_where_the_view_is_too_oblique(camera: Camera) -> None:
    said, report = watch(Figure(camera=camera).film(begun().pumps(4)))
    assert all(is_blank(u) for _, u in said)
    assert {u.reps for _, u in said} == {len(report.reps)} == {0}
    assert "not_side_on" in said[-1][1].warnings


def test_how_oblique_is_for_the_prescription_to_say() -> None:
    poses = Figure(camera=Camera(azimuth=-25)).film(begun())
    for limit, blank in ((45.0, False), (10.0, True)):
        asked = Prescription.model_validate({"view": {"max_azimuth_deg": limit}})
        session = Session(asked, live=True)
        assert is_blank([session.push(p) for p in poses][-1]) == blank


def test_no_leg_is_drawn_of_who_does_not_lie_on_the_back() -> None:
    said, _ = watch([turned_up(p, p.t_s) for p in Figure().film(begun())])
    assert all(is_blank(u) for _, u in said)


def test_a_leg_that_the_report_does_not_know_is_not_drawn() -> None:
    """Legs whose lengths change in every look are set aside, a little later."""
    rng, poses = np.random.default_rng(1), Figure().film(begun())
    wild = []
    for pose in poses:
        xy = pose.xy_px.copy()
        if pose.t_s > 4:
            xy[[25, 27, 29, 31]] += rng.normal(0, 60, (4, 2))
        wild.append(replace(pose, xy_px=xy))
    said, report = watch(wild)
    known = np.isfinite(report.series.knee_flexion_deg)
    shown = np.array([np.isfinite(u.angles.knee_flexion_deg) for _, u in said])
    late = report.series.t_s > 4.5
    assert np.mean(shown[late]) <= np.mean(known[late]) + 0.1 < 0.9


def later(pose: Pose, t_s: float) -> Pose:
    return replace(pose, t_s=t_s)


def turned_up(pose: Pose, t_s: float) -> Pose:
    """The same person turned by 80° in the picture, about its middle."""
    middle = np.array([pose.width_px, pose.height_px]) / 2
    c, s = np.cos(np.radians(80)), np.sin(np.radians(80))
    xy = (pose.xy_px - middle) @ np.array([[c, s], [-s, c]]) + middle
    return replace(pose, t_s=t_s, xy_px=xy)
