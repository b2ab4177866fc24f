"""A clip or a patient is deleted: rows, files, what is on its way.

The folder is moved aside first, into ``DATA/deleted``, then the rows go and the log gains its
entry in one transaction, then the folder is removed. Whoever is killed between has left one of two
things, and `finish_deletions` tells them apart by the rows: the folder is put back, or removed.
So everything is there, or nothing is.

Whoever works on the clip finds its lease gone, and throws away what was made. Rows of jobs,
results, corrections, links, prescriptions and uploads go with those that they belong to.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import HTTPException
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from posecheck.apps.web import audit
from posecheck.apps.web.access import GONE, Caller
from posecheck.apps.web.exchange.backups import Backup, backups_since
from posecheck.apps.web.folders import Folders, is_sha256
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import (
    AuditEntry,
    Clip,
    Correction,
    Job,
    Patient,
    Result,
    Upload,
)
from posecheck.errors import OutputError

_CLIP, _PATIENT = "clip", "patient"
_MARK = re.compile(rf"({_CLIP}|{_PATIENT})\.(\d+)\.(\d+)\.[0-9a-f]{{8}}")
_MOVING = threading.Lock()  # a sweep does not put back what is just being deleted


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted, and which backups still hold it."""

    clips: int
    backups: tuple[Backup, ...]


def delete_clip(room: Room, clip_id: int, who: Caller | str, detail: str = "") -> Deleted:
    """Delete a clip and all that was made of it.

    Parameters
    ----------
    room
        Where it is.
    clip_id
        Which.
    who
        Who does it; the log says so.
    detail
        Why, for the log.

    Raises
    ------
    HTTPException
        404: there is none.
    OutputError
        Its files cannot be moved, so nothing was deleted.

    """
    with room.database.reading() as session:
        clip = session.get(Clip, clip_id)
    if clip is None:
        raise HTTPException(404, GONE)
    place = room.folders.clip(clip.patient_id, clip.sha256).path

    def remove(session: Session) -> Deleted:
        # the clip before its jobs, as the queue locks them
        found = session.scalar(select(Clip).where(Clip.id == clip_id).with_for_update())
        if found is None:
            raise HTTPException(404, GONE)
        backups = backups_since(session, found.received_at)
        for table in (Job, Result, Correction):
            session.execute(delete(table).where(table.clip_id == clip_id))
        session.execute(delete(Clip).where(Clip.id == clip_id))
        audit.note(
            session, who, "clip.delete",
            patient_id=clip.patient_id, clip_id=clip_id, detail=detail,
        )  # fmt: skip
        return Deleted(1, backups)

    return _removed(room, place, f"{_CLIP}.{clip_id}.{clip.patient_id}", remove)


def delete_patient(room: Room, patient_id: int, who: Caller | str) -> Deleted:
    """Delete a patient with everything that is there of them; parameters as of `delete_clip`."""
    uploads: list[str] = []

    def remove(session: Session) -> Deleted:
        patient = session.scalar(select(Patient).where(Patient.id == patient_id).with_for_update())
        if patient is None:
            raise HTTPException(404, GONE)
        uploads[:] = session.scalars(select(Upload.id).where(Upload.patient_id == patient_id))
        clips = session.scalars(
            select(Clip).where(Clip.patient_id == patient_id).with_for_update()
        ).all()
        backups = backups_since(session, patient.created_at)
        _forget_names(session, patient, [clip.name for clip in clips])
        ids = [clip.id for clip in clips]
        for table in (Job, Result, Correction):
            session.execute(delete(table).where(table.clip_id.in_(ids)))
        session.execute(delete(Patient).where(Patient.id == patient_id))
        audit.note(
            session, who, "patient.delete", patient_id=patient_id, detail=f"{len(ids)} clips"
        )
        return Deleted(len(ids), backups)

    place = room.folders.patient(patient_id)
    deleted = _removed(room, place, f"{_PATIENT}.{patient_id}.{patient_id}", remove)
    shutil.rmtree(place, ignore_errors=True)  # what has arrived between
    for upload in uploads:
        remove_upload(room.folders, upload)
    return deleted


def remove_upload(folders: Folders, upload_id: str) -> None:
    """Remove what has arrived of an upload that is not wanted any more."""
    for path in folders.uploads.glob(f"{upload_id}*"):
        with contextlib.suppress(OSError):
            path.unlink()


