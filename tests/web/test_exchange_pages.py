"""The pages of what goes in and out, in a real browser where there is one."""

from __future__ import annotations

import json
import re

import pytest
from exchange_made import make_clip_row
from fastapi.testclient import TestClient

from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import RoomSetting, User, now
from posecheck.apps.web.words import room_words


def test_a_clips_page_leads_to_every_file(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    clip_id = make_clip_row(room, patient_id)
    text = therapist.get(f"/clips/{clip_id}/files").text
    links = set(re.findall(r'href="(/api/[^"]*export[^"]*)"', text))
    assert len(links) == 11
    quick = [link for link in links if "/pdf" not in link and "/html" not in link]
    for link in quick:
        assert therapist.get(link).status_code == 200


def test_a_patients_page_names_the_backups_that_hold_them(
    room: Room, therapist: TestClient, patient_id: int
) -> None:
    assert "knows of no backup" in therapist.get(f"/patients/{patient_id}/files").text
    made = [{"path": "/mnt/copy <1>", "at": now().isoformat()}]
    with room.database.writing() as session:
        session.add(RoomSetting(key="backups", value=json.dumps(made)))
    text = therapist.get(f"/patients/{patient_id}/files").text
    assert "/mnt/copy &lt;1&gt;" in text
    assert "style=" not in text
    assert therapist.get(f"/patients/{patient_id + 1}/files").status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_are_there_in_each_language(
    room: Room, therapist: TestClient, patient_id: int, language: str
) -> None:
    with room.database.writing() as session:
        for user in session.query(User):
            user.language = language
    text = therapist.get(f"/patients/{patient_id}/files").text
    assert f'lang="{language}"' in text
    assert room_words(language)("exchange.in.title") in text


def test_the_words_are_the_same_in_both_languages() -> None:
    def fields(language: str) -> dict[str, list[str]]:
        texts = room_words(language).all_under("exchange")
        return {name: sorted(re.findall(r"\{\w+\}", text)) for name, text in texts.items()}

    assert fields("en") == fields("de")
