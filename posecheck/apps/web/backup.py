"""A copy of a room in one file, whichever database it has; and a room from such a file.

A tar archive: ``backup.json`` with the version of the tables, ``tables/<name>.jsonl``,
``files/<patient>/<sha256>/...``, ``files/plotly.min.js`` for the pages of reports, and last
``sums.json``, the SHA-256 of all the others.

The room remembers a backup before its rows are read, so whoever deletes something from then on is
told of it. Where something was deleted meanwhile, the copy is made anew, without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from posecheck.apps.batch.tasks import PLOTLY
from posecheck.apps.web import audit
from posecheck.apps.web.exchange.backups import forget_backup, remember_backup
from posecheck.apps.web.folders import Folders
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.database import Database, newest_version, reason_of
from posecheck.apps.web.store.tables import Base, Clip, Patient, Utc
from posecheck.atomic_files import StagingFolder, atomic_file
from posecheck.errors import InputError
from posecheck.vision.containers import stream_sha256

FORMAT = "posecheck-room-1"
_HEAD, _SUMS, _TABLES, _FILES = "backup.json", "sums.json", "tables", "files"
_SCRIPT = f"{_FILES}/{PLOTLY}"
_ON_ITS_WAY = ("upload",)  # its bytes are in no backup
_CHUNK = 1 << 20
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
    _note(room.database, target, "room.backup", len(held.clips))
    return len(held.clips)


def _copied(room: Room, part: Path) -> _Held:
    """Write everything into a file; return the clips that are in it."""
    sums: dict[str, str] = {}
    with tarfile.open(part, "w") as archive:
        head = {"format": FORMAT, "tables": room.database.version()}
        _add(archive, sums, _HEAD, json.dumps(head).encode())
        held = _add_tables(archive, sums, room.database)
        for patient_id, sha256 in held.clips.values():
            _add_folder(archive, sums, room.folders, patient_id, sha256)
        _add_file(archive, sums, _SCRIPT, room.folders.plotly)
        _add(archive, {}, _SUMS, json.dumps(sums).encode())
    return held


def _are_there(database: Database, held: _Held) -> bool:
    """Tell whether nothing of what was copied was deleted meanwhile."""
    with database.reading() as session:
        patients, clips = (set(session.scalars(select(t.id))) for t in (Patient, Clip))
    return held.patients <= patients and set(held.clips) <= clips


def restore(archive: Path, settings: Settings) -> int:
    """Make a room of a backup in an empty place, whole or not at all; return its clips."""
    data = settings.data
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise InputError(f"{data} is not empty; give --data a folder that is.")
    data.parent.mkdir(parents=True, exist_ok=True)
    staging = StagingFolder(data)
    try:
        staging.folder.chmod(0o700)
        with tempfile.TemporaryDirectory(dir=data.parent) as rows:
            _unpack(archive, staging.folder, Path(rows))
            if settings.database is None:
                Folders(staging.folder).make()
                clips = _fill(f"sqlite:///{staging.folder / 'room.sqlite'}", Path(rows), archive)
                staging.commit()
            else:
                staging.commit()
                try:
                    clips = _fill(settings.database, Path(rows), archive)
                except BaseException:
                    shutil.rmtree(data, ignore_errors=True)
                    raise
        return clips
    except SQLAlchemyError as error:
        raise InputError(
            f"The database cannot be filled ({reason_of(error)}); see that it runs and --database "
            "is right."
        ) from error
    finally:
        staging.close()


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
        for table in _tables():
            with tempfile.TemporaryFile() as lines:  # a tar archive has sizes before contents
                query = select(table).order_by(*table.primary_key.columns)
                for row in connection.execute(query).mappings():
                    lines.write(json.dumps(dict(row), default=datetime.isoformat).encode() + b"\n")
                    if table.name == Clip.__tablename__:
                        held.clips[row["id"]] = row["patient_id"], row["sha256"]
                    elif table.name == Patient.__tablename__:
                        held.patients.add(row["id"])
                name = f"{_TABLES}/{table.name}.jsonl"
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
        _add_file(archive, sums, f"{_FILES}/{patient}/{sha256}/{inside.as_posix()}", file)


def _add_file(archive: tarfile.TarFile, sums: dict[str, str], name: str, file: Path) -> None:
    """Add a file, if there is one."""
    with contextlib.suppress(FileNotFoundError, IsADirectoryError), file.open("rb") as stream:
        sums[name] = stream_sha256(stream)
        stream.seek(0)
        info = archive.gettarinfo(arcname=name, fileobj=stream)
        archive.addfile(info, stream)


def _note(database: Database, target: Path, action: audit.Action, clips: int) -> None:
    with database.writing() as session:
        remember_backup(session, target)
        audit.note(session, audit.SYSTEM, action, detail=f"{clips} clips")


def _unpack(archive: Path, folder: Path, rows: Path) -> None:
    """Put the files into a folder and the rows into another one, once all are what they were."""
    found: dict[str, str] = {}
    sums: dict[str, str] | None = None
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                stream = tar.extractfile(member)
                if stream is None or not member.isreg() or member.name in found:
                    raise InputError(f"{archive} holds {member.name!r}, which no backup does.")
                if member.name == _SUMS:
                    sums = json.load(stream)
                    continue
                found[member.name] = stream_sha256(stream)
                stream.seek(0)
                if member.name == _HEAD:
                    _refuse_other_versions(archive, json.load(stream))
                    continue
                place = _place(archive, member.name, folder, rows)
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with place.open("xb") as out:
                    shutil.copyfileobj(stream, out, _CHUNK)
    except (OSError, tarfile.TarError, ValueError, AttributeError) as error:
        raise InputError(f"{archive} cannot be read as a backup ({error}).") from error
    tables = {f"{_TABLES}/{table.name}.jsonl" for table in _tables()}
    if sums != found or not {_HEAD, *tables} <= set(found):
        raise InputError(f"{archive} is damaged or no backup of a room; take another one.")


def _refuse_other_versions(archive: Path, head: dict[str, Any]) -> None:
    if head.get("format") != FORMAT:
        raise InputError(f"{archive} is of another version of Posecheck.")
    if (tables := head.get("tables")) != newest_version():
        raise InputError(
            f"The tables in {archive} are of version {tables}, and this Posecheck restores "
            f"{newest_version()}; restore it with the Posecheck that made it, then open that room "
            "with this one."
        )


def _place(archive: Path, name: str, folder: Path, rows: Path) -> Path:
    for table in _tables():
        if name == f"{_TABLES}/{table.name}.jsonl":
            return rows / f"{table.name}.jsonl"
    return folder / "patients" / _inside(archive, name)


def _inside(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if name == _SCRIPT:
        return path.relative_to(_FILES)
    if path.parts[:1] != (_FILES,) or len(path.parts) < 4 or ".." in path.parts or "\\" in name:
        raise InputError(f"{archive} holds {name!r}, which no backup does.")
    return path.relative_to(_FILES)


def _fill(url: str, rows: Path, archive: Path) -> int:
    """Put the rows into a database that has none; return how many clips there are."""
    with contextlib.closing(Database(url)) as database:
        database.migrate()
        with database.writing() as session:
            connection = session.connection()
            for table in Base.metadata.sorted_tables:
                if connection.scalar(select(func.count()).select_from(table)):
                    raise InputError("The database is not empty; give --database one that is.")
            for table in _tables():
                with (rows / f"{table.name}.jsonl").open("rb") as lines:
                    while some := [json.loads(line) for line in itertools.islice(lines, _ROWS)]:
                        connection.execute(insert(table), [_row(table, row) for row in some])
                if not database.is_sqlite and "id" in table.c:
                    _go_on_counting(connection, table)
            clips = session.scalar(select(func.count()).select_from(Clip)) or 0
        _note(database, archive, "room.restore", clips)
    return clips


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Have PostgreSQL give the next row a number that is free."""
    if highest := connection.scalar(select(func.max(table.c.id))):
        connection.execute(
            text("select setval(pg_get_serial_sequence(:name, 'id'), :highest)"),
            {"name": table.name, "highest": highest},
        )


def _row(table: Table, kept: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value)
        if isinstance(table.c[name].type, Utc) and value is not None
        else value
        for name, value in kept.items()
    }


def _tables() -> Iterator[Table]:
    return (t for t in Base.metadata.sorted_tables if t.name not in _ON_ITS_WAY)