def finish_deletions(room: Room) -> int:
    """End what a killed process has begun; return how many folders were removed.

    Folders of clips that no row knows are removed too, such as what a process was writing whose
    clip was deleted meanwhile.
    """
    removed = 0
    for moved in sorted(room.folders.deleted.iterdir()):
        with _MOVING:  # one that is under way is not broken off
            if _put_back(room, moved):
                continue
        shutil.rmtree(moved, ignore_errors=True)
        removed += 1
    for folder in list(room.folders.patients.iterdir()):
        if folder.name.isdecimal():
            removed += _remove_orphans(room, int(folder.name))
    return removed


def _removed(room: Room, place: Path, mark: str, remove: Callable[[Session], Deleted]) -> Deleted:
    """Move a folder aside, have the rows removed, and remove it then; all or nothing."""
    moved = room.folders.deleted / f"{mark}.{secrets.token_hex(4)}"
    with _MOVING, _moved_aside(room, place, moved), room.database.writing() as session:
        deleted = remove(session)
    shutil.rmtree(moved, ignore_errors=True)
    return deleted


@contextlib.contextmanager
def _moved_aside(room: Room, place: Path, moved: Path) -> Iterator[None]:
    try:
        room.folders.deleted.mkdir(mode=0o700, exist_ok=True)
        place.rename(moved)
    except FileNotFoundError:
        pass  # there were no files yet
    except OSError as error:
        raise OutputError(
            "Its files are in use and cannot be removed; close what plays it and try again."
        ) from error
    try:
        yield
    except BaseException:
        # where nobody can tell, as the database is gone, the next sweep does it
        with contextlib.suppress(SQLAlchemyError, OSError):
            _put_back(room, moved)
        raise


def _put_back(room: Room, moved: Path) -> bool:
    """Put a folder back whose rows are still there; False where they are gone."""
    with room.database.reading() as session:
        place = _place_of_living(session, room.folders, moved.name)
    if place is None:
        return False
    if not moved.exists():
        return True
    is_clip = moved.name.startswith(_CLIP)
    for part, target in (
        [(moved, place)] if is_clip else [(one, place / one.name) for one in moved.iterdir()]
    ):
        # A worker may have begun the folder of a clip anew. Other clips of the patient, which have
        # arrived since, stay as they are.
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.rename(target)
    shutil.rmtree(moved, ignore_errors=True)
    return True


def _place_of_living(session: Session, folders: Folders, name: str) -> Path | None:
    """Return where a folder that was moved aside belongs; None where its rows are gone."""
    found = _MARK.fullmatch(name)
    if found is None:
        return None
    kind, number, patient_id = found[1], int(found[2]), int(found[3])
    if kind == _PATIENT:
        return None if session.get(Patient, number) is None else folders.patient(number)
    clip = session.get(Clip, number)
    return None if clip is None else folders.clip(patient_id, clip.sha256).path


def _remove_orphans(room: Room, patient_id: int) -> int:
    """Move aside what no row of a patient knows, and remove it.

    The patient's row is locked: whoever takes in a clip adds its row before its files appear, and
    in the same transaction, so nothing that is just arriving is taken for left over.
    """
    with room.database.reading() as session:
        if not _orphans(session, room.folders, patient_id):
            return 0
    aside: list[Path] = []
    with room.database.writing() as session:
        session.scalar(select(Patient.id).where(Patient.id == patient_id).with_for_update())
        for orphan in _orphans(session, room.folders, patient_id):
            moved = room.folders.deleted / f"orphan.{secrets.token_hex(8)}"
            with contextlib.suppress(OSError):
                orphan.rename(moved)
                aside.append(moved)
    for moved in aside:
        shutil.rmtree(moved, ignore_errors=True)
    return len(aside)


def _orphans(session: Session, folders: Folders, patient_id: int) -> list[Path]:
    """Return the folders of a patient that no row knows: all of it where the patient is gone."""
    home = folders.patient(patient_id)
    if session.get(Patient, patient_id) is None:
        return [home]
    known = set(session.scalars(select(Clip.sha256).where(Clip.patient_id == patient_id)))
    there = home.iterdir() if home.is_dir() else iter(())
    return [f for f in there if is_sha256(f.name) and f.name not in known]


def _forget_names(session: Session, patient: Patient, clips: list[str]) -> None:
    """Take out of the log what would tell whose entries they are: it is not to be in there."""
    words = {name.casefold() for name in (patient.name, *clips) if name}
    told = select(AuditEntry.id, AuditEntry.detail).where(
        AuditEntry.patient_id == patient.id, AuditEntry.detail != ""
    )
    named = [n for n, detail in session.execute(told) if any(w in detail.casefold() for w in words)]
    session.execute(update(AuditEntry).where(AuditEntry.id.in_(named)).values(detail=""))
