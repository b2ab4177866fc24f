"""What programs and pages ask for of prescriptions: versions, ready ones, and files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from starlette.requests import ClientDisconnect

from posecheck.apps.web import audit
from posecheck.apps.web.access import ID_MAX, Caller, PatientId, Reader, Writer, found_or_404
from posecheck.apps.web.people.prescriptions import (
    WrongFieldsError,
    add_version,
    as_toml,
    checked,
    versions_of,
)
from posecheck.apps.web.room import Room, TheRoom
from posecheck.apps.web.store.tables import Patient, PrescriptionVersion
from posecheck.exercises.prescription import (
    Prescription,
    load_prescription,
    parse_prescription,
    ready_prescriptions,
)

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=ID_MAX, description="The version, from 1.")]
PerWeek = Annotated[float, Field(gt=0, le=70, allow_inf_nan=False)]
_TOML = "application/toml"


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PrescriptionIn(BaseModel):
    """What is prescribed."""

    values: dict[str, Any] = Field(
        description="The sections and fields of a prescription's file; null or left out: default."
    )
    sessions_per_week: PerWeek | None = Field(
        default=None, description="On how many days a week it is to be done; null: not said."
    )


class ChangedOut(_Out):
    """A field that was changed."""

    field: str = Field(description="Its dotted name, such as `dose.hold_s`.")
    before: Any = Field(description="Of the version before, else the default; null: not asked.")
    after: Any


class VersionOut(_Out):
    """A version of a prescription."""

    version: int
    name: str
    values: dict[str, Any]
    sessions_per_week: float | None
    created_at: datetime
    created_by: str | None
    changed: list[ChangedOut]


@router.get("/prescriptions/ready")
def ready(_caller: Reader) -> dict[str, dict[str, Any]]:
    """Return the prescriptions that come with Posecheck, by their names."""
    return {name: load_prescription(name).as_dict() for name in ready_prescriptions()}


@router.get("/patients/{patient_id}/prescriptions", response_model=list[VersionOut])
def versions(room: TheRoom, caller: Reader, patient_id: PatientId) -> object:
    """Return all versions of a patient's prescription, newest first."""
    with room.database.writing() as session:
        found_or_404(session, Patient, patient_id)
        audit.note(session, caller, "prescription.see", patient_id=patient_id)
        return versions_of(session, patient_id)


@router.post("/patients/{patient_id}/prescriptions", status_code=201, response_model=VersionOut)
def prescribe(
    room: TheRoom, caller: Writer, patient_id: PatientId, wanted: PrescriptionIn
) -> object:
    """Prescribe; 422 names each field that cannot be so, with what is allowed."""
    try:
        prescription = checked(wanted.values)
    except WrongFieldsError as error:
        raise HTTPException(422, [
            {"loc": ["body", "values", *name.split(".")], "msg": why, "type": "prescription"}
            for name, why in error.fields.items()
        ]) from None  # fmt: skip
    return _kept(room, caller, patient_id, prescription, wanted.sessions_per_week)


@router.put(
    "/patients/{patient_id}/prescriptions/file", status_code=201, response_model=VersionOut,
    openapi_extra={
        "requestBody": {"required": True, "content": {_TOML: {"schema": {"type": "string"}}}}
    },
)  # fmt: skip
async def prescribe_file(
    request: Request,
    room: TheRoom,
    caller: Writer,
    patient_id: PatientId,
    sessions_per_week: Annotated[
        float | None, Query(gt=0, le=70, allow_inf_nan=False, description="As in the form.")
    ] = None,
) -> object:
    """Prescribe what a TOML file says, as `--prescription` takes it."""
    try:
        content = await request.body()
    except ClientDisconnect:  # it did not end, and was cut off
        raise HTTPException(413, "The file is too large to be a prescription.") from None

    def keep() -> object:
        prescription = parse_prescription(content, "The file")
        if "\0" in prescription.description:
            raise HTTPException(422, "The description must be text.")
        return _kept(room, caller, patient_id, prescription, sessions_per_week)

    return await run_in_threadpool(keep)


@router.get(
    "/patients/{patient_id}/prescriptions/{version}/file",
    response_class=Response, responses={200: {"content": {_TOML: {}}}},
)  # fmt: skip
def prescription_file(
    room: TheRoom, caller: Reader, patient_id: PatientId, version: Number
) -> Response:
    """Return a version as the TOML file that `--prescription` takes."""
    with room.database.writing() as session:
        what = f"version {version}"
        audit.note(session, caller, "prescription.export", patient_id=patient_id, detail=what)
        found = session.scalar(
            select(PrescriptionVersion).where(
                PrescriptionVersion.patient_id == patient_id,
                PrescriptionVersion.version == version,
            )
        )
        if found is None:
            raise HTTPException(404, "There is no such version.")
    name = f'attachment; filename="prescription-{patient_id}-{version}.toml"'
    return Response(as_toml(found.values), media_type=_TOML, headers={"Content-Disposition": name})


def _kept(
    room: Room, caller: Caller, patient_id: int, prescription: Prescription, per_week: float | None
) -> object:
    with room.database.writing() as session:
        patient = found_or_404(session, Patient, patient_id)
        row = add_version(session, caller, patient, prescription, per_week)
        what = f"version {row.version}"
        audit.note(session, caller, "prescription.make", patient_id=patient_id, detail=what)
        return next(v for v in versions_of(session, patient_id) if v.version == row.version)
