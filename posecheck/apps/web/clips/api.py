"""What programs and pages ask for: clips."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator

from posecheck.apps.web import audit
from posecheck.apps.web.access import Caller, ClipId, Reader, Writer, found_or_404
from posecheck.apps.web.clips import tus
from posecheck.apps.web.clips.intake import Sender
from posecheck.apps.web.clips.setup_check import seen_in
from posecheck.apps.web.queue.listing import ClipLine, in_words, lines_of
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.sentences import language_for
from posecheck.apps.web.store.tables import Clip
from posecheck.present.spreadsheet import spelled

router = APIRouter(prefix="/api", tags=["clips"])
Symptoms = Annotated[int | None, Field(ge=0, le=10, description="0 (none) to 10 (worst)")]
_LONGEST_NOTE = 4000


class ClipChange(BaseModel):
    """What is said of a clip; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=_LONGEST_NOTE)
    recorded_at: datetime | None = Field(default=None, description="when it was recorded")
    symptoms_before: Symptoms = None
    symptoms_after: Symptoms = None

    @field_validator("note")
    @classmethod
    def _of_characters(cls, text: str) -> str:
        return spelled(text)

    @field_validator("recorded_at")
    @classmethod
    def _likely(cls, at: datetime | None) -> datetime | None:
        if at is None:
            raise ValueError("a clip has a day")
        at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
        if not 1990 <= at.year <= 2200:
            raise ValueError("this is no day of a clip")
        return at


class SetupSeen(BaseModel):
    """What a clip's first seconds show."""

    hints: list[str] = Field(
        description="What to change, most important first: come_into_view, lie_down, move_back, "
        "come_closer, turn_side_on, more_light or alone. Empty where nothing is wrong."
    )


@router.options("/uploads", status_code=204)
def upload_options(room: TheRoom, _caller: Writer) -> Response:
    """Say what the tus protocol may ask for here."""
    return tus.options(room)


@router.post("/uploads", status_code=201, response_class=Response)
def create_upload(request: Request, room: TheRoom, caller: Writer) -> Response:
    """Begin to send a clip by the tus protocol 1.0.

    Upload-Metadata says `patient` (the number), and as far as known `name`, `note`,
    `symptoms_before`, `symptoms_after` and `recorded_at`.
    """
    return tus.create(request, room, _sender(caller), None)


@router.head("/uploads/{upload_id}", response_class=Response)
def upload_head(room: TheRoom, caller: Writer, upload_id: tus.UploadId) -> Response:
    """Say how much of an upload has arrived."""
    return tus.head(room, _sender(caller), upload_id)


@router.patch(
    "/uploads/{upload_id}", status_code=204, response_class=Response, openapi_extra=tus.PIECES
)
async def upload_patch(
    request: Request, room: TheRoom, caller: Writer, upload_id: tus.UploadId
) -> Response:
    """Send the next piece; the answer to the last one has the clip's number."""
    return await tus.patch(request, room, _sender(caller), upload_id)


@router.delete("/uploads/{upload_id}", status_code=204, response_class=Response)
def upload_delete(room: TheRoom, caller: Writer, upload_id: tus.UploadId) -> Response:
    """Give an upload up."""
    return tus.delete(room, _sender(caller), upload_id)


@router.get("/clips/{clip_id}")
def get_clip(request: Request, room: TheRoom, caller: Reader, clip_id: ClipId) -> ClipLine:
    """Return a clip, as it stands in lists."""
    with room.database.writing() as session:
        clip: Clip = found_or_404(session, Clip, clip_id)
        audit.note(session, caller, "clip.see", patient_id=clip.patient_id, clip_id=clip_id)
        line = lines_of(session, [clip_id])[0]
    return in_words(line, language_for(caller, request.headers))


@router.patch("/clips/{clip_id}")
def change_clip(
    request: Request, room: TheRoom, caller: Writer, clip_id: ClipId, change: ClipChange
) -> ClipLine:
    """Change what is said of a clip: its note, when it was recorded, the symptoms."""
    with room.database.writing() as session:
        clip: Clip = found_or_404(session, Clip, clip_id)
        for name in change.model_fields_set:
            setattr(clip, name, getattr(change, name))
        told = " ".join(sorted(change.model_fields_set))
        audit.note(
            session, caller, "clip.change", patient_id=clip.patient_id, clip_id=clip_id,
            detail=told,
        )  # fmt: skip
        session.flush()
        line = lines_of(session, [clip_id])[0]
    return in_words(line, language_for(caller, request.headers))


@router.get("/clips/{clip_id}/video", response_class=FileResponse)
def video(room: TheRoom, caller: Reader, clip_id: ClipId) -> FileResponse:
    """Return the clip as it was sent, or the part of it that a Range header asks for."""
    with room.database.writing() as session:
        clip: Clip = found_or_404(session, Clip, clip_id)
        path = room.folders.clip(clip.patient_id, clip.sha256).video
        if path is None:
            raise HTTPException(404, "Only the report of this clip is here.")
        audit.note(session, caller, "clip.video", patient_id=clip.patient_id, clip_id=clip_id)
    # Never a type that a browser would run, whatever is in it.
    name = f"clip-{clip_id}{path.suffix}"
    return FileResponse(path, media_type="application/octet-stream", filename=name)


@router.get("/clips/{clip_id}/setup")
def setup(room: TheRoom, caller: Reader, clip_id: ClipId) -> SetupSeen:
    """Look at a clip's first seconds: how the camera stood, before all of it is graded."""
    with room.database.writing() as session:
        clip = found_or_404(session, Clip, clip_id)
        audit.note(session, caller, "clip.see", patient_id=clip.patient_id, clip_id=clip_id)
    return SetupSeen(hints=seen_in(room, clip))


def _sender(caller: Caller) -> Sender:
    return Sender(caller.who, user_id=caller.user_id)
