"""The links that patients open on a phone, and what one is good for: see `patient_of_link`."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta

import segno
from fastapi import HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.access import Caller
from posecheck.apps.web.room import Room
from posecheck.apps.web.secrets_of_links import hash_of, new_secret
from posecheck.apps.web.store.tables import Patient, PatientLink, User, now

DAYS, DAYS_MAX = 90, 730
_NOTED_EVERY = timedelta(minutes=5)  # more often it is not noted that a link is in use
_TOKEN_MAX = 100


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Who has opened a link; there is nothing of the patient's record in it."""

    link_id: int
    patient_id: int
    language: str

    @property
    def who(self) -> str:
        """How the audit log calls them."""
        return f"link {self.link_id}"


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link in the list."""

    id: int
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    used_at: datetime | None
    state: str  # open, expired, revoked


def patient_of_link(room: Room, token: str) -> LinkHolder:
    """Return who holds a link that is good.

    Raises
    ------
    HTTPException
        404: there is none, or it has expired or was revoked; which of these is not told.

    """
    if not (token.isascii() and len(token) <= _TOKEN_MAX):
        raise _no_link()
    wanted = (
        select(PatientLink, Patient.language)
        .join(Patient, Patient.id == PatientLink.patient_id)
        .where(PatientLink.token_hash == hash_of(token))
    )
    with room.database.reading() as session:
        found = session.execute(wanted).first()
    if found is None:
        raise _no_link()
    link, language = found
    if _state(link) != "open":
        raise _no_link()
    if link.used_at is None or abs(now() - link.used_at) > _NOTED_EVERY:
        with room.database.writing() as session:
            kept = session.get(PatientLink, link.id)
            if kept is not None:
                kept.used_at = now()
    return LinkHolder(link.id, link.patient_id, language)


def make_link(session: Session, caller: Caller, patient_id: int, days: int) -> tuple[int, str]:
    """Make a link; return its number and its secret, which is kept nowhere."""
    secret = new_secret()
    link = PatientLink(
        token_hash=hash_of(secret), patient_id=patient_id, created_by=caller.user_id,
        expires_at=now() + timedelta(days=days),
    )  # fmt: skip
    session.add(link)
    session.flush()
    return link.id, secret


def links_of(session: Session, patient_id: int) -> tuple[LinkLine, ...]:
    """Return a patient's links, newest first."""
    rows = session.execute(
        select(PatientLink, User.name)
        .outerjoin(User, User.id == PatientLink.created_by)
        .where(PatientLink.patient_id == patient_id)
        .order_by(PatientLink.id.desc())
    )
    return tuple(
        LinkLine(link.id, link.created_at, name, link.expires_at, link.used_at, _state(link))
        for link, name in rows
    )


def qr_code(address: str) -> str:
    """Return an SVG that a phone's camera reads; black on white in the dark too."""
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(
        out, kind="svg", border=4, scale=6, light="#fff", dark="#000", xmldecl=False
    )
    return out.getvalue().decode()


def _state(link: PatientLink) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "expired" if link.expires_at <= now() else "open"


def _no_link() -> HTTPException:
    return HTTPException(404, "This link is not good (any more). Ask your therapist for a new one.")
