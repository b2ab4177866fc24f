"""Lists of clips, the queue, trying again, and the copy for the page in parts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from fastapi.testclient import TestClient
from queue_clips import clip_row, folder_of, job_row
from queue_rows import add_clip
from sqlalchemy import select

from posecheck.apps.web import audit
from posecheck.apps.web.access import Caller
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.results import numbers_of, save_result
from posecheck.apps.web.store.tables import (
    CORRECTED,
    DONE,
    FAILED,
    MACHINE,
    RUNNING,
    AuditEntry,
    Clip,
    Job,
    Patient,
    Result,
    User,
)

REPORT: dict[str, Any] = {
    "grade": {"verdict": "needs_work", "score": 71, "reasons": []},
    "exercise": "nerve_glide", "side": "left", "variant": "ankle_pump",
    "clip": {"duration_s": 22.16}, "quality": {"warnings": ["too_small", "legs_uncertain"]},
    "tension": {"knee_flexion_deg": 24.8, "hip_flexion_deg": 83.5, "uncertainty_deg": 2.9},
    "summary": {"best_deg": None, "median_deg": None, "spread_deg": None, "uncertainty_deg": None},
    "reps": [
        {"range_deg": 30.0, "uncertainty_deg": 4.0}, {"range_deg": 37.0, "uncertainty_deg": 4.2},
        {"range_deg": 50.0, "uncertainty_deg": None},
    ],
    "findings": [
        {"rule": "past_tension", "severity": "fault"}, {"rule": "too_fast", "severity": "advice"},
        {"rule": "bouncing", "severity": "fault"}, {"rule": "bouncing", "severity": "fault"},
    ],
}  # fmt: skip
DAY = datetime(2026, 3, 1, 9, tzinfo=timezone.utc)


def save(room: Room, clip_id: int, report: dict[str, Any], whose: str = MACHINE) -> None:
    with room.database.writing() as session:
        save_result(session, clip_id, whose, report)


def test_the_numbers_of_a_report_are_kept_once(room: Room, patient_id: int) -> None:
    clip_id = add_clip(room, patient_id, state=DONE)
    save(room, clip_id, REPORT | {"side": "right"})
    save(room, clip_id, REPORT)
    with room.database.reading() as session:
        kept = session.scalars(select(Result).where(Result.clip_id == clip_id)).one()
    assert (kept.verdict, kept.score, kept.side, kept.reps) == ("needs_work", 71, "left", 3)
    assert (kept.tension_knee_deg, kept.tension_hip_deg) == (24.8, 83.5)
    assert kept.range_deg == 37.0
    assert kept.range_uncertainty_deg == pytest.approx(4.1)
    assert (kept.faults, kept.warnings) == ("bouncing;past_tension", "too_small;legs_uncertain")
    test = numbers_of(REPORT | {"summary": {"median_deg": 61.0, "uncertainty_deg": 3.0}})
    assert (test["peak_deg"], test["peak_uncertainty_deg"]) == (61.0, 3.0)
    assert test["range_uncertainty_deg"] is None  # that of each repetition is its end range's


def test_a_patients_clips_come_in_pages_newest_first(
    room: Room, patient_id: int, therapist: TestClient
) -> None:
    days = [DAY + timedelta(days=day) for day in (3, 1, 2, 2, 2)]  # some at the same moment
    mine = [add_clip(room, patient_id, state=DONE, recorded_at=day) for day in days]
    with room.database.writing() as session:
        other = Patient(name="L-9", search_name="l-9")
        session.add(other)
        session.flush()
        other_id = other.id
    add_clip(room, other_id, state=DONE)
    save(room, mine[0], REPORT)
    save(room, mine[0], REPORT | {"grade": {"verdict": "pass", "score": 90}}, CORRECTED)
    seen, before = [], None
    while True:
        query = {"patient": patient_id, "limit": 2} | ({"before": before} if before else {})
        page = therapist.get("/api/clips", params=query).json()
        assert len(page["clips"]) <= 2
        seen += page["clips"]
        before = page["next"]
        if before is None:
            break
    assert [line["id"] for line in seen] == [mine[i] for i in (0, 4, 3, 2, 1)]
    first, second = seen[0], seen[1]
    assert (first["verdict"], first["score"], first["corrected"]) == ("pass", 90, True)
    assert (first["faults"], first["patient"]) == (["bouncing", "past_tension"], "K-204")
    assert (second["verdict"], second["corrected"], second["reps"]) == (None, False, None)


def test_what_nobody_has_opened_is_found(
    room: Room, patient_id: int, therapist: TestClient
) -> None:
    old, new = (add_clip(room, patient_id, state=DONE) for _ in range(2))
    with room.database.writing() as session:
        user = session.scalars(select(User)).one()
        person = Caller(user.id, "", "", "therapist", "en", (), session_id=1)
        program = Caller(user.id, "", "", "program", "en", (), token_id=1)
        audit.note(session, person, "clip.see", patient_id=patient_id, clip_id=old)
        audit.note(session, program, "clip.see", patient_id=patient_id, clip_id=new)
    found = therapist.get("/api/clips", params={"unseen": True, "state": "done"}).json()["clips"]
    assert [(line["id"], line["seen"]) for line in found] == [(new, False)]
    assert [line["seen"] for line in therapist.get("/api/clips").json()["clips"]] == [False, True]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "query",
    [
        {"before": "yesterday"}, {"before": "2026-99-99T00:00:00.0+00:00_3"}, {"patient": 2**63},
        {"patient": 0}, {"limit": 0}, {"limit": 10**30}, {"state": "lost"}, {"before": "\0"},
        {"before": f"{DAY.isoformat()}_9999999999"},
    ],
)  # fmt: skip
def test_senseless_questions_are_refused(therapist: TestClient, query: dict[str, Any]) -> None:
    answer = therapist.get("/api/clips", params=query)
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or "9999999999" in query["before"]


def test_the_queue_says_what_waits_runs_and_failed(
    room: Room, patient_id: int, therapist: TestClient
) -> None:
    running = add_clip(room, patient_id, state=RUNNING)
    waiting = [add_clip(room, patient_id) for _ in range(2)]
    failed = add_clip(room, patient_id, state=FAILED, error="It is dark.")
    add_clip(room, patient_id, state=DONE)
    with room.database.writing() as session:
        job = session.scalars(select(Job).where(Job.clip_id == running)).one()
        job.progress, job.stage = 0.4, "looking"
    queue = therapist.get("/api/queue").json()
    assert (queue["waiting"], queue["running"], queue["failed"]) == (2, 1, 1)
    assert [line["id"] for line in queue["on_their_way"]] == [running, *waiting]
    assert (queue["on_their_way"][0]["progress"], queue["on_their_way"][0]["stage"]) == (
        0.4, "looking",
    )  # fmt: skip
    assert [(line["id"], line["error"]) for line in queue["could_not"]] == [(failed, "It is dark.")]
    assert queue["paused"] is None


def test_a_clip_that_failed_is_tried_again_and_only_once(
    room: Room, patient_id: int, therapist: TestClient, stranger: TestClient
) -> None:
    clip_id = add_clip(room, patient_id, state=FAILED, error="It is dark.")
    address = f"/api/clips/{clip_id}/grade"
    assert stranger.post(address).status_code == 401
    answer = therapist.post(address)
    assert (answer.status_code, answer.json()["state"], answer.json()["error"]) == (
        202, "waiting", None,
    )  # fmt: skip
    assert therapist.post(address).status_code == 409
    assert (job_row(room, clip_id).state, clip_row(room, clip_id).error) == ("waiting", None)
    with room.database.reading() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["clip.grade"]
    for number in (clip_id + 1, 2**31 - 1):
        assert therapist.post(f"/api/clips/{number}/grade").status_code == 404
    assert therapist.post(f"/api/clips/{2**63}/grade").status_code == 422


@pytest.mark.parametrize(
    "change", [lambda c: setattr(c, "revision", 2), lambda c: setattr(c, "has_video", False)]
)
def test_what_would_destroy_something_is_not_tried_again(
    room: Room, patient_id: int, therapist: TestClient, change: Callable[[Clip], None]
) -> None:
    clip_id = add_clip(room, patient_id, state=DONE)
    with room.database.writing() as session:
        change(session.get_one(Clip, clip_id))
    assert therapist.post(f"/api/clips/{clip_id}/grade").status_code == 409
    assert clip_row(room, clip_id).state == DONE


@pytest.mark.one_database
def test_the_copy_comes_in_parts(
    room: Room, patient_id: int, therapist: TestClient, stranger: TestClient
) -> None:
    clip_id = add_clip(room, patient_id, state=DONE)
    address = f"/api/clips/{clip_id}/review.mp4"
    assert therapist.get(address).status_code == 404
    folder = folder_of(room, clip_id)
    folder.path.mkdir(parents=True)
    content = bytes(range(256)) * 40
    folder.review_copy.write_bytes(content)
    folder.frames.write_text('{"t_s": [0.0, 0.04]}')
    assert stranger.get(address).status_code == 401
    whole = therapist.get(address)
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "private, no-store"
    assert whole.headers["content-type"] == "video/mp4"

    def part(wanted: str) -> tuple[int, str | None, bytes]:
        answer = therapist.get(address, headers={"Range": wanted})
        return answer.status_code, answer.headers.get("content-range"), answer.content

    assert part("bytes=0-") == (206, "bytes 0-10239/10240", content)
    assert part("bytes=100-199") == (206, "bytes 100-199/10240", content[100:200])
    assert part("bytes=-40") == (206, "bytes 10200-10239/10240", content[-40:])
    assert part("bytes=10240-")[:2] == (416, "bytes */10240")
    assert part("bytes=9-3")[0] in (400, 416)
    frames = therapist.get(f"/api/clips/{clip_id}/frames.json")
    assert json.loads(frames.content) == {"t_s": [0.0, 0.04]}
