"""Links that are good once: the first account, an invitation, a new password."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from posecheck.apps.web.room import Room
from posecheck.apps.web.secrets_of_links import hash_of, new_secret
from posecheck.apps.web.store.tables import OWNER, OneTimeLink, User, now

FIRST, INVITATION, PASSWORD = "first", "invitation", "password"
DAYS = 7


def first_link(room: Room) -> str | None:
    """Return the address where the owner's account is made; None where there is an account.

    Each start makes a new one, and those before are good no more.
    """
    with room.database.writing() as session:
        if session.scalar(select(User.id).limit(1)) is not None:
            return None
        session.execute(delete(OneTimeLink).where(OneTimeLink.purpose == FIRST))
        return f"{room.settings.address}/welcome/{make(session, FIRST, OWNER)}"


def make(session: Session, purpose: str, role: str, user_id: int | None = None) -> str:
    """Make a link of a purpose; return its secret, which is kept nowhere."""
    secret = new_secret()
    session.add(
        OneTimeLink(
            token_hash=hash_of(secret), purpose=purpose, role=role, user_id=user_id,
            expires_at=now() + timedelta(days=DAYS),
        )
    )  # fmt: skip
    session.flush()
    return secret


def good(session: Session, secret: str) -> OneTimeLink | None:
    """Return the link of a secret, if it was not used and has not expired."""
    found = session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == hash_of(secret)))
    if found is None or found.used_at is not None or found.expires_at <= now():
        return None
    return found
