"""`review` and `grade` of one clip give one report: looked at alike, kept, and graded again."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from batch_fakes import make_clip
from sessions import CLIP, DATA, MODEL, difference
from stored_landmarker import StoredModel

from posecheck.apps.batch.cache import ClipFacts, PoseCache
from posecheck.apps.batch.grade_clip import ClipGrader
from posecheck.apps.batch.storage import open_storage
from posecheck.apps.batch.tasks import ClipJob, GradeTask
from posecheck.apps.review import LOOKS_PER_S, review
from posecheck.exercises.prescription import Prescription
from posecheck.present.report_files import read_report
from posecheck.session import Session
from posecheck.types import Flaws
from posecheck.vision.frame_times import sampled
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import load_poses, save_poses

PRESCRIPTION = Prescription.default()
FLAWS = Flaws(lost_s=((2.0, 2.5), (7.0, 9.0)), unplaced_s=0.25, notes=(("several_tracks", 2.0),))


@pytest.mark.parametrize("name", sorted(p.stem for p in DATA.glob("*.npz")))
def test_kept_poses_give_the_report_of_the_look(name: str, tmp_path: Path) -> None:
    """As a review makes it; from poses that a batch kept, and from what was measured of them."""
    stored, log = load_poses(DATA / f"{name}.npz"), PoseLog()
    times = [p.t_s for p in stored]
    log.frame_t_s = np.array(times)
    session = Session(PRESCRIPTION)
    for _, pose in sampled(zip(times, stored, strict=True), LOOKS_PER_S):
        session.push(log.append(pose))
    save_poses(log.poses("a" * 64), tmp_path / "poses.npz")
    reviewed = session.finish(CLIP, MODEL, log.frame_t_s, FLAWS)

    (tmp_path / "out").mkdir()
    store = PoseCache(open_storage(str(tmp_path / "out")), "c" * 64, "a" * 64, LOOKS_PER_S)
    store.save(tmp_path / "poses.npz", ClipFacts(CLIP, FLAWS, log.frame_t_s))
    kept = store.load(tmp_path / "again.npz")
    assert kept is not None
    poses, looked = kept
    again = Session(PRESCRIPTION)
    for pose in poses:
        again.push(pose)
    store.save_measured(again.measured())
    measured = store.load_measured()
    assert measured is not None
    for graded in (again, Session.restored(PRESCRIPTION, measured)):
        report = graded.finish(looked.info, MODEL, looked.frame_t_s, looked.flaws)
        assert difference(reviewed, report) == ""
    assert len(reviewed.series.t_s) == len(stored)


@pytest.mark.parametrize("every_frame", [False, True])
def test_a_review_and_a_grade_write_the_same(every_frame: bool, tmp_path: Path) -> None:
    """Report, angles and poses, with a row of angles for every frame; graded again as well."""
    clip = make_clip(tmp_path / "a.mp4", frames=250)
    done = review(clip, tmp_path / "alone", model=StoredModel(), every_frame=every_frame,
                  video=False)  # fmt: skip
    assert done.report.tension is not None
    per_s = None if every_frame else LOOKS_PER_S
    (tmp_path / "out").mkdir()
    task = GradeTask(
        ClipJob(str(clip), clip.name, "a"), str(tmp_path / "out"),
        PRESCRIPTION.model_dump_json(), "a", model=StoredModel(), per_s=per_s,
    )  # fmt: skip
    asked = Prescription.model_validate({"dose": {"repetitions": 3}}).model_dump_json()
    for again in (task, replace(task, prescription=asked), task):
        assert ClipGrader()(again).error is None
    for name in ("report.json", "angles.csv", "poses.npz"):
        mine, its = (tmp_path / folder / name for folder in ("alone", "out/a"))
        assert mine.read_bytes() == its.read_bytes(), name
    found = read_report(tmp_path / "out/a/report.json")
    assert found["clip"]["looked_at_per_s"] == per_s
    assert found["clip"]["frames"] == 250
    with (tmp_path / "alone/angles.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 250
    assert sum(bool(row["knee_flexion_deg"]) for row in rows) > 240
    assert len(load_poses(tmp_path / "alone/poses.npz")) == (250 if every_frame else 101)


def test_a_damaged_clip_is_no_pass_in_either(tmp_path: Path) -> None:
    """What it lacks goes with its poses, from run to run."""
    clip = make_clip(tmp_path / "a.mp4", frames=250)
    data = bytearray(clip.read_bytes())
    a = data.index(b"mdat") + 4
    size = int.from_bytes(data[a - 8 : a - 4], "big")
    first, last = a + int(0.4 * size), a + int(0.8 * size)
    data[first:last] = bytes(last - first)
    clip.write_bytes(data)
    done = review(clip, tmp_path / "alone", model=StoredModel(), video=False)
    said = done.report.quality
    assert {"frames_missing", "cut_off"} & set(said.barring)
    assert any("are lost" in note for note in said.notes)
    assert done.report.grade.verdict != "pass"
    (tmp_path / "out").mkdir()
    task = GradeTask(
        ClipJob(str(clip), clip.name, "a"), str(tmp_path / "out"),
        PRESCRIPTION.model_dump_json(), "a", model=StoredModel(), per_s=LOOKS_PER_S,
    )  # fmt: skip
    asked = Prescription.model_validate({"dose": {"repetitions": 3}}).model_dump_json()
    for again in (task, replace(task, prescription=asked)):
        assert ClipGrader()(again).warnings == said.warnings
