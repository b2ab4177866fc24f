"""The pages of people: that they are there, in both languages, and that names are no markup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from queue_rows import add_clip

from posecheck.apps.web.people.last_result import the_one_thing
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import DONE, MACHINE, Clip, Result, User
from posecheck.exercises.language import words_of
from posecheck.exercises.prescription import Prescription, ready_prescriptions
from posecheck.present.report_files import SCHEMA

MARKUP = "<b>x</b>'\"&"


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["en", "de"])
def test_all_pages_are_there(room: Room, therapist: TestClient, language: str) -> None:
    with room.database.writing() as session:
        session.query(User).update({User.language: language})
    made = therapist.post("/api/patients", json={"name": MARKUP, "note": MARKUP}).json()
    at = f"/patients/{made['id']}"
    assert therapist.get("/").headers["location"] == "/patients"
    values = {"values": {"name": MARKUP, "dose": {"hold_s": 3}}, "sessions_per_week": 3}
    therapist.post(f"/api{at}/prescriptions", json=values)
    therapist.post(f"/api{at}/links", json={})
    for path in ("/patients", f"/patients?q={'b'}", at, f"{at}/prescription"):
        page = therapist.get(path)
        assert page.status_code == 200, path
        assert "<b>x" not in page.text
        assert "style=" not in page.text
        assert f'<html lang="{language}">' in page.text
    form = therapist.get(f"{at}/prescription").text
    for name in Prescription.model_fields:
        section = Prescription.model_fields[name].annotation
        for field in getattr(section, "model_fields", ()):
            assert f'name="values.{name}.{field}"' in form
    for ready in ready_prescriptions():
        assert therapist.get(f"{at}/prescription?ready={ready}").status_code == 200
    assert therapist.get(f"{at}/prescription?ready=none").status_code == 404
    assert therapist.get(f"{at}/prescription?version=9").status_code == 404


def test_the_phone_shows_the_last_own_result_in_the_patients_language(
    room: Room, therapist: TestClient, stranger: TestClient, patient_id: int
) -> None:
    therapist.patch(f"/api/patients/{patient_id}", json={"language": "de"})
    link = therapist.post(f"/api/patients/{patient_id}/links", json={}).json()
    path = "/p/" + link["address"].rsplit("/", 1)[1]
    other = add_clip(room, patient_id, state=DONE)  # of the therapist: not the patient's own
    own = add_clip(room, patient_id, state=DONE, link_id=link["id"])
    with room.database.writing() as session:
        for clip in (other, own):
            session.add(Result(clip_id=clip, whose=MACHINE, verdict="needs_work", reps=clip))
        sha256 = session.get_one(Clip, own).sha256
    finding = {"rule": "thigh_drift", "severity": "fault", "measured": 20, "limit": 8}
    folder: Path = room.folders.clip(patient_id, sha256).machine
    folder.mkdir(parents=True)
    report = {"schema": SCHEMA, "language": "de", "clip": {}, "quality": {}, "sets": [], "reps": [],
              "grade": {"verdict": "needs_work", "reasons": []},
              "findings": [finding | {"message": "Halten Sie den Oberschenkel."}]}  # fmt: skip
    (folder / "report.json").write_text(json.dumps(report))
    state = stranger.get(f"{path}/state").json()
    assert [one["state"] for one in state["sent"]] == [DONE]
    last = state["last"]
    assert last["title"] == "Noch zu verbessern"
    assert str(own) in last["reps"]
    assert last["better"] == "Halten Sie den Oberschenkel."
    assert stranger.get(f"{path}/result").json() == last
    assert '<html lang="de">' in stranger.get(path).text
    english = the_one_thing(report | {"language": "en"}, words_of("de"))
    assert "Oberschenkel" in english
