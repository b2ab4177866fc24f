"""A report's folder graded again, from its stored poses, without a look at the clip.

::

    posecheck.regrade("clip.posecheck", "ankle-pumps-10").grade.verdict
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from posecheck.apps.report_dir import POSES, REPORT
from posecheck.errors import InputError
from posecheck.exercises.prescription import Prescription, load_prescription
from posecheck.motion.calibration import calibration_of
from posecheck.present.report_files import read_report
from posecheck.present.report_reader import load_report
from posecheck.session import Session
from posecheck.types import Array, Pose, Report
from posecheck.vision.pose_log import Poses
from posecheck.vision.pose_store import load_poses


def regrade(folder: str | Path, prescription: Prescription | str | Path) -> Report:
    """Return the report that `review` would give of a clip with another prescription.

    It takes the poses that `review` or `grade` has kept, so neither the clip nor the landmark
    model is needed; nothing is written. The folder of a live session is graded as its recording
    would be.

    Parameters
    ----------
    folder
        The folder of a report, with its ``report.json`` and ``poses.npz``.
    prescription
        What was asked for, or the name or file of a prescription.

    Raises
    ------
    PosecheckError
        One sentence that says what is wrong and what to do.

    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give that of a report, which `review` has made.")
    if not isinstance(prescription, Prescription):
        prescription = load_prescription(prescription)
    before = load_report(folder)
    if "flaws" not in read_report(folder / REPORT):
        raise InputError(
            f"{folder} does not say what the clip lacked, as an older Posecheck has made it; "
            "look at the clip again with `posecheck review`."
        )
    poses = load_poses(folder / POSES)
    if poses.model_sha256 != (before.model.sha256 or poses.model_sha256):
        raise InputError(
            f"The {POSES} of {folder} is not of its {REPORT}: another landmark model has looked; "
            "look at the clip again with `posecheck review`."
        )
    session = session_again(before, poses, prescription)
    report = session.finish(before.clip, before.model, poses.frame_t_s, before.flaws)
    return dataclasses.replace(report, subject=before.subject)


def session_again(
    report: Report,
    poses: Iterable[Pose],
    prescription: Prescription | None = None,
    language: str | None = None,
) -> Session:
    """Return a session to which the poses of a report were pushed once more.

    Parameters
    ----------
    report
        It says which model has looked.
    poses
        As they were kept, or put right since.
    prescription, language
        What is asked for now; those of the report if None.

    """
    session = Session(
        prescription or Prescription.model_validate(dict(report.prescription)),
        calibration=calibration_of(report.model.name),
        language=language or report.language,
    )
    for pose in poses:
        session.push(pose)
    return session


def times_of_frames(report: Report, poses: Poses) -> Array:
    """Return the times (m,) of all frames of a report's clip, in seconds."""
    return poses.frame_t_s if len(poses.frame_t_s) else report.series.t_s
