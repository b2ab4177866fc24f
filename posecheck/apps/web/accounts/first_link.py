"""Links that are good once: the first account, an invitation, a new password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, aliased

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


def make(
    session: Session, purpose: str, role: str, *, user_id: int | None = None, by: int | None = None
) -> str:
    """Make a link of a purpose; return its secret, which is kept nowhere.

    Parameters
    ----------
    session
        A writing one.
    purpose, role
        What it is for, and as what somebody comes in.
    user_id
        Whose password it is for; older links for it are good no more.
    by
        Who makes it.

    """
    secret = new_secret()
    if user_id is not None:
        session.execute(delete(OneTimeLink).where(OneTimeLink.user_id == user_id))
    session.add(
        OneTimeLink(
            token_hash=hash_of(secret), purpose=purpose, role=role, user_id=user_id,
            created_by=by, expires_at=now() + timedelta(days=DAYS),
        )
    )  # fmt: skip
    session.flush()
    return secret


def end_all(session: Session, user_id: int) -> None:
    """End the links for somebody's password, and those that they have made for others."""
    unused = delete(OneTimeLink).where(OneTimeLink.used_at.is_(None))
    mine = or_(OneTimeLink.user_id == user_id, OneTimeLink.created_by == user_id)
    session.execute(unused.where(mine))


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that somebody has not used yet."""

    id: int
    purpose: str
    role: str
    whose: str | None  # the name, of a link for a password
    by: str | None
    created_at: datetime
    expires_at: datetime


def open_links(session: Session) -> list[OpenLink]:
    """Return the links that are good, newest first."""
    whose, maker = aliased(User), aliased(User)
    wanted = (
        select(OneTimeLink, whose.name, maker.name)
        .outerjoin(whose, whose.id == OneTimeLink.user_id)
        .outerjoin(maker, maker.id == OneTimeLink.created_by)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now())
        .order_by(OneTimeLink.id.desc())
    )
    return [
        OpenLink(link.id, link.purpose, link.role, name, by, link.created_at, link.expires_at)
        for link, name, by in session.execute(wanted)
    ]


def good(session: Session, secret: str) -> OneTimeLink | None:
    """Return the link of a secret, if it was not used and has not expired."""
    found = session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == hash_of(secret)))
    if found is None or found.used_at is not None or found.expires_at <= now():
        return None
    return found
