"""Everything of a patient in one archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.batch.tasks import PLOTLY
from posecheck.apps.web.exchange.fhir import bundle_of
from posecheck.apps.web.exchange.standing import Standing, json_text, standing_of
from posecheck.apps.web.exchange.tables_of_patients import audit_csv, results_csv
from posecheck.apps.web.folders import ClipFolder
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import (
    Clip,
    Correction,
    Patient,
    PatientLink,
    PrescriptionVersion,
)
from posecheck.present.html_pages import plotly

_README = """\
Everything that this review room keeps of one patient.

patient.json         what was said of the patient, prescriptions with their versions, links
results.csv          the numbers of all clips, the machine's and the corrected ones
corrections.json     what therapists have put right, undone corrections too
fhir.json            the reports as a FHIR R4B bundle
audit.csv            who saw, changed or exported what
clips/N/             the clip as it was sent, if clips were asked for
clips/N/machine/     the machine's report: report.json, report.html, angles.csv, poses.npz
clips/N/corrected/   the report with the corrections, where there are any
"""
Member = tuple[str, bytes | Path]


def everything_of(
    session: Session, room: Room, patient: Patient, room_id: str, *, videos: bool
) -> list[Member]:
    """Return the members of the archive: small ones as bytes, files as where they are.

    Parameters
    ----------
    session
        A reading one.
    room
        Where the files are.
    patient
        Whose.
    room_id
        The room's UUID.
    videos
        Whether the clips themselves are in it.

    """
    clips = session.scalars(
        select(Clip).where(Clip.patient_id == patient.id).order_by(Clip.id)
    ).all()
    members: list[Member] = [
        ("README.txt", _README.encode()),
        ("patient.json", _json(_patient(session, patient))),
        ("results.csv", results_csv(session, patient.id).encode()),
        ("corrections.json", _json(_corrections(session, patient.id))),
        ("fhir.json", bundle_of(reports_of(session, room, patient), room_id).encode()),
        ("audit.csv", audit_csv(session, patient.id).encode()),
        (PLOTLY, plotly().encode()),  # where PLOTLY_FROM_REPORT leads
    ]
    for clip in clips:
        members += _files(clip, room.folders.clip(clip.patient_id, clip.sha256), videos)
    return members


def reports_of(session: Session, room: Room, patient: Patient) -> list[Standing]:
    """Return the reports of a patient as they stand, oldest first; the session is a reading one."""
    clips = session.scalars(
        select(Clip).where(Clip.patient_id == patient.id).order_by(Clip.recorded_at, Clip.id)
    ).all()
    found = (standing_of(session, room, clip, patient) for clip in clips)
    return [one for one in found if one is not None]


def reports_json(session: Session, room: Room, patient: Patient) -> str:
    """Return what is known of a patient and all reports as they stand, as `reports_of`."""
    clips = [
        {
            "clip": one.clip.id, "recorded_at": one.clip.recorded_at,
            "symptoms_before": one.clip.symptoms_before, "symptoms_after": one.clip.symptoms_after,
            "report": json.loads(json_text(one)),
        }
        for one in reports_of(session, room, patient)
    ]  # fmt: skip
    return _json({"patient": _patient(session, patient), "clips": clips}).decode()


def _files(clip: Clip, folder: ClipFolder, videos: bool) -> Iterator[Member]:
    if videos and folder.video is not None:
        yield f"clips/{clip.id}/{folder.video.name}", folder.video
    for whose in (folder.machine, folder.corrected):
        for path in sorted(whose.glob("*")):
            if path.is_file():
                yield f"clips/{clip.id}/{whose.name}/{path.name}", path


def _patient(session: Session, patient: Patient) -> dict[str, Any]:
    versions = session.scalars(
        select(PrescriptionVersion)
        .where(PrescriptionVersion.patient_id == patient.id)
        .order_by(PrescriptionVersion.version)
    )
    links = session.scalars(
        select(PatientLink).where(PatientLink.patient_id == patient.id).order_by(PatientLink.id)
    )
    return {
        "id": patient.id, "name": patient.name, "note": patient.note,
        "language": patient.language, "created_at": patient.created_at,
        "prescriptions": [
            {
                "version": one.version, "name": one.name, "values": one.values,
                "sessions_per_week": one.sessions_per_week, "created_at": one.created_at,
            }
            for one in versions
        ],
        "links": [
            {
                "id": one.id, "created_at": one.created_at, "expires_at": one.expires_at,
                "revoked_at": one.revoked_at, "used_at": one.used_at,
            }
            for one in links
        ],
    }  # fmt: skip


def _corrections(session: Session, patient_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Correction)
        .join(Clip, Clip.id == Correction.clip_id)
        .where(Clip.patient_id == patient_id)
        .order_by(Correction.clip_id, Correction.revision)
    )
    return [
        {
            "clip": one.clip_id, "revision": one.revision, "kind": one.kind, "values": one.values,
            "before": one.before, "user": one.user_id, "made_at": one.made_at,
            "undone_at": one.undone_at, "dropped": one.dropped,
        }
        for one in rows
    ]  # fmt: skip


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, default=str) + "\n").encode()
