"""Folders of reports come in, from a browser and from the command line."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from exchange_made import make_folder
from fastapi.testclient import TestClient
from sqlalchemy import select

from posecheck.apps.web.exchange.importing import Imported, import_folder
from posecheck.apps.web.room import Room
from posecheck.apps.web.sentences import in_language
from posecheck.apps.web.store.tables import DONE, WAITING, AuditEntry, Clip, Job, Patient, Result
from posecheck.cli import main

FILM = b"a film of a leg"
SHA = hashlib.sha256(FILM).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of `grade`, with one clip beside it, and what else lies in such folders."""
    folder = tmp_path / "graded"
    make_folder(folder / "one", sha256=SHA)
    (folder / "one" / "report.html").write_text("<script>alert(1)</script>")
    (folder / "one" / "annotated.mp4").write_bytes(b"another film")
    make_folder(folder / "alone", sha256="d" * 64)
    (folder / "pump_left_side.mp4").write_bytes(FILM)
    (folder / "other.mp4").write_bytes(b"of somebody else")
    return folder


def clips(room: Room) -> dict[str, Clip]:
    with room.database.reading() as session:
        return {clip.sha256: clip for clip in session.scalars(select(Clip))}


def test_reports_come_in_with_their_clips(room: Room, patient_id: int, folder: Path) -> None:
    told: list[Imported] = []
    done = import_folder(room, patient_id, folder, "system", tell=told.append)
    assert told == done
    assert [(one.folder, one.state, one.has_video) for one in done] == [
        ("alone", "taken", False), ("one", "taken", True),
    ]  # fmt: skip
    found = clips(room)
    film, alone = found[SHA], found["d" * 64]
    assert (film.state, film.has_video, film.size) == (WAITING, True, len(FILM))
    assert (alone.state, alone.has_video) == (DONE, False)
    assert (alone.symptoms_before, alone.symptoms_after) == (6, 3)
    assert alone.recorded_at.isoformat() == "2026-03-30T10:00:00+00:00"
    place = room.folders.clip(patient_id, SHA)
    assert place.video is not None
    assert place.video.read_bytes() == FILM
    assert sorted(p.name for p in place.machine.iterdir()) == [
        "angles.csv", "poses.npz", "report.json",
    ]  # fmt: skip
    report = json.loads((folder / "one" / "report.json").read_text())
    with room.database.reading() as session:
        assert [job.clip_id for job in session.scalars(select(Job))] == [film.id]
        result = session.scalars(select(Result).where(Result.clip_id == film.id)).one()
        entries = session.scalars(select(AuditEntry.clip_id)).all()
    assert result.verdict == report["grade"]["verdict"]
    assert result.tension_knee_deg == report["tension"]["knee_flexion_deg"]
    assert sorted(e for e in entries if e) == sorted([film.id, alone.id])
    assert not list(room.folders.imports.iterdir())

    again = import_folder(room, patient_id, folder, "system")
    assert [(one.state, one.clip_id) for one in again] == [
        ("duplicate", alone.id), ("duplicate", film.id),
    ]  # fmt: skip


def test_what_is_damaged_or_foreign_is_refused_alone(
    room: Room, patient_id: int, folder: Path
) -> None:
    for name, text in (
        ("broken", "{"),
        ("foreign", '{"schema": "other/1"}'),
        ("half", '{"schema": "posecheck.report/1"}'),
    ):
        (folder / name).mkdir()
        (folder / name / "report.json").write_text(text)
    (folder / "huge").mkdir()
    with (folder / "huge" / "report.json").open("wb") as file:
        file.truncate(65 << 20)
    shutil.copytree(folder / "one", folder / "table")
    (folder / "table" / "angles.csv").write_text("t_s,nothing\n")
    shutil.copytree(folder / "one", folder / "zip")
    (folder / "zip" / "poses.npz").write_bytes(b"PK no archive")
    shutil.copytree(folder / "one", folder / "bomb")
    with zipfile.ZipFile(folder / "bomb" / "poses.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t_s.npy", bytes(64 << 20))
    for name, change in (
        ("exercise", {"exercise": "x" * 60}),
        ("score", {"grade": {"verdict": "pass", "score": 10**12, "reasons": []}}),
        ("zero", {"quality": {"warnings": ["a\0"], "tracked_fraction": 1.0}}),
    ):
        shutil.copytree(folder / "one", folder / name)
        plain = json.loads((folder / name / "report.json").read_text())
        (folder / name / "report.json").write_text(json.dumps(plain | change))
    shutil.copytree(folder / "one", folder / "linked")
    (folder / "linked" / "angles.csv").unlink()
    (folder / "linked" / "angles.csv").symlink_to("/etc/passwd")
    done = {one.folder: one for one in import_folder(room, patient_id, folder, "system")}
    refused = {name for name, one in done.items() if one.state == "refused"}
    assert refused == {
        "broken",
        "foreign",
        "half",
        "huge",
        "table",
        "zip",
        "linked",
        "bomb",
        "exercise",
        "score",
        "zero",
    }
    for name in refused:
        assert done[name].why.endswith(".")
        assert str(folder) not in done[name].why
        assert in_language(done[name].why, "de") != done[name].why
    assert len(clips(room)) == 2


