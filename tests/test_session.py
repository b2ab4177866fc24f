"""The engine from outside: what a report says hangs together, whatever the clip."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import numpy as np
import pytest
from figure import Figure
from script import Script
from sessions import CLIP, MODEL, clean_poses, clean_report, clean_script, difference, report_on
from spoiled import moments, swapped, unseen

from posecheck import __version__
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.catalogue import rule_names
from posecheck.exercises.prescription import Prescription, load_prescription
from posecheck.motion.calibration import LITE
from posecheck.present.replay import updates
from posecheck.session import Session
from posecheck.types import PHASES, WARNINGS, Pose, Report, Update
from posecheck.vision.frame_times import sampled

FIGURE = Figure()


def two_sets() -> Script:
    """Five pumps, a rest, three bends."""
    script = Script().stay(1.6).extend(over_s=1.6).stay(1.6).pumps(5, 1.4).stay(0.5).lower(1.5)
    script.stay(2.2).extend(to=20, over_s=1.6).stay(1.6).bends(3, 2.5).stay(0.5).lower(1.5)
    return script.stay(0.8)


def looked_at(poses: Sequence[Pose]) -> Report:
    """As `review` and `grade` do: some frames are looked at, and the times of all are known."""
    session = Session(Prescription.default())
    for _, pose in sampled(((p.t_s, p) for p in poses), LOOKS_PER_S):
        session.push(pose)
    return session.finish(CLIP, MODEL, np.array([p.t_s for p in poses]))


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """All kinds of clips."""
    clean, n = clean_poses(), len(clean_poses())
    return {
        "clean": clean_report(),
        "two sets": report_on(FIGURE.film(two_sets(), fps=20)),
        "swaps": report_on(swapped(clean, moments(0.3, n))),
        "looks": looked_at(clean),
        "gap": report_on(unseen(clean, range(200, 240))),
        "still": report_on(FIGURE.still(6)),
        "nobody": report_on(unseen(clean[:100], range(100))),
        "a glance": report_on(clean[:20]),
        "cut off": report_on(clean[:250]),
        "one frame": report_on(clean[:1]),
    }


KINDS = [
    "clean", "two sets", "swaps", "looks", "gap", "still", "nobody", "a glance", "cut off",
    "one frame",
]  # fmt: skip
every = pytest.mark.parametrize("kind", KINDS)


@every
def test_one_row_a_frame(kind: str, reports: dict[str, Report]) -> None:
    """Each pose has its time, its phase, its angles and its points, in order."""
    series = reports[kind].series
    n = len(series.t_s)
    assert n > 0
    assert (np.diff(series.t_s) > 0).all()
    for name in series.__slots__:
        assert len(getattr(series, name)) == n, name
    assert series.working_px.shape == series.resting_px.shape == (n, 5, 2)
    assert series.trunk_px.shape == (n, 2, 2)
    known = series.confidence[np.isfinite(series.confidence)]
    assert ((known >= 0) & (known <= 1)).all()


@every
def test_phases_tile_the_clip_in_order(kind: str, reports: dict[str, Report]) -> None:
    """Rest, extend, hold, glide, lower: none is skipped back to within a set."""
    phases = [PHASES[i] for i, _ in groupby(reports[kind].series.phase)]
    follows = {
        ("rest", "extend"), ("rest", "hold"), ("extend", "hold"), ("extend", "glide"),
        ("hold", "glide"), ("hold", "lower"), ("glide", "lower"), ("lower", "rest"),
        ("glide", "rest"), ("hold", "rest"), ("lower", "extend"),
    }  # fmt: skip
    assert set(pairwise(phases)) <= follows
    assert phases.count("hold") <= len(reports[kind].sets)


@every
def test_sets_and_repetitions_hang_together(kind: str, reports: dict[str, Report]) -> None:
    """Numbered through, in order of time, inside their sets, as many as the sets say."""
    report = reports[kind]
    length_s = float(report.series.t_s[-1])
    assert [s.index for s in report.sets] == list(range(1, len(report.sets) + 1))
    assert [r.index for r in report.reps] == list(range(1, len(report.reps) + 1))
    assert [r.set for r in report.reps] == sorted(r.set for r in report.reps)
    for one in report.sets:
        mine = [r for r in report.reps if r.set == one.index]
        assert one.reps == len(mine)
        assert (one.variant is None) == (not mine)
        assert one.tension is not None
        assert 0 <= one.tension.start_s <= one.tension.end_s <= length_s
        assert all(one.tension.end_s <= r.start_s + 1e-6 for r in mine)
        assert one.tension.uncertainty_deg > 0
    for rep in report.reps:
        assert 0 <= rep.start_s < rep.end_s <= length_s
        assert rep.min_deg < rep.max_deg
        assert rep.range_deg == pytest.approx(rep.max_deg - rep.min_deg)
    for a, b in pairwise(report.reps):
        assert a.end_s <= b.start_s + 1e-6


@every
def test_the_top_level_is_the_first_set_that_repetitions_follow(
    kind: str, reports: dict[str, Report]
) -> None:
    """Else the first set, else nothing at all."""
    report = reports[kind]
    first = next((s for s in report.sets if s.reps), report.sets[0] if report.sets else None)
    expected = (first.side, first.variant, first.tension) if first else (None, None, None)
    assert (report.side, report.variant, report.tension) == expected


@every
def test_findings_and_warnings_bear_known_names(kind: str, reports: dict[str, Report]) -> None:
    """Each with its words, each inside the clip, each repetition one that exists."""
    report = reports[kind]
    assert set(report.quality.warnings) <= set(WARNINGS)
    assert len(report.quality.notes) == len(report.quality.warnings)
    assert 0 <= report.quality.usable_fraction <= 1  # bridged frames are usable, yet not tracked
    assert 0 <= report.quality.tracked_fraction <= 1
    for f in report.findings:
        assert f.rule in rule_names()
        assert f.message
        assert 0 <= f.start_s <= f.end_s <= report.series.t_s[-1]
        assert f.rep is None or f.rep in {r.index for r in report.reps}
        assert np.isfinite([f.measured, f.limit]).all()


@every
def test_the_verdict_has_reasons(kind: str, reports: dict[str, Report]) -> None:
    """A pass needs repetitions, a needs-work a fault or something missing, each says why."""
    report = reports[kind]
    grade = report.grade
    assert grade.reasons
    assert (grade.score is None) == (grade.verdict == "ungradable")
    faulty = any(f.severity == "fault" for f in report.findings)
    if grade.verdict == "pass":
        assert report.reps
        assert not faulty
    if faulty:
        assert grade.verdict != "pass"
    assert report.posecheck == __version__
    assert report.schema == "posecheck.report/1"


@pytest.mark.parametrize("kind", ["still", "nobody", "a glance", "one frame"])
def test_no_exercise_is_never_passed(kind: str, reports: dict[str, Report]) -> None:
    """Nothing counted, nothing held, not gradable."""
    report = reports[kind]
    assert (report.reps, report.sets, report.tension) == ((), (), None)
    assert report.grade.verdict == "ungradable"


def test_two_kinds_of_sets_in_one_clip(reports: dict[str, Report]) -> None:
    """Each with its variant, count and tension."""
    report = reports["two sets"]
    assert [(s.variant, s.reps) for s in report.sets] == [("ankle_pump", 5), ("knee_bend", 3)]
    angles = [s.tension.knee_flexion_deg for s in report.sets if s.tension]
    assert angles == pytest.approx([25, 20], abs=4)


def test_a_clip_that_is_cut_off_is_graded_as_far_as_it_goes(reports: dict[str, Report]) -> None:
    """Cut in the middle of the pumps: those that were whole count."""
    report = reports["cut off"]
    true = [end for _, end in clean_script().reps if end < report.series.t_s[-1]]
    assert len(report.reps) == len(true)


def shown(report: Report) -> list[Update]:
    return list(updates(report))


@every
def test_there_is_one_final_state_a_frame(kind: str, reports: dict[str, Report]) -> None:
    """With the phase, the angles and the points of its frame."""
    report = reports[kind]
    states = shown(report)
    assert [u.t_s for u in states] == report.series.t_s.tolist()
    assert [u.phase for u in states] == [PHASES[i] for i in report.series.phase]
    knee = [u.angles.knee_flexion_deg for u in states]
    assert np.array_equal(knee, report.series.knee_flexion_deg, equal_nan=True)


@every
def test_counts_never_go_back_within_a_set(kind: str, reports: dict[str, Report]) -> None:
    """They start at nought, rise by one, and end at what the report says."""
    report = reports[kind]
    states = shown(report)
    last = {u.set_index: u.reps for u in states}
    assert [u.set_index for u in states] == sorted(u.set_index for u in states)
    for a, b in pairwise(states):
        assert 0 <= b.reps - (a.reps if a.set_index == b.set_index else 0) <= 1
    assert all(last[s.index] == s.reps for s in report.sets)


@every
def test_the_hold_timer_runs_while_it_is_held(kind: str, reports: dict[str, Report]) -> None:
    """From nought at the start of the tension to its length at its end, and stays there."""
    report = reports[kind]
    for u in shown(report):
        assert u.hold_s >= 0
        if u.tension is None:
            assert u.hold_s == 0
        else:
            length = u.tension.end_s - u.tension.start_s
            assert u.hold_s <= length + 1e-6
            if u.t_s >= u.tension.end_s:
                assert u.hold_s == pytest.approx(length)


@every
def test_a_finding_is_shown_when_it_happens(kind: str, reports: dict[str, Report]) -> None:
    """And none that has not happened yet."""
    report = reports[kind]
    states = shown(report)
    for u in states:
        assert all(f.start_s <= u.t_s for f in u.findings)
    assert {f for u in states for f in u.findings} == set(report.findings)


@pytest.mark.parametrize("poses", [[], clean_poses()[:1], clean_poses()[:3]], ids=len)
def test_the_shortest_clips_get_a_report(poses: Sequence[Pose]) -> None:
    """No frame, one, three: not gradable, and it says why."""
    report = report_on(poses)
    assert report.grade.verdict == "ungradable"
    assert len(report.series.t_s) == len(poses)
    assert len(list(updates(report))) == len(poses)
    assert {"no_person", "too_short"} & set(report.quality.warnings)


def test_an_empty_picture_gets_a_report() -> None:
    """Frames without anybody: `no_person`."""
    report = report_on(unseen(clean_poses()[:120], range(120)))
    assert report.quality.warnings[0] == "no_person"
    assert report.quality.tracked_fraction == report.quality.usable_fraction == 0
    assert np.isnan(report.series.knee_flexion_deg).all()


def test_the_same_poses_give_the_same_report() -> None:
    """Nothing is random, nothing is left from the session before, no pose is changed."""
    poses = clean_poses()
    before = [np.array(p.xy_px) for p in poses]
    assert difference(clean_report(), report_on(poses)) == ""
    assert all(np.array_equal(a, p.xy_px) for a, p in zip(before, poses, strict=True))


@pytest.mark.parametrize("poses", [clean_poses(), clean_poses()[:1], ()], ids=len)
@pytest.mark.parametrize("name", ["default", "knee-bends-10"])
def test_what_was_measured_gives_the_report_of_its_poses(name: str, poses: Sequence[Pose]) -> None:
    """Nothing that was measured depends on the prescription, and nothing else is needed."""
    first, pushed = Session(load_prescription("ankle-pumps-10")), Session(load_prescription(name))
    for pose in poses:
        first.push(pose)
        pushed.push(pose)
    restored = Session.restored(load_prescription(name), first.measured())
    assert difference(pushed.finish(CLIP, MODEL), restored.finish(CLIP, MODEL)) == ""


@pytest.mark.parametrize("fps", [24.0, 25.0, 29.97, 30.0, 60.0])
def test_ten_looks_a_second_give_what_every_frame_gives(fps: float) -> None:
    """Of phone clips: steps of two and of three frames; the same deeds, and a row a frame."""
    poses = FIGURE.film(clean_script(), fps=fps)
    few, every = looked_at(poses), report_on(poses)
    assert (len(few.reps), few.side, few.variant) == (4, every.side, every.variant)
    assert few.grade.verdict == every.grade.verdict == "pass"
    assert few.tension is not None
    assert every.tension is not None
    assert few.tension.start_s == pytest.approx(every.tension.start_s, abs=0.15)
    assert few.tension.knee_flexion_deg == pytest.approx(every.tension.knee_flexion_deg, abs=1.0)
    assert np.array_equal(few.series.t_s, every.series.t_s)
    inner = slice(10, -10)
    for name in ("hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg"):
        off = (getattr(few.series, name) - getattr(every.series, name))[inner]
        assert np.abs(off).max() < 3.0, name
    assert np.abs(few.series.working_px - every.series.working_px)[inner].max() < 3.0


def test_frames_between_looks_are_no_evidence() -> None:
    """Two seconds without a look stay unknown in every row, however many frames they have."""
    poses = clean_poses()
    seen = [p for p in poses if not 9.0 < p.t_s < 11.0]
    session = Session(Prescription.default())
    for pose in seen:
        session.push(pose)
    report = session.finish(CLIP, MODEL, np.array([p.t_s for p in poses]))
    blind = (report.series.t_s > 9.1) & (report.series.t_s < 10.9)
    assert np.isnan(report.series.knee_flexion_deg[blind]).all()
    assert np.isnan(report.series.working_px[blind]).all()
    assert (report.series.confidence[blind] == 0).all()
    assert report.grade.verdict != "pass"


def test_the_model_s_doubt_is_in_every_number() -> None:
    """A model that was not measured on photographs has wider bands, and nothing else."""
    session = Session(Prescription.default(), calibration=LITE)
    for pose in clean_poses():
        session.push(pose)
    lite, heavy = session.finish(CLIP, MODEL), clean_report()
    assert (lite.series.knee_uncertainty_deg > heavy.series.knee_uncertainty_deg + 3).all()
    assert lite.reps == heavy.reps
    assert lite.tension is not None
    assert heavy.tension is not None
    assert lite.tension.uncertainty_deg > heavy.tension.uncertainty_deg + 3


def test_what_is_said_at_once_is_about_the_frames_pushed_so_far() -> None:
    """An update is never from the future, and not older than the lag once it is under way."""
    session = Session(Prescription.default())
    for pose in clean_poses()[:120]:
        update = session.push(pose)
        assert update.t_s <= pose.t_s
        if pose.t_s > 3:
            assert pose.t_s - update.t_s < 0.45
            assert np.isfinite(update.angles.knee_flexion_deg)


def test_the_prescription_that_was_used_stands_in_the_report() -> None:
    """Every value, so that a report can be retraced."""
    prescription = Prescription.model_validate({"dose": {"repetitions": 4, "hold_s": 1.5}})
    report = report_on(clean_poses(), prescription)
    assert report.prescription == prescription.as_dict()
    assert report.grade.verdict == "pass"
    assert all(u.reps_target == 4 and u.hold_target_s == 1.5 for u in updates(report))


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_prescribed_side_is_not_doubted(side: str) -> None:
    """The therapist knows which leg."""
    asked = Prescription.model_validate({"exercise": {"side": side}})
    assert report_on(clean_poses(), asked).side == side


def test_clip_and_model_are_handed_through() -> None:
    """The engine adds nothing to them."""
    report = Session(Prescription.default()).finish(CLIP, MODEL)
    assert (report.clip, report.model) == (CLIP, MODEL)
