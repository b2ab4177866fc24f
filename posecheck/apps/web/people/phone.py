"""What a patient's link opens on a phone, and all that it opens."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from posecheck.apps.web import audit
from posecheck.apps.web.clips.setup_check import for_page
from posecheck.apps.web.page import page
from posecheck.apps.web.people.last_result import LastResultOut, PhoneState, state_of
from posecheck.apps.web.people.links import patient_of_link
from posecheck.apps.web.people.prescriptions import newest_version
from posecheck.apps.web.room import Room, TheRoom
from posecheck.apps.web.sentences import asked_language
from posecheck.apps.web.words import room_words

router = APIRouter()


@router.get("/p/{token}")
def phone_page(request: Request, token: str, room: TheRoom) -> HTMLResponse:
    """Show how to film, the uploader, how far the clips are, and the last result."""
    try:
        holder = patient_of_link(room, token)
    except HTTPException:
        language = asked_language(request.headers)
        return page("phone_closed.html", None, language=language, status=404)
    with room.database.writing() as session:
        audit.note(session, holder.who, "link.open", patient_id=holder.patient_id)
        asked = newest_version(session, holder.patient_id)
    check = for_page(room_words(holder.language), asked and asked.values, f"/p/{token}/clips")
    state = _state(room, token)
    return page(
        "phone.html", None, language=holder.language, token=token,
        state=state.model_dump(mode="json"), setup_check=check, checks_clips=True,
    )  # fmt: skip


@router.get("/p/{token}/state")
def phone_state(token: str, room: TheRoom) -> PhoneState:
    """Return how far the clips are that were sent by this link, and the last own result."""
    return _state(room, token)


@router.get("/p/{token}/result")
def phone_result(token: str, room: TheRoom) -> LastResultOut | None:
    """Return the last own result in plain words; null where there is none yet."""
    return _state(room, token).last


def _state(room: Room, token: str) -> PhoneState:
    holder = patient_of_link(room, token)
    with room.database.reading() as session:
        return state_of(room, session, holder)