def test_patients_are_made_by_the_names_in_the_reports(room: Room, folder: Path) -> None:
    report = json.loads((folder / "alone" / "report.json").read_text())
    report["subject"]["name"] = " Bo\u0308  Li "
    (folder / "alone" / "report.json").write_text(json.dumps(report))
    import_folder(room, None, folder, "system")
    with room.database.reading() as session:
        found = session.execute(select(Patient.name, Patient.search_name)).all()
    assert sorted(tuple(row) for row in found) == [("B\u00f6 Li", "bo li"), ("K-204", "k-204")]


def test_the_command_line(
    room: Room, folder: Path, capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    (folder / "bad").mkdir()
    (folder / "bad" / "report.json").write_text("{")
    where = ["--data", str(room.folders.data), "--database", database_url]
    assert main(["import", str(folder), *where, "--patient", "K-204"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        "alone: taken", "bad: refused", "one: taken",
    ]  # fmt: skip
    assert main(["import", str(folder), *where]) == 2
    assert "--patient" in capsys.readouterr().err
    assert main(["import", str(folder / "nothing"), *where, "--subjects"]) == 2


def send(client: TestClient, ident: str, path: str, data: bytes, offset: int = 0) -> int:
    answer = client.patch(
        f"/api/uploads/imports/{ident}/files",
        params={"path": path, "offset": offset}, content=data,
    )  # fmt: skip
    return answer.status_code


def test_a_browser_sends_a_folder_in_pieces(
    room: Room, therapist: TestClient, sign_in: object, patient_id: int, folder: Path
) -> None:
    begun = therapist.post(f"/api/patients/{patient_id}/imports").json()
    ident = begun["id"]
    for name in ("report.json", "angles.csv", "poses.npz"):
        data = (folder / "one" / name).read_bytes()
        half = len(data) // 2
        assert send(therapist, ident, f"graded/one/{name}", data[:half]) == 200
        assert send(therapist, ident, f"graded/one/{name}", data[:half]) == 409
        assert send(therapist, ident, f"graded/one/{name}", data[half:], half) == 200
    assert send(therapist, ident, "graded/clip.mp4", FILM) == 200
    for path in ("../x.mp4", "a/../../x.mp4", "/x.mp4", "report.html", "a/.b/x.mp4", "x\0.mp4"):
        assert send(therapist, ident, path, b"x") == 422
    assert send(therapist, ident, "x.mp4", bytes(9 << 20)) == 413
    other = sign_in("owner")  # type: ignore[operator]
    assert send(other, ident, "x.mp4", b"x") == 404
    assert other.post(f"/api/imports/{ident}/take-in").status_code == 404
    answer = therapist.post(f"/api/imports/{ident}/take-in")
    assert [(o["state"], o["has_video"]) for o in answer.json()] == [("taken", True)]
    assert clips(room)[SHA].user_id is not None
    assert therapist.post(f"/api/imports/{ident}/take-in").status_code == 404
    assert not list(room.folders.imports.iterdir())


def test_an_import_is_given_up(room: Room, therapist: TestClient, patient_id: int) -> None:
    ident = therapist.post(f"/api/patients/{patient_id}/imports").json()["id"]
    assert therapist.post(f"/api/imports/{ident}/take-in").status_code == 422  # nothing is there
    ident = therapist.post(f"/api/patients/{patient_id}/imports").json()["id"]
    assert therapist.delete(f"/api/imports/{ident}").status_code == 204
    assert therapist.delete("/api/imports/../../x").status_code in (404, 405)
    assert not list(room.folders.imports.iterdir())
    assert therapist.post(f"/api/patients/{patient_id + 1}/imports").status_code == 404
