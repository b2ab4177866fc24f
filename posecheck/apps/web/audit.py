"""The log of who saw, changed, exported or deleted what."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from posecheck.apps.web.access import Caller
from posecheck.apps.web.store.tables import AuditEntry, Clip, User, now

SEE_CLIP = "clip.see"
SYSTEM = "system"  # what the room does by itself


def note(
    session: Session,
    caller: Caller | User | str,
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
        Who did it: whoever asks, an account that is just being entered, or how the log calls
        them (``link 7``, ``system``).
    action
        What was done to what: ``clip.see``, ``patient.delete``.
    patient_id, clip_id
        Whom and what it was about.
    detail
        More, without the names of patients: the log outlives them.

    """
    user_id: int | None = None
    if isinstance(caller, Caller):
        who, user_id = caller.who, caller.user_id
    elif isinstance(caller, User):
        who, user_id = f"user {caller.id}", caller.id
    else:
        who = caller
    session.add(
        AuditEntry(
            who=who, user_id=user_id,
            action=action, patient_id=patient_id, clip_id=clip_id, detail=detail,
        )
    )  # fmt: skip
    if action == SEE_CLIP and isinstance(caller, Caller) and caller.session_id is not None:
        # the lists of what is new ask for it
        first = update(Clip).where(Clip.id == clip_id, Clip.seen_at.is_(None))
        session.execute(first.values(seen_at=now()))
