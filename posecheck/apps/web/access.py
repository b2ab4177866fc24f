"""Who asks, and whether they may: each route names one of the dependencies at the end.

A person has a cookie of a session, a program a token with scopes. What a patient's link may do is
in `posecheck.apps.web.people.links` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Path, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web.room import Room, TheRoom
from posecheck.apps.web.secrets_of_links import hash_of
from posecheck.apps.web.store.tables import OWNER, ApiToken, LoginSession, User, now

NOT_OWNER = "The owner of the room does this."
GONE = "There is no such thing here (any more)."
ID_MAX = 2**31 - 1  # of a row, on either database
READ, WRITE, EXPORT = "read", "write", "export"  # what tokens of programs may be good for
SCOPES = (READ, WRITE, EXPORT)
COOKIE = "posecheck_session"
SECURE_COOKIE = "__Host-posecheck_session"  # which browsers take over TLS alone
IDLE = timedelta(hours=12)  # a browser that nobody used for so long is signed out
_SEEN_EVERY = timedelta(minutes=5)  # more often it is not noted that a session is in use


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    user_id: int
    login: str
    name: str
    role: str
    language: str
    scopes: tuple[str, ...]
    token_id: int | None = None  # of a program
    session_id: int | None = None  # of a browser

    @property
    def who(self) -> str:
        """How the audit log calls them."""
        return f"user {self.user_id}" if self.token_id is None else f"token {self.token_id}"

    @property
    def is_owner(self) -> bool:
        """Whether they may manage accounts and the room."""
        return self.role == OWNER


class SignInNeededError(Exception):
    """A page was asked for by nobody who is signed in."""


def cookie_name(room: Room) -> str:
    """Return the name of the session's cookie."""
    return SECURE_COOKIE if room.settings.secure else COOKIE


def caller_of(request: Request, room: TheRoom) -> Caller | None:
    """Return who asks, by token or cookie; None where nobody is known."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return _by_token(room, token.strip())
    secret = request.cookies.get(cookie_name(room))
    return _by_cookie(room, secret) if secret else None


def _by_cookie(room: Room, secret: str) -> Caller | None:
    found = _holder(room, LoginSession, secret)
    if found is None:
        return None
    login, user = found
    if login.expires_at <= now() or now() - login.seen_at > IDLE:
        return None
    if now() - login.seen_at > _SEEN_EVERY:
        _note_use(room, LoginSession, login.id, "seen_at")
    return Caller(
        user.id, user.login, user.name, user.role, user.language, SCOPES, session_id=login.id
    )


def _by_token(room: Room, secret: str) -> Caller | None:
    found = _holder(room, ApiToken, secret)
    if found is None:
        return None
    token, user = found
    over = token.expires_at is not None and token.expires_at <= now()
    if over or token.revoked_at is not None:
        return None
    if token.used_at is None or now() - token.used_at > _SEEN_EVERY:
        _note_use(room, ApiToken, token.id, "used_at")
    scopes = tuple(token.scopes.split())
    # a program never manages accounts, whoever has made its token
    return Caller(
        user.id, user.login, user.name, "program", user.language, scopes, token_id=token.id
    )


def _holder(
    room: Room, kind: type[LoginSession] | type[ApiToken], secret: str
) -> tuple[Any, User] | None:
    """Return the row of a secret and whose it is; None where that account may not be used."""
    wanted = select(kind, User).join(User, User.id == kind.user_id)
    with room.database.reading() as session:
        found = session.execute(wanted.where(kind.token_hash == hash_of(secret))).first()
    if found is None or found[1].disabled_at is not None:
        return None
    return found[0], found[1]


def _note_use(
    room: Room, kind: type[LoginSession] | type[ApiToken], row_id: int, column: str
) -> None:
    with room.database.writing() as session:
        kept = session.get(kind, row_id)
        if kept is not None:
            setattr(kept, column, now())


def needs(scope: str) -> Callable[..., Caller]:
    """Return a dependency: somebody who is signed in, or a program whose token has the scope."""

    def checked(caller: Annotated[Caller | None, Depends(caller_of)]) -> Caller:
        if caller is None:
            raise HTTPException(401, "Sign in, or send a token.", {"WWW-Authenticate": "Bearer"})
        if scope not in caller.scopes:
            raise HTTPException(403, f"This token is not good for {scope}.")
        return caller

    return checked


def _person(caller: Annotated[Caller | None, Depends(caller_of)]) -> Caller:
    if caller is None:
        raise HTTPException(401, "Sign in.")
    if caller.session_id is None:
        raise HTTPException(403, "This is for people, not for programs.")
    return caller


def _owner(caller: Annotated[Caller, Depends(_person)]) -> Caller:
    if not caller.is_owner:
        raise HTTPException(403, NOT_OWNER)
    return caller


def _page(caller: Annotated[Caller | None, Depends(caller_of)]) -> Caller:
    if caller is None or caller.session_id is None:
        raise SignInNeededError
    return caller


def _owner_page(caller: Annotated[Caller, Depends(_page)]) -> Caller:
    return _owner(caller)


Id = Annotated[int, Path(ge=1, le=ID_MAX)]
ClipId = Annotated[int, Path(ge=1, le=ID_MAX, description="The clip.")]
PatientId = Annotated[int, Path(ge=1, le=ID_MAX, description="The patient.")]
Reader = Annotated[Caller, Depends(needs(READ))]
Writer = Annotated[Caller, Depends(needs(WRITE))]
Exporter = Annotated[Caller, Depends(needs(EXPORT))]
Person = Annotated[Caller, Depends(_person)]  # somebody in a browser, no program
Owner = Annotated[Caller, Depends(_owner)]
PageReader = Annotated[Caller, Depends(_page)]  # of a page: who is not signed in is led to do so
OwnerPageReader = Annotated[Caller, Depends(_owner_page)]


def found_or_404(session: Session, kind: type[Any], key: Any) -> Any:
    """Return a row by its key; 404 where there is none."""
    row = session.get(kind, key)
    if row is None:
        raise HTTPException(404, GONE)
    return row
