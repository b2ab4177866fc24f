"""What comes in as folders, goes out as files, and is deleted."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from posecheck.apps.web import audit
from posecheck.apps.web.access import Id, Owner, Person
from posecheck.apps.web.exchange.deletion import Deleted, delete_clip, delete_patient
from posecheck.apps.web.exchange.exports_api import router as exports
from posecheck.apps.web.exchange.imports_api import router as imports
from posecheck.apps.web.exchange.retention import MOST_DAYS, retention_of, set_retention
from posecheck.apps.web.room import TheRoom

router = APIRouter(prefix="/api", tags=["exchange"])
router.include_router(exports)
router.include_router(imports)


class BackupOut(BaseModel):
    """A backup that still holds what was deleted."""

    path: str = Field(description="where it was written")
    at: datetime = Field(description="when")


class DeletedOut(BaseModel):
    """What became of a deletion."""

    clips: int = Field(description="how many clips are gone")
    backups: list[BackupOut] = Field(
        description="backups made since it came in; delete them too, or let them run out"
    )


class RetentionIn(BaseModel):
    """For how long clips are kept."""

    days: int | None = Field(ge=1, le=MOST_DAYS, description="null: until somebody deletes them")


class RetentionOut(RetentionIn):
    """For how long clips are kept, and when it was last looked for those that have run out."""

    swept_at: datetime | None = Field(description="null: never yet")


@router.delete("/clips/{clip_id}")
def delete_one_clip(clip_id: Id, room: TheRoom, caller: Person) -> DeletedOut:
    """Delete a clip with its video, reports and corrections."""
    return _answer(delete_clip(room, clip_id, caller))


@router.delete("/patients/{patient_id}")
def delete_one_patient(patient_id: Id, room: TheRoom, caller: Person) -> DeletedOut:
    """Delete a patient with all clips, prescriptions, links and uploads."""
    return _answer(delete_patient(room, patient_id, caller))


def _answer(deleted: Deleted) -> DeletedOut:
    backups = [BackupOut(path=one.path, at=one.at) for one in deleted.backups]
    return DeletedOut(clips=deleted.clips, backups=backups)


@router.get("/room/retention")
def get_retention(room: TheRoom, _caller: Owner) -> RetentionOut:
    """Tell for how long clips are kept."""
    with room.database.reading() as session:
        kept = retention_of(session)
    return RetentionOut(days=kept.days, swept_at=kept.swept_at)


@router.put("/room/retention")
def put_retention(asked: RetentionIn, room: TheRoom, caller: Owner) -> RetentionOut:
    """Have clips deleted so many days after they arrived, or kept until somebody does it."""
    with room.database.writing() as session:
        set_retention(session, asked.days)
        audit.note(session, caller, "room.retention", detail=f"{asked.days or 'no'} days")
        kept = retention_of(session)
    return RetentionOut(days=asked.days, swept_at=kept.swept_at)
