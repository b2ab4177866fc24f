"""The log of who saw, changed, exported or deleted what."""

from __future__ import annotations

from sqlalchemy.orm import Session

from posecheck.apps.web.access import Caller
from posecheck.apps.web.store.tables import AuditEntry

SYSTEM = "system"  # what the room does by itself


def note(
    session: Session,
    caller: Caller | str,
    action: str,
    *,
    patient_id: int | None = None,
    clip_id: int | None = None,
    detail: str = "",
) -> None:
    """Add an entry, in the transaction of what it speaks of.

    Parameters
    ----------
    session
        A writing one.
    caller
        Who did it, or how the log calls them (``link 7``, ``system``).
    action
        What was done to what: ``clip.see``, ``patient.delete``.
    patient_id, clip_id
        Whom and what it was about.
    detail
        More, without the names of patients: the log outlives them.

    """
    who, user_id = (caller.who, caller.user_id) if isinstance(caller, Caller) else (caller, None)
    session.add(
        AuditEntry(
            who=who, user_id=user_id,
            action=action, patient_id=patient_id, clip_id=clip_id, detail=detail,
        )
    )  # fmt: skip
