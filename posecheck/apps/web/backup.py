"""A copy of a whole room in one file, and a room made of it, whichever databases they have.

The file is a ZIP::

    tables/<name>.jsonl      a line a row, as it was at one moment
    files/patients/...       the clips that were there at that moment, with their reports
    manifest.json            the last: what has to be in it, with the SHA-256 of each

Browsers that were signed in and clips that were on their way are not in it. A clip that is deleted
while the copy is made is missing in it, and nothing else is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Table, select

from posecheck._version import __version__
from posecheck.apps.web import audit
from posecheck.apps.web.exchange.backups import BACKUPS
from posecheck.apps.web.folders import Folders
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.database import Database
from posecheck.apps.web.store.tables import (
    Base,
    Clip,
    LoginSession,
    Patient,
    RoomSetting,
    Upload,
    now,
)
from posecheck.atomic_files import atomic_file
from posecheck.errors import InputError

FORMAT = 1
MANIFEST = "manifest.json"
_NOT_KEPT = (LoginSession.__tablename__, Upload.__tablename__)
_PIECE = 1 << 20
_ROWS = 500  # that are read at once
TABLES: tuple[Table, ...] = tuple(
    table for table in Base.metadata.sorted_tables if table.name not in _NOT_KEPT
)


def back_up(room: Room, target: Path) -> int:
    """Write a copy of a room, which may be open meanwhile; return how many files it holds.

    The room remembers it, so that a deletion can name it.

    Parameters
    ----------
    room
        What is copied.
    target
        A file that is not there yet; it is there whole, or not at all.

    Raises
    ------
    InputError
        There is something already.

    """
    if target.exists():
        raise InputError(f"{target} is there already; give the name of a file that is not.")
    at = now()
    _remember(room, target, at)  # before it holds anything
    try:
        with atomic_file(target) as part:
            part.chmod(0o600)
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                return _Copy(archive).write(room.database, room.folders, at)
    except BaseException:
        _forget(room, target)
        raise


class _Copy:
    """An archive in the making."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._files: dict[str, str] = {}  # name: SHA-256

    def write(self, database: Database, folders: Folders, at: datetime) -> int:
        """Write the tables, then the files of the clips in them, then what must be there."""
        with _one_moment(database) as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            for table in TABLES:
                self._table(connection, table)
            asked = select(Clip.patient_id, Clip.sha256).order_by(Clip.id)
            clips = [(patient, sha) for patient, sha in connection.execute(asked)]
        tables = len(self._files)
        for patient_id, sha256 in clips:
            self._folder(folders, folders.clip(patient_id, sha256).path)
        manifest = {
            "format": FORMAT, "posecheck": __version__, "at": at.isoformat(),
            "revision": revision, "contents": self._files,
        }  # fmt: skip
        self._archive.writestr(MANIFEST, json.dumps(manifest))
        return len(self._files) - tables

    def _table(self, connection: Connection, table: Table) -> None:
        rows = connection.execute(
            select(table).order_by(*table.primary_key), execution_options={"yield_per": _ROWS}
        )
        with self._entry(f"tables/{table.name}.jsonl", zipfile.ZIP_DEFLATED) as write:
            for row in rows.mappings():
                write(f"{json.dumps({k: _plain(v) for k, v in row.items()})}\n".encode())

    def _folder(self, folders: Folders, folder: Path) -> None:
        for place, below, names in os.walk(folder):
            if Path(place) == folder and "work" in below:
                below.remove("work")  # made anew where need be
            for name in sorted(names):
                path = Path(place, name)
                with contextlib.suppress(FileNotFoundError), path.open("rb") as stream:
                    self._file(f"files/{path.relative_to(folders.data).as_posix()}", stream)

    def _file(self, name: str, stream: BinaryIO) -> None:
        with self._entry(name, zipfile.ZIP_STORED) as write:
            while piece := stream.read(_PIECE):
                write(piece)

    @contextlib.contextmanager
    def _entry(self, name: str, method: int) -> Iterator[Any]:
        info = zipfile.ZipInfo(name)
        info.compress_type = method
        digest = hashlib.sha256()
        with self._archive.open(info, "w", force_zip64=True) as entry:

            def write(piece: bytes) -> None:
                digest.update(piece)
                entry.write(piece)

            yield write
        self._files[name] = digest.hexdigest()


@contextlib.contextmanager
def _one_moment(database: Database) -> Iterator[Connection]:
    """Open a transaction that sees one state of the database, however long it takes."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:  # which does so anyway
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _remember(room: Room, target: Path, at: datetime) -> None:
    with room.database.writing() as session:
        kept = session.get(RoomSetting, BACKUPS)
        listed = json.loads(kept.value) if kept is not None else []
        listed.append({"path": str(target.absolute()), "at": at.isoformat()})
        session.merge(RoomSetting(key=BACKUPS, value=json.dumps(listed)))
        audit.note(session, audit.SYSTEM, "room.backup")


def _forget(room: Room, target: Path) -> None:
    with room.database.writing() as session:
        kept = session.get_one(RoomSetting, BACKUPS)
        listed = json.loads(kept.value)
        kept.value = json.dumps([b for b in listed if b["path"] != str(target.absolute())])


def is_empty(database: Database) -> bool:
    """Return whether nobody has used a database yet."""
    with database.reading() as session:
        tables = (Patient, Base.metadata.tables["user_account"], RoomSetting)
        return all(session.execute(select(one).limit(1)).first() is None for one in tables)
