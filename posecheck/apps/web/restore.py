"""A room made of a backup: checked whole before anything is put anywhere."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Table, func, insert, select, text

from posecheck.apps.web.backup import FORMAT, MANIFEST, TABLES, is_empty
from posecheck.apps.web.folders import Folders
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.database import Database
from posecheck.apps.web.store.tables import Utc
from posecheck.atomic_files import StagingFolder
from posecheck.errors import InputError

_PIECE = 1 << 20
_ROWS = 500
_FILE = re.compile(r"files/(patients/[1-9]\d*/[0-9a-f]{64}(/[^/\\:\x00-\x1f]+)+)")
_LONGEST_MANIFEST = 1 << 28
_DAMAGED = "{archive} is damaged, or no backup of a room ({why}); nothing was restored."


def restore(archive: Path, settings: Settings) -> int:
    """Make a room of a backup, and return how many files it has.

    Parameters
    ----------
    archive
        What `posecheck.apps.web.backup.back_up` has written.
    settings
        Where the room will be: a folder that is empty or not there, a database that nobody has
        used.

    Raises
    ------
    InputError
        The place is not empty, or the archive is damaged; then nothing was changed.

    """
    data = settings.data
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise InputError(f"{data} is not empty; a backup is restored into a new folder.")
    try:
        with zipfile.ZipFile(archive) as opened:
            manifest = _checked(opened)
            return _restored(opened, manifest, settings)
    except FileNotFoundError as error:
        raise InputError(f"{error.filename} is not there.") from error
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError) as error:
        raise InputError(_DAMAGED.format(archive=archive, why=error)) from error


def _checked(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest of an archive in which everything is as it says."""
    if archive.getinfo(MANIFEST).file_size > _LONGEST_MANIFEST:
        raise ValueError("its list is too long")
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if manifest["format"] != FORMAT:
        raise ValueError("it was made by another version")
    contents: dict[str, str] = manifest["contents"]
    names = archive.namelist()
    if sorted(names) != sorted([*contents, MANIFEST]):
        raise ValueError("something is missing or too much")
    tables = {f"tables/{table.name}.jsonl" for table in TABLES}
    if not tables <= set(contents):
        raise ValueError("a table is missing")
    for name, said in contents.items():
        if name not in tables and not _is_safe(name):
            raise ValueError(f"{name[:80]!r} is no name of a file of a room")
        digest = hashlib.sha256()
        for piece in _pieces(archive, name):
            digest.update(piece)
        if digest.hexdigest() != said:
            raise ValueError(f"{name[:80]} was changed")
    return manifest


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    return _FILE.fullmatch(name) is not None and not {".", ".."} & set(parts)


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _restored(archive: zipfile.ZipFile, manifest: dict[str, Any], settings: Settings) -> int:
    settings.data.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(StagingFolder(settings.data)) as staging:
        staging.folder.chmod(0o700)
        Folders(staging.folder).make()
        files = [name for name in manifest["contents"] if name.startswith("files/")]
        for name in files:
            path = staging.folder / name.removeprefix("files/")
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("xb") as stream:
                for piece in _pieces(archive, name):
                    stream.write(piece)
        there = replace(settings, data=staging.folder)
        with contextlib.closing(Database(there.database_url)) as database:
            database.migrate()
            if not is_empty(database):
                raise InputError("The database holds a room already; give an empty one.")
            with database.engine.begin() as connection:
                _fill(connection, archive, manifest["revision"])
                if not database.is_sqlite:  # it is elsewhere: the files first, then both
                    staging.commit()
        if database.is_sqlite:
            staging.commit()
    return len(files)


def _fill(connection: Connection, archive: zipfile.ZipFile, revision: str) -> None:
    if MigrationContext.configure(connection).get_current_revision() != revision:
        raise ValueError("its tables are of another version of Posecheck")
    for table in TABLES:
        rows: list[dict[str, Any]] = []
        with archive.open(f"tables/{table.name}.jsonl") as stream:
            for line in stream:
                rows.append(_row(table, json.loads(line)))
                if len(rows) == _ROWS:
                    connection.execute(insert(table), rows)
                    rows = []
        if rows:
            connection.execute(insert(table), rows)
        if connection.dialect.name == "postgresql" and "id" in table.columns:
            _count_on(connection, table)


def _row(table: Table, kept: dict[str, Any]) -> dict[str, Any]:
    if set(kept) != set(table.columns.keys()):
        raise ValueError(f"a row of {table.name} has other columns")
    return {
        name: datetime.fromisoformat(value)
        if isinstance(table.columns[name].type, Utc) and value is not None
        else value
        for name, value in kept.items()
    }


def _count_on(connection: Connection, table: Table) -> None:
    """Have PostgreSQL number what comes next after what was put in; SQLite does it by itself."""
    last = connection.scalar(select(func.max(table.columns["id"])))
    if last is not None:
        connection.execute(
            text("select setval(pg_get_serial_sequence(:name, 'id'), :last)"),
            {"name": table.name, "last": last},
        )
