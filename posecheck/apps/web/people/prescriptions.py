"""The versions of what is prescribed to a patient."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.access import Caller
from posecheck.apps.web.store.tables import Patient, PrescriptionVersion, User
from posecheck.exercises.complaints import complaints
from posecheck.exercises.language import flat
from posecheck.exercises.prescription import Prescription


class WrongFieldsError(Exception):
    """What is wrong with the fields of a prescription, by their dotted names."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that a version has changed; None was not asked for."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Version:
    """One version, and what it has changed."""

    id: int
    version: int
    name: str
    values: dict[str, Any]
    sessions_per_week: float | None
    created_at: datetime
    created_by: str | None
    changed: tuple[Changed, ...]


def checked(values: Mapping[str, Any]) -> Prescription:
    """Return the prescription of what a form holds; what is empty has its default.

    Raises
    ------
    WrongFieldsError
        Some of it cannot be.

    """
    try:
        prescription = Prescription.model_validate(_without_empty(values))
    except ValidationError as error:
        raise WrongFieldsError(complaints(error, Prescription)) from None
    if "\0" in prescription.description:
        raise WrongFieldsError({"description": "description must be text"})
    return prescription


def add_version(
    session: Session,
    caller: Caller,
    patient: Patient,
    prescription: Prescription,
    sessions_per_week: float | None,
) -> PrescriptionVersion:
    """Keep a prescription as the newest version; the same once more is no version."""
    session.refresh(patient, with_for_update=True)  # one version after the other
    newest = newest_version(session, patient.id)
    values = prescription.as_dict()
    same = newest is not None and newest.values == values
    if newest is not None and same and newest.sessions_per_week == sessions_per_week:
        return newest
    version = PrescriptionVersion(
        patient_id=patient.id, version=1 + (newest.version if newest else 0),
        name=prescription.name, values=values, sessions_per_week=sessions_per_week,
        created_by=caller.user_id,
    )  # fmt: skip
    session.add(version)
    session.flush()
    return version


def newest_version(session: Session, patient_id: int) -> PrescriptionVersion | None:
    """Return what holds for a patient now; None where nothing was prescribed."""
    newest: PrescriptionVersion | None = session.scalar(_newest_first(patient_id).limit(1))
    return newest


def versions_of(session: Session, patient_id: int) -> tuple[Version, ...]:
    """Return all versions, newest first, each with what it has changed."""
    rows = session.execute(
        _newest_first(patient_id)
        .add_columns(User.name)
        .outerjoin(User, User.id == PrescriptionVersion.created_by)
    ).all()
    befores = [*(_flat_of(row) for row, _ in rows[1:]), _flat_of(None)]
    return tuple(
        Version(
            row.id, row.version, row.name, row.values, row.sessions_per_week, row.created_at, name,
            tuple(_changes(before, _flat_of(row))),
        )
        for (row, name), before in zip(rows, befores, strict=False)  # none: a default left over
    )  # fmt: skip


def as_toml(values: Mapping[str, Any]) -> str:
    """Write a prescription as the file that `--prescription` takes."""
    plain = [f"{key} = {_toml(v)}" for key, v in values.items() if _is_value(v)]
    for section, inner in values.items():
        if isinstance(inner, Mapping):
            lines = [f"{key} = {_toml(v)}" for key, v in inner.items() if _is_value(v)]
            plain += ["", f"[{section}]", *lines]
    for part in values.get("programme") or ():
        plain += ["", "[[programme]]"]
        for section, inner in part.items():
            lines = [f"{key} = {_toml(v)}" for key, v in inner.items() if _is_value(v)]
            plain += [f"[programme.{section}]", *lines]
    return "\n".join(plain) + "\n"


def _newest_first(patient_id: int) -> Any:
    return (
        select(PrescriptionVersion)
        .where(PrescriptionVersion.patient_id == patient_id)
        .order_by(PrescriptionVersion.version.desc())
    )


def _flat_of(row: PrescriptionVersion | None) -> dict[str, Any]:
    """Return the fields by their dotted names; of no version the defaults."""
    values = row.values if row else Prescription.default().as_dict()
    weekly = {"sessions_per_week": row.sessions_per_week if row else None}
    return dict(flat(values)) | weekly


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    for field in dict.fromkeys((*after, *before)):
        if before.get(field) != after.get(field):
            yield Changed(field, before.get(field), after.get(field))


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    sections = {
        key: {name: v for name, v in value.items() if v is not None}
        if isinstance(value, Mapping)
        else value
        for key, value in values.items()
    }
    return {key: value for key, value in sections.items() if value is not None}


def _is_value(value: Any) -> bool:
    return value is not None and not isinstance(value, Mapping | list | tuple)


def _toml(value: Any) -> str:
    """Write a text, number or truth; JSON's way is TOML's, but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
