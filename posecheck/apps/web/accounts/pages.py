"""The pages: sign-in, one-time links, one's own account, and the owner's page of the room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from posecheck.apps.web.access import ID_MAX, OwnerPageReader, PageReader
from posecheck.apps.web.accounts.first_link import PASSWORD, good, open_links
from posecheck.apps.web.accounts.log import PARTS, log_lines, patient_of
from posecheck.apps.web.accounts.values import here
from posecheck.apps.web.exchange.retention import retention_of
from posecheck.apps.web.page import page
from posecheck.apps.web.people.names import LONGEST
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.sentences import asked_language
from posecheck.apps.web.store.tables import ApiToken, User, now
from posecheck.exercises.language import languages

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def sign_in(request: Request, then: Annotated[str, Query(max_length=2000)] = "/") -> HTMLResponse:
    """Ask for name and password."""
    language = asked_language(request.headers)
    return page("sign_in.html", None, language=language, then=here(then))


@router.get("/welcome/{token}")
def welcome(request: Request, token: str, room: TheRoom) -> HTMLResponse:
    """Ask for what an account needs, or for a new password."""
    with room.database.reading() as session:
        link = good(session, token)
    language = asked_language(request.headers)
    if link is None:
        return page("welcome_over.html", None, language=language, status=404)
    return page(
        "welcome.html", None, language=language, token=token, is_password=link.purpose == PASSWORD,
        languages=languages(),
    )  # fmt: skip


@router.get("/account")
def account(room: TheRoom, caller: PageReader) -> HTMLResponse:
    """Show one's own account, and the tokens of one's programs."""
    mine = select(ApiToken).where(ApiToken.user_id == caller.user_id, ApiToken.revoked_at.is_(None))
    with room.database.reading() as session:
        tokens = session.scalars(mine.order_by(ApiToken.id.desc())).all()
    return page("account.html", caller, tokens=tokens, languages=languages(), moment=now())


@router.get("/room")
def the_room(
    room: TheRoom,
    caller: OwnerPageReader,
    action: Annotated[str, Query(max_length=40, pattern=r"^[a-z._]*$")] = "",
    user: Annotated[str, Query(pattern=r"^[0-9]{0,9}$")] = "",  # empty: everybody
    patient: Annotated[str, Query(max_length=LONGEST)] = "",
    before: Annotated[int | None, Query(ge=1, le=ID_MAX)] = None,
) -> HTMLResponse:
    """Show the accounts, for how long clips are kept, and the log."""
    who = int(user) if user else None
    with room.database.reading() as session:
        users = session.scalars(select(User).order_by(User.name)).all()
        whom = patient_of(session, patient)
        lines, following = log_lines(session, action, who, whom, before)
        links = open_links(session)
        retention = retention_of(session)
    return page(
        "room.html", caller, users=users, lines=lines, following=following, action=action,
        user=who, patient=patient, links=links, retention=retention,
        parts=PARTS,
    )  # fmt: skip
