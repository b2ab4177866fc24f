"""The pages for therapists: patients, one of them, and the form of a prescription."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from posecheck.apps.web import audit
from posecheck.apps.web.access import ID_MAX, Id, PageReader, found_or_404
from posecheck.apps.web.clips.setup_check import for_page
from posecheck.apps.web.page import page
from posecheck.apps.web.people import phone
from posecheck.apps.web.people.forms import form_of, label_of, plain, shown
from posecheck.apps.web.people.links import links_of
from posecheck.apps.web.people.patients import list_patients
from posecheck.apps.web.people.prescriptions import Version, versions_of
from posecheck.apps.web.progress.data import day_of, progress_of
from posecheck.apps.web.progress.shown import progress_shown
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.store.tables import Patient, now
from posecheck.apps.web.words import RoomWords, room_words
from posecheck.exercises.language import languages
from posecheck.exercises.prescription import (
    Prescription,
    load_prescription,
    ready_prescriptions,
)

router = APIRouter(include_in_schema=False)
router.include_router(phone.router)


@router.get("/")
def start(_caller: PageReader) -> RedirectResponse:
    """Lead to the patients."""
    return RedirectResponse("/patients", 303)


@router.get("/patients")
def patients(
    room: TheRoom,
    caller: PageReader,
    q: Annotated[str, Query(max_length=120)] = "",
    after: Annotated[str, Query(max_length=300)] = "",
) -> HTMLResponse:
    """List the patients."""
    q, after = (("".join(c for c in text if c.isprintable())) for text in (q, after))
    with room.database.reading() as session:
        found = list_patients(session, q, after or None)
    return page("patients.html", caller, q=q, after=after, found=found, languages=languages())


@router.get("/patients/{patient_id}")
def patient_page(patient_id: Id, room: TheRoom, caller: PageReader) -> HTMLResponse:
    """Show a patient: head, prescription, link, clips, progress."""
    t = room_words(caller.language)
    with room.database.writing() as session:
        patient = found_or_404(session, Patient, patient_id)
        audit.note(session, caller, "patient.see", patient_id=patient_id)
    with room.database.reading() as session:
        versions = versions_of(session, patient_id)
        links = links_of(session, patient_id)
        progress = progress_of(session, patient_id, day_of(now()))
    return page(
        "patient.html", caller, patient=patient, languages=languages(), links=links,
        prescription=versions[0] if versions else None,
        asked=_asked(versions[0], t) if versions else [], progress=progress_shown(progress, t),
        setup_check=for_page(t, versions[0].values if versions else None, "/api/clips"),
        checks_clips=True,
    )  # fmt: skip


@router.get("/patients/{patient_id}/prescription")
def prescription_page(
    patient_id: Id,
    room: TheRoom,
    caller: PageReader,
    ready: Annotated[str, Query(max_length=80)] = "",
    version: Annotated[int | None, Query(ge=1, le=ID_MAX)] = None,
) -> HTMLResponse:
    """Show the form: filled in with a ready prescription, a version, or the newest one."""
    t = room_words(caller.language)
    with room.database.writing() as session:
        patient = found_or_404(session, Patient, patient_id)
        versions = versions_of(session, patient_id)
        audit.note(session, caller, "prescription.see", patient_id=patient_id)
    per_week = versions[0].sessions_per_week if versions else None
    if ready:
        if ready not in ready_prescriptions():
            raise HTTPException(404, "There is no ready prescription of that name.")
        values = load_prescription(ready).as_dict()
    else:
        chosen = [v for v in versions if version in (None, v.version)]
        if version is not None and not chosen:
            raise HTTPException(404, "There is no such version.")
        values = _with_all_fields(chosen[0]) if chosen else Prescription.default().as_dict()
        per_week = chosen[0].sessions_per_week if chosen else None
    history = [
        (v, [(label_of(c.field, t), shown(c.field, c.before, t), shown(c.field, c.after, t))
             for c in v.changed])
        for v in versions
    ]  # fmt: skip
    return page(
        "prescription.html", caller, patient=patient, sections=form_of(values, t),
        programme=values["programme"], per_week=plain(per_week), ready=ready_prescriptions(),
        chosen=ready or version, history=history,
    )  # fmt: skip


def _with_all_fields(version: Version) -> dict[str, object]:
    """Return a version's values; what an older Posecheck did not know has its default."""
    values = Prescription.default().as_dict()
    for key, value in version.values.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            values[key] |= {k: v for k, v in value.items() if k in values[key]}
        elif key in values:
            values[key] = value
    return values


def _asked(version: Version, t: RoomWords) -> list[tuple[str, str]]:
    """Return what a version asks for in short: the exercise, and the fields of the dose it has."""
    values = version.values
    found = [
        (f"exercise.{name}", value)
        for name, value in (values.get("exercise") or {}).items()
        if name in ("name", "side", "variant")
    ]
    dose = (values.get("dose") or {}).items()
    found += [(f"dose.{name}", value) for name, value in dose if value is not None]
    if version.sessions_per_week is not None:
        found.append(("sessions_per_week", version.sessions_per_week))
    return [(label_of(name, t), shown(name, value, t)) for name, value in found]
