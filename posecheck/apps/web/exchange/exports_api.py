"""The routes by which files go out."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from posecheck.apps.web import audit
from posecheck.apps.web.access import Caller, Exporter, Id, found_or_404
from posecheck.apps.web.exchange.archive import everything_of, reports_json, reports_of
from posecheck.apps.web.exchange.exports import ClipKind, export_clip, room_id_of
from posecheck.apps.web.exchange.fhir import bundle_of
from posecheck.apps.web.exchange.results_pdf import results_pdf
from posecheck.apps.web.exchange.standing import standing
from posecheck.apps.web.exchange.streamed_zip import stream_zip
from posecheck.apps.web.exchange.tables_of_patients import results_csv
from posecheck.apps.web.room import Room, TheRoom
from posecheck.apps.web.store.tables import Clip, Patient
from posecheck.apps.web.words import room_words

router = APIRouter()
Language = Literal["en", "de"]
PatientKind = Literal["zip", "pdf", "csv", "json", "fhir"]
PATIENT_KINDS: tuple[PatientKind, ...] = get_args(PatientKind)
Names = Annotated[bool, Query(description="whether the file's name says whose it is")]
PDF, JSON, FHIR = "application/pdf", "application/json", "application/fhir+json"
CSV = "text/csv; charset=utf-8"
_FILE: dict[int | str, dict[str, Any]] = {200: {"description": "the file", "content": {"*/*": {}}}}
_ASCII = re.compile(r"[^\w.-]", re.ASCII)


@router.get("/clips/{clip_id}/export/{kind}", response_class=Response, responses=_FILE)
def export_one_clip(
    clip_id: Id,
    kind: Annotated[ClipKind, Path(description="pdf and html are printed, which takes seconds")],
    room: TheRoom,
    caller: Exporter,
    language: Annotated[Language | None, Query(description="of pdf and html")] = None,
    names: Names = False,
) -> Response:
    """Export the report of a clip as it stands, with the corrections if there are any."""
    room_id = _noted(room, caller, "clip.export", kind, clip_id=clip_id)
    with room.database.reading() as session:
        found = standing(session, room, clip_id)
    file = export_clip(found, kind, room_id, language=language, names=names)
    return Response(file.content, media_type=file.media_type, headers=_attached(file.name))


@router.get("/patients/{patient_id}/export/{kind}", response_class=Response, responses=_FILE)
def export_one_patient(
    patient_id: Id,
    kind: Annotated[PatientKind, Path(description="zip: everything that is kept of the patient")],
    room: TheRoom,
    caller: Exporter,
    videos: Annotated[bool, Query(description="whether clips are in the zip")] = False,
    language: Annotated[Language | None, Query(description="of the pdf")] = None,
    names: Names = False,
) -> Response:
    """Export everything of a patient, or the results of all clips in one file."""
    room_id = _noted(room, caller, "patient.export", kind, patient_id=patient_id)
    with room.database.reading() as session:
        patient = found_or_404(session, Patient, patient_id)
        stem = _ASCII.sub("_", patient.name) if names else f"patient-{patient_id}"
        if kind == "zip":
            members = everything_of(session, room, patient, room_id, videos=videos)
            headers = _attached(f"{stem}.zip")
            return StreamingResponse(
                stream_zip(members), media_type="application/zip", headers=headers
            )
        content: str | bytes
        if kind == "csv":
            content, suffix, media = results_csv(session, patient_id), "csv", CSV
        elif kind == "pdf":
            words = room_words(language or patient.language)
            content, suffix, media = results_pdf(session, patient, words), "pdf", PDF
        elif kind == "json":
            content, suffix, media = reports_json(session, room, patient), "json", JSON
        else:
            reports = reports_of(session, room, patient)
            content, suffix, media = bundle_of(reports, room_id), "fhir.json", FHIR
    return Response(content, media_type=media, headers=_attached(f"{stem}.{suffix}"))


def _noted(
    room: Room, caller: Caller, action: audit.Action, kind: str, *,
    clip_id: int | None = None, patient_id: int | None = None,
) -> str:  # fmt: skip
    """Note an export before anything leaves; return the room's UUID."""
    with room.database.writing() as session:
        if clip_id is not None:
            patient_id = found_or_404(session, Clip, clip_id).patient_id
        else:
            found_or_404(session, Patient, patient_id)
        audit.note(session, caller, action, patient_id=patient_id, clip_id=clip_id, detail=kind)
        return room_id_of(session)


def _attached(name: str) -> dict[str, str]:
    """Say that an answer is a file to be kept, under this name."""
    plain = _ASCII.sub("_", name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    }
