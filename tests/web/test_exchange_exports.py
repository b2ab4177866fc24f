"""What goes out is read back, each kind by the rules of its own format."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exchange_made import make_clip_row
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import select

from posecheck.apps.web.exchange.fhir_codes import CODES, PATIENT_CODE, SYSTEM
from posecheck.apps.web.exchange.streamed_zip import stream_zip
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.results import save_result
from posecheck.apps.web.store.tables import (
    CORRECTED,
    AuditEntry,
    Clip,
    Correction,
    Result,
    User,
    now,
)
from posecheck.present.report_reader import load_report
from posecheck.vision.pose_store import load_poses


@pytest.fixture
def clip_id(room: Room, patient_id: int) -> int:
    return make_clip_row(room, patient_id)


def export(client: TestClient, clip_id: int, kind: str, **query: Any) -> bytes:
    answer = client.get(f"/api/clips/{clip_id}/export/{kind}", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="clip-{clip_id}')
    return answer.content


def machine(room: Room, clip_id: int) -> Path:
    with room.database.reading() as session:
        clip = session.get_one(Clip, clip_id)
    return room.folders.clip(clip.patient_id, clip.sha256).machine


def correct(room: Room, clip_id: int) -> None:
    """Have a therapist put a tension right."""
    folder = machine(room, clip_id)
    plain = json.loads((folder / "report.json").read_text())
    plain["tension"]["knee_flexion_deg"] = plain["sets"][0]["tension"]["knee_flexion_deg"] = 31.5
    other = folder.with_name("corrected")
    other.mkdir()
    (other / "report.json").write_text(json.dumps(plain))
    (other / "angles.csv").write_bytes((folder / "angles.csv").read_bytes())
    with room.database.writing() as session:
        user = User(login="mia", name="Mia", role="therapist", password_hash="-")
        session.add(user)
        session.flush()
        for revision, undone in ((1, None), (2, now())):
            session.add(
                Correction(
                    clip_id=clip_id, revision=revision, kind="tension", user_id=user.id,
                    values={"set": 1}, before={}, undone_at=undone,
                )
            )  # fmt: skip
        save_result(session, clip_id, CORRECTED, plain)


@pytest.mark.one_database
def test_the_report_itself(room: Room, therapist: TestClient, clip_id: int, tmp_path: Path) -> None:
    files = {"json": "report.json", "csv": "angles.csv", "poses": "poses.npz"}
    day = {"recorded_at": "2026-03-30T10:00:00Z"}  # as the report has it
    therapist.patch(f"/api/clips/{clip_id}", json=day)
    for kind, name in files.items():
        (tmp_path / name).write_bytes(export(therapist, clip_id, kind))
    assert load_report(tmp_path).to_json() == load_report(machine(room, clip_id)).to_json()
    assert len(load_poses(tmp_path / "poses.npz")) > 200
    assert json.loads((tmp_path / "report.json").read_text())["whose"] == "machine"
    with room.database.reading() as session:
        noted = session.scalars(
            select(AuditEntry.detail).where(AuditEntry.action == "clip.export")
        ).all()
    assert sorted(noted) == sorted(files)


@pytest.mark.one_database
def test_the_printed_page_is_in_the_language_asked_for(therapist: TestClient, clip_id: int) -> None:
    text = "\n".join(
        page.extract_text()
        for page in PdfReader(io.BytesIO(export(therapist, clip_id, "pdf", language="de"))).pages
    )
    assert "Spannung" in text
    changed = {"symptoms_after": 9, "note": "after work"}  # since it was graded
    assert therapist.patch(f"/api/clips/{clip_id}", json=changed).status_code == 200
    html = export(therapist, clip_id, "html").decode()
    assert '<html lang="en"' in html
    assert "9 of 10" in html
    assert json.loads(export(therapist, clip_id, "json"))["subject"]["note"] == "after work"


def test_the_corrected_report_is_what_goes_out(
    room: Room, therapist: TestClient, clip_id: int
) -> None:
    correct(room, clip_id)
    found = json.loads(export(therapist, clip_id, "json"))
    assert found["tension"]["knee_flexion_deg"] == 31.5
    assert [(c["kind"], c["by"]) for c in found["corrections"]] == [("tension", "Mia")]


@pytest.mark.one_database
def test_a_joint_that_was_put_right_is_there_in_every_file(
    therapist: TestClient, clip_id: int
) -> None:
    seen = therapist.get(f"/api/clips/{clip_id}/review").json()
    look = seen["looks_t_s"][60]
    frame = seen["series"]["t_s"].index(look)
    x, y = seen["points"]["working_px"][frame][2]
    before = ankles(therapist, clip_id)
    values = {
        "t_s": look, "leg": "working", "joint": "ankle", "xy_px": [x + 60, y], "hold": "frame",
    }  # fmt: skip
    made = {"revision": 0, "kind": "joint", "values": values}
    assert therapist.post(f"/api/clips/{clip_id}/corrections", json=made).status_code == 200
    after = ankles(therapist, clip_id)
    for kind, was, new in zip(("trc", "movement"), before, after, strict=True):
        moved = np.abs(new - was)
        assert moved[frame, 0] > 0.5 * np.nanmax(moved) > 0, kind
        far = np.abs(np.array(seen["series"]["t_s"]) - look) > 3.0
        assert np.nanmax(moved[far]) < 0.02 * moved[frame, 0], kind
    text = PdfReader(io.BytesIO(export(therapist, clip_id, "pdf", language="de"))).pages[0]
    assert "Spannung" in text.extract_text()


def ankles(therapist: TestClient, clip_id: int) -> tuple[np.ndarray[Any, Any], ...]:
    """The places of the working ankle in the files that have places, (frames, 2) each."""
    _, places, _ = read_trc(export(therapist, clip_id, "trc").decode())
    rows = list(csv.reader(io.StringIO(export(therapist, clip_id, "movement").decode())))
    at = [i for i, name in enumerate(rows[1]) if name == "left_ankle"][:2]
    plain = np.array([[float(row[i] or "nan") for i in at] for row in rows[3:]])
    return places["LAnkle"][:, :2], plain


def resources(text: bytes) -> list[Any]:
    from fhir.resources.R4B.bundle import Bundle

    bundle = Bundle.model_validate_json(text)
    assert bundle.type == "collection"
    return [entry.resource for entry in bundle.entry]


def by_code(found: list[Any]) -> dict[str, Any]:
    return {
        one.code.coding[0].code: one for one in found if one.get_resource_type() == "Observation"
    }


@pytest.mark.one_database
def test_fhir_reads_back_with_what_was_measured(
    room: Room, therapist: TestClient, clip_id: int
) -> None:
    plain = json.loads((machine(room, clip_id) / "report.json").read_text())
    first = export(therapist, clip_id, "fhir")
    found = resources(first)
    seen = by_code(found)
    knee = seen["tension-knee-flexion"]
    assert float(knee.valueQuantity.value) == plain["tension"]["knee_flexion_deg"]
    assert (knee.valueQuantity.code, knee.valueQuantity.system) == (
        "deg", "http://unitsofmeasure.org",
    )  # fmt: skip
    band = {c.code.coding[0].code: c for c in knee.component}["uncertainty"]
    assert float(band.valueQuantity.value) == plain["tension"]["uncertainty_deg"]
    assert knee.bodySite.text == "left leg"
    assert float(seen["repetitions"].valueQuantity.value) == len(plain["reps"])
    assert seen["repetitions"].valueQuantity.code == "{reps}"
    assert "range-ankle" in seen
    assert (seen["symptoms-before"].valueInteger, seen["symptoms-after"].valueInteger) == (6, 3)
    session = seen["session"]
    assert session.valueCodeableConcept.coding[0].code == plain["grade"]["verdict"]
    ids = {f"urn:uuid:{one.id}" for one in found}
    assert {m.reference for m in session.hasMember} <= ids
    assert knee.device.reference in ids
    for one in seen.values():
        assert one.status == "final"
        assert one.subject.identifier.system == PATIENT_CODE
        assert isinstance(one.effectiveDateTime, datetime)
        assert one.effectiveDateTime.tzinfo is not None
        assert one.code.coding[0].system == SYSTEM
        assert one.code.coding[0].code in CODES
    assert b"loinc" not in first.lower()
    again = resources(export(therapist, clip_id, "fhir"))
    assert {one.id for one in again} == {one.id for one in found}


@pytest.mark.one_database
def test_fhir_says_who_has_corrected(room: Room, therapist: TestClient, clip_id: int) -> None:
    correct(room, clip_id)
    found = resources(export(therapist, clip_id, "fhir"))
    seen = by_code(found)
    assert float(seen["tension-knee-flexion"].valueQuantity.value) == 31.5
    assert seen["session"].status == "amended"
    (who,) = [one for one in found if one.get_resource_type() == "Provenance"]
    assert [agent.who.display for agent in who.agent] == ["Mia"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "code", "ranged"),
    [
        ("sibling_slr_right_side", "end-range-hip-flexion", "range-hip"),
        ("sibling_ake_left_side", "end-range-knee-flexion", "range-knee"),
    ],
)
def test_fhir_of_a_test_has_its_end_ranges(
    room: Room, therapist: TestClient, patient_id: int, name: str, code: str, ranged: str
) -> None:
    clip_id = make_clip_row(room, patient_id, name)
    plain = json.loads((machine(room, clip_id) / "report.json").read_text())
    seen = by_code(resources(export(therapist, clip_id, "fhir")))
    peak = seen[code]
    assert float(peak.valueQuantity.value) == plain["summary"]["median_deg"]
    each = [
        float(c.valueQuantity.value)
        for c in peak.component
        if c.code.coding[0].code == "end-range-of-repetition"
    ]
    assert each == [rep["peak_deg"] for rep in plain["reps"]]
    assert ranged in seen


def read_trc(text: str) -> tuple[dict[str, str], dict[str, np.ndarray[Any, Any]], list[float]]:
    """Read a TRC file as strictly as OpenSim does."""
    lines = text.split("\n")
    assert lines[0].split("\t")[:3] == ["PathFileType", "4", "(X/Y/Z)"]
    header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    frames, markers = int(header["NumFrames"]), int(header["NumMarkers"])
    labels = lines[3].split("\t")
    assert labels[:2] == ["Frame#", "Time"]
    names = labels[2::3]
    assert len(names) == markers
    assert all(names)
    assert not any(labels[3::3] + labels[4::3])
    axes = [f"{axis}{i}" for i in range(1, markers + 1) for axis in "XYZ"]
    assert lines[4].split("\t") == ["", "", *axes]
    assert lines[5] == ""
    assert lines[-1] == ""
    rows = [line.split("\t") for line in lines[6:-1]]
    assert [row[0] for row in rows] == [str(i + 1) for i in range(frames)]
    assert {len(row) for row in rows} == {2 + 3 * markers}
    numbers = np.array([[float(c) if c else np.nan for c in row[2:]] for row in rows])
    places = {name: numbers[:, 3 * i : 3 * i + 3] for i, name in enumerate(names)}
    return header, places, [float(row[1]) for row in rows]


@pytest.mark.one_database
def test_trc_is_one_of_opensim(room: Room, therapist: TestClient, clip_id: int) -> None:
    header, places, times = read_trc(export(therapist, clip_id, "trc").decode())
    report = load_report(machine(room, clip_id))
    assert times == pytest.approx(report.series.t_s)
    assert header["Units"] == "m"
    assert float(header["DataRate"]) == pytest.approx(25.0, abs=0.1)
    assert {"LHip", "LKnee", "LAnkle", "LHeel", "LBigToe", "RHip", "Shoulders", "Ear"} <= {*places}
    thigh = np.linalg.norm(places["LHip"] - places["LKnee"], axis=1)
    assert np.nanmedian(thigh) == pytest.approx(1.0, abs=1e-4)
    assert set(places["LHip"][:100, 2]) == {0.0}
    hold = np.searchsorted(times, report.sets[0].tension.start_s)  # type: ignore[union-attr]
    assert places["LKnee"][hold, 1] > places["LHip"][hold, 1]  # y upwards: the thigh is up


def read_mot(text: str) -> tuple[dict[str, str], list[str], np.ndarray[Any, Any]]:
    """Read a MOT file as strictly as OpenSim does."""
    head, _, body = text.partition("\nendheader\n")
    header = dict(line.split("=", 1) for line in head.split("\n") if "=" in line)
    lines = body.split("\n")
    assert lines[-1] == ""
    columns = lines[0].split("\t")
    table = np.array([[float(c) for c in line.split("\t")] for line in lines[1:-1]])
    assert table.shape == (int(header["nRows"]), int(header["nColumns"]))
    assert columns[0] == "time"
    assert len(columns) == table.shape[1]
    assert np.isfinite(table).all()
    assert (np.diff(table[:, 0]) > 0).all()
    return header, columns, table


@pytest.mark.one_database
def test_mot_is_one_of_opensim(room: Room, therapist: TestClient, clip_id: int) -> None:
    header, columns, table = read_mot(export(therapist, clip_id, "mot").decode())
    assert header["inDegrees"] == "yes"
    assert header["version"] == "1"
    assert {"hip_flexion_l", "knee_angle_l", "ankle_angle_l"} <= {*columns}
    report = load_report(machine(room, clip_id))
    at = np.searchsorted(table[:, 0], 6.0)
    there = np.searchsorted(report.series.t_s, table[at, 0])
    knee = table[at, columns.index("knee_angle_l")]
    assert knee == pytest.approx(report.series.knee_flexion_deg[there])


@pytest.mark.one_database
def test_the_dataset_for_movement_has_the_header_of_deeplabcut(
    therapist: TestClient, clip_id: int
) -> None:
    rows = list(csv.reader(io.StringIO(export(therapist, clip_id, "movement").decode())))
    assert [row[0] for row in rows[:3]] == ["scorer", "bodyparts", "coords"]
    assert rows[2][1:] == ["x", "y", "likelihood"] * 12
    assert {"left_knee", "right_toe", "ear"} <= {*rows[1]}
    assert [row[0] for row in rows[3:]] == [str(i) for i in range(len(rows) - 3)]
    knee = rows[1].index("left_knee")
    assert 0 < float(rows[150][knee]) < 640


@pytest.mark.one_database
def test_what_cannot_be_made_is_one_sentence(
    room: Room, therapist: TestClient, clip_id: int
) -> None:
    (machine(room, clip_id) / "poses.npz").unlink()
    for kind in ("poses", "trc", "movement"):
        answer = therapist.get(f"/api/clips/{clip_id}/export/{kind}")
        assert answer.status_code == 422
        assert answer.json()["detail"].endswith(".")
    assert therapist.get(f"/api/clips/{clip_id}/export/mot").status_code == 200
    assert therapist.get(f"/api/clips/{clip_id}/export/nothing").status_code == 422
    assert therapist.get(f"/api/clips/{clip_id + 1}/export/json").status_code == 404
    assert therapist.get(f"/api/clips/{2**70}/export/json").status_code == 422


def test_everything_of_a_patient_is_one_archive(
    room: Room, therapist: TestClient, patient_id: int, clip_id: int
) -> None:
    (machine(room, clip_id).parent / "clip.mp4").write_bytes(b"film")
    correct(room, clip_id)
    for videos in (False, True):
        answer = therapist.get(f"/api/patients/{patient_id}/export/zip", params={"videos": videos})
        assert f'filename="patient-{patient_id}.zip"' in answer.headers["content-disposition"]
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert archive.testzip() is None
        names = set(archive.namelist())
        assert (f"clips/{clip_id}/clip.mp4" in names) == videos
        assert {
            f"clips/{clip_id}/machine/report.json", f"clips/{clip_id}/corrected/report.json",
            f"clips/{clip_id}/machine/poses.npz", "fhir.json", "audit.csv", "patient.json",
        } <= names  # fmt: skip
    assert json.loads(archive.read("patient.json"))["name"] == "K-204"
    assert len(json.loads(archive.read("corrections.json"))) == 2
    assert len(resources(archive.read("fhir.json"))) > 5
    rows = list(csv.DictReader(io.StringIO(archive.read("results.csv").decode())))
    assert [(r["whose"], r["verdict"]) for r in rows] == [
        ("machine", rows[0]["verdict"]), ("corrected", rows[0]["verdict"]),
    ]  # fmt: skip
    assert float(rows[1]["tension_knee_deg"]) == 31.5
    log = list(csv.DictReader(io.StringIO(archive.read("audit.csv").decode())))
    assert [e["action"] for e in log] == ["patient.export"] * 2


def test_a_patient_without_clips_has_empty_files(therapist: TestClient, patient_id: int) -> None:
    for kind in ("zip", "pdf", "csv", "json", "fhir"):
        answer = therapist.get(f"/api/patients/{patient_id}/export/{kind}", params={"names": True})
        assert answer.status_code == 200
        assert "K-204" in answer.headers["content-disposition"]


def test_an_archive_is_never_in_memory(tmp_path: Path) -> None:
    big = tmp_path / "big.mp4"
    with big.open("wb") as file:
        file.truncate(64 << 20)

    def members() -> Iterator[tuple[str, bytes | Path]]:
        yield "big.mp4", big
        yield "gone.txt", tmp_path / "gone.txt"

    sizes = [len(piece) for piece in stream_zip(members())]
    assert max(sizes) < 3 << 20
    assert sum(sizes) > 64 << 20


@pytest.mark.one_database
def test_all_results_are_printed_and_told_as_json(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    clip_id = make_clip_row(room, patient_id)
    correct(room, clip_id)
    with room.database.writing() as session:
        for i in range(39):  # of which only the numbers are here
            clip = Clip(
                patient_id=patient_id, sha256=f"{i:064x}", name="a", size=1, recorded_at=now()
            )
            session.add(clip)
            session.flush()
            session.add(Result(clip_id=clip.id, whose="machine", verdict="pass", reps=4))
    base = f"/api/patients/{patient_id}/export"
    document = PdfReader(io.BytesIO(therapist.get(f"{base}/pdf?language=de").content))
    pages = [page.extract_text() for page in document.pages]
    assert len(pages) == 2
    assert "Ergebnisse von K-204" in pages[0]
    assert "6 → 3" in pages[0]
    assert "32° ±" in pages[0]
    assert "Seite 2" in pages[1]
    found = therapist.get(f"{base}/json").json()
    assert [c["report"]["whose"] for c in found["clips"]] == ["corrected"]
    assert found["patient"]["name"] == "K-204"
