"""The audit log as the owner reads it: newest first, filtered, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.access import ID_MAX
from posecheck.apps.web.audit import Action
from posecheck.apps.web.people.names import folded, one_line
from posecheck.apps.web.store.tables import AuditEntry, Patient, User

PAGE = 100
PARTS = tuple(dict.fromkeys(action.partition(".")[0] for action in get_args(Action)))


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry."""

    id: int
    at: datetime
    who: str
    action: str
    patient_id: int | None
    clip_id: int | None
    detail: str


def log_lines(
    session: Session,
    action: str = "",
    user_id: int | None = None,
    patient_id: int | None = None,
    before: int | None = None,
) -> tuple[list[LogLine], int | None]:
    """Return entries, and where the next page begins; None where there is none.

    Parameters
    ----------
    session
        A reading one.
    action
        With what the action begins, such as ``clip.``; empty for all.
    user_id
        Of this person alone.
    patient_id
        About this patient alone.
    before
        Entries before this one.

    """
    wanted = select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.user_id)
    if action:
        wanted = wanted.where(AuditEntry.action.startswith(action, autoescape=True))
    if user_id is not None:
        wanted = wanted.where(AuditEntry.user_id == user_id)
    if patient_id is not None:
        wanted = wanted.where(AuditEntry.patient_id == patient_id)
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    rows = session.execute(wanted.order_by(AuditEntry.id.desc()).limit(PAGE + 1)).all()
    lines = [
        LogLine(e.id, e.at, f"{name} ({e.who})" if name else e.who, e.action, e.patient_id,
                e.clip_id, e.detail)
        for e, name in rows[:PAGE]
    ]  # fmt: skip
    return lines, lines[-1].id if len(rows) > PAGE else None


def patient_of(session: Session, said: str) -> int | None:
    """Return the number of a patient who is named by the own name, or by that number.

    Whoever was deleted has no name any more. None where nobody is named; 0 where there is none.
    """
    said = one_line(said)
    if not said:
        return None
    named = session.scalars(select(Patient).where(Patient.search_name == folded(said))).all()
    if named:  # two may differ in accents alone
        return next((one.id for one in named if one.name == said), named[0].id)
    is_number = said.isascii() and said.isdecimal() and int(said) <= ID_MAX
    return int(said) if is_number else 0
