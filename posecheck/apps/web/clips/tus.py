"""The tus protocol 1.0 (creation, expiration, termination), for people, programs and patients.

A client of any maker works. The answer to the last piece says what became of the clip: the header
``Posecheck-Clip`` has its number, and a file that is no clip is 422 with one sentence.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from email.utils import format_datetime
from typing import Annotated

from fastapi import HTTPException, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from posecheck.apps.web.clips.arrival import (
    GIVEN_UP,
    KEPT,
    add,
    arrived,
    begin,
    give_up,
    place_of,
    upload_of,
)
from posecheck.apps.web.clips.intake import DuplicateError, Sender, take_in
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Upload
from posecheck.errors import PosecheckError

UploadId = Annotated[str, Path(max_length=60, description="of the upload")]
PIECES = {  # what OpenAPI says of the body of a PATCH
    "requestBody": {
        "required": True,
        "content": {"application/offset+octet-stream": {"schema": {"type": "string"}}},
    }
}
_VERSION = "1.0.0"
_LARGEST = 2**53
_METADATA_MAX = 32_000


def options(room: Room) -> Response:
    """Say what the protocol may ask for."""
    return _answer(
        204, **{
            "Tus-Version": _VERSION, "Tus-Extension": "creation,expiration,termination",
            "Tus-Max-Size": str(room.settings.clip_bytes_max),
        },
    )  # fmt: skip


def create(request: Request, room: Room, sender: Sender, patient_id: int | None) -> Response:
    """Begin an upload; without a patient's number the metadata ``patient`` has it."""
    _refuse_other_versions(request)
    size = _number(request, "upload-length")
    said = _metadata(request.headers.get("upload-metadata", ""))
    whose = said.pop("patient", "")
    if patient_id is None:
        if not (whose.isascii() and whose.isdecimal() and len(whose) < len(str(2**31))):
            raise HTTPException(422, "Upload-Metadata has to say the number of the patient.")
        patient_id = int(whose)
    ident = begin(room, sender, patient_id, size, said)
    return _answer(201, Location=f"{request.url.path.rstrip('/')}/{ident}")


def head(room: Room, sender: Sender, ident: str) -> Response:
    """Say how much has arrived."""
    upload = upload_of(room, sender, ident)
    return _standing(upload, arrived(room, upload), 200)


async def patch(
    request: Request, room: Room, sender: Sender, ident: str,
    still_may: Callable[[], object] = lambda: None,
) -> Response:  # fmt: skip
    """Take the next piece; with the last one the clip is taken in.

    Before that `still_may` is called, and raises where the sender may not any more: a piece can
    take hours.
    """
    _refuse_other_versions(request)
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise HTTPException(415, "Pieces are application/offset+octet-stream.")
    offset = _number(request, "upload-offset")
    upload = await run_in_threadpool(upload_of, room, sender, ident)
    try:
        have = await add(room, upload, offset, request.stream())
        if have < upload.size:
            return _standing(upload, have, 204)
        await run_in_threadpool(_refuse_or_forget, room, upload, still_may)
        clip_id = await run_in_threadpool(_end, room, sender, upload)
    except FileNotFoundError:  # given up meanwhile, or the patient was deleted
        raise HTTPException(404, GIVEN_UP) from None
    answer = _standing(upload, have, 204)
    answer.headers["Posecheck-Clip"] = str(clip_id)
    return answer


def delete(room: Room, sender: Sender, ident: str) -> Response:
    """Give an upload up."""
    give_up(room, upload_of(room, sender, ident))
    return _answer(204)


def _refuse_or_forget(room: Room, upload: Upload, still_may: Callable[[], object]) -> None:
    try:
        still_may()
    except HTTPException:
        give_up(room, upload)  # or the next start of the room would take it in
        raise


def _end(room: Room, sender: Sender, upload: Upload) -> int:
    try:
        return take_in(
            room, sender, upload.patient_id, place_of(room, upload), upload.name, upload.said,
            upload.id,
        )  # fmt: skip
    except DuplicateError as error:
        give_up(room, upload)
        headers = {"Posecheck-Clip": str(error.clip_id)} if sender.link_id is None else None
        raise HTTPException(409, str(error), headers) from None
    except PosecheckError:
        give_up(room, upload)
        raise


def _standing(upload: Upload, have: int, status: int) -> Response:
    return _answer(
        status, **{
            "Upload-Offset": str(have), "Upload-Length": str(upload.size),
            "Upload-Expires": format_datetime(upload.touched_at + KEPT, usegmt=True),
        },
    )  # fmt: skip


def _answer(status: int, **headers: str) -> Response:
    return Response(status_code=status, headers={"Tus-Resumable": _VERSION, **headers})


def _refuse_other_versions(request: Request) -> None:
    """Refuse what the protocol asks to be refused; who says no version is taken for ours."""
    if request.headers.get("tus-resumable", _VERSION) != _VERSION:
        raise HTTPException(412, "This is tus 1.0.0.", {"Tus-Version": _VERSION})


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_LARGEST))):
        raise HTTPException(400, f"{header.title()} has to be a number of bytes.")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    if len(header) > _METADATA_MAX:
        raise HTTPException(413, "Upload-Metadata is too long.")
    values = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, coded = pair.partition(" ")
        try:
            values[key] = base64.b64decode(coded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise HTTPException(400, "Upload-Metadata is not as tus 1.0 asks for.") from None
    return values
