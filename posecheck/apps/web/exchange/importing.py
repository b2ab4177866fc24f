"""Folders of `review`, `grade` and `live --record` are taken in with their reports.

A folder that has a ``report.json``, with its ``angles.csv`` and ``poses.npz`` if they are there,
becomes a clip of a patient. Where the clip lies anywhere in what was given (its SHA-256 is in the
report), it is taken in too, and a copy of it for the page is queued; else the report stands alone.
Pages and annotated videos stay behind: pages of ours are made of reports, and a page from elsewhere
could do what it likes. One folder that is damaged or foreign is refused with one sentence, and the
others are taken.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.batch.discovery import is_clip_name
from posecheck.apps.report_dir import ANGLES, POSES, REPORT, VIDEO
from posecheck.apps.web import audit
from posecheck.apps.web.access import Caller
from posecheck.apps.web.exchange.checked_report import checked_report
from posecheck.apps.web.exchange.clip_rows import clip_row
from posecheck.apps.web.exchange.patients_by_name import patient_called
from posecheck.apps.web.folders import REVIEW_COPY, is_sha256
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.results import save_result
from posecheck.apps.web.store.tables import DONE, MACHINE, WAITING, Clip, Job, Patient
from posecheck.atomic_files import link_or_copy
from posecheck.errors import InputError, PosecheckError
from posecheck.present.report_files import read_report
from posecheck.types import Report
from posecheck.vision.containers import file_sha256

State = Literal["taken", "duplicate", "refused"]
TAKEN: State = "taken"
DUPLICATE: State = "duplicate"
REFUSED: State = "refused"
_MOST_FOLDERS = 20_000
_NOT_THE_CLIP = frozenset((VIDEO, REVIEW_COPY))


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one folder."""

    folder: str  # relative to what was given
    state: State
    why: str = ""  # one sentence, of what was not taken
    clip_id: int | None = None
    patient_id: int | None = None
    has_video: bool = False


def import_folder(
    room: Room,
    patient_id: int | None,
    folder: Path,
    who: Caller | str,
    *,
    ours: bool = False,
    tell: Callable[[Imported], None] = lambda _one: None,
) -> list[Imported]:
    """Take in all reports below a folder.

    Parameters
    ----------
    room
        What takes them in.
    patient_id
        Whose they are; None: of the patients whom the reports name, who are made if need be.
    folder
        Where to look; links in it are not followed.
    who
        Who does it; the log says so.
    ours
        Whether the files are only here to be taken in: then they need not be copied.
    tell
        Is told of each when it is done.

    Raises
    ------
    InputError
        There is no such folder, or no report in it.

    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give one that `review` or `grade` has made.")
    reports = sorted(_report_folders(folder))
    if not reports:
        raise InputError(f"There is no {REPORT} in {folder} or below; give the folder of a report.")
    clips = _Clips(folder, room.settings.clip_bytes_max)
    done = []
    for one in reports:
        name = one.relative_to(folder).as_posix()
        try:
            imported = _taken(room, patient_id, one, clips, who, name, ours)
        except PosecheckError as error:
            imported = Imported(name, REFUSED, str(error).replace(str(folder) + os.sep, ""))
        except OSError as error:
            why = f"It cannot be read or kept ({error.strerror or error})."
            imported = Imported(name, REFUSED, why)
        done.append(imported)
        tell(imported)
    return done


def _report_folders(folder: Path) -> Iterator[Path]:
    found = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if REPORT in files and (Path(place) / REPORT).is_file():
            found += 1
            if found > _MOST_FOLDERS:
                raise InputError(f"There are more than {_MOST_FOLDERS} reports; give a part of it.")
            yield Path(place)


class _Clips:
    """The clips that lie in what was given, by their hashes; each is read once, if at all."""

    def __init__(self, folder: Path, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._hashed: dict[str, Path] = {}
        self._waiting = [
            Path(place) / name
            for place, _folders, files in os.walk(folder)
            for name in sorted(files)
            if is_clip_name(name) and name not in _NOT_THE_CLIP
        ]

    def find(self, sha256: str, name: str) -> Path | None:
        """Return the clip of a hash, looking first at those that are called as it was."""
        wanted = Path(name).name
        self._waiting.sort(key=lambda path: path.name == wanted)
        while sha256 not in self._hashed and self._waiting:
            path = self._waiting.pop()
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= self._bytes_max:
                self._hashed[file_sha256(path)] = path
        return self._hashed.get(sha256)


def _taken(
    room: Room, patient_id: int | None, folder: Path, clips: _Clips, who: Caller | str, name: str,
    ours: bool,
) -> Imported:  # fmt: skip
    report = checked_report(folder)
    sha256 = (report.clip.sha256 or "").lower()
    if not is_sha256(sha256):
        sha256, video = file_sha256(folder / REPORT), None  # nobody knows the clip
    else:
        video = clips.find(sha256, report.clip.name)
    with _staged(room, folder, video, ours) as staging, room.database.writing() as session:
        patient = _patient(session, patient_id, report)
        theirs = select(Clip.id).where(Clip.patient_id == patient.id, Clip.sha256 == sha256)
        known = session.scalar(theirs)
        if known is not None:
            why = "This clip is there already; delete it first to take this report."
            return Imported(name, DUPLICATE, why, known, patient.id)
        clip = clip_row(report, patient.id, sha256, who)
        if video is not None:
            clip.size, clip.has_video, clip.state = video.stat().st_size, True, WAITING
        else:
            clip.size, clip.has_video, clip.state = 0, False, DONE
        session.add(clip)
        session.flush()
        save_result(session, clip.id, MACHINE, read_report(folder / REPORT))
        if video is not None:
            session.add(Job(clip_id=clip.id))
        audit.note(session, who, "clip.import", patient_id=patient.id, clip_id=clip.id)
        # the row is there and not yet seen: its files may appear
        place = room.folders.clip(patient.id, sha256).path
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)  # of a clip that is gone
        staging.rename(place)
        return Imported(name, TAKEN, "", clip.id, patient.id, video is not None)


def _patient(session: Session, patient_id: int | None, report: Report) -> Patient:
    """Return whose report it is, locked: nothing of a patient who is deleted is left behind."""
    if patient_id is None:
        if not report.subject.name:
            raise InputError("The report names nobody; say which patient it belongs to.")
        return patient_called(session, report.subject.name)
    found = session.scalar(select(Patient).where(Patient.id == patient_id).with_for_update())
    if found is None:
        raise InputError("There is no such patient (any more).")
    return found


@contextlib.contextmanager
def _staged(room: Room, folder: Path, video: Path | None, ours: bool) -> Iterator[Path]:
    """Copy what is taken beside its place, so that it gets there in one step."""
    copy = link_or_copy if ours else shutil.copyfile
    staging = room.folders.imports / f"{secrets.token_hex(8)}.part"
    machine = staging / "machine"
    try:
        machine.mkdir(mode=0o700, parents=True)
        for name in (REPORT, ANGLES, POSES):
            if (folder / name).is_file():
                copy(folder / name, machine / name)
        if video is not None:
            copy(video, staging / f"clip{video.suffix.lower()}")
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
