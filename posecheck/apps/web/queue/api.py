"""What programs and pages ask for: queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from posecheck.apps.web import audit
from posecheck.apps.web.access import (
    ID_MAX,
    Caller,
    ClipId,
    Reader,
    Writer,
    caller_of,
    found_or_404,
)
from posecheck.apps.web.queue.changes import Changes
from posecheck.apps.web.queue.leases import try_again
from posecheck.apps.web.queue.listing import (
    PAGE,
    ClipLine,
    ClipPage,
    Wanted,
    in_words,
    lines_of,
    list_clips,
)
from posecheck.apps.web.room import Room, TheRoom
from posecheck.apps.web.sentences import in_language, language_for
from posecheck.apps.web.store.tables import DONE, FAILED, RUNNING, WAITING, Clip, Job

router = APIRouter(prefix="/api", tags=["queue"])

_SHOWN = 50  # of those that wait
_FAILED = 20  # the last of those that failed; the list of clips has them all
_RETRY_MS = 2000
OfPatient = Annotated[int | None, Query(ge=1, le=ID_MAX, description="Of this patient alone.")]


class QueueState(BaseModel):
    """What waits, is graded, and failed."""

    paused: Annotated[str | None, Field(description="Why nothing is begun, in one sentence.")]
    waiting: Annotated[int, Field(description="How many clips wait.")]
    running: Annotated[int, Field(description="How many are graded at the moment.")]
    failed: Annotated[int, Field(description="How many could not be graded.")]
    on_their_way: Annotated[
        list[ClipLine], Field(description="Those that are graded, and the first that wait.")
    ]
    could_not: Annotated[list[ClipLine], Field(description="Those that failed last.")]


@router.get("/queue")
def queue_state(request: Request, room: TheRoom, caller: Reader) -> QueueState:
    """Return what waits, what is graded at the moment, and what failed."""
    with room.database.reading() as session:
        return state_of_queue(session, why_paused(request), language_for(caller, request.headers))


def why_paused(request: Request) -> str | None:
    """Return why the queue of this server pauses, if it has one and it does."""
    queue = getattr(request.app.state, "queue", None)
    return None if queue is None else queue.paused


def state_of_queue(session: Session, paused: str | None, language: str) -> QueueState:
    """Return what `QueueState` says.

    Parameters
    ----------
    session
        A reading one.
    paused
        Why nothing is begun.
    language
        Of the sentences in it.

    """
    counted = select(Clip.state, func.count()).where(Clip.state.in_((WAITING, RUNNING, FAILED)))
    counts = dict(session.execute(counted.group_by(Clip.state)).all())
    jobs = select(Job.clip_id).where(Job.state.in_((RUNNING, WAITING)))
    active = session.scalars(jobs.order_by(Job.state, Job.id).limit(_SHOWN)).all()
    return QueueState(
        paused=paused and in_language(paused, language),
        waiting=counts.get(WAITING, 0), running=counts.get(RUNNING, 0),
        failed=counts.get(FAILED, 0),
        on_their_way=[in_words(one, language) for one in lines_of(session, active)],
        could_not=[
            in_words(one, language)
            for one in list_clips(session, Wanted(states=(FAILED,)), limit=_FAILED).clips
        ],
    )  # fmt: skip


@router.get("/clips")
def clips(
    request: Request,
    room: TheRoom,
    caller: Reader,
    patient: OfPatient = None,
    state: Annotated[
        list[Literal["waiting", "running", "done", "failed"]],
        Query(max_length=4, description="In one of these states; else in any."),
    ] = [],  # noqa: B006 - FastAPI copies it
    unseen: Annotated[bool, Query(description="Those alone that nobody has opened.")] = False,
    before: Annotated[
        str | None, Query(max_length=60, description="`next` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = PAGE,
) -> ClipPage:
    """Return clips, newest first: a patient's by when they were recorded, all by their arrival."""
    with room.database.reading() as session:
        found = list_clips(session, Wanted(patient, tuple(state), unseen), before, limit)
    language = language_for(caller, request.headers)
    return ClipPage(clips=[in_words(one, language) for one in found.clips], next=found.next)


