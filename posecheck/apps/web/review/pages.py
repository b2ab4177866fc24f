"""The pages: a clip beside its curves, and two clips beside each other."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web import audit
from posecheck.apps.web.access import Id, PageReader, found_or_404
from posecheck.apps.web.exchange.exports import CLIP_KINDS
from posecheck.apps.web.page import page
from posecheck.apps.web.review.page_words import BESIDE_KEYS, KEYS, page_data, rates
from posecheck.apps.web.room import TheRoom
from posecheck.apps.web.store.tables import DONE, Clip, Patient
from posecheck.apps.web.words import room_words

router = APIRouter(include_in_schema=False)
_OTHERS_MAX = 50  # clips to choose from, the newest


@router.get("/clips/{clip_id}")
def clip_page(clip_id: Id, room: TheRoom, caller: PageReader) -> HTMLResponse:
    """Show a clip with its curves, and have it put right; or how far it is."""
    words = room_words(caller.language)
    with room.database.writing() as session:
        clip, patient, view = _seen(session, caller, clip_id)
        others = _others(session, clip)
    return page(
        "review.html", caller, clip=clip, patient=patient, others=others, exports=CLIP_KINDS,
        page_data=page_data(words, clip=clip.id, has_video=clip.has_video, view=view),
        symptoms=_symptoms(clip, caller.language), shown_keys=KEYS, rates=rates(words.report),
        with_corrections=True,
    )  # fmt: skip


@router.get("/clips/{clip_id}/beside/{other}")
def beside_page(clip_id: Id, other: Id, room: TheRoom, caller: PageReader) -> HTMLResponse:
    """Show two clips of one patient beside each other, aligned at the point of tension."""
    words = room_words(caller.language)
    with room.database.writing() as session:
        first, patient, first_view = _seen(session, caller, clip_id)
        second, same, second_view = _seen(session, caller, other)
        if patient.id != same.id:
            raise HTTPException(404, "These two clips are not of one patient.")
    clips = [{"id": one.id, "has_video": one.has_video, "state": one.state, "view": view}
             for one, view in ((first, first_view), (second, second_view))]  # fmt: skip
    return page(
        "beside.html", caller, clips=(first, second), patient=patient,
        ready=all(one.state == DONE for one in (first, second)),
        page_data=page_data(words, clips=clips), shown_keys=BESIDE_KEYS,
        rates=rates(words.report), with_corrections=False,
    )  # fmt: skip


def _seen(session: Session, caller: PageReader, clip_id: int) -> tuple[Clip, Patient, int]:
    """Return a clip, whose it is, and the entry in the log that says who looks at it."""
    clip: Clip = found_or_404(session, Clip, clip_id)
    patient: Patient = found_or_404(session, Patient, clip.patient_id)
    view = audit.note(session, caller, audit.SEE_CLIP, patient_id=patient.id, clip_id=clip.id)
    session.flush()
    return clip, patient, view.id


def _others(session: Session, clip: Clip) -> list[Clip]:
    """Return what of the same patient may be seen beside a clip, newest first."""
    wanted = select(Clip).where(
        Clip.patient_id == clip.patient_id, Clip.id != clip.id, Clip.state == DONE
    )
    newest = wanted.order_by(Clip.recorded_at.desc(), Clip.id.desc()).limit(_OTHERS_MAX)
    return list(session.scalars(newest))


def _symptoms(clip: Clip, language: str) -> str:
    """Return what the patient said before and after, in words; "" where nothing was said."""
    if clip.symptoms_before is None and clip.symptoms_after is None:
        return ""
    shown = {"before": clip.symptoms_before, "after": clip.symptoms_after}
    return room_words(language)(
        "review.symptoms", **{name: "?" if n is None else n for name, n in shown.items()}
    )
