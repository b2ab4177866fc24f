"""The pages of a clip and of two: who sees them, and that their scripts have words."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from exchange_made import make_clip_row
from fastapi.testclient import TestClient
from queue_rows import add_clip
from sqlalchemy import select

from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import DONE, FAILED, RUNNING, AuditEntry, Clip, Patient, User
from posecheck.apps.web.words import room_words

MARKUP = "<b>x</b>'\"&"
SCRIPTS = files("posecheck.apps.web").joinpath("static/review")


def page_data(text: str) -> dict[str, Any]:
    found = re.search(r'id="review-page">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.one_database
def test_a_clip_has_its_page(
    room: Room, therapist: TestClient, patient_id: int, language: str
) -> None:
    clip_id = make_clip_row(room, patient_id)
    with room.database.writing() as session:
        session.query(User).update({User.language: language})
        session.get_one(Clip, clip_id).name = f"{MARKUP}.mp4"
    page = therapist.get(f"/clips/{clip_id}")
    assert page.status_code == 200
    assert "<b>x" not in page.text
    assert "style=" not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert f'<html lang="{language}">' in page.text
    data = page_data(page.text)
    assert (data["clip"], data["has_video"]) == (clip_id, False)
    words = room_words(language)
    assert data["words"] == words.all_under("review.script")
    assert data["report"]["titles"]["thigh_drift"] == words.report.title("thigh_drift")
    assert data["joints"]["thigh_drift"] == "hip"
    for kind in ("pdf", "csv", "json", "fhir", "trc", "mot", "movement"):
        assert f"/api/clips/{clip_id}/export/{kind}" in page.text


def test_who_looks_is_in_the_log(room: Room, therapist: TestClient, patient_id: int) -> None:
    first, second = (make_clip_row(room, patient_id, sha256=sha * 64) for sha in "ab")
    assert therapist.get(f"/clips/{first}").status_code == 200
    assert therapist.get(f"/clips/{first}/beside/{second}").status_code == 200
    with room.database.reading() as session:
        seen = session.execute(
            select(AuditEntry.action, AuditEntry.clip_id).order_by(AuditEntry.id)
        ).all()
        assert session.get_one(Clip, second).seen_at is not None
    assert seen == [("clip.see", clip) for clip in (first, first, second)]


def test_one_view_is_one_entry(
    room: Room, therapist: TestClient, owner: TestClient, patient_id: int
) -> None:
    """What the page fetches belongs to it; whatever else is fetched is an entry of its own."""
    first, second = (make_clip_row(room, patient_id, sha256=sha * 64) for sha in "ab")

    def entries() -> int:
        with room.database.reading() as session:
            return session.query(AuditEntry).count()

    view = page_data(therapist.get(f"/clips/{first}").text)["view"]
    for client, clip, asked, new in (
        (therapist, first, {"view": view}, 0),
        (therapist, first, {}, 1),
        (therapist, first, {"view": 2**31 - 1}, 1),
        (therapist, second, {"view": view}, 1),
        (owner, first, {"view": view}, 1),
    ):
        before = entries()
        client.get(f"/api/clips/{clip}/review", params=asked)
        assert entries() - before == new, (clip, asked)


@pytest.mark.one_database
def test_what_is_not_graded_says_so(room: Room, therapist: TestClient, patient_id: int) -> None:
    running = add_clip(room, patient_id, state=RUNNING)
    failed = add_clip(room, patient_id, state=FAILED, error="There is no picture in it.")
    page = therapist.get(f"/clips/{running}").text
    assert "waiting.js" in page
    assert "review-page" not in page
    page = therapist.get(f"/clips/{failed}").text
    assert "There is no picture in it." in page
    assert f"/api/clips/{failed}/grade" in page
    assert therapist.get(f"/clips/{running}/beside/{failed}").status_code == 200


@pytest.mark.one_database
def test_what_is_not_there_is_not_shown(
    room: Room, therapist: TestClient, stranger: TestClient, patient_id: int
) -> None:
    own = add_clip(room, patient_id, state=DONE)
    with room.database.writing() as session:
        other = Patient(name="Other", search_name="other")
        session.add(other)
        session.flush()
        other_id = other.id
    of_other = add_clip(room, other_id, state=DONE)
    for path in (
        f"/clips/{own + 90}",
        f"/clips/{own}/beside/{of_other}",
        f"/clips/{own}/beside/77",
    ):
        assert therapist.get(path).status_code == 404, path
    assert therapist.get(f"/clips/{2**63}").status_code == 422
    assert stranger.get(f"/clips/{own}").headers["location"] == f"/sign-in?then=/clips/{own}"


def test_both_languages_say_the_same() -> None:
    english, german = (
        {n: t for n, t in room_words(code).texts.items() if n.startswith("review.")}
        for code in ("en", "de")
    )
    assert set(english) == set(german)
    for name, text in english.items():
        assert fields(text) == fields(german[name]), name


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_scripts_say_what_there_are_words_for() -> None:
    known = room_words("en").all_under("review.script")
    for name, text in scripts():
        for said in re.findall(r'\bsay\("([a-z_.]+)"', text):
            assert said in known, f"{name}: {said}"


def test_scripts_keep_to_the_policy() -> None:
    """Nothing is made of text that would run or be markup."""
    for name, text in scripts():
        assert not re.search(
            r"innerHTML|insertAdjacentHTML|\beval\b|new Function|https?://", text
        ), name


def scripts() -> Iterator[tuple[str, str]]:
    for file in SCRIPTS.iterdir():
        if file.name.endswith(".js"):
            yield file.name, file.read_text(encoding="utf-8")