@router.post("/clips/{clip_id}/grade", status_code=202)
def grade_again(room: TheRoom, caller: Writer, clip_id: ClipId) -> ClipLine:
    """Let a clip be graded again, such as one that failed; 409 where that cannot be."""
    with room.database.writing() as session:
        clip: Clip = found_or_404(session, Clip, clip_id)
        if not clip.has_video:
            raise HTTPException(409, "Only its report is here; there is nothing to look at.")
        if clip.state == DONE and clip.revision:
            raise HTTPException(409, "Its result was corrected, and these corrections would end.")
        if not try_again(session, clip_id):
            raise HTTPException(409, "It waits for that already, or is graded at the moment.")
        audit.note(session, caller, "clip.grade", patient_id=clip.patient_id, clip_id=clip_id)
        session.expire(clip)
        return lines_of(session, [clip_id])[0]


@router.get("/clips/{clip_id}/review.mp4", response_class=FileResponse)
def review_copy(request: Request, room: TheRoom, caller: Reader, clip_id: ClipId) -> FileResponse:
    """Return the copy that the page plays, or the part of it that a Range header asks for."""
    begins = request.headers.get("range", "bytes=0-").startswith("bytes=0-")
    clip = _opened(room, caller, clip_id, begins)
    path = room.folders.clip(clip.patient_id, clip.sha256).review_copy
    return _file(path, "video/mp4")


@router.get("/clips/{clip_id}/frames.json", response_class=FileResponse)
def frames(room: TheRoom, caller: Reader, clip_id: ClipId) -> FileResponse:
    """Return `{"t_s": [...]}`: the time of each frame of that copy, in seconds of the clip."""
    clip = _opened(room, caller, clip_id, begins=False)
    path = room.folders.clip(clip.patient_id, clip.sha256).frames
    return _file(path, "application/json")


@router.get("/events", response_class=EventSourceResponse)
async def events(
    request: Request,
    room: TheRoom,
    caller: Reader,
    patient: OfPatient = None,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Tell what changes of clips on their way, as it happens.

    The first event, named `now`, lists all that wait or are graded; each later one is
    `{"clip", "patient", "state", "progress", "stage", "error"}`. Who comes back with
    Last-Event-ID hears what was missed instead, as far as it is remembered.
    """

    def signed_in() -> bool:
        try:
            return caller_of(request, room) is not None
        except SQLAlchemyError:  # the database is gone for a moment
            return True

    language = language_for(caller, request.headers)
    changes: Changes = request.app.state.changes
    stream = changes.follow(last_event_id, patient, lambda: run_in_threadpool(signed_in))
    yield ServerSentEvent(comment="listening", retry=_RETRY_MS)
    async for event in stream:
        if event.on_its_way is not None:
            now = [change.model_dump() for change in event.on_its_way]
            yield ServerSentEvent(event="now", id=event.id, data=now)
        else:
            change = event.change and in_words(event.change, language)
            yield ServerSentEvent(id=event.id, data=change)


def _opened(room: Room, caller: Caller, clip_id: int, begins: bool) -> Clip:
    """Return a clip; a program that begins to read its video is noted, as pages note themselves."""
    if caller.token_id is None or not begins:
        with room.database.reading() as session:
            clip: Clip = found_or_404(session, Clip, clip_id)
        return clip
    with room.database.writing() as session:
        clip = found_or_404(session, Clip, clip_id)
        audit.note(session, caller, "clip.see", patient_id=clip.patient_id, clip_id=clip_id)
    return clip


def _file(path: FilePath, kind: str) -> FileResponse:
    try:
        about = path.stat()
    except OSError:
        raise HTTPException(404, "There is no copy of this clip for the page (yet).") from None
    # Nothing of a patient stays on the disk of whoever looked; players keep what they have in
    # memory, and fetch the rest by ranges.
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=kind, stat_result=about, headers=headers)
