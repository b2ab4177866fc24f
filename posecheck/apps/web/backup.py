"""A copy of a room in one file, whichever database it has; and a room from such a file.

A tar archive: ``backup.json``, ``tables/<name>.jsonl``, ``files/<patient>/<sha256>/...``, and last
``sums.json``, the SHA-256 of all the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from posecheck.apps.web.exchange.backups import remember_backup
from posecheck.apps.web.folders import Folders
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.database import Database, reason_of
from posecheck.apps.web.store.tables import Base, Clip, Utc
from posecheck.atomic_files import StagingFolder, atomic_file
from posecheck.errors import InputError
from posecheck.vision.containers import stream_sha256

FORMAT = "posecheck-room-1"
_HEAD, _SUMS, _TABLES, _FILES = "backup.json", "sums.json", "tables", "files"
_ON_ITS_WAY = ("upload",)  # its bytes are in no backup
_CHUNK = 1 << 20


def back_up(room: Room, target: Path) -> int:
    """Write a room to a file that is there whole or not at all; return how many clips it has."""
    if target.exists():
        raise InputError(f"{target} is there already; choose another name.")
    sums: dict[str, str] = {}
    with atomic_file(target) as part:
        part.chmod(0o600)
        with tarfile.open(part, "w") as archive:
            _add(archive, sums, _HEAD, json.dumps({"format": FORMAT}).encode())
            clips = _add_tables(archive, sums, room.database)
            for patient_id, sha256 in clips:
                _add_folder(archive, sums, room.folders, patient_id, sha256)
            _add(archive, {}, _SUMS, json.dumps(sums).encode())
    _note(room.database, target)
    return len(clips)


def restore(archive: Path, settings: Settings) -> int:
    """Make a room of a backup in an empty place, whole or not at all; return its clips."""
    data = settings.data
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise InputError(f"{data} is not empty; give --data a folder that is.")
    data.parent.mkdir(parents=True, exist_ok=True)
    staging = StagingFolder(data)
    try:
        staging.folder.chmod(0o700)
        rows = _unpacked(archive, staging.folder)
        if settings.database is None:
            Folders(staging.folder).make()
            url = f"sqlite:///{staging.folder / 'room.sqlite'}"
            with contextlib.closing(Database(url)) as database:
                _fill(database, rows)
                _note(database, archive)
            staging.commit()
        else:
            with contextlib.closing(Database(settings.database)) as database:
                staging.commit()
                try:
                    _fill(database, rows)
                    _note(database, archive)
                except BaseException:
                    shutil.rmtree(data, ignore_errors=True)
                    raise
        return len(rows[Clip.__tablename__])
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


def _add_tables(
    archive: tarfile.TarFile, sums: dict[str, str], database: Database
) -> list[tuple[int, str]]:
    """Add the rows as they stand at one moment; return whose clips there are."""
    level = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    clips: list[tuple[int, str]] = []
    with database.engine.connect().execution_options(**level) as connection:
        for table in _tables():
            query = select(table).order_by(*table.primary_key.columns)
            rows = [dict(row) for row in connection.execute(query).mappings()]
            lines = "".join(f"{json.dumps(row, default=datetime.isoformat)}\n" for row in rows)
            _add(archive, sums, f"{_TABLES}/{table.name}.jsonl", lines.encode())
            if table.name == Clip.__tablename__:
                clips = [(row["patient_id"], row["sha256"]) for row in rows]
    return clips


def _add_folder(
    archive: tarfile.TarFile, sums: dict[str, str], folders: Folders, patient: int, sha256: str
) -> None:
    """Add the files of a clip; what is deleted meanwhile is left out."""
    clip = folders.clip(patient, sha256)
    for file in sorted(clip.path.rglob("*")):
        inside = file.relative_to(clip.path)
        if inside.parts[0] == clip.work.name or any(p.startswith(".") for p in inside.parts):
            continue
        with contextlib.suppress(FileNotFoundError, IsADirectoryError), file.open("rb") as stream:
            name = f"{_FILES}/{patient}/{sha256}/{inside.as_posix()}"
            sums[name] = stream_sha256(stream)
            stream.seek(0)
            info = archive.gettarinfo(arcname=name, fileobj=stream)
            archive.addfile(info, stream)


def _note(database: Database, target: Path) -> None:
    with database.writing() as session:
        remember_backup(session, target)


def _unpacked(archive: Path, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Put the files into a folder, and return the rows, once all are what they were."""
    found: dict[str, str] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    sums: dict[str, str] | None = None
    head: dict[str, Any] = {}
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
                    head = json.load(stream)
                    if head.get("format") != FORMAT:
                        raise InputError(f"{archive} is of another version of Posecheck.")
                elif member.name.startswith(f"{_TABLES}/"):
                    name = member.name.removeprefix(f"{_TABLES}/").removesuffix(".jsonl")
                    rows[name] = [json.loads(line) for line in stream]
                else:
                    place = folder / "patients" / _inside(archive, member.name)
                    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    with place.open("xb") as out:
                        shutil.copyfileobj(stream, out, _CHUNK)
    except (OSError, tarfile.TarError, ValueError, AttributeError) as error:
        raise InputError(f"{archive} cannot be read as a backup ({error}).") from error
    if not head or sums != found or set(rows) != {table.name for table in _tables()}:
        raise InputError(f"{archive} is damaged or no backup of a room; take another one.")
    return rows


def _inside(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.parts[:1] != (_FILES,) or len(path.parts) < 4 or ".." in path.parts or "\\" in name:
        raise InputError(f"{archive} holds {name!r}, which no backup does.")
    return path.relative_to(_FILES)


def _fill(database: Database, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Put the rows into a database that has none."""
    database.migrate()
    with database.writing() as session:
        connection = session.connection()
        for table in Base.metadata.sorted_tables:
            if connection.scalar(select(func.count()).select_from(table)):
                raise InputError("The database is not empty; give --database one that is.")
        for table in _tables():
            if rows[table.name]:
                connection.execute(insert(table), [_row(table, r) for r in rows[table.name]])
            if not database.is_sqlite and "id" in table.c:
                _go_on_counting(connection, table)


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
