"""What programs and pages ask for: who may come in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from posecheck.apps.web import audit
from posecheck.apps.web.access import GONE, Id, Person, caller_of, found_or_404
from posecheck.apps.web.accounts import browsers, room_api, sessions
from posecheck.apps.web.accounts import first_link as links
from posecheck.apps.web.accounts.passwords import hashed, is_right, is_weak
from posecheck.apps.web.accounts.throttle import Throttle
from posecheck.apps.web.accounts.values import (
    AccountChange,
    NewToken,
    PasswordChange,
    SignedIn,
    SignIn,
    TokenOut,
    Welcome,
    here,
)
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.secrets_of_links import hash_of, new_secret
from posecheck.apps.web.store.tables import ApiToken, OneTimeLink, User, now

router = APIRouter(prefix="/api", tags=["accounts"])
router.include_router(room_api.router)
Secret = Annotated[str, Path(max_length=100)]
_NOT_GOOD = "This link is not good (any more); ask for a new one."
_WRONG = "The sign-in name or the password is wrong."
_TAKEN = "Somebody has this sign-in name already; choose another one."
_BY_LINK: dict[str, audit.Action] = {
    links.FIRST: "account.first",
    links.INVITATION: "account.invitation",
    links.PASSWORD: "account.password",
}


@router.post("/sign-in")
def sign_in(request: Request, answer: Response, room: TheRoom, given: SignIn) -> SignedIn:
    """Sign a browser in."""
    login = given.login.strip().lower()
    address = request.client.host if request.client else ""
    throttle: Throttle = request.app.state.throttle
    with room.database.reading() as session:
        user, browser = browsers.who_signs_in(session, room, request, login)
    throttle.sign_in(login, address, browser)
    kept = None if user is None or user.disabled_at is not None else user.password_hash
    if user is None or not is_right(given.password, kept):
        throttle.wrong(address, browser)
        with room.database.writing() as session:
            audit.note(session, audit.SYSTEM, "account.wrong_password")
        raise HTTPException(401, _WRONG)
    throttle.right(login, browser)
    better = hashed(given.password) if is_weak(user.password_hash) else None
    with room.database.writing() as session:
        held = session.get_one(User, user.id, with_for_update=True)
        if held.disabled_at is not None or held.password_hash != kept:  # since it was looked at
            raise HTTPException(401, _WRONG)
        held.password_hash = better or held.password_hash
        sessions.begin(session, room, answer, held.id)
        browsers.remember(session, room, request, answer, held.id)
        audit.note(session, held, "account.sign_in")
    return SignedIn(then=here(given.then))


@router.post("/sign-out", status_code=204)
def sign_out(answer: Response, room: TheRoom, caller: Person) -> None:
    """Sign this browser out."""
    with room.database.writing() as session:
        sessions.end(session, room, answer, caller.session_id)
        audit.note(session, caller, "account.sign_out")


@router.post("/welcome/{token}")
def welcome(
    request: Request, answer: Response, room: TheRoom, token: Secret, given: Welcome
) -> SignedIn:
    """Make an account by a link, or give one a new password; signs the browser in."""
    new_hash = hashed(given.password)
    try:
        with room.database.writing() as session:
            link = links.good(session, token)
            if link is None:
                raise HTTPException(404, _NOT_GOOD)
            user = _user_of(session, link, given)
            if not _use(session, link.id):
                raise HTTPException(404, _NOT_GOOD)
            user.password_hash = new_hash
            session.flush()
            sessions.end_all(session, user.id)
            sessions.begin(session, room, answer, user.id)
            browsers.forget_all(session, user.id)
            browsers.remember(session, room, request, answer, user.id)
            audit.note(session, user, _BY_LINK[link.purpose])
    except IntegrityError:
        raise HTTPException(409, _TAKEN) from None
    return SignedIn(then="/")


def _use(session: Session, link_id: int) -> bool:
    """Mark a link as used; of two who come at once one does."""
    kept = session.scalar(
        select(OneTimeLink)
        .where(OneTimeLink.id == link_id, OneTimeLink.used_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if kept is None:
        return False
    kept.used_at = now()
    return True


def _user_of(session: Session, link: OneTimeLink, given: Welcome) -> User:
    if link.purpose == links.PASSWORD:
        known = session.get(User, link.user_id, with_for_update=True)
        if known is None or known.disabled_at is not None:
            raise HTTPException(404, _NOT_GOOD)
        return known
    if given.login is None or given.name is None:
        raise HTTPException(422, "Say a name, and a name to sign in with.")
    if link.purpose == links.FIRST and session.scalar(select(User.id).limit(1)) is not None:
        raise HTTPException(404, _NOT_GOOD)
    user = User(
        login=given.login, name=given.name, role=link.role, language=given.language,
        password_hash="",
    )  # fmt: skip
    session.add(user)
    return user


@router.put("/account", status_code=204)
def change_account(room: TheRoom, caller: Person, given: AccountChange) -> None:
    """Change one's own name and language."""
    with room.database.writing() as session:
        user = session.get_one(User, caller.user_id)
        user.name, user.language = given.name, given.language
        audit.note(session, caller, "account.change")


