"""The routes by which a patient's link sends clips: the same protocol, for one patient alone."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from posecheck.apps.web.access import GONE, ClipId
from posecheck.apps.web.clips import tus
from posecheck.apps.web.clips.api import SetupSeen
from posecheck.apps.web.clips.intake import Sender
from posecheck.apps.web.clips.setup_check import seen_in
from posecheck.apps.web.people.links import LinkHolder, patient_of_link
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.store.tables import Clip
from posecheck.apps.web.unchanged import unchanged
from posecheck.vision.model import find_model

router = APIRouter(include_in_schema=False)
_MODEL_KEPT_S = 7 * 86400  # by a browser, before it asks again


@router.options("/p/{token}/uploads")
def options(token: str, room: TheRoom) -> Response:
    """Say what the tus protocol may ask for here."""
    patient_of_link(room, token)
    return tus.options(room)


@router.post("/p/{token}/uploads")
def create(token: str, request: Request, room: TheRoom) -> Response:
    """Begin to send a clip."""
    holder = patient_of_link(room, token)
    return tus.create(request, room, _sender(holder), holder.patient_id)


@router.head("/p/{token}/uploads/{upload_id}")
def head(token: str, room: TheRoom, upload_id: tus.UploadId) -> Response:
    """Say how much has arrived."""
    return tus.head(room, _sender(patient_of_link(room, token)), upload_id)


@router.patch("/p/{token}/uploads/{upload_id}")
async def patch(token: str, request: Request, room: TheRoom, upload_id: tus.UploadId) -> Response:
    """Send the next piece."""
    still_may = partial(patient_of_link, room, token)
    holder = await run_in_threadpool(still_may)
    return await tus.patch(request, room, _sender(holder), upload_id, still_may)


@router.delete("/p/{token}/uploads/{upload_id}")
def delete(token: str, room: TheRoom, upload_id: tus.UploadId) -> Response:
    """Give an upload up."""
    return tus.delete(room, _sender(patient_of_link(room, token)), upload_id)


@router.get("/p/{token}/clips/{clip_id}/setup")
def setup(token: str, room: TheRoom, clip_id: ClipId) -> SetupSeen:
    """Look at the first seconds of a clip that this link has sent."""
    holder = patient_of_link(room, token)
    with room.database.reading() as session:
        clip = session.get(Clip, clip_id)
    if clip is None or clip.link_id != holder.link_id:
        raise HTTPException(404, GONE)
    return SetupSeen(hints=seen_in(room, clip))


@router.get("/static/vendor/model/lite.task", response_class=FileResponse)
def landmark_model(request: Request) -> Response:
    """Give the browser the small landmark model; it is MediaPipe's, and nobody's secret."""
    model = find_model("lite")
    if model is None:
        raise HTTPException(404, "The small landmark model was not fetched.")
    headers = {"ETag": f'"{model.sha256}"', "Cache-Control": f"max-age={_MODEL_KEPT_S}"}
    whole = FileResponse(model.path, media_type="application/octet-stream", headers=headers)
    return unchanged(request, headers) or whole


def _sender(holder: LinkHolder) -> Sender:
    return Sender(holder.who, link_id=holder.link_id)
