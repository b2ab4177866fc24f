"""The audit log as the owner reads it: newest first, filtered, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.store.tables import AuditEntry, User

PAGE = 100


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
    session: Session, action: str = "", user_id: int | None = None, before: int | None = None
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
    before
        Entries before this one.

    """
    wanted = select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.user_id)
    if action:
        wanted = wanted.where(AuditEntry.action.startswith(action, autoescape=True))
    if user_id is not None:
        wanted = wanted.where(AuditEntry.user_id == user_id)
    if before is not None:
        wanted = wanted.where(AuditEntry.id < before)
    rows = session.execute(wanted.order_by(AuditEntry.id.desc()).limit(PAGE + 1)).all()
    lines = [
        LogLine(e.id, e.at, f"{name} ({e.who})" if name else e.who, e.action, e.patient_id,
                e.clip_id, e.detail)
        for e, name in rows[:PAGE]
    ]  # fmt: skip
    return lines, lines[-1].id if len(rows) > PAGE else None
