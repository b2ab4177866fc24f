"""Backups: of a room of either database into one of either, whole or not at all."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exchange_made import make_clip_row
from fastapi.testclient import TestClient
from sqlalchemy import select

from posecheck.apps.web import backup
from posecheck.apps.web.backup import TABLES, back_up
from posecheck.apps.web.exchange.deletion import delete_clip
from posecheck.apps.web.restore import restore
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import Base, Patient
from posecheck.errors import InputError

OTHER = "b" * 64


def rows(room: Room) -> dict[str, list[Any]]:
    with room.database.engine.connect() as connection:
        return {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key)))
            for table in TABLES
        }


def files(room: Room) -> dict[str, bytes]:
    top = room.folders.patients
    return {str(p.relative_to(top)): p.read_bytes() for p in top.rglob("*") if p.is_file()}


@pytest.fixture
def archive(room: Room, owner: TestClient, patient_id: int, tmp_path: Path) -> Path:
    """A backup of a room with a patient and a clip."""
    owner.patch(f"/api/patients/{patient_id}", json={"note": "Zwölf Wörter"})
    make_clip_row(room, patient_id)
    target = tmp_path / "room.zip"
    assert back_up(room, target) > 2
    return target


def test_what_was_copied_is_there_again(room: Room, archive: Path, tmp_path: Path) -> None:
    place = Settings(data=tmp_path / "new")
    restore(archive, place)
    with closing(Room.opened(place)) as again:
        assert rows(again) == rows(room)
        assert files(again) == files(room)
        with again.database.writing() as session:
            session.add(Patient(name="next", search_name="next"))
    assert not list(tmp_path.glob(".*.part"))
    with pytest.raises(InputError, match="not empty"):
        restore(archive, place)


@pytest.mark.postgres
@pytest.mark.one_database
def test_a_practice_moves_to_postgresql(
    room: Room, archive: Path, tmp_path: Path, postgres_server: Any
) -> None:
    url = postgres_server.new_database("moved")
    place = Settings(data=tmp_path / "new", database=url)
    restore(archive, place)
    with closing(Room.opened(place)) as again:
        assert rows(again) == rows(room)
        with again.database.writing() as session:
            session.add(Patient(name="next", search_name="next"))
    with pytest.raises(InputError, match="holds a room"):
        restore(archive, replace(place, data=tmp_path / "newer"))
    assert not (tmp_path / "newer").exists()
    postgres_server.drop("moved")


def test_a_backup_is_named_by_a_deletion(owner: TestClient, archive: Path, patient_id: int) -> None:
    answer = owner.delete(f"/api/patients/{patient_id}")
    assert [one["path"] for one in answer.json()["backups"]] == [str(archive)]


def test_a_clip_that_goes_meanwhile_breaks_nothing(
    room: Room, patient_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_clip_row(room, patient_id), make_clip_row(room, patient_id, sha256=OTHER)
    folder = backup._Copy._folder

    def slow(self: Any, folders: Any, path: Path) -> None:
        folder(self, folders, path)
        if path.name != OTHER:
            delete_clip(room, second, "system")

    monkeypatch.setattr(backup._Copy, "_folder", slow)
    target = tmp_path / "room.zip"
    back_up(room, target)
    restore(target, Settings(data=tmp_path / "new"))
    kept = list((tmp_path / "new/patients").glob("*/*"))
    assert len(kept) == 1
    assert first


def test_one_that_fails_leaves_nothing(
    room: Room, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="there already"):
        back_up(room, archive)

    def fails(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup._Copy, "_file", fails)
    target = tmp_path / "second.zip"
    with pytest.raises(Exception, match="No space"):
        back_up(room, target)
    assert not target.exists()
    assert "second.zip" not in json.dumps([list(r) for r in rows(room)["room_setting"]])


def changed(archive: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> None:
    with zipfile.ZipFile(archive) as opened:
        contents = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(contents["manifest.json"])
    change(contents, manifest)
    contents["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(archive, "w") as written:
        for name, value in contents.items():
            written.writestr(name, value)


def smuggled(name: str) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(contents: dict[str, bytes], manifest: dict[str, Any]) -> None:
        import hashlib

        contents[name] = b"x"
        manifest["contents"][name] = hashlib.sha256(b"x").hexdigest()

    return change


CHANGES: dict[str, Callable[[dict[str, bytes], dict[str, Any]], Any]] = {
    "a row": lambda c, _: c.update({"tables/patient.jsonl": b"{}\n"}),
    "a table": lambda c, _: c.pop("tables/patient.jsonl"),
    "version": lambda _, m: m.update(format=99),
    "revision": lambda _, m: m.update(revision="later"),
    "no list": lambda _, m: m.pop("contents"),
    "more": lambda c, _: c.update({"files/more": b""}),
    "up": smuggled("files/patients/1/../../../evil"),
    "up too": smuggled(f"files/patients/1/{OTHER}/../../evil"),
    "root": smuggled("/etc/evil"),
    "windows": smuggled(f"files/patients/1/{OTHER}/..\\evil"),
    "elsewhere": smuggled("files/room.sqlite"),
}


@pytest.mark.one_database
@pytest.mark.parametrize("what", CHANGES)
def test_what_is_damaged_or_leads_elsewhere_is_refused(
    archive: Path, tmp_path: Path, what: str
) -> None:
    changed(archive, CHANGES[what])
    with pytest.raises(InputError, match="damaged"):
        restore(archive, Settings(data=tmp_path / "deep/new"))
    assert not list(tmp_path.rglob("evil"))
    assert not list((tmp_path / "deep").glob("*"))


@pytest.mark.one_database
@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_half_a_file_and_flipped_bytes_are_refused(
    archive: Path, tmp_path: Path, part: float
) -> None:
    whole = archive.read_bytes()
    at = int(len(whole) * part)
    flipped = bytearray(whole)
    flipped[min(at + 200, len(whole) - 1)] ^= 255
    for broken in (whole[:at], bytes(flipped)):
        archive.write_bytes(broken)
        with pytest.raises(InputError, match="damaged"):
            restore(archive, Settings(data=tmp_path / "new"))
        assert not (tmp_path / "new").exists()


def test_the_migration_makes_the_tables_of_the_program(room: Room) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with room.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
