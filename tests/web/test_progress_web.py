"""Progress, as programs and the patient's page show it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from queue_rows import add_clip

from posecheck.apps.web.progress.sentences import sentence
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import (
    CORRECTED,
    DONE,
    MACHINE,
    PrescriptionVersion,
    Result,
    now,
)
from posecheck.apps.web.words import room_words
from posecheck.assess.progress import MEASURES, Moved, Trend

NOON = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)


def graded(room: Room, patient_id: int, days_ago: int, **values: Any) -> int:
    """Add a clip that was graded, and return its number."""
    at = NOON - timedelta(days=days_ago)
    said = {k: values.pop(k) for k in ("symptoms_before", "symptoms_after") if k in values}
    clip = add_clip(room, patient_id, state=DONE, recorded_at=at, **said)
    result: dict[str, Any] = {
        "whose": MACHINE, "verdict": "pass", "exercise": "nerve_glide", "side": "left",
        "variant": "knee_bend", "reps": 10,
    }  # fmt: skip
    with room.database.writing() as session:
        session.add(Result(clip_id=clip, **result | values))
    return clip


def test_corrected_numbers_count_and_ungradable_ones_do_not(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    graded(room, patient_id, 30, tension_knee_deg=35.0, symptoms_before=6, symptoms_after=4)
    newest = graded(room, patient_id, 2, tension_knee_deg=60.0, range_deg=20.0)
    with room.database.writing() as session:
        session.add(Result(
            clip_id=newest, whose=CORRECTED, verdict="pass", exercise="nerve_glide", side="left",
            reps=8, tension_knee_deg=24.0, tension_uncertainty_deg=3.0,
        ))  # fmt: skip
    graded(room, patient_id, 1, verdict="ungradable", tension_knee_deg=5.0)
    found = therapist.get(f"/api/patients/{patient_id}/progress").json()
    [trend] = found["trends"]
    assert [p["value_deg"] for p in trend["points"]] == [35.0, 24.0]
    assert trend["since_first"]["more_than_chance"]
    assert trend["since_first"]["sentence"].endswith("That is more than chance explains (7.2°).")
    assert "11° straighter" in trend["since_first"]["sentence"]
    assert [s["reps"] for s in found["sessions"]] == [10, 8, 0]
    assert found["sessions"][2]["values"] == {}
    assert found["sessions"][2]["verdicts"] == {"ungradable": 1}
    assert found["sessions"][0]["symptoms_before"] == 6


@given(change=st.floats(0.6, 20.0), least=st.floats(1.0, 15.0))
def test_the_numbers_in_a_sentence_say_what_the_sentence_says(change: float, least: float) -> None:
    """A change of 7.4 degrees is not told as 7 where 7.2 are more than chance."""
    words = room_words("en")
    trend, moved = Trend(MEASURES[0], "left", ()), Moved(20_000, 40.0, 40.0 - change, least)
    said = sentence(trend, moved, "since_first", words)
    told, limit = (float(n) for n in re.findall(r"(?:become |explains \(|to be )([\d.]+)°", said))
    assert told >= limit if moved.is_more_than_chance else told <= limit
    assert told == pytest.approx(change, abs=0.51)


def test_weeks_are_held_against_the_version_in_force(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    with room.database.writing() as session:
        for version, days_ago, asked in ((1, 21, 5.0), (2, 7, 3.0)):
            session.add(PrescriptionVersion(
                patient_id=patient_id, version=version, name="x", values={},
                sessions_per_week=asked, created_at=now() - timedelta(days=days_ago),
            ))  # fmt: skip
    for days_ago in (20, 20, 6):
        graded(room, patient_id, days_ago)
    weeks = therapist.get(f"/api/patients/{patient_id}/progress").json()["weeks"]
    assert [week["asked"] for week in weeks] == [5.0, 5.0, 3.0, 3.0]
    assert sum(week["done"] for week in weeks) == 2


@pytest.mark.one_database
def test_the_page_draws_what_the_table_says(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    empty = therapist.get(f"/patients/{patient_id}").text
    assert "begins with the first graded clip" in empty
    for days_ago in (30, 20, 3):
        graded(room, patient_id, days_ago, tension_knee_deg=30.0, range_deg=40.0, symptoms_after=2)
        graded(room, patient_id, days_ago, exercise="straight_leg_raise", side="right",
               variant=None, peak_deg=60.0 + days_ago)  # fmt: skip
    page = therapist.get(f"/patients/{patient_id}").text
    drawings = [ET.fromstring(svg) for svg in re.findall(r"<svg class=.*?</svg>", page, re.S)]
    dots = [sum("dot" in e.get("class", "") for e in svg.iter()) for svg in drawings]
    assert dots == [3, 3, 3, 3]  # tension, range, raise, symptoms
    assert page.count("30° ± 5°") == 3
    assert "style=" not in page


@pytest.mark.one_database
def test_strangers_see_nothing(
    stranger: TestClient, therapist: TestClient, patient_id: int
) -> None:
    assert stranger.get(f"/api/patients/{patient_id}/progress").status_code == 401
    assert therapist.get("/api/patients/999/progress").status_code == 404
