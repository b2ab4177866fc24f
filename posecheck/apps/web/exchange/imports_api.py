"""The routes by which folders of reports come in."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from posecheck.apps.web.access import Id, Writer, found_or_404
from posecheck.apps.web.exchange.sent_folders import (
    PIECE_BYTES_MAX,
    add_piece,
    begin,
    give_up,
    take_in,
)
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.sentences import in_language, language_for
from posecheck.apps.web.store.tables import Patient

router = APIRouter()
Import = Annotated[str, Path(max_length=32, description="of the import")]


class BegunOut(BaseModel):
    """An import that has begun."""

    id: str = Field(description="its files are sent to /api/uploads/imports/{id}/files")
    piece_bytes_max: int = Field(description="a piece of a file has at most so many")


class PieceOut(BaseModel):
    """How far a file is."""

    bytes: int = Field(description="so many of it are here; the next piece begins there")


class ImportedOut(BaseModel):
    """What became of one folder."""

    folder: str = Field(description="within what was sent")
    state: Literal["taken", "duplicate", "refused"]
    why: str = Field(description="one sentence, where it was not taken")
    clip_id: int | None = Field(description="the clip that it is now, or was already")
    has_video: bool = Field(description="whether its clip was there too")


@router.post("/patients/{patient_id}/imports", status_code=201)
def begin_import(patient_id: Id, room: TheRoom, caller: Writer) -> BegunOut:
    """Begin to send folders of `review`, `grade` or `live --record` for a patient."""
    with room.database.reading() as session:
        found_or_404(session, Patient, patient_id)
    return BegunOut(id=begin(room, caller, patient_id), piece_bytes_max=PIECE_BYTES_MAX)


@router.patch(
    "/uploads/imports/{import_id}/files",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def send_piece(
    import_id: Import,
    request: Request,
    room: TheRoom,
    caller: Writer,
    path: Annotated[str, Query(max_length=1000, description="of the file, with slashes")],
    offset: Annotated[int, Query(ge=0, le=2**53, description="where the piece begins")] = 0,
) -> PieceOut:
    """Send a piece of a file: of report.json, angles.csv, poses.npz, or of the clip."""
    piece = bytearray()
    async for part in request.stream():
        piece += part
        if len(piece) > PIECE_BYTES_MAX:
            raise HTTPException(413, f"A piece has at most {PIECE_BYTES_MAX} bytes.")
    have = await run_in_threadpool(add_piece, room, caller, import_id, path, offset, bytes(piece))
    return PieceOut(bytes=have)


@router.post("/imports/{import_id}/take-in")
def take_in_import(
    request: Request, import_id: Import, room: TheRoom, caller: Writer
) -> list[ImportedOut]:
    """Take in what was sent; each folder is taken, known already, or refused with a reason."""
    language = language_for(caller, request.headers)
    return [
        ImportedOut(
            folder=one.folder, state=one.state,
            why=in_language(one.why, language), clip_id=one.clip_id,
            has_video=one.has_video,
        )
        for one in take_in(room, caller, import_id)
    ]  # fmt: skip


@router.delete("/imports/{import_id}", status_code=204)
def give_up_import(import_id: Import, room: TheRoom, caller: Writer) -> None:
    """Throw away what was sent so far."""
    give_up(room, caller, import_id)
