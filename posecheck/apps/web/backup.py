"""A copy of a room in one file, whichever database it has.

A tar archive: ``backup.json`` with the version of the tables, ``tables/<name>.jsonl``,
``files/<patient>/<sha256>/...``, ``files/plotly.min.js`` for the pages of reports, and last
``sums.json``, the SHA-256 of all the others.

The room remembers a backup before its rows are read, so whoever deletes something from then on is
told of it. Where something was deleted meanwhile, the copy is made anew, without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Table, select
from sqlalchemy.exc import SQLAlchemyError

from posecheck.apps.batch.tasks import PLOTLY
from posecheck.apps.web import audit
from posecheck.apps.web.exchange.backups import forget_backup, remember_backup
from posecheck.apps.web.folders import Folders
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.database import Database
from posecheck.apps.web.store.tables import Base, Clip, Patient
from posecheck.atomic_files import atomic_file
from posecheck.errors import InputError
from posecheck.vision.containers import stream_sha256

FORMAT = "posecheck-room-1"
HEAD, SUMS, TABLES, FILES = "backup.json", "sums.json", "tables", "files"
SCRIPT = f"{FILES}/{PLOTLY}"
_ON_ITS_WAY = ("upload",)  # its bytes are in no backup
_ROWS = 500  # in memory at once
_ATTEMPTS = 3  # then what was deleted during the last of them stays in it


class _Held(NamedTuple):
    """Whose rows a copy has."""

    patients: set[int]
    clips: dict[int, tuple[int, str]]  # patient and SHA-256 of each


def back_up(room: Room, target: Path) -> int:
    """Write a room to a file that is there whole or not at all; return how many clips it has."""
    if target.exists():
        raise InputError(f"{target} is there already; choose another name.")
    with room.database.writing() as session:
        remember_backup(session, target)
    try:
        with atomic_file(target) as part:
            part.chmod(0o600)
            for _ in range(_ATTEMPTS):
                held = _copied(room, part)
                if _are_there(room.database, held):
                    break
    except BaseException:
        with contextlib.suppress(SQLAlchemyError), room.database.writing() as session:
            forget_backup(session, target)
        raise
    note_backup(room.database, target, "room.backup", len(held.clips))
    return len(held.clips)


def _copied(room: Room, part: Path) -> _Held:
    """Write everything into a file; return the clips that are in it."""
    sums: dict[str, str] = {}
    with tarfile.open(part, "w") as archive:
        head = {"format": FORMAT, "tables": room.database.version()}
        _add(archive, sums, HEAD, json.dumps(head).encode())
        held = _add_tables(archive, sums, room.database)
        for patient_id, sha256 in held.clips.values():
            _add_folder(archive, sums, room.folders, patient_id, sha256)
        _add_file(archive, sums, SCRIPT, room.folders.plotly)
        _add(archive, {}, SUMS, json.dumps(sums).encode())
    return held


def _are_there(database: Database, held: _Held) -> bool:
    """Tell whether nothing of what was copied was deleted meanwhile."""
    with database.reading() as session:
        patients, clips = (set(session.scalars(select(t.id))) for t in (Patient, Clip))
    return held.patients <= patients and set(held.clips) <= clips


def _add(archive: tarfile.TarFile, sums: dict[str, str], name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    archive.addfile(info, BytesIO(data))
    sums[name] = hashlib.sha256(data).hexdigest()


def _add_tables(archive: tarfile.TarFile, sums: dict[str, str], database: Database) -> _Held:
    """Add the rows as they stand at one moment; return whose clips there are."""
    level = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    held = _Held(set(), {})
    with database.engine.connect().execution_options(**level, yield_per=_ROWS) as connection:
        for table in tables_kept():
            with tempfile.TemporaryFile() as lines:  # a tar archive has sizes before contents
                query = select(table).order_by(*table.primary_key.columns)
                for row in connection.execute(query).mappings():
                    lines.write(json.dumps(dict(row), default=datetime.isoformat).encode() + b"\n")
                    if table.name == Clip.__tablename__:
                        held.clips[row["id"]] = row["patient_id"], row["sha256"]
                    elif table.name == Patient.__tablename__:
                        held.patients.add(row["id"])
                name = f"{TABLES}/{table.name}.jsonl"
                info = tarfile.TarInfo(name)
                info.size, info.mode = lines.tell(), 0o600
                lines.seek(0)
                sums[name] = stream_sha256(lines)
                lines.seek(0)
                archive.addfile(info, lines)
    return held


def _add_folder(
    archive: tarfile.TarFile, sums: dict[str, str], folders: Folders, patient: int, sha256: str
) -> None:
    """Add the files of a clip; what is deleted meanwhile is left out."""
    clip = folders.clip(patient, sha256)
    for file in sorted(clip.path.rglob("*")):
        inside = file.relative_to(clip.path)
        if inside.parts[0] == clip.work.name or any(p.startswith(".") for p in inside.parts):
            continue
        _add_file(archive, sums, f"{FILES}/{patient}/{sha256}/{inside.as_posix()}", file)


def _add_file(archive: tarfile.TarFile, sums: dict[str, str], name: str, file: Path) -> None:
    """Add a file, if there is one."""
    with contextlib.suppress(FileNotFoundError, IsADirectoryError), file.open("rb") as stream:
        sums[name] = stream_sha256(stream)
        stream.seek(0)
        info = archive.gettarinfo(arcname=name, fileobj=stream)
        archive.addfile(info, stream)


def note_backup(database: Database, target: Path, action: audit.Action, clips: int) -> None:
    """Remember a backup, and note what was done with it."""
    with database.writing() as session:
        remember_backup(session, target)
        audit.note(session, audit.SYSTEM, action, detail=f"{clips} clips")


def tables_kept() -> Iterator[Table]:
    """Return the tables that a backup has, those that others point to first."""
    return (t for t in Base.metadata.sorted_tables if t.name not in _ON_ITS_WAY)
