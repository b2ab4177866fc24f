"""What programs and pages ask for: a clip beside its curves, and what is put right in it."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from posecheck._version import __version__
from posecheck.apps.report_dir import REPORT
from posecheck.apps.web import audit
from posecheck.apps.web.access import ID_MAX, Caller, ClipId, Exporter, Person, Reader, found_or_404
from posecheck.apps.web.review import history, labels
from posecheck.apps.web.review.before import what_stands_there
from posecheck.apps.web.review.standing import settled
from posecheck.apps.web.review.translated import translated
from posecheck.apps.web.room import Room, TheRoom
from posecheck.apps.web.sentences import language_for
from posecheck.apps.web.store.tables import DONE, Clip
from posecheck.apps.web.unchanged import unchanged
from posecheck.errors import InputError

router = APIRouter(prefix="/api", tags=["review"])
Revision = Annotated[int, Field(ge=0, le=ID_MAX, description="of the clip, as it was seen")]
View = Annotated[
    int | None,
    Query(ge=1, le=ID_MAX, description="Of a page: its entry in the log, so that it is one."),
]
_QUICK = 1  # of gzip


class Action(BaseModel):
    """Undo, or do again."""

    model_config = ConfigDict(extra="forbid")

    revision: Revision


class NewCorrection(Action):
    """Something that is put right."""

    kind: Annotated[str, Field(max_length=30, description="tension, rep_add, joint, note ...")]
    values: Annotated[dict[str, Any], Field(description="of this kind", max_length=10)] = {}


@router.get("/clips/{clip_id}/review", response_class=Response)
def get_review(
    request: Request, room: TheRoom, caller: Reader, clip_id: ClipId, view: View = None
) -> Response:
    """Return a clip as it stands: its report and the machine's, curves, joints, corrections."""
    with room.database.reading() as session:
        clip: Clip = found_or_404(session, Clip, clip_id)
        noted = view is not None and audit.is_of_view(session, caller, clip_id, view)
    if not noted:
        with room.database.writing() as session:
            audit.note(session, caller, audit.SEE_CLIP, patient_id=clip.patient_id, clip_id=clip_id)
    return _review(request, room, caller, clip)


@router.post("/clips/{clip_id}/corrections", response_class=Response)
def correct(
    request: Request, room: TheRoom, caller: Person, clip_id: ClipId, given: NewCorrection
) -> Response:
    """Put something right; what follows is measured and graded anew at once."""
    clip = _graded(room, clip_id)
    with room.database.reading() as session:  # who is behind is told, whatever they sent
        history.opened(session, clip_id, given.revision)
    data = settled(room, clip)
    values = history.checked(given.kind, given.values, data["report"]["clip"]["duration_s"] or 0.0)
    before = what_stands_there(data, given.kind, values)
    with room.database.writing() as session:
        opened = history.opened(session, clip_id, given.revision)
        history.add(session, opened, caller, given.kind, values, before)
    return _review(request, room, caller, opened)


@router.post("/clips/{clip_id}/undo", response_class=Response)
def undo(
    request: Request, room: TheRoom, caller: Person, clip_id: ClipId, given: Action
) -> Response:
    """Take the last correction back."""
    return _acted(request, room, caller, clip_id, given.revision, history.undo)


@router.post("/clips/{clip_id}/redo", response_class=Response)
def redo(
    request: Request, room: TheRoom, caller: Person, clip_id: ClipId, given: Action
) -> Response:
    """Do again what was undone last."""
    return _acted(request, room, caller, clip_id, given.revision, history.redo)


@router.get("/clips/{clip_id}/history")
def get_history(room: TheRoom, caller: Reader, clip_id: ClipId) -> list[dict[str, Any]]:
    """Return everything that was put right, by whom and when, what was undone too."""
    with room.database.writing() as session:
        clip: Clip = found_or_404(session, Clip, clip_id)
        audit.note(session, caller, audit.SEE_CLIP, patient_id=clip.patient_id, clip_id=clip.id)
        return history.listed(session, clip_id)


@router.get("/labels.csv", response_class=Response)
def labels_csv(room: TheRoom, caller: Exporter) -> Response:
    """Return what therapists say of the clips that they reviewed, for `posecheck compare`."""
    with room.database.writing() as session:
        audit.note(session, caller, "room.export", detail="labels.csv")
        return _table(labels.labels_csv(session), "labels.csv")


@router.get("/grades.csv", response_class=Response)
def grades_csv(room: TheRoom, caller: Exporter) -> Response:
    """Return what the machine says of all clips, for `posecheck compare`."""
    with room.database.writing() as session:
        audit.note(session, caller, "room.export", detail="grades.csv")
        return _table(labels.grades_csv(session), "grades.csv")


def _acted(
    request: Request, room: Room, caller: Caller, clip_id: int, revision: int,
    act: Callable[..., None],
) -> Response:  # fmt: skip
    _graded(room, clip_id)
    with room.database.writing() as session:
        opened = history.opened(session, clip_id, revision)
        act(session, opened, caller)
    return _review(request, room, caller, opened)


def _graded(room: Room, clip_id: int) -> Clip:
    with room.database.reading() as session:
        clip: Clip = found_or_404(session, Clip, clip_id)
    if clip.state != DONE:
        raise InputError("This clip is not graded yet; wait until it is.")
    return clip


def _made_of(room: Room, clip: Clip, language: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return what was put right in a clip, and the headers that name all that it is shown by."""
    if clip.state != DONE:
        raise InputError("This clip is not graded yet; wait until it is.")
    with room.database.reading() as session:
        done = history.listed(session, clip.id)
    said = [
        __version__, language, clip.revision, clip.name, clip.recorded_at.isoformat(),
        clip.has_video,
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps([said, done]).encode())
    with contextlib.suppress(OSError):  # `settled` says what is wrong with it
        digest.update(
            (room.folders.clip(clip.patient_id, clip.sha256).machine / REPORT).read_bytes()
        )
    return done, {
        "ETag": f'W/"{digest.hexdigest()[:32]}"',
        "Vary": "Accept-Encoding, Accept-Language",
    }


def _review(request: Request, room: Room, caller: Caller, clip: Clip) -> Response:
    language = language_for(caller, request.headers)
    done, headers = _made_of(room, clip, language)
    same = unchanged(request, headers)
    if same is not None:
        return same
    data = translated(room, clip, settled(room, clip), language)
    holding = [one for one in done if not one["undone"]]
    verdicts = [one for one in holding if one["kind"] == "verdict"]
    info = data["report"]["clip"]
    whole = {
        **data,
        "clip": {
            "id": clip.id, "patient_id": clip.patient_id, "name": clip.name,
            "recorded_at": clip.recorded_at.isoformat(), "width_px": info["width_px"],
            "height_px": info["height_px"], "has_video": clip.has_video,
            "revision": clip.revision, "state": clip.state,
        },
        "corrections": done,
        "can_undo": bool(holding),
        "can_redo": any(one["undone"] and not one["dropped"] for one in done),
        "notes": [
            {"t_s": one["values"]["t_s"], "text": one["values"]["text"], "by": one["by"]}
            for one in holding
            if one["kind"] == "note"
        ],
        "verdict_by": next((v["by"] for v in verdicts[-1:] if v["values"]["verdict"]), None),
    }  # fmt: skip
    text = json.dumps(whole, allow_nan=False, separators=(",", ":")).encode()
    if "gzip" in request.headers.get("accept-encoding", ""):
        text, headers = gzip.compress(text, _QUICK), {**headers, "Content-Encoding": "gzip"}
    return Response(text, media_type="application/json", headers=headers)


def _table(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
