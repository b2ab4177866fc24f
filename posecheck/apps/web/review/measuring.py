"""A clip's report with corrections, from its kept poses: never by looking at the clip again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from posecheck.apps.regrade import session_again, times_of_frames
from posecheck.apps.report_dir import POSES
from posecheck.apps.web.review import fold
from posecheck.exercises.language import words_of
from posecheck.exercises.marks import marks_of
from posecheck.exercises.prescription import Prescription
from posecheck.motion.joint_corrections import corrected
from posecheck.present.report_reader import load_report
from posecheck.session import Session
from posecheck.types import Array, Report
from posecheck.vision.pose_store import load_poses


@dataclass(frozen=True, slots=True)
class Measured:
    """A report with its series, and when the model looked."""

    report: Report
    looks_t_s: Array  # (n,) seconds


def measured(
    machine: Path, steps: Sequence[fold.Step] = (), language: str | None = None
) -> Measured:
    """Return the report of a clip with corrections.

    Parameters
    ----------
    machine
        The folder of the machine's report.
    steps
        The corrections that hold, in order.
    language
        Of its sentences, two letters; None: that of the machine's report.

    Raises
    ------
    InputError
        The report or its poses are not there, or are damaged.

    """
    kept = load_report(machine)
    poses = load_poses(machine / POSES)
    prescription = Prescription.model_validate(dict(kept.prescription))
    language = language or kept.language
    machines = session_again(kept, poses, language=language).measured()
    put_right = corrected(machines, fold.joints(steps))
    session = Session.restored(fold.asked(prescription, steps), put_right, language)
    about = (kept.clip, kept.model, times_of_frames(kept, poses), kept.flaws)
    report = session.finish(*about)
    marks, dismissed = fold.marks(marks_of(report), steps), fold.dismissed(steps)
    if marks is not None or dismissed:
        report = session.finish(*about, marks=marks, dismissed=dismissed)
    report = dataclasses.replace(report, subject=kept.subject)
    return Measured(_judged(report, steps), put_right.t_s)


def _judged(report: Report, steps: Sequence[fold.Step]) -> Report:
    """Return the report with the therapist's own verdict, where there is one."""
    said = fold.verdict(steps)
    if said is None:
        return report
    verdict = said["verdict"]
    reason = said["reason"] or words_of(report.language).verdicts[verdict]
    score = None if verdict == "ungradable" else report.grade.score
    grade = dataclasses.replace(
        report.grade, verdict=verdict, score=score, reasons=(reason, *report.grade.reasons)
    )
    return dataclasses.replace(report, grade=grade)
