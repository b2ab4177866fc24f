"""Where joints are in the picture, and a report in another language: from the kept poses.

``angles.csv`` has the angles alone; everything else is measured again from ``poses.npz``, by the
engine that measured it before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from posecheck.apps.web.review.fold import Step
from posecheck.apps.web.review.measuring import measured
from posecheck.errors import InputError
from posecheck.present.report_reader import load_report
from posecheck.types import Report

_PLACES = ("working_px", "resting_px", "trunk_px")
_BANDS = ("hip_uncertainty_deg", "knee_uncertainty_deg", "ankle_uncertainty_deg")


def measured_again(
    folder: Path, machine: Path, steps: Sequence[Step] = (), language: str | None = None
) -> Report:
    """Return a report with all that its files do not hold.

    Parameters
    ----------
    folder
        The folder of the report: the machine's, or a corrected one.
    machine
        That of the machine, where the poses are.
    steps
        The corrections that hold, in order, of a corrected one.
    language
        Of the sentences, two letters; if None, that of the report. What a therapist wrote stays as
        it was written.

    Raises
    ------
    InputError
        The poses are not there, or are those of another clip.

    """
    kept = load_report(folder)
    language = language or kept.language
    again = measured(machine, steps, language).report
    if language != kept.language:
        return dataclasses.replace(again, subject=kept.subject)
    if len(again.series.t_s) != len(kept.series.t_s):
        raise InputError("The poses of this clip are not those of its report; grade it again.")
    names = (*_PLACES, *_BANDS)
    more = {name: getattr(again.series, name) for name in names}
    return dataclasses.replace(kept, series=dataclasses.replace(kept.series, **more))