@router.put("/account/password", status_code=204)
def change_password(
    request: Request, answer: Response, room: TheRoom, caller: Person, given: PasswordChange
) -> None:
    """Change one's own password; all other browsers are signed out."""
    throttle: Throttle = request.app.state.throttle
    throttle.own_password(caller.user_id)
    with room.database.reading() as session:
        kept = session.get_one(User, caller.user_id).password_hash
    if not is_right(given.password, kept):
        raise HTTPException(422, "The present password is wrong.")
    throttle.own_right(caller.user_id)
    new_hash = hashed(given.new_password)
    with room.database.writing() as session:
        session.get_one(User, caller.user_id).password_hash = new_hash
        sessions.end_all(session, caller.user_id, but=caller.session_id)
        browsers.forget_all(session, caller.user_id)
        browsers.remember(session, room, request, answer, caller.user_id)
        audit.note(session, caller, "account.password")


@router.delete("/account/sessions", status_code=204)
def sign_out_elsewhere(room: TheRoom, caller: Person) -> None:
    """Sign out all other browsers of one's own."""
    with room.database.writing() as session:
        sessions.end_all(session, caller.user_id, but=caller.session_id)
        audit.note(session, caller, "account.sign_out_elsewhere")


@router.post("/tokens", status_code=201)
def make_token(room: TheRoom, caller: Person, given: NewToken) -> TokenOut:
    """Make a token for a program; it is shown once."""
    scopes = [name for name in ("read", "write", "export") if getattr(given, name)]
    if not scopes:
        raise HTTPException(422, "Say what the token is good for: read, write or export.")
    secret = new_secret()
    with room.database.writing() as session:
        token = ApiToken(
            token_hash=hash_of(secret), user_id=caller.user_id, name=given.name,
            scopes=" ".join(scopes), expires_at=now() + timedelta(days=given.days),
        )  # fmt: skip
        session.add(token)
        session.flush()
        audit.note(session, caller, "token.make", detail=f"token {token.id}: {token.scopes}")
    return TokenOut(token=secret)


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(room: TheRoom, caller: Person, token_id: Id) -> None:
    """Revoke a token of one's own; the owner revokes any."""
    with room.database.writing() as session:
        token: ApiToken = found_or_404(session, ApiToken, token_id)
        if token.user_id != caller.user_id and not caller.is_owner:
            raise HTTPException(404, GONE)
        token.revoked_at = token.revoked_at or now()
        audit.note(session, caller, "token.revoke", detail=f"token {token_id}")


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request, room: TheRoom) -> dict[str, object]:
    """Describe all of this, to those who may come in."""
    if caller_of(request, room) is None:
        raise HTTPException(401, "Sign in, or send a token.", {"WWW-Authenticate": "Bearer"})
    described: dict[str, object] = request.app.openapi()
    return described
