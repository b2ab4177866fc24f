"""Clips on their way, piece by piece: what the tus protocol asks for, without HTTP.

How many bytes have arrived is what the file of the upload has, and nothing else remembers it: a
process that is killed, or a machine that loses power, costs no byte that was confirmed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError, field_validator
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect

from posecheck.apps.web.clips.intake import Sender
from posecheck.apps.web.exchange.deletion import remove_upload
from posecheck.apps.web.room import Room
from posecheck.apps.web.secrets_of_links import new_secret
from posecheck.apps.web.store.tables import Patient, Upload, now
from posecheck.present.spreadsheet import spelled

KEPT = timedelta(days=7)  # an upload that nobody goes on with; the sweep knows it too
OPEN_MAX = 20  # uploads of one link at once
GIVEN_UP = "This upload was given up; begin it anew."
_BUFFER = 1 << 20  # bytes that are written at once
_SPARE = 256 << 20  # bytes of the disk that uploads leave free
_busy: set[str] = set()  # uploads that somebody sends to at the moment
_busy_lock = threading.Lock()


class Said(BaseModel):
    """What whoever sends a clip says of it."""

    name: str = Field(default="clip", max_length=255)
    note: str = Field(default="", max_length=4000)
    symptoms_before: int | None = Field(default=None, ge=0, le=10)
    symptoms_after: int | None = Field(default=None, ge=0, le=10)
    recorded_at: datetime | None = None

    @field_validator("name", "note")
    @classmethod
    def _of_characters(cls, text: str) -> str:
        return spelled(text).strip()

    @field_validator("name")
    @classmethod
    def _last_part(cls, name: str) -> str:
        return name.replace("\\", "/").rpartition("/")[2] or "clip"

    @field_validator("recorded_at")
    @classmethod
    def _with_a_zone(cls, at: datetime | None) -> datetime | None:
        return at if at is None or at.tzinfo else at.replace(tzinfo=timezone.utc)


def begin(
    room: Room, sender: Sender, patient_id: int, size: int, metadata: Mapping[str, str]
) -> str:
    """Begin an upload; return its id.

    Raises
    ------
    HTTPException
        404: there is no such patient; 413: it is too large; 422: it is empty; 429: too many are
        under way; 507: the disk is full.
    RequestValidationError
        What is said of it is wrong.

    """
    if size > room.settings.clip_bytes_max:
        most = room.settings.clip_bytes_max >> 20
        raise HTTPException(413, f"A clip has at most {most} MiB. Send a shorter part of it.")
    if not size:
        raise HTTPException(422, "This file is empty.")
    try:
        said = Said.model_validate({k: v for k, v in metadata.items() if v != ""})
    except ValidationError as error:
        wrong = [{**one, "loc": ("metadata", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(wrong) from None
    _refuse_without_room(room, size)
    ident = new_secret()
    (room.folders.uploads / ident).touch(mode=0o600)
    with room.database.writing() as session:
        if session.get(Patient, patient_id) is None:
            remove_upload(room.folders, ident)
            raise HTTPException(404, "There is no such patient (any more).")
        _refuse_too_many(session, sender)
        session.add(
            Upload(
                id=ident, patient_id=patient_id, user_id=sender.user_id, link_id=sender.link_id,
                name=said.name, size=size, said=said.model_dump(mode="json", exclude={"name"}),
            )
        )  # fmt: skip
    return ident


def upload_of(room: Room, sender: Sender, ident: str) -> Upload:
    """Return an upload of theirs; 404 where there is none: it is over, or somebody else's."""
    with room.database.reading() as session:
        upload = session.get(Upload, ident) if ident.isascii() and ident.isprintable() else None
    theirs = upload is not None and (upload.user_id, upload.link_id) == (
        sender.user_id, sender.link_id,
    )  # fmt: skip
    if upload is None or not theirs:
        raise HTTPException(404, "This upload is over, or was given up; begin it anew.")
    return upload


def arrived(room: Room, upload: Upload) -> int:
    """Return how many bytes of it are here."""
    try:
        return place_of(room, upload).stat().st_size
    except FileNotFoundError:
        raise HTTPException(404, GIVEN_UP) from None


def place_of(room: Room, upload: Upload) -> Path:
    """Return the file of what has arrived."""
    return room.folders.uploads / upload.id


async def add(room: Room, upload: Upload, offset: int, pieces: AsyncIterator[bytes]) -> int:
    """Append what comes, up to the size that was declared; return how many bytes are here.

    What came before the sender is gone stays, so that it goes on from there.

    Raises
    ------
    HTTPException
        409: the offset is another one; 413: more than was declared; 423: somebody else sends to
        it at the moment; 507: the disk is full.

    """
    with _busy_lock:
        if upload.id in _busy:
            raise HTTPException(423, "It is being sent already; wait for that to end.")
        _busy.add(upload.id)
    try:
        have = await run_in_threadpool(arrived, room, upload)
        if offset != have:
            raise HTTPException(409, f"Of this file {have} bytes are here; go on from there.")
        return await _append(place_of(room, upload), have, upload.size, pieces)
    finally:
        with _busy_lock:
            _busy.discard(upload.id)
        await run_in_threadpool(_touch, room, upload.id)


async def _append(path: Path, have: int, size: int, pieces: AsyncIterator[bytes]) -> int:
    file = await run_in_threadpool(path.open, "r+b", 0)
    try:
        await run_in_threadpool(file.seek, have)
        waiting = bytearray()
        async for piece in pieces:
            if have + len(waiting) + len(piece) > size:
                raise HTTPException(413, "More was sent than was declared at the beginning.")
            waiting += piece
            if len(waiting) >= _BUFFER:
                have += await run_in_threadpool(_write, file, bytes(waiting))
                waiting.clear()
        have += await run_in_threadpool(_write, file, bytes(waiting))
        return have
    except ClientDisconnect:  # what has come so far stays, so that the sender goes on from there
        have += await run_in_threadpool(_write, file, bytes(waiting))
        return have
    finally:
        await run_in_threadpool(_settle, file)


def _write(file: Any, data: bytes) -> int:
    try:
        at = 0
        while at < len(data):
            at += file.write(data[at:])
    except OSError as error:
        why = "The disk of the room is full; what has arrived is kept. Try again later."
        raise HTTPException(507, why) from error
    return len(data)


def _settle(file: Any) -> None:
    try:
        os.fsync(file.fileno())
    finally:
        file.close()


def _touch(room: Room, ident: str) -> None:
    with room.database.writing() as session:
        upload = session.get(Upload, ident)
        if upload is not None:
            upload.touched_at = now()


def give_up(room: Room, upload: Upload) -> None:
    """Throw away what has arrived."""
    with room.database.writing() as session:
        kept = session.get(Upload, upload.id)
        if kept is not None:
            session.delete(kept)
    remove_upload(room.folders, upload.id)


def _refuse_too_many(session: Session, sender: Sender) -> None:
    if sender.link_id is None:
        return
    counted = select(func.count()).select_from(Upload).where(Upload.link_id == sender.link_id)
    if (session.scalar(counted) or 0) >= OPEN_MAX:
        raise HTTPException(429, "Too many clips are on their way; let these end first.")


def _refuse_without_room(room: Room, size: int) -> None:
    status = os.statvfs(room.folders.uploads) if hasattr(os, "statvfs") else None
    if status is not None and status.f_bavail * status.f_frsize < min(size, _SPARE):
        raise HTTPException(507, "The disk of the room is full. Try again later.")
