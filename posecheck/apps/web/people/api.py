"""What programs and pages ask for of patients: the list, one of them, and their links."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from posecheck.apps.web import audit
from posecheck.apps.web.access import ID_MAX, PatientId, Reader, Writer, found_or_404
from posecheck.apps.web.people import prescriptions_api
from posecheck.apps.web.people.links import DAYS, DAYS_MAX, links_of, make_link, qr_code
from posecheck.apps.web.people.names import Language, Name, Prose
from posecheck.apps.web.people.patients import PAGE, list_patients, name_patient
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.store.tables import Patient, PatientLink, now

router = APIRouter(prefix="/api", tags=["people"])
router.include_router(prescriptions_api.router)


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PatientIn(BaseModel):
    """A patient who is added."""

    name: Name = Field(description="A name or code that nobody else has.")
    note: Prose = Field(default="", description="For therapists; the patient does not see it.")
    language: Language = Field(default="en", description="Of the patient's page and reports.")


class PatientChange(BaseModel):
    """What is to be another; what is left out stays."""

    name: Name | None = Field(default=None, description="A name or code that nobody else has.")
    note: Prose | None = Field(default=None, description="For therapists.")
    language: Language | None = Field(default=None, description="Of the page and reports.")


class PatientOut(_Out):
    """A patient."""

    id: int
    name: str
    note: str
    language: str
    created_at: datetime


class PatientLineOut(_Out):
    """A patient in the list."""

    id: int
    name: str
    language: str
    clips: int = Field(description="How many there are.")
    unseen: int = Field(description="Graded clips that nobody has opened yet.")
    last_at: datetime | None = Field(description="When the newest was recorded.")


class PatientPageOut(_Out):
    """A part of the list."""

    patients: list[PatientLineOut]
    next: str | None = Field(description="`after` of the next part; null at the end.")


class LinkIn(BaseModel):
    """A link that is made."""

    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] = Field(
        default=DAYS, description="How long it is good."
    )


class LinkOut(_Out):
    """A link, without its secret."""

    id: int
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    used_at: datetime | None = Field(description="When it was opened last, within 5 minutes.")
    state: Literal["open", "expired", "revoked"]


class NewLinkOut(LinkOut):
    """A link that was just made."""

    address: str = Field(description="What the patient opens. It is shown this once.")
    qr_svg: str = Field(description="The same as a picture for the phone's camera.")


@router.get("/patients", response_model=PatientPageOut)
def patients(
    room: TheRoom,
    _caller: Reader,
    q: Annotated[str, Query(max_length=120, description="Words of the name.")] = "",
    after: Annotated[str | None, Query(max_length=300, description="`next` of before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = PAGE,
) -> object:
    """Return patients by name, a part at a time."""
    with room.database.reading() as session:
        return list_patients(session, _clean(q), _clean(after or "") or None, limit)


@router.post("/patients", status_code=201, response_model=PatientOut)
def add_patient(room: TheRoom, caller: Writer, wanted: PatientIn) -> object:
    """Add a patient; 409 where there is one of that name."""
    with room.database.writing() as session:
        patient = Patient(
            note=wanted.note, language=wanted.language, created_by=caller.user_id, created_at=now()
        )
        name_patient(session, patient, wanted.name)
        audit.note(session, caller, "patient.add", patient_id=patient.id)
    return patient


@router.get("/patients/{patient_id}", response_model=PatientOut)
def patient_of(room: TheRoom, caller: Reader, patient_id: PatientId) -> object:
    """Return a patient."""
    with room.database.writing() as session:
        patient = found_or_404(session, Patient, patient_id)
        audit.note(session, caller, "patient.see", patient_id=patient_id)
    return patient


@router.patch("/patients/{patient_id}", response_model=PatientOut)
def change_patient(
    room: TheRoom, caller: Writer, patient_id: PatientId, wanted: PatientChange
) -> object:
    """Change a patient's name, note or language; 409 where another has that name."""
    with room.database.writing() as session:
        patient = found_or_404(session, Patient, patient_id)
        if wanted.name is not None:
            name_patient(session, patient, wanted.name)
        if wanted.note is not None:
            patient.note = wanted.note
        if wanted.language is not None:
            patient.language = wanted.language
        changed = ", ".join(sorted(wanted.model_dump(exclude_none=True)))
        audit.note(session, caller, "patient.change", patient_id=patient_id, detail=changed)
    return patient


@router.get("/patients/{patient_id}/links", response_model=list[LinkOut])
def links(room: TheRoom, caller: Reader, patient_id: PatientId) -> object:
    """Return a patient's links, newest first, without what they open."""
    with room.database.writing() as session:
        found_or_404(session, Patient, patient_id)
        audit.note(session, caller, "link.see", patient_id=patient_id)
        return links_of(session, patient_id)


@router.post("/patients/{patient_id}/links", status_code=201, response_model=NewLinkOut)
def add_link(room: TheRoom, caller: Writer, patient_id: PatientId, wanted: LinkIn) -> object:
    """Make a link for a patient's phone: for sending clips and seeing the last result."""
    with room.database.writing() as session:
        found_or_404(session, Patient, patient_id)
        link_id, secret = make_link(session, caller, patient_id, wanted.days)
        audit.note(session, caller, "link.make", patient_id=patient_id, detail=f"link {link_id}")
        made = LinkOut.model_validate(
            next(line for line in links_of(session, patient_id) if line.id == link_id)
        )
    address = f"{room.settings.address}/p/{secret}"
    return NewLinkOut(**made.model_dump(), address=address, qr_svg=qr_code(address))


@router.delete("/links/{link_id}", status_code=204)
def revoke_link(
    room: TheRoom,
    caller: Writer,
    link_id: Annotated[int, Path(ge=1, le=ID_MAX, description="The link.")],
) -> Response:
    """Let a link be good for nothing from now on."""
    with room.database.writing() as session:
        link = found_or_404(session, PatientLink, link_id)
        if link.revoked_at is None:
            link.revoked_at = now()
            what = f"link {link_id}"
            audit.note(session, caller, "link.revoke", patient_id=link.patient_id, detail=what)
    return Response(status_code=204)


def _clean(text: str) -> str:
    """Return a text that a database takes; nothing else could be found anyway."""
    return "".join(c for c in text if c.isprintable())
