"""From the folder of a report alone: what `review` would give with another prescription."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from batch_fakes import make_clip
from sessions import DATA, difference
from stored_landmarker import StoredModel

import posecheck
from posecheck.apps.review import LOOKS_PER_S, review
from posecheck.errors import InputError, PosecheckError, PrescriptionError
from posecheck.exercises.prescription import Prescription, load_prescription
from posecheck.motion.calibration import calibration_of
from posecheck.present.report_files import write_csv, write_json
from posecheck.session import Session
from posecheck.types import ClipInfo, Flaws, ModelInfo, Report, Subject
from posecheck.vision.frame_times import sampled
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import load_poses, save_poses

CLIP = ClipInfo("x.mp4", "c" * 64, None, 22.16, 554, 640, 480, 0, 10.0)
MODEL = ModelInfo("pose_landmarker_full", "a" * 64)
SUBJECT = Subject("K-204", note="before lunch")
FLAWS = Flaws(lost_s=((9.0004, 12.1),), notes=(("several_tracks", 2.0),))


def written(folder: Path, asked: Prescription, flaws: Flaws = FLAWS) -> Report:
    """Leave in a folder what a review would, without pictures."""
    stored, log = load_poses(DATA / "fault_knee_not_held.npz"), PoseLog()
    times = [pose.t_s for pose in stored]
    log.frame_t_s = np.array(times)
    session = Session(asked, calibration=calibration_of(MODEL.name))
    for _, pose in sampled(zip(times, stored, strict=True), LOOKS_PER_S):
        session.push(log.append(pose))
    report = dataclasses.replace(
        session.finish(CLIP, MODEL, log.frame_t_s, flaws), subject=SUBJECT
    )  # fmt: skip
    folder.mkdir(exist_ok=True)
    save_poses(log.poses("a" * 64), folder / "poses.npz")
    write_json(report, folder / "report.json")
    write_csv(report, folder / "angles.csv")
    return report


@pytest.mark.parametrize("flaws", [FLAWS, Flaws()], ids=["a hole", "whole"])
def test_it_is_the_report_that_review_would_give(tmp_path: Path, flaws: Flaws) -> None:
    """To the last digit: what the file lacked and the model's uncertainty are in it."""
    written(tmp_path / "one", Prescription.default(), flaws)
    wanted = written(tmp_path / "other", load_prescription("ankle-pumps-10"), flaws)
    found = posecheck.regrade(tmp_path / "one", "ankle-pumps-10")
    assert difference(found, wanted) == ""
    assert found.to_json() == wanted.to_json()
    assert ("frames_missing" in found.quality.barring) == bool(flaws.lost_s)
    assert found.subject == SUBJECT


def test_of_a_clip_that_was_reviewed(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    done = review(clip, tmp_path / "out", model=StoredModel(), video=False)
    kept = (done.folder / "report.json").read_text()
    assert posecheck.regrade(done.folder, Prescription.default()).to_json() + "\n" == kept


def test_nothing_is_written(tmp_path: Path) -> None:
    written(tmp_path, Prescription.default())
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    posecheck.regrade(str(tmp_path), load_prescription("knee-bends-10"))
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_what_cannot_be_graded_again_is_one_sentence(tmp_path: Path) -> None:
    written(tmp_path / "good", Prescription.default())
    good = {p.name: p.read_bytes() for p in (tmp_path / "good").iterdir()}
    plain = json.loads(good["report.json"])
    older = json.dumps({name: value for name, value in plain.items() if name != "flaws"})
    foreign = json.dumps({**plain, "model": {"name": "x", "sha256": "b" * 64}})
    for i, (name, content, why) in enumerate((
        ("poses.npz", b"x", "damaged"), ("poses.npz", None, "not there"),
        ("report.json", None, "report.json"), ("report.json", b"{}", "not a report"),
        ("report.json", older.encode(), "older Posecheck"),
        ("report.json", foreign.encode(), "another landmark model"),
    )):  # fmt: skip
        folder = tmp_path / f"bad_{i}"
        folder.mkdir()
        for other, kept in {**good, name: content}.items():
            if kept is not None:
                (folder / other).write_bytes(kept)
        with pytest.raises(PosecheckError, match=why):
            posecheck.regrade(folder, "default")
    for missing in (tmp_path / "nothing", tmp_path / "good" / "report.json"):
        with pytest.raises(InputError, match="no folder"):
            posecheck.regrade(missing, "default")
    with pytest.raises(PrescriptionError):
        posecheck.regrade(tmp_path / "good", "no-such-prescription")
