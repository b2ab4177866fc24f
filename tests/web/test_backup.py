"""A backup is a room again, on either database, and nothing that is damaged is taken."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from posecheck.apps.web import backup
from posecheck.apps.web.backup import back_up
from posecheck.apps.web.exchange.backups import backups_since
from posecheck.apps.web.exchange.deletion import delete_patient
from posecheck.apps.web.folders import PLOTLY_FROM_REPORT
from posecheck.apps.web.restore import restore
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.database import newest_version
from posecheck.apps.web.store.tables import AuditEntry, Clip, Patient, now
from posecheck.errors import InputError, PosecheckError

SHA = "ab" * 32


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A backup of a room on SQLite with one clip."""
    room = Room.opened(Settings(data=tmp_path / "first"))
    before = now()
    with room.database.writing() as session:
        patient = Patient(name="K-204 Jürgen", search_name="k-204 jurgen")
        session.add(patient)
        session.flush()
        session.add(
            Clip(patient_id=patient.id, sha256=SHA, name="a.mp4", size=5, recorded_at=before)
        )
        folder = room.folders.clip(patient.id, SHA)
    (folder.path / "machine").mkdir(parents=True)
    (folder.path / "clip.mp4").write_bytes(b"video")
    (folder.machine / "report.json").write_text("{}")
    room.folders.plotly.write_text("Plotly")
    target = tmp_path / "room.tar"
    assert back_up(room, target) == 1
    with room.database.reading() as session:
        assert [b.path for b in backups_since(session, before)] == [str(target)]
        assert session.scalars(select(AuditEntry.action)).all() == ["room.backup"]
    room.close()
    return target


def test_it_comes_back(archive: Path, tmp_path: Path, database_url: str) -> None:
    url = None if database_url.startswith("sqlite") else database_url
    settings = Settings(data=tmp_path / "second", database=url)
    assert restore(archive, settings) == 1
    with contextlib.closing(Room.opened(settings)) as room:
        with room.database.writing() as session:
            clip = session.scalars(select(Clip)).one()
            assert session.get_one(Patient, clip.patient_id).name == "K-204 Jürgen"
            folder = room.folders.clip(clip.patient_id, clip.sha256)
            session.add(Patient(name="next", search_name="next"))
            noted = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert noted == ["room.restore"]
        assert folder.video is not None
        assert folder.video.read_bytes() == b"video"
        assert (folder.machine / "report.json").read_text() == "{}"
        assert (folder.machine / PLOTLY_FROM_REPORT).read_text() == "Plotly"
    with pytest.raises(InputError, match="not empty"):
        restore(archive, settings)


@pytest.mark.one_database
@pytest.mark.parametrize("what", ["changed", "cut"])
def test_what_is_damaged_is_refused(archive: Path, tmp_path: Path, what: str) -> None:
    data = archive.read_bytes()
    at = data.index(b"video")
    archive.write_bytes(data[:at] + b"V" + data[at + 1 :] if what == "changed" else data[:at])
    with pytest.raises(InputError, match=r"damaged|cannot be read"):
        restore(archive, Settings(data=tmp_path / "second"))
    assert not (tmp_path / "second").exists()


def test_what_is_deleted_during_the_copy_is_not_in_it(
    room: Room, patient_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with room.database.writing() as session:
        session.add(
            Clip(patient_id=patient_id, sha256=SHA, name="a.mp4", size=5, recorded_at=now())
        )
    target, add_folder = tmp_path / "room.tar", backup._add_folder
    told: list[str] = []

    def deleted_meanwhile(*values: Any) -> None:
        add_folder(*values)
        told.extend(one.path for one in delete_patient(room, patient_id, "test").backups)

    monkeypatch.setattr(backup, "_add_folder", deleted_meanwhile)
    assert back_up(room, target) == 0
    assert told == [str(target)]  # it might have been broken off there
    assert SHA.encode() not in target.read_bytes()


@pytest.mark.one_database
def test_one_that_comes_to_nothing_is_forgotten(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_values: Any) -> None:
        raise OSError("the disk is full")

    before = now()
    monkeypatch.setattr(backup, "_copied", fails)
    with pytest.raises((OSError, PosecheckError)):
        back_up(room, tmp_path / "room.tar")
    with room.database.reading() as session:
        assert backups_since(session, before) == ()


@pytest.mark.one_database
def test_tables_of_another_version_are_refused(archive: Path, tmp_path: Path) -> None:
    data = archive.read_bytes()
    version = json.dumps({"tables": newest_version()})[1:-1].encode()
    other = version.replace(b"0001", b"0009")
    assert data.count(version) == 1
    archive.write_bytes(data.replace(version, other))
    with pytest.raises(InputError, match="of version 0009"):
        restore(archive, Settings(data=tmp_path / "second"))
