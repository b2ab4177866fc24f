"""A backup is a room again, on either database, and nothing that is damaged is taken."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from sqlalchemy import select

from posecheck.apps.web.backup import back_up, restore
from posecheck.apps.web.exchange.backups import backups_since
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.tables import Clip, Patient, now
from posecheck.errors import InputError

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
    target = tmp_path / "room.tar"
    assert back_up(room, target) == 1
    with room.database.reading() as session:
        assert [b.path for b in backups_since(session, before)] == [str(target)]
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
        assert folder.video is not None
        assert folder.video.read_bytes() == b"video"
        assert (folder.machine / "report.json").read_text() == "{}"
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
