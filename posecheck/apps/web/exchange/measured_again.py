"""Where joints are in the picture, and a report in another language: from the kept poses.

``angles.csv`` has the angles alone; everything else is measured again from ``poses.npz``, by the
engine that measured it before.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from posecheck.apps.regrade import session_again, times_of_frames
from posecheck.apps.report_dir import POSES
from posecheck.errors import InputError
from posecheck.present.report_reader import load_report
from posecheck.types import Report
from posecheck.vision.pose_store import load_poses

_PLACES = ("working_px", "resting_px", "trunk_px")
_BANDS = ("hip_uncertainty_deg", "knee_uncertainty_deg", "ankle_uncertainty_deg")


def measured_again(folder: Path, machine: Path, language: str | None = None) -> Report:
    """Return a report with all that its files do not hold.

    Parameters
    ----------
    folder
        The folder of the report: the machine's, or a corrected one.
    machine
        That of the machine, where the poses are.
    language
        Of the sentences, two letters; if None, that of the report. What a therapist has corrected
        stays in the language in which it was written down.

    Raises
    ------
    InputError
        The poses are not there, or are those of another clip.

    """
    kept = load_report(folder)
    language = language or kept.language
    again = _graded(kept, machine, language)
    if folder == machine and language != kept.language:
        return dataclasses.replace(again, subject=kept.subject)
    if len(again.series.t_s) != len(kept.series.t_s):
        raise InputError("The poses of this clip are not those of its report; grade it again.")
    names = (*_PLACES, *_BANDS)
    more = {name: getattr(again.series, name) for name in names}
    return dataclasses.replace(kept, series=dataclasses.replace(kept.series, **more))


def _graded(kept: Report, machine: Path, language: str) -> Report:
    poses = load_poses(machine / POSES)
    session = session_again(kept, poses, language=language)
    return session.finish(kept.clip, kept.model, times_of_frames(kept, poses), kept.flaws)
