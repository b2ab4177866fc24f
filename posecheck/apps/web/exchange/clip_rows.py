"""The row of a clip, from what its report says of it."""

from __future__ import annotations

from posecheck.apps.web.access import Caller
from posecheck.apps.web.clips.moments import moment
from posecheck.apps.web.store.tables import Clip, now
from posecheck.present.spreadsheet import spelled
from posecheck.types import Report

_LONGEST_NAME, _LONGEST_NOTE = 255, 4000
_WORST = 10  # of symptoms


def clip_row(report: Report, patient_id: int, sha256: str, who: Caller | str) -> Clip:
    """Return a row that is in no session yet.

    Parameters
    ----------
    report
        Of the clip.
    patient_id
        Whose.
    sha256
        Under which its files are kept.
    who
        Who takes it in.

    """
    said = report.subject
    return Clip(
        patient_id=patient_id,
        sha256=sha256,
        name=spelled(report.clip.name)[:_LONGEST_NAME] or "clip",
        recorded_at=moment(report.clip.recorded_at) or moment(said.date) or now(),
        user_id=who.user_id if isinstance(who, Caller) else None,
        symptoms_before=_scale(said.symptoms_before),
        symptoms_after=_scale(said.symptoms_after),
        note=spelled(said.note)[:_LONGEST_NOTE],
    )


def _scale(value: int | None) -> int | None:
    return value if value is not None and 0 <= value <= _WORST else None
