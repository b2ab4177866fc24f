"""A clip's report as it stands: with the corrections of therapists if there are any."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.report_dir import REPORT
from posecheck.apps.web.access import GONE
from posecheck.apps.web.clips.said import said_of
from posecheck.apps.web.exchange.measured_again import measured_again
from posecheck.apps.web.folders import ClipFolder
from posecheck.apps.web.review.fold import Step
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import (
    CORRECTED,
    MACHINE,
    Clip,
    Correction,
    Patient,
    Result,
    User,
)
from posecheck.errors import InputError
from posecheck.present.report_files import read_report
from posecheck.present.report_reader import load_report
from posecheck.types import Report, Subject


@dataclass(frozen=True, slots=True)
class Corrected:
    """One thing that a therapist has put right, and that holds."""

    revision: int
    kind: str
    values: dict[str, Any]
    before: dict[str, Any]  # what stood there
    by: str
    at: str  # ISO 8601


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one clip, as values that need no session any more."""

    clip: Clip
    patient: Patient
    files: ClipFolder
    whose: str  # MACHINE or CORRECTED
    corrections: tuple[Corrected, ...]

    @property
    def folder(self) -> Path:
        """The folder of the report."""
        return self.files.corrected if self.whose == CORRECTED else self.files.machine

    @property
    def said(self) -> Subject:
        """What is said of the clip now; its report has what was said when it was graded."""
        return said_of(self.clip, self.patient)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The corrections in the form in which they are applied."""
        return tuple(Step(one.kind, one.values, one.before) for one in self.corrections)

    def plain(self) -> dict[str, Any]:
        """Return what ``report.json`` holds."""
        return read_report(self.folder / REPORT)

    def report(self) -> Report:
        """Return the report with its series, but without places in the picture."""
        return load_report(self.folder)

    def with_places(self) -> Report:
        """Return the report with the places of the joints in the picture.

        Raises
        ------
        InputError
            The poses are not there.

        """
        return measured_again(self.folder, self.files.machine, self.steps)


def standing(session: Session, room: Room, clip_id: int) -> Standing:
    """Return what is known of a clip that has been graded.

    Parameters
    ----------
    session
        A reading one.
    room
        Where its files are.
    clip_id
        Which.

    Raises
    ------
    HTTPException
        404: there is no such clip.
    InputError
        It has no report yet.

    """
    clip = session.get(Clip, clip_id)
    patient = None if clip is None else session.get(Patient, clip.patient_id)
    if clip is None or patient is None:
        raise HTTPException(404, GONE)
    found = standing_of(session, room, clip, patient)
    if found is None:
        raise InputError("This clip has no report (yet); wait until it is graded.")
    return found


def standing_of(session: Session, room: Room, clip: Clip, patient: Patient) -> Standing | None:
    """Return what is known of a clip; None where it has no report."""
    files = room.folders.clip(clip.patient_id, clip.sha256)
    theirs = select(Result.id).where(Result.clip_id == clip.id, Result.whose == CORRECTED)
    is_corrected = session.scalar(theirs) is not None and (files.corrected / REPORT).is_file()
    found = Standing(
        clip, patient, files, CORRECTED if is_corrected else MACHINE,
        corrections_of(session, clip.id),
    )  # fmt: skip
    return found if (found.folder / REPORT).is_file() else None


def corrections_of(session: Session, clip_id: int) -> tuple[Corrected, ...]:
    """Return the corrections of a clip that hold, in the order in which they were made."""
    rows = session.execute(
        select(Correction, User.name)
        .outerjoin(User, User.id == Correction.user_id)
        .where(
            Correction.clip_id == clip_id,
            Correction.undone_at.is_(None),
            Correction.dropped.is_(False),
        )
        .order_by(Correction.revision)
    )
    return tuple(
        Corrected(
            one.revision, one.kind, one.values, one.before, name or "", one.made_at.isoformat()
        )
        for one, name in rows
    )


def json_text(found: Standing) -> str:
    """Return the report with who has put right what."""
    corrections = [dataclasses.asdict(one) for one in found.corrections]
    plain = found.plain()
    said = dataclasses.asdict(found.said) | {"therapist": plain["subject"]["therapist"]}
    whole = {**plain, "subject": said, "whose": found.whose, "corrections": corrections}
    return json.dumps(whole, indent=2, allow_nan=False) + "\n"
