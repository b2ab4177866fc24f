"""Clips that wait or are graded, and what has changed of them since the last look."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, cast

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from posecheck.apps.web.store.database import Database
from posecheck.apps.web.store.tables import RUNNING, WAITING, Clip, Job

_AT_ONCE = 500  # numbers in one statement


State = Literal["waiting", "running", "done", "failed", "deleted"]


class Change(BaseModel):
    """How far a clip is now."""

    clip: Annotated[int, Field(description="The clip.")]
    patient: Annotated[int, Field(description="Whose it is.")]
    state: Annotated[State, Field(description="Its state.")]
    progress: Annotated[float, Field(description="How much of it is done, 0 to 1.")] = 0.0
    stage: Annotated[
        str, Field(description="What is being done: looking, drawing, copying, or empty.")
    ] = ""
    error: Annotated[str | None, Field(description="Why it failed, in one sentence.")] = None


class Look:
    """Remembers what it has seen; for one thread, but for `on_its_way`."""

    def __init__(self) -> None:
        self._active: dict[int, Change] = {}  # by clip
        self._newest: int | None = None  # clip

    def on_its_way(self) -> list[Change]:
        """Return all clips that wait or are graded, as they were at the last look."""
        return list(self._active.values())

    def look(self, database: Database) -> list[Change] | None:
        """Return what has changed; the first time nothing. None where the database is gone."""
        try:
            with database.reading() as session:
                return self._look(session)
        except SQLAlchemyError:
            return None

    def _look(self, session: Session) -> list[Change]:
        active = {change.clip: change for change in _active(session)}
        if self._newest is None:
            self._active, self._newest = active, session.scalar(select(func.max(Clip.id))) or 0
            return []
        changed = [c for clip, c in active.items() if self._active.get(clip) != c]
        # What waits no longer, and what came already graded (a folder that was taken in).
        ended = [clip for clip in self._active if clip not in active]
        came = session.scalars(
            select(Clip.id).where(Clip.id > self._newest).order_by(Clip.id).limit(_AT_ONCE)
        ).all()
        ended += [clip for clip in came if clip not in active]
        changed += _ended(session, ended)
        there = {change.clip for change in changed}
        for clip in ended:
            if clip not in there and clip in self._active:
                patient = self._active[clip].patient
                changed.append(Change(clip=clip, patient=patient, state="deleted"))
        self._active, self._newest = active, max([self._newest, *came])
        return changed


def _active(session: Session) -> list[Change]:
    rows = session.execute(
        select(Job.clip_id, Clip.patient_id, Job.state, Job.progress, Job.stage)
        .join(Clip, Clip.id == Job.clip_id)
        .where(Job.state.in_((WAITING, RUNNING)))
    )
    return [
        Change(
            clip=clip, patient=patient, state=cast("State", state), progress=progress, stage=stage
        )
        for clip, patient, state, progress, stage in rows
    ]


def _ended(session: Session, clips: Collection[int]) -> list[Change]:
    """Return how clips stand that are not on their way; those that are gone are left out."""
    several, found = list(clips), []
    for start in range(0, len(several), _AT_ONCE):
        rows = session.execute(
            select(Clip.id, Clip.patient_id, Clip.state, Clip.error).where(
                Clip.id.in_(several[start : start + _AT_ONCE])
            )
        )
        found += [
            Change(
                clip=clip, patient=patient, state=cast("State", state), progress=1.0, error=error
            )
            for clip, patient, state, error in rows
        ]
    return found
