"""Browsers that are signed in: how that begins and ends."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Response
from sqlalchemy import delete
from sqlalchemy.orm import Session

from posecheck.apps.web.access import cookie_name
from posecheck.apps.web.room import Room
from posecheck.apps.web.secrets_of_links import hash_of, new_secret
from posecheck.apps.web.store.tables import LoginSession, now

LASTS = timedelta(days=14)  # whatever is done in it


def begin(session: Session, room: Room, answer: Response, user_id: int) -> None:
    """Sign a browser in, with a secret of its own; whatever cookie it brought is forgotten."""
    secret = new_secret()
    session.add(LoginSession(token_hash=hash_of(secret), user_id=user_id, expires_at=now() + LASTS))
    answer.set_cookie(
        cookie_name(room), secret, max_age=int(LASTS.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=room.settings.secure,
    )  # fmt: skip


def end(session: Session, room: Room, answer: Response, session_id: int | None) -> None:
    """Sign a browser out."""
    session.execute(delete(LoginSession).where(LoginSession.id == session_id))
    answer.delete_cookie(
        cookie_name(room), path="/", httponly=True, samesite="lax", secure=room.settings.secure
    )


def end_all(session: Session, user_id: int, but: int | None = None) -> None:
    """Sign somebody out everywhere, but for one browser."""
    ended = delete(LoginSession).where(LoginSession.user_id == user_id)
    session.execute(ended if but is None else ended.where(LoginSession.id != but))
