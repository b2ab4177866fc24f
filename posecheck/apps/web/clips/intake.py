"""From a file that has arrived to a clip of a patient that waits to be graded."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.web import audit
from posecheck.apps.web.clips.check import checked
from posecheck.apps.web.people.prescriptions import newest_version
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip, Job, Patient, Upload, now
from posecheck.errors import InputError
from posecheck.vision.containers import file_sha256

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
_AT_ONCE = threading.Semaphore(2)  # each check is a process of its own


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: somebody who is signed in, a program, or the holder of a link."""

    who: str  # as the audit log calls them
    user_id: int | None = None
    link_id: int | None = None


class DuplicateError(Exception):
    """The very same file is among this patient's clips already."""

    def __init__(self, clip_id: int) -> None:
        super().__init__("This clip was sent before; it is not taken twice.")
        self.clip_id = clip_id


def take_in(
    room: Room, sender: Sender, patient_id: int, file: Path, name: str, said: Mapping[str, Any],
    upload_id: str | None = None,
) -> int:  # fmt: skip
    """Make a clip of a file, which is moved to where clips lie; return the clip's number.

    Row and file come together: the file is moved within the transaction, after everything
    else of it has gone well, and a sweep removes a folder that no row knows.

    Parameters
    ----------
    room
        Where it goes.
    sender
        Who sent it.
    patient_id
        Whose clip it is.
    file
        On the same disk as the data folder.
    name
        What it was called where it came from; it is shown, and never a path.
    said
        ``symptoms_before``, ``symptoms_after``, ``note``, ``recorded_at``, as far as known.
    upload_id
        The upload that ends with this.

    Raises
    ------
    InputError
        It is no clip, or the patient is gone; one sentence.
    DuplicateError
        It is here already, for this patient.

    """
    sha256 = file_sha256(file)
    with room.database.reading() as session:
        _refuse_a_duplicate(session, patient_id, sha256)
    with _AT_ONCE:
        recorded_at = checked(file, name)
    folder = room.folders.clip(patient_id, sha256)
    with room.database.writing() as session:
        # held, so that the same clip twice at once, or a deletion, comes before or after this
        theirs = select(Patient.id).where(Patient.id == patient_id).with_for_update()
        if session.scalar(theirs) is None:
            raise InputError("This patient was deleted meanwhile; nothing was kept of the clip.")
        _refuse_a_duplicate(session, patient_id, sha256)
        asked = newest_version(session, patient_id)
        clip = Clip(
            patient_id=patient_id, sha256=sha256, name=name, size=file.stat().st_size,
            recorded_at=_said_moment(said) or recorded_at or now(),
            prescription_id=asked.id if asked else None,
            user_id=sender.user_id, link_id=sender.link_id,
            symptoms_before=said.get("symptoms_before"), symptoms_after=said.get("symptoms_after"),
            note=said.get("note") or "",
        )  # fmt: skip
        session.add(clip)
        session.flush()
        session.add(Job(clip_id=clip.id))
        upload = None if upload_id is None else session.get(Upload, upload_id)
        if upload is not None:
            session.delete(upload)
        audit.note(session, sender.who, "clip.send", patient_id=patient_id, clip_id=clip.id)
        session.flush()
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.replace(folder.path / f"clip{_suffix(name)}")
        _keep(folder.path)
        return clip.id


def _refuse_a_duplicate(session: Session, patient_id: int, sha256: str) -> None:
    wanted = select(Clip.id).where(Clip.patient_id == patient_id, Clip.sha256 == sha256)
    found = session.scalar(wanted)
    if found is not None:
        raise DuplicateError(found)


def _said_moment(said: Mapping[str, Any]) -> datetime | None:
    text = said.get("recorded_at")
    return None if text is None else datetime.fromisoformat(text).astimezone(timezone.utc)


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ".video"


def _keep(folder: Path) -> None:
    """Bring the file's new name to the disk before the row that speaks of it."""
    if os.name == "nt":  # which opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
