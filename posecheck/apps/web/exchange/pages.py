"""The pages of what goes in and out: a patient's files, and a clip's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from posecheck.apps.batch.discovery import SUFFIXES
from posecheck.apps.web import audit
from posecheck.apps.web.access import Id, PageReader, found_or_404
from posecheck.apps.web.exchange.backups import Backup, backups_since
from posecheck.apps.web.exchange.exports import CLIP_KINDS
from posecheck.apps.web.exchange.exports_api import PATIENT_KINDS
from posecheck.apps.web.exchange.standing import standing_of
from posecheck.apps.web.page import page
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.store.tables import Clip, Patient
from posecheck.exercises.language import languages

router = APIRouter(include_in_schema=False)
_IN_A_LANGUAGE = ("pdf", "html")


@dataclass(frozen=True, slots=True)
class Link:
    """A file that can be had."""

    address: str
    kind: str
    language: str | None = None


@router.get("/patients/{patient_id}/files")
def files_of_patient(patient_id: Id, room: TheRoom, caller: PageReader) -> HTMLResponse:
    """Show what can be had of a patient, take folders in, and delete the patient."""
    with room.database.writing() as session:
        patient = found_or_404(session, Patient, patient_id)
        counted = select(func.count()).where(Clip.patient_id == patient_id)
        clips = session.scalar(counted)
        backups = backups_since(session, patient.created_at)
        audit.note(session, caller, "patient.files", patient_id=patient_id)
    links = [Link(f"/api/patients/{patient_id}/export/{kind}", kind) for kind in PATIENT_KINDS]
    return page(
        "patient_files.html", caller, patient=patient, clips=clips, links=links,
        backups=_shown(backups), clip_suffixes=list(SUFFIXES),
    )  # fmt: skip


@router.get("/clips/{clip_id}/files")
def files_of_clip(clip_id: Id, room: TheRoom, caller: PageReader) -> HTMLResponse:
    """Show what can be had of a clip, and delete it."""
    with room.database.writing() as session:
        clip = found_or_404(session, Clip, clip_id)
        patient = found_or_404(session, Patient, clip.patient_id)
        found = standing_of(session, room, clip, patient)
        backups = backups_since(session, clip.received_at)
        audit.note(session, caller, "clip.files", patient_id=patient.id, clip_id=clip_id)
    links = [] if found is None else _links(f"/api/clips/{clip_id}/export")
    return page(
        "clip_files.html", caller, clip=clip, patient=patient, links=links,
        whose=None if found is None else found.whose, backups=_shown(backups),
    )  # fmt: skip


def _links(address: str) -> list[Link]:
    links = []
    for kind in CLIP_KINDS:
        if kind in _IN_A_LANGUAGE:
            links += [Link(f"{address}/{kind}?language={code}", kind, code) for code in languages()]
        else:
            links.append(Link(f"{address}/{kind}", kind))
    return links


def _shown(backups: tuple[Backup, ...]) -> list[tuple[str, datetime]]:
    return [(one.path, one.at) for one in backups]
