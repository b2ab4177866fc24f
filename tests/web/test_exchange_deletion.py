"""What is deleted is gone everywhere, and whoever is killed meanwhile leaves all or nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from batch_fakes import make_clip
from fastapi.testclient import TestClient
from queue_clips import arrived, wait_until
from sqlalchemy import select

from posecheck.apps.web.exchange import deletion
from posecheck.apps.web.queue.runner import Queue
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import (
    AuditEntry,
    Base,
    Clip,
    Correction,
    Job,
    Patient,
    PrescriptionVersion,
    Result,
    RoomSetting,
    Upload,
    now,
)

SHA = "ab" * 32


@pytest.fixture
def clip_id(room: Room, patient_id: int) -> int:
    """A clip with everything that there can be of one."""
    with room.database.writing() as session:
        version = PrescriptionVersion(patient_id=patient_id, version=1, name="p", values={})
        clip = Clip(patient_id=patient_id, sha256=SHA, name="k-204.mp4", size=4, recorded_at=now())
        session.add_all([version, clip])
        session.flush()
        session.add_all(
            [
                Job(clip_id=clip.id),
                Result(clip_id=clip.id, whose="machine", verdict="pass"),
                Correction(clip_id=clip.id, revision=1, kind="side", values={}, before={}),
                Upload(id="u" * 43, patient_id=patient_id, name="k-204 again.mp4", size=9),
                AuditEntry(who="user 1", action="clip.see", patient_id=patient_id, detail="K-204"),
                RoomSetting(
                    key="backups",
                    value=json.dumps(
                        [
                            {"path": "/old", "at": "2000-01-01T00:00:00+00:00"},
                            {"path": "/new", "at": now().isoformat()},
                        ]
                    ),
                ),
            ]
        )
    folder = room.folders.clip(patient_id, SHA)
    for name in ("clip.mp4", "machine/report.json", "corrected/report.json", "work/x"):
        (folder.path / name).parent.mkdir(parents=True, exist_ok=True)
        (folder.path / name).write_text("K-204")
    (room.folders.uploads / ("u" * 43)).write_text("K-204")
    return clip.id


def rows_of(room: Room) -> list[dict[str, Any]]:
    """Every row of every table, but for accounts and what the log must keep."""
    found = []
    with room.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                found.append({"table": table.name, **{str(k): v for k, v in row.items()}})
    return found


def files_of(room: Room) -> list[Path]:
    return [path for path in room.folders.data.rglob("*") if path.is_file()]


def test_a_patient_leaves_no_file_and_no_row(
    room: Room, therapist: TestClient, patient_id: int, clip_id: int
) -> None:
    answer = therapist.delete(f"/api/patients/{patient_id}")
    assert answer.status_code == 200
    assert answer.json()["clips"] == 1
    assert [b["path"] for b in answer.json()["backups"]] == ["/new"]
    assert [f for f in files_of(room) if "room.sqlite" not in f.name] == []
    rows = rows_of(room)
    assert {r["table"] for r in rows} <= {
        "user_account", "login_session", "room_setting", "audit_entry", "alembic_version",
    }  # fmt: skip
    assert "k-204" not in str(rows).casefold()
    assert ("patient.delete", patient_id) in {
        (r["action"], r["patient_id"]) for r in rows if r["table"] == "audit_entry"
    }
    assert therapist.delete(f"/api/patients/{patient_id}").status_code == 404
    assert clip_id


def test_a_clip_goes_and_its_patient_stays(
    room: Room, therapist: TestClient, patient_id: int, clip_id: int
) -> None:
    assert therapist.delete(f"/api/clips/{clip_id}").status_code == 200
    assert not any(SHA in str(path) for path in files_of(room))
    rows = rows_of(room)
    assert SHA not in str(rows)
    assert not {"clip", "job", "result", "correction"} & {r["table"] for r in rows}
    assert any(r["table"] == "patient" and r["id"] == patient_id for r in rows)


def test_programs_and_strangers_delete_nothing(
    room: Room, stranger: TestClient, clip_id: int
) -> None:
    assert stranger.delete(f"/api/clips/{clip_id}").status_code == 401
    assert room.database.is_there()


class KilledError(BaseException):
    """The process ends here."""


def test_killed_before_the_rows_are_gone_it_is_all_there_again(
    room: Room, patient_id: int, clip_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(deletion, "_forget_names", killed)
        patch.setattr(deletion, "_put_back", lambda *_: None)  # a dead process puts nothing back
        with pytest.raises(KilledError):
            deletion.delete_patient(room, patient_id, "system")
    assert room.folders.clip(patient_id, SHA).video is None
    other = room.folders.clip(patient_id, "ef" * 32).path  # arrives before the sweep
    other.mkdir(parents=True)
    (other / "clip.mp4").write_text("another film")
    with room.database.writing() as session:
        session.add(
            Clip(patient_id=patient_id, sha256="ef" * 32, name="b", size=1, recorded_at=now())
        )
    assert deletion.finish_deletions(room) == 0
    assert room.folders.clip(patient_id, SHA).video is not None
    assert (other / "clip.mp4").is_file()
    with room.database.reading() as session:
        assert session.get(Clip, clip_id) is not None


def test_killed_before_the_files_are_gone_the_next_start_removes_them(
    room: Room, patient_id: int, clip_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        deletion.delete_clip(room, clip_id, "system")
    assert any(room.folders.deleted.rglob("clip.mp4"))
    stray = room.folders.clip(patient_id, "cd" * 32).path / "work"
    stray.mkdir(parents=True)
    assert deletion.finish_deletions(room) == 2
    assert not list(room.folders.deleted.iterdir())
    assert not stray.exists()


def test_what_fails_puts_everything_back(
    room: Room, patient_id: int, clip_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(deletion, "_forget_names", broken)
    with pytest.raises(RuntimeError):
        deletion.delete_patient(room, patient_id, "system")
    assert room.folders.clip(patient_id, SHA).video is not None
    with room.database.reading() as session:
        assert session.get(Patient, patient_id) is not None
    assert clip_id


def test_a_clip_that_is_worked_on_goes_too(
    room: Room, therapist: TestClient, patient_id: int, tmp_path: Path
) -> None:
    clip_id = arrived(room, patient_id, make_clip(tmp_path / "leg.mp4", 220))

    def progress() -> float:
        with room.database.reading() as session:
            return session.scalar(select(Job.progress).where(Job.clip_id == clip_id)) or 0.0

    queue = Queue(room, "batch_fakes:remember_slowly")
    queue.start()
    try:
        wait_until(lambda: progress() > 0)
        assert therapist.delete(f"/api/clips/{clip_id}").status_code == 200
        wait_until(lambda: not any("work" in path.parts for path in files_of(room)))
    finally:
        queue.stop()
    assert [f for f in files_of(room) if "patients" in f.parts] == []
    assert not {"clip", "job", "result"} & {r["table"] for r in rows_of(room)}
