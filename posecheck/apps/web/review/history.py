"""The log of what was put right in a clip: nothing in it is ever overwritten.

Each action raises the clip's revision, undoing too. Whoever acts says which revision they saw; if
somebody else was quicker they are told, and nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from fastapi import HTTPException
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web import audit
from posecheck.apps.web.access import GONE, Caller
from posecheck.apps.web.review.fold import Step
from posecheck.apps.web.review.kinds import KINDS
from posecheck.apps.web.sentences import without_prefix
from posecheck.apps.web.store.tables import AuditEntry, Clip, Correction, User, now
from posecheck.errors import InputError

ACT: Final = "clip.correct"


def checked(kind: str, values: Mapping[str, Any], duration_s: float) -> dict[str, Any]:
    """Return the values of a correction as plain ones.

    Raises
    ------
    InputError
        One sentence: there is no such kind, or its values are wrong.

    """
    if kind not in KINDS:
        raise InputError(f"There is no correction of this kind; there are {', '.join(KINDS)}.")
    try:
        plain = KINDS[kind].model_validate(dict(values)).model_dump(mode="json")
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise InputError(f"{where or kind}: {without_prefix(wrong['msg'])}.") from None
    late = [n for n in ("t_s", "start_s", "end_s") if plain.get(n, 0.0) > duration_s + 1.0]
    if late:
        raise InputError(f"{late[0]}: the clip has ended by then; it takes {duration_s:.1f} s.")
    return plain


def opened(session: Session, clip_id: int, revision: int) -> Clip:
    """Return a clip for changing, if it is still as the caller saw it.

    Raises
    ------
    HTTPException
        404: there is none; 409: somebody has changed it since, with who and when.

    """
    clip = session.scalar(
        select(Clip)
        .where(Clip.id == clip_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if clip is None:
        raise HTTPException(404, GONE)
    if clip.revision != revision:
        by, at = _who_was_last(session, clip_id)
        raise HTTPException(
            409,
            {
                "message": "Somebody has changed this clip since you have opened it.",
                "by": by, "at": at.isoformat() if at else None, "revision": clip.revision,
            },
        )  # fmt: skip
    return clip


def add(
    session: Session, clip: Clip, caller: Caller, kind: str, values: dict[str, Any],
    before: dict[str, Any],
) -> None:  # fmt: skip
    """Put something right; what was undone before can then not be done again."""
    for one in _rows(session, clip.id):
        if one.undone_at is not None:
            one.dropped = True
    _raise(session, clip, caller, kind)
    session.add(
        Correction(
            clip_id=clip.id, revision=clip.revision, kind=kind, values=values, before=before,
            user_id=caller.user_id,
        )
    )  # fmt: skip


def undo(session: Session, clip: Clip, caller: Caller) -> None:
    """Take the last correction back."""
    done = [one for one in _rows(session, clip.id) if one.undone_at is None]
    if not done:
        raise InputError("There is nothing to undo.")
    done[-1].undone_at = now()
    _raise(session, clip, caller, "undo")


def redo(session: Session, clip: Clip, caller: Caller) -> None:
    """Do again what was undone last."""
    undone = [o for o in _rows(session, clip.id) if o.undone_at is not None and not o.dropped]
    if not undone:
        raise InputError("There is nothing to do again.")
    undone[0].undone_at = None
    _raise(session, clip, caller, "redo")


def steps(session: Session, clip_id: int) -> list[Step]:
    """Return the corrections that hold, in order."""
    rows = _rows(session, clip_id)
    return [Step(o.kind, o.values, o.before) for o in rows if o.undone_at is None]


def listed(session: Session, clip_id: int) -> list[dict[str, Any]]:
    """Return the whole history as plain values."""
    names = {user.id: user.name for user in session.scalars(select(User))}
    return [
        {
            "revision": one.revision, "kind": one.kind, "values": one.values,
            "before": one.before, "by": names.get(one.user_id or 0, ""),
            "at": one.made_at.isoformat(), "undone": one.undone_at is not None,
            "dropped": one.dropped,
        }
        for one in _rows(session, clip_id)
    ]  # fmt: skip


def _rows(session: Session, clip_id: int) -> list[Correction]:
    wanted = select(Correction).where(Correction.clip_id == clip_id)
    return list(session.scalars(wanted.order_by(Correction.revision)))


def _raise(session: Session, clip: Clip, caller: Caller, what: str) -> None:
    clip.revision += 1
    audit.note(session, caller, ACT, patient_id=clip.patient_id, clip_id=clip.id, detail=what)


def _who_was_last(session: Session, clip_id: int) -> tuple[str, datetime | None]:
    row = session.execute(
        select(User.name, AuditEntry.at)
        .join(User, User.id == AuditEntry.user_id)
        .where(AuditEntry.clip_id == clip_id, AuditEntry.action == ACT)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else ("", None)
