"""Folders of reports, made from kept poses in the way of `review`, and clips that have one."""

from __future__ import annotations

import dataclasses
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from sessions import DATA

from posecheck.apps.web.room import Room
from posecheck.apps.web.store.results import save_result
from posecheck.apps.web.store.tables import DONE, MACHINE, Clip, now
from posecheck.exercises.prescription import Prescription
from posecheck.motion.calibration import calibration_of
from posecheck.present.report_files import report_to_dict, write_csv, write_json
from posecheck.session import Session
from posecheck.types import ClipInfo, ModelInfo, Report, Subject
from posecheck.vision.frame_times import sampled
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.pose_store import load_poses, save_poses

MODEL = ModelInfo("pose_landmarker_heavy", "a" * 64)
SHA = "c" * 64


def make_folder(folder: Path, name: str = "pump_left_side", sha256: str = SHA) -> Report:
    """Leave in a folder what a review of a sample would, without pictures."""
    report, files = _reviewed(name, sha256)
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return report


@cache
def _reviewed(name: str, sha256: str) -> tuple[Report, dict[str, bytes]]:
    """The report, and its files; many tests want the same ones."""
    stored, log = load_poses(DATA / f"{name}.npz"), PoseLog()
    times = [pose.t_s for pose in stored]
    log.frame_t_s = np.array(times)
    session = Session(Prescription.default(), calibration=calibration_of(MODEL.name))
    for _, pose in sampled(zip(times, stored, strict=True), 10.0):
        session.push(log.append(pose))
    clip = ClipInfo(
        f"{name}.mp4", sha256, "2026-03-30T10:00:00+00:00", times[-1], len(times), 640, 480, 0, 10.0
    )
    report = session.finish(clip, MODEL, log.frame_t_s)
    report = dataclasses.replace(
        report, subject=Subject("K-204", "2026-03-30", symptoms_before=6, symptoms_after=3)
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        save_poses(log.poses(MODEL.sha256 or ""), folder / "poses.npz")
        write_json(report, folder / "report.json")
        write_csv(report, folder / "angles.csv")
        return report, {file.name: file.read_bytes() for file in folder.iterdir()}


def make_clip_row(
    room: Room, patient_id: int, name: str = "pump_left_side", sha256: str = SHA
) -> int:
    """A clip that has been graded."""
    report = make_folder(room.folders.clip(patient_id, sha256).machine, name, sha256)
    with room.database.writing() as session:
        clip = Clip(
            patient_id=patient_id, sha256=sha256, name=f"{name}.mp4", size=4, recorded_at=now(),
            state=DONE, symptoms_before=6, symptoms_after=3, has_video=False,
        )  # fmt: skip
        session.add(clip)
        session.flush()
        save_result(session, clip.id, MACHINE, report_to_dict(report))
        return clip.id
