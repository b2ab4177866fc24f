"""What the owner's page asks for: who comes in, who does no more, and the links for that."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web import audit
from posecheck.apps.web.access import GONE, NOT_OWNER, Caller, Id, Owner, found_or_404
from posecheck.apps.web.accounts import browsers, sessions
from posecheck.apps.web.accounts import first_link as links
from posecheck.apps.web.accounts.values import Invitation, LinkOut, UserChange
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.store.tables import OWNER, OneTimeLink, User, now

router = APIRouter()


@router.post("/invitations", status_code=201)
def invite(room: TheRoom, caller: Owner, given: Invitation) -> LinkOut:
    """Make a link by which somebody makes an account."""
    with room.database.writing() as session:
        _hold_owners(session, caller)
        secret = links.make(session, links.INVITATION, given.role, by=caller.user_id)
        audit.note(session, caller, "account.invite", detail=given.role)
    return LinkOut(address=f"{room.settings.address}/welcome/{secret}")


@router.post("/users/{user_id}/password-link", status_code=201)
def password_link(room: TheRoom, caller: Owner, user_id: Id) -> LinkOut:
    """Make a link by which somebody gives themselves a new password; an older one ends."""
    with room.database.writing() as session:
        _hold_owners(session, caller)
        user: User = found_or_404(session, User, user_id)
        if user.disabled_at is not None:
            raise HTTPException(409, "This account is disabled; enable it first.")
        secret = links.make(session, links.PASSWORD, user.role, user_id=user.id, by=caller.user_id)
        audit.note(session, caller, "account.password_link", detail=f"user {user_id}")
    return LinkOut(address=f"{room.settings.address}/welcome/{secret}")


@router.delete("/one-time-links/{link_id}", status_code=204)
def revoke_link(room: TheRoom, caller: Owner, link_id: Id) -> None:
    """Revoke an invitation or a link for a password that was not used."""
    with room.database.writing() as session:
        link = session.get(OneTimeLink, link_id, with_for_update=True)
        if link is None or link.used_at is not None:
            raise HTTPException(404, GONE)
        what = link.role if link.user_id is None else f"user {link.user_id}"
        session.delete(link)
        audit.note(session, caller, "account.revoke_link", detail=f"{link.purpose}: {what}")


@router.patch("/users/{user_id}", status_code=204)
def change_user(room: TheRoom, caller: Owner, user_id: Id, given: UserChange) -> None:
    """Disable an account or enable it again; one owner always stays."""
    with room.database.writing() as session:
        owners = _hold_owners(session, caller)
        user: User = found_or_404(session, User, user_id)
        if given.disabled and owners == [user.id]:
            raise HTTPException(409, "The last owner stays; make another owner first.")
        user.disabled_at = now() if given.disabled else None
        if given.disabled:
            sessions.end_all(session, user_id)
            links.end_all(session, user_id)
            browsers.forget_all(session, user_id)
        what: audit.Action = "account.disable" if given.disabled else "account.enable"
        audit.note(session, caller, what, detail=f"user {user_id}")


def _hold_owners(session: Session, caller: Caller) -> list[int]:
    """Return the owners, who stay what they are until the end of the transaction.

    Raises
    ------
    HTTPException
        Whoever asks was disabled by another one at the same instant.

    """
    wanted = select(User.id).where(User.role == OWNER, User.disabled_at.is_(None))
    owners = list(session.scalars(wanted.order_by(User.id).with_for_update()))
    if caller.user_id not in owners:
        raise HTTPException(403, NOT_OWNER)
    return owners
