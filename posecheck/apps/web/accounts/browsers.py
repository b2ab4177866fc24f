"""Browsers in which somebody has signed in before: strangers cannot lock them out there.

Such a browser keeps a cookie for long, and signing out does not end it. It lets nobody in; it only
tells whoever guesses passwords elsewhere from whoever sits where they always do.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import Request, Response
from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from posecheck.apps.web.room import Room
from posecheck.apps.web.secrets_of_links import hash_of, new_secret
from posecheck.apps.web.store.tables import KnownBrowser, User, now

COOKIE = "posecheck_browser"
LAST = timedelta(days=400)  # since the last sign-in; browsers keep no cookie for longer


def who_signs_in(
    session: Session, room: Room, request: Request, login: str
) -> tuple[User | None, int | None]:
    """Return an account by its sign-in name, and the number of the browser if it is known there."""
    brought = hash_of(request.cookies.get(_cookie_name(room), ""))
    known = and_(
        KnownBrowser.user_id == User.id,
        KnownBrowser.token_hash == brought,
        KnownBrowser.seen_at > now() - LAST,
    )
    wanted = select(User, KnownBrowser.id).outerjoin(KnownBrowser, known).where(User.login == login)
    found = session.execute(wanted).first()
    return (None, None) if found is None else (found[0], found[1])


def remember(
    session: Session, room: Room, request: Request, answer: Response, user_id: int
) -> None:
    """Know a browser from now on; its secret is a new one each time."""
    secret = new_secret()
    brought = hash_of(request.cookies.get(_cookie_name(room), ""))
    session.execute(  # of everybody who signs in there
        update(KnownBrowser)
        .where(KnownBrowser.token_hash == brought)
        .values(token_hash=hash_of(secret))
    )
    mine = session.scalar(
        select(KnownBrowser).where(
            KnownBrowser.token_hash == hash_of(secret), KnownBrowser.user_id == user_id
        )
    )
    if mine is None:
        session.add(KnownBrowser(token_hash=hash_of(secret), user_id=user_id))
    else:
        mine.seen_at = now()
    answer.set_cookie(
        _cookie_name(room), secret, max_age=int(LAST.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=room.settings.secure,
    )  # fmt: skip


def forget_all(session: Session, user_id: int) -> None:
    """Know no browser of somebody any more: whoever had the old password may have been there."""
    session.execute(delete(KnownBrowser).where(KnownBrowser.user_id == user_id))


def _cookie_name(room: Room) -> str:
    return f"__Host-{COOKIE}" if room.settings.secure else COOKIE
