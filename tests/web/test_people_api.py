"""Patients, prescriptions and links, as programs ask for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import AuditEntry, Patient, PatientLink, now
from posecheck.exercises.prescription import parse_prescription, ready_prescriptions


def add(browser: TestClient, name: str, **more: str) -> int:
    answer = browser.post("/api/patients", json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def test_a_name_is_all_that_is_needed(room: Room, therapist: TestClient) -> None:
    number = add(therapist, "  Jürgen   Müller ")
    there = therapist.get(f"/api/patients/{number}").json()
    assert (there["name"], there["language"], there["note"]) == ("Jürgen Müller", "en", "")
    assert therapist.post("/api/patients", json={"name": "Jürgen Müller"}).status_code == 409
    changed = therapist.patch(f"/api/patients/{number}", json={"language": "de", "note": "a\0b"})
    assert (changed.json()["language"], changed.json()["note"]) == ("de", "ab")
    with room.database.reading() as session:
        done = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert done == ["patient.add", "patient.see", "patient.change"]


@pytest.mark.one_database
def test_what_cannot_be_a_patient_is_refused(therapist: TestClient, stranger: TestClient) -> None:
    for wrong in ({}, {"name": " \n"}, {"name": "x" * 121}, {"name": "x", "language": "xx"}):
        assert therapist.post("/api/patients", json=wrong).status_code == 422
    assert therapist.get(f"/api/patients/{2**63}").status_code == 422
    assert therapist.get("/api/patients/77").status_code == 404
    assert stranger.get("/api/patients").status_code == 401
    assert stranger.post("/api/patients", json={"name": "x"}).status_code == 401


def test_the_search_knows_no_case_and_no_accents(therapist: TestClient) -> None:
    for name in ("Jürgen Müller", "Élodie Straße", "100%", "K_204"):
        add(therapist, name)

    def found(q: str) -> list[str]:
        answer = therapist.get("/api/patients", params={"q": q}).json()
        return [one["name"] for one in answer["patients"]]

    assert found("MULLER jur") == ["Jürgen Müller"]
    assert found("elodie strasse") == ["Élodie Straße"]
    assert found("%") == ["100%"]  # no pattern of the database
    assert found("k_") == ["K_204"]
    assert found("nobody") == []
    assert therapist.get("/api/patients", params={"q": "a\0b", "after": "\0"}).status_code == 200


def test_the_list_comes_in_parts_each_patient_once(room: Room, therapist: TestClient) -> None:
    with room.database.writing() as session:
        for i in range(25):
            session.add(Patient(name=f"n{i}", search_name=f"n{i // 2:02}"))  # some alike
    seen: list[str] = []
    after = None
    for _ in range(4):
        query = {"limit": 7} | ({"after": after} if after else {})
        part = therapist.get("/api/patients", params=query).json()
        seen += [one["name"] for one in part["patients"]]
        after = part["next"]
    assert after is None
    assert len(seen) == len(set(seen)) == 25


def test_versions_are_kept_with_what_has_changed(therapist: TestClient, patient_id: int) -> None:
    to = f"/api/patients/{patient_id}/prescriptions"
    first = {"values": {"name": "Glide", "dose": {"repetitions": 10}}, "sessions_per_week": 5}
    assert therapist.post(to, json=first).json()["version"] == 1
    assert therapist.post(to, json=first).json()["version"] == 1  # nothing new
    second = {"values": {"name": "Glide", "dose": {"repetitions": 15, "hold_s": None}}}
    made = therapist.post(to, json=second).json()
    assert made["version"] == 2
    assert made["changed"] == [
        {"field": "dose.repetitions", "before": 10, "after": 15},
        {"field": "sessions_per_week", "before": 5.0, "after": None},
    ]
    versions = therapist.get(to).json()
    assert [v["version"] for v in versions] == [2, 1]
    assert versions[1]["created_by"] == "therapist 1"


@pytest.mark.one_database
def test_each_wrong_field_is_named(therapist: TestClient, patient_id: int) -> None:
    to = f"/api/patients/{patient_id}/prescriptions"
    values = {"dose": {"hold_s": 900, "repetitions": 1.5}, "limits": {"nothing": 1}}
    answer = therapist.post(to, json={"values": values})
    assert answer.status_code == 422
    said = {".".join(one["loc"][2:]): one["msg"] for one in answer.json()["detail"]}
    assert set(said) == {"dose.hold_s", "dose.repetitions", "limits.nothing"}
    assert said["dose.hold_s"].endswith("must be a number above 0 and at most 120, not 900")
    for odd in ({"description": "\0"}, {"name": "\ud800"}, {"dose": 3}, {"programme": [1]}):
        body = str(odd).replace("'", '"').replace("\\x00", "\\u0000")
        sent = therapist.post(
            to, content=f'{{"values": {body}}}', headers={"content-type": "application/json"}
        )
        assert sent.status_code == 422, odd
    assert therapist.get(to).json() == []


def test_ready_ones_go_out_and_in_as_files(therapist: TestClient, patient_id: int) -> None:
    ready = therapist.get("/api/prescriptions/ready").json()
    assert tuple(ready) == ready_prescriptions()
    to = f"/api/patients/{patient_id}/prescriptions"
    for name, values in ready.items():
        values["description"] = 'a "quoted" \\ line\nand one more\x7f'
        made = therapist.post(to, json={"values": values}).json()
        text = therapist.get(f"{to}/{made['version']}/file").content
        assert parse_prescription(text, "x").as_dict() == values, name
        again = therapist.put(f"{to}/file", content=text)
        assert again.json()["version"] == made["version"]
    endless = therapist.put(f"{to}/file", content=(b"#" * 100_000 for _ in range(20)))
    assert endless.status_code == 413
    wrong = therapist.put(f"{to}/file", content=b"name = ")
    assert wrong.status_code == 422
    assert "TOML" in wrong.json()["detail"]


def test_a_link_opens_the_phones_page_until_it_does_not(
    room: Room, therapist: TestClient, stranger: TestClient, patient_id: int
) -> None:
    made = therapist.post(f"/api/patients/{patient_id}/links", json={"days": 3}).json()
    path = made["address"].removeprefix(room.settings.address)
    assert made["qr_svg"].startswith("<svg")
    assert stranger.get(path).status_code == 200
    assert stranger.get(f"{path}/state").json() == {"sent": [], "last": None}
    assert stranger.get(f"{path}/result").json() is None
    [listed] = therapist.get(f"/api/patients/{patient_id}/links").json()
    assert listed["state"] == "open"
    assert listed["used_at"] is not None
    assert "address" not in listed
    with room.database.writing() as session:
        session.get_one(PatientLink, made["id"]).expires_at = now() - timedelta(seconds=1)
    assert stranger.get(path).status_code == 404
    with room.database.writing() as session:
        session.get_one(PatientLink, made["id"]).expires_at = now() + timedelta(1)
    assert stranger.get(f"{path}/state").status_code == 200
    assert stranger.delete(f"/api/links/{made['id']}").status_code == 401
    assert therapist.delete(f"/api/links/{made['id']}").status_code == 204
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{path}/state").status_code == 404
    assert stranger.get("/p/%00").status_code == 404


def test_a_link_reaches_nothing_else(
    therapist: TestClient, stranger: TestClient, patient_id: int
) -> None:
    made = therapist.post(f"/api/patients/{patient_id}/links", json={}).json()
    token = made["address"].rsplit("/", 1)[1]
    stranger.cookies.set("posecheck_session", token)
    bearer = {"Authorization": f"Bearer {token}"}
    for path in ("/api/patients", f"/api/patients/{patient_id}", "/api/clips", "/api/queue"):
        assert stranger.get(path).status_code == 401
        assert stranger.get(path, headers=bearer).status_code == 401
    page = stranger.get(f"/p/{token}").text
    assert "K-204" not in page  # not even the name


def test_several_at_once_get_one_name_and_versions_one_after_the_other(
    therapist: TestClient, patient_id: int
) -> None:
    to = f"/api/patients/{patient_id}/prescriptions"

    def add_and_prescribe(n: int) -> tuple[int, int]:
        added = therapist.post("/api/patients", json={"name": "Twice"}).status_code
        values = {"values": {"dose": {"repetitions": n}}}
        return added, therapist.post(to, json=values).json()["version"]

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(add_and_prescribe, range(1, 5)))
    assert sorted(added for added, _ in done) == [201, 409, 409, 409]
    assert sorted(version for _, version in done) == [1, 2, 3, 4]
