"""Lists of clips, newest first, in pages: those of a patient, and those of all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, Field
from sqlalchemy import Row, and_, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from posecheck.apps.web.queue.on_its_way import Change
from posecheck.apps.web.sentences import in_language
from posecheck.apps.web.store.tables import (
    CORRECTED,
    FAILED,
    MACHINE,
    RUNNING,
    WAITING,
    Clip,
    Job,
    Patient,
    Result,
    Utc,
)
from posecheck.errors import InputError

PAGE = 50
_MARK = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]{8,15}\+00:00)_(\d{1,10})", re.ASCII)


class ClipLine(BaseModel):
    """A clip, as lists show it."""

    id: Annotated[int, Field(description="The clip.")]
    patient_id: Annotated[int, Field(description="Whose it is.")]
    patient: Annotated[str, Field(description="Their name or code.")]
    name: Annotated[str, Field(description="The file's name.")]
    recorded_at: Annotated[datetime, Field(description="When it was recorded.")]
    received_at: Annotated[datetime, Field(description="When it arrived.")]
    state: Annotated[
        Literal["waiting", "running", "done", "failed"], Field(description="How far it is.")
    ]
    progress: Annotated[float, Field(description="How much of the grading is done, 0 to 1.")]
    stage: Annotated[str, Field(description="What is being done: looking, drawing, copying.")]
    error: Annotated[str | None, Field(description="Why it failed, in one sentence.")]
    has_video: Annotated[bool, Field(description="Whether there is more than its report.")]
    symptoms_before: Annotated[int | None, Field(description="0 to 10.")]
    symptoms_after: Annotated[int | None, Field(description="0 to 10.")]
    verdict: Annotated[str | None, Field(description="pass, needs_work or ungradable.")]
    score: Annotated[int | None, Field(description="0 to 100.")]
    exercise: Annotated[str | None, Field(description="What was done.")]
    side: Annotated[str | None, Field(description="left or right.")]
    variant: Annotated[str | None, Field(description="ankle_pump or knee_bend.")]
    reps: Annotated[int | None, Field(description="How many repetitions.")]
    tension_knee_deg: Annotated[float | None, Field(description="Knee at the point of tension.")]
    faults: Annotated[list[str], Field(description="Names of rules.")]
    corrected: Annotated[bool, Field(description="Whether a therapist has changed the result.")]
    seen: Annotated[bool, Field(description="Whether anybody has opened it.")]


class ClipPage(BaseModel):
    """A page of a list."""

    clips: Annotated[list[ClipLine], Field(description="Newest first.")]
    next: Annotated[str | None, Field(description="What `before` takes for the next page.")]


class Wanted(NamedTuple):
    """Which clips are wanted."""

    patient_id: int | None = None  # None: of all
    states: tuple[str, ...] = ()  # none: whatever their state
    unseen: bool = False  # those alone that nobody has opened


_Line = TypeVar("_Line", ClipLine, Change)


def list_clips(
    session: Session, wanted: Wanted, before: str | None = None, limit: int = PAGE
) -> ClipPage:
    """Return a page: a patient's clips by when they were recorded, all by when they arrived.

    Parameters
    ----------
    session
        A reading one.
    wanted
        Which clips.
    before
        `ClipPage.next` of the page before; None for the first.
    limit
        How many at most.

    Raises
    ------
    InputError
        ``before`` is nothing that a page gave.

    """
    of_all = wanted.patient_id is None
    when = Clip.received_at if of_all else Clip.recorded_at
    query = _lines()
    if wanted.patient_id is not None:
        query = query.where(Clip.patient_id == wanted.patient_id)
    if wanted.states:
        query = query.where(Clip.state.in_(wanted.states))
    if wanted.unseen:
        query = query.where(Clip.seen_at.is_(None))
    if before is not None:
        query = query.where(tuple_(when, Clip.id) < _place(before))
    rows = session.execute(query.order_by(when.desc(), Clip.id.desc()).limit(limit + 1)).all()
    lines = _filled(session, rows[:limit])
    last = lines[-1] if len(rows) > limit else None
    at = None if last is None else (last.received_at if of_all else last.recorded_at)
    return ClipPage(clips=lines, next=f"{at.isoformat()}_{last.id}" if at and last else None)


def in_words(line: _Line, language: str) -> _Line:
    """Return a line that says in a language why a clip could not be graded."""
    if line.error is None:
        return line
    return line.model_copy(update={"error": in_language(line.error, language)})


def lines_of(session: Session, clips: Sequence[int]) -> list[ClipLine]:
    """Return the lines of some clips, in their order; those that are gone are left out."""
    rows = session.execute(_lines().where(Clip.id.in_(clips))).all()
    by_id = {line.id: line for line in _filled(session, rows)}
    return [by_id[clip] for clip in clips if clip in by_id]


def _lines() -> Any:
    machine, corrected = aliased(Result), aliased(Result)
    return (
        select(Clip, Patient.name, machine, corrected)
        .join(Patient, Patient.id == Clip.patient_id)
        .outerjoin(machine, and_(machine.clip_id == Clip.id, machine.whose == MACHINE))
        .outerjoin(corrected, and_(corrected.clip_id == Clip.id, corrected.whose == CORRECTED))
    )


def _filled(session: Session, rows: Sequence[Row[Any]]) -> list[ClipLine]:
    active = [row[0].id for row in rows if row[0].state in (WAITING, RUNNING, FAILED)]
    jobs = session.execute(
        select(Job.clip_id, Job.progress, Job.stage).where(Job.clip_id.in_(active))
    ).all()
    far = {clip: (progress, stage) for clip, progress, stage in jobs}
    return [_line(row, *far.get(row[0].id, (1.0, ""))) for row in rows]


_SHOWN = ("verdict", "score", "exercise", "side", "variant", "reps", "tension_knee_deg")
_OWN = (
    "id", "patient_id", "name", "recorded_at", "received_at", "state", "error", "has_video",
    "symptoms_before", "symptoms_after",
)  # fmt: skip


def _line(row: Any, progress: float, stage: str) -> ClipLine:
    clip, patient, machine, corrected = row
    result: Result | None = corrected or machine
    values = {name: getattr(clip, name) for name in _OWN}
    values |= {name: getattr(result, name, None) for name in _SHOWN}
    values |= {"patient": patient, "progress": progress, "stage": stage}
    values["seen"] = clip.seen_at is not None
    faults = result.faults.split(";") if result is not None and result.faults else []
    return ClipLine(**values, corrected=corrected is not None, faults=faults)


def _place(before: str) -> Any:
    found = _MARK.fullmatch(before)
    try:
        if found is not None:
            moment = datetime.fromisoformat(found[1])
            return tuple_(literal(moment, Utc()), literal(int(found[2])))
    except ValueError:
        pass
    raise InputError("`before` takes what `next` of the page before was.")
