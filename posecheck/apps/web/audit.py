"""The log of who saw, changed, exported or deleted what."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from sqlalchemy import update
from sqlalchemy.orm import Session

from posecheck.apps.web.access import Caller
from posecheck.apps.web.store.tables import AuditEntry, Clip, User, now

# fmt: off
Action = Literal[
    "account.first", "account.invitation", "account.sign_in", "account.wrong_password",
    "account.sign_out", "account.sign_out_elsewhere", "account.change", "account.password",
    "account.invite", "account.password_link", "account.revoke_link", "account.disable",
    "account.enable",
    "patient.add", "patient.see", "patient.change", "patient.files", "patient.export",
    "patient.delete",
    "prescription.see", "prescription.make", "prescription.export",
    "link.see", "link.make", "link.open", "link.revoke",
    "clip.send", "clip.import", "clip.see", "clip.video", "clip.files", "clip.change",
    "clip.correct", "clip.grade", "clip.export", "clip.delete",
    "progress.see",
    "token.make", "token.revoke",
    "room.export", "room.retention", "room.backup", "room.restore",
]  # each has its words in words/accounts.*.toml, log.done
# fmt: on
SEE_CLIP: Final = "clip.see"
_VIEW_LASTS = timedelta(days=1)  # a page that is open for longer is looked at anew
SYSTEM = "system"  # what the room does by itself


def note(
    session: Session,
    caller: Caller | User | str,
    action: Action,
    *,
    patient_id: int | None = None,
    clip_id: int | None = None,
    detail: str = "",
) -> AuditEntry:
    """Add an entry, in the transaction of what it speaks of, and return it.

    Parameters
    ----------
    session
        A writing one.
    caller
        Who did it: whoever asks, an account that is just being entered, or how the log calls
        them (``link 7``, ``system``).
    action
        What was done to what.
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
    entry = AuditEntry(
        who=who, user_id=user_id, action=action, patient_id=patient_id, clip_id=clip_id,
        detail=detail,
    )  # fmt: skip
    session.add(entry)
    if action == SEE_CLIP and isinstance(caller, Caller) and caller.session_id is not None:
        # the lists of what is new ask for it
        first = update(Clip).where(Clip.id == clip_id, Clip.seen_at.is_(None))
        session.execute(first.values(seen_at=now()))
    return entry


def is_of_view(session: Session, caller: Caller, clip_id: int, entry_id: int) -> bool:
    """Tell whether an entry says that a page of this clip was just opened by whoever asks."""
    entry = session.get(AuditEntry, entry_id)
    return (
        entry is not None
        and (entry.who, entry.action, entry.clip_id) == (caller.who, SEE_CLIP, clip_id)
        and now() - entry.at < _VIEW_LASTS
    )
