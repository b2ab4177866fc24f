"""A room made of a backup in an empty place, whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from posecheck.apps.web.backup import (
    FILES,
    FORMAT,
    HEAD,
    SCRIPT,
    SUMS,
    TABLES,
    note_backup,
    tables_kept,
)
from posecheck.apps.web.folders import Folders
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.database import Database, newest_version, reason_of
from posecheck.apps.web.store.tables import Base, Clip, Utc
from posecheck.atomic_files import StagingFolder
from posecheck.errors import InputError
from posecheck.vision.containers import stream_sha256

_CHUNK = 1 << 20
_ROWS = 500  # that are put in at once


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
                if member.name == SUMS:
                    sums = json.load(stream)
                    continue
                found[member.name] = stream_sha256(stream)
                stream.seek(0)
                if member.name == HEAD:
                    _refuse_other_versions(archive, json.load(stream))
                    continue
                place = _place(archive, member.name, folder, rows)
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with place.open("xb") as out:
                    shutil.copyfileobj(stream, out, _CHUNK)
    except (OSError, tarfile.TarError, ValueError, AttributeError) as error:
        raise InputError(f"{archive} cannot be read as a backup ({error}).") from error
    tables = {f"{TABLES}/{table.name}.jsonl" for table in tables_kept()}
    if sums != found or not {HEAD, *tables} <= set(found):
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
    for table in tables_kept():
        if name == f"{TABLES}/{table.name}.jsonl":
            return rows / f"{table.name}.jsonl"
    return folder / "patients" / _inside(archive, name)


def _inside(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if name == SCRIPT:
        return path.relative_to(FILES)
    if path.parts[:1] != (FILES,) or len(path.parts) < 4 or ".." in path.parts or "\\" in name:
        raise InputError(f"{archive} holds {name!r}, which no backup does.")
    return path.relative_to(FILES)


def _fill(url: str, rows: Path, archive: Path) -> int:
    """Put the rows into a database that has none; return how many clips there are."""
    with contextlib.closing(Database(url)) as database:
        database.migrate()
        with database.writing() as session:
            connection = session.connection()
            for table in Base.metadata.sorted_tables:
                if connection.scalar(select(func.count()).select_from(table)):
                    raise InputError("The database is not empty; give --database one that is.")
            for table in tables_kept():
                with (rows / f"{table.name}.jsonl").open("rb") as lines:
                    while some := [json.loads(line) for line in itertools.islice(lines, _ROWS)]:
                        connection.execute(insert(table), [_row(table, row) for row in some])
                if not database.is_sqlite and "id" in table.c:
                    _go_on_counting(connection, table)
            clips = session.scalar(select(func.count()).select_from(Clip)) or 0
        note_backup(database, archive, "room.restore", clips)
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
