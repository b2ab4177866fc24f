"""The list of patients, and one of them: plain functions over a session."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fastapi import HTTPException
from sqlalchemy import case, func, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from posecheck.apps.web.people.names import folded
from posecheck.apps.web.store.tables import DONE, Clip, Patient

PAGE = 50
_WORDS_MAX = 8  # of a search
_TAKEN = "There is a patient of that name; add something to tell them by."
_PART = "~"  # between the number and the name of where a page of the list begins


@dataclass(frozen=True, slots=True)
class PatientLine:
    """A patient in the list."""

    id: int
    name: str
    language: str
    clips: int
    unseen: int  # graded clips that nobody has opened
    last_at: datetime | None  # when the newest clip was recorded


@dataclass(frozen=True, slots=True)
class PatientPage:
    """A part of the list."""

    patients: tuple[PatientLine, ...]
    next: str | None  # `after` of the next part


def list_patients(
    session: Session, q: str = "", after: str | None = None, limit: int = PAGE
) -> PatientPage:
    """Return patients by name.

    Parameters
    ----------
    session
        A reading one.
    q
        Words that the name has, in any order; their case and accents do not count.
    after
        `next` of the part before.
    limit
        How many at most.

    """
    wanted = select(Patient)
    for word in folded(q).split()[:_WORDS_MAX]:
        wanted = wanted.where(Patient.search_name.contains(word, autoescape=True))
    number, _, name = (after or "").partition(_PART)
    if number.isascii() and number.isdecimal() and len(number) < 10:
        wanted = wanted.where(tuple_(Patient.search_name, Patient.id) > tuple_(name, int(number)))
    wanted = wanted.order_by(Patient.search_name, Patient.id).limit(limit + 1)
    found = list(session.scalars(wanted))
    shown = found[:limit]
    clips = _clips_of(session, [patient.id for patient in shown])
    lines = tuple(
        PatientLine(p.id, p.name, p.language, *clips.get(p.id, (0, 0, None))) for p in shown
    )
    last = f"{shown[-1].id}{_PART}{shown[-1].search_name}" if len(found) > limit else None
    return PatientPage(lines, last)


def _clips_of(
    session: Session, patients: Collection[int]
) -> dict[int, tuple[int, int, datetime | None]]:
    unseen = func.sum(case((Clip.seen_at.is_(None) & (Clip.state == DONE), 1), else_=0))
    rows = session.execute(
        select(Clip.patient_id, func.count(), unseen, func.max(Clip.recorded_at))
        .where(Clip.patient_id.in_(patients))
        .group_by(Clip.patient_id)
    )
    return {patient: (count, int(new), last) for patient, count, new, last in rows}


def name_patient(session: Session, patient: Patient, name: str) -> None:
    """Give a patient a name, one that nobody else has.

    Raises
    ------
    HTTPException
        409: somebody has it.

    """
    other = session.scalar(select(Patient.id).where(Patient.name == name))
    if other not in (None, patient.id):
        raise HTTPException(409, _TAKEN)
    patient.name, patient.search_name = name, folded(name)
    session.add(patient)
    try:
        session.flush()
    except IntegrityError:  # somebody else was quicker
        raise HTTPException(409, _TAKEN) from None
