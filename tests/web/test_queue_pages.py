"""The page of the queue: what it starts with, and that its words are complete."""

from __future__ import annotations

import json
import re

from fastapi.testclient import TestClient
from queue_rows import add_clip

from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import FAILED


def embedded(html: str, name: str) -> dict[str, object]:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)
    assert found
    values: dict[str, object] = json.loads(found[1])
    return values


def test_the_page_starts_with_what_there_is(
    room: Room, patient_id: int, therapist: TestClient, stranger: TestClient
) -> None:
    assert stranger.get("/queue").status_code == 303
    waiting = add_clip(room, patient_id, name="</script><b>.mp4")
    add_clip(room, patient_id, state=FAILED, error="It is dark.")
    answer = therapist.get("/queue")
    assert answer.status_code == 200
    assert "<b>.mp4" not in answer.text
    state = embedded(answer.text, "queue-state")
    assert (state["waiting"], state["failed"], state["paused"]) == (1, 1, None)
    lines = state["on_their_way"]
    assert isinstance(lines, list)
    assert [line["id"] for line in lines] == [waiting]


def test_reports_and_lists_say_the_same(therapist: TestClient) -> None:
    words = embedded(therapist.get("/queue").text, "clip-words")
    names = words["names"]
    assert isinstance(names, dict)
    assert names["exercises.nerve_glide.title"] == "Nerve glide"
    assert names["sides.left"] == "left"
    assert set(words["verdicts"]) == {"pass", "needs_work", "ungradable"}  # type: ignore[call-overload]
