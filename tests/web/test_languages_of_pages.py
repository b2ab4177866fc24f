"""Pages and what goes wrong are in the language of whoever reads them."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient
from pages import assert_for_everybody
from queue_rows import add_clip
from serving import serving, visiting
from starlette.datastructures import Headers
from web_room import SignIn

import posecheck
from posecheck.apps.web.accounts.first_link import first_link
from posecheck.apps.web.accounts.log import PARTS
from posecheck.apps.web.audit import Action
from posecheck.apps.web.room import Room
from posecheck.apps.web.sentences import asked_language, in_language, with_code
from posecheck.apps.web.store.tables import FAILED, User
from posecheck.apps.web.words import room_words

pytestmark = pytest.mark.one_database
GERMAN = {"Accept-Language": "fr-CH, de;q=0.9, en;q=0.8"}
NOT_OURS = ("not_found", "not_this_way", "field.", "page.")  # or no sentences
MADE_OF_PARTS = ("prescription.", "review.one_of", "review.order")


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"), ("de", "de"), ("de-AT,de;q=0.9", "de"), ("fr, en;q=0.5, de;q=0.7", "de"),
        ("en;q=0.1, de", "de"), ("fr", "en"), ("*", "en"), ("de;q=x, en", "en"), (";q=", "en"),
    ],
)  # fmt: skip
def test_the_language_a_browser_asks_for(asked: str, language: str) -> None:
    assert asked_language(Headers({"accept-language": asked})) == language


def test_who_is_not_signed_in_reads_the_browsers_language(stranger: TestClient) -> None:
    for path in ("/sign-in", "/welcome/x", "/p/x"):
        assert '<html lang="de">' in stranger.get(path, headers=GERMAN).text, path
        assert '<html lang="en">' in stranger.get(path).text, path


def test_what_goes_wrong_is_said_in_the_language_of_the_page(
    owner: TestClient, patient_id: int
) -> None:
    there = {"name": "K-204"}
    answer = owner.post("/api/patients", json=there, headers=GERMAN)
    assert answer.json() == {
        "detail": "Diesen Namen hat schon jemand; ergänzen Sie etwas, das beide unterscheidet.",
        "code": "patient.taken",
    }
    assert owner.post("/api/patients", json=there).json()["detail"].startswith("There is a patient")
    short = {"password": "x", "new_password": "short"}
    [wrong] = owner.put("/api/account/password", json=short, headers=GERMAN).json()["detail"]
    assert (wrong["loc"], wrong["msg"]) == (["body", "new_password"], "Mindestens 10 Zeichen.")
    asked = {"values": {"dose": {"hold_s": "x"}}}
    place = f"/api/patients/{patient_id}/prescriptions"
    [wrong] = owner.post(place, json=asked, headers=GERMAN).json()["detail"]
    assert wrong["msg"].startswith("dose.hold_s muss eine Zahl über 0 ")


def test_who_opens_an_address_sees_a_page(owner: TestClient, stranger: TestClient) -> None:
    browser = {"Accept": "text/html", **GERMAN}
    answer = owner.get("/clips/9", headers=browser)
    assert (answer.status_code, "There is no such thing here" in answer.text) == (404, True)
    assert '<a href="/patients">' in answer.text  # theirs, whatever the browser asks for
    answer = stranger.get("/nothing", headers=browser)
    assert (answer.status_code, "Diese Seite gibt es nicht." in answer.text) == (404, True)
    assert owner.get("/patients/99999999999", headers=browser).status_code == 422
    assert owner.get("/clips/9").json()["code"] == "gone"


def test_why_a_clip_failed_is_said_in_the_language_of_who_looks(
    room: Room, sign_in: SignIn, stranger: TestClient, patient_id: int
) -> None:
    therapist = sign_in()
    clip = add_clip(
        room, patient_id, state=FAILED, error="x.mp4 is empty; copy or record the clip again."
    )
    with room.database.writing() as session:
        session.query(User).update({"language": "de"})
    german = "x.mp4 ist leer; kopieren Sie die Aufnahme noch einmal, oder nehmen Sie neu auf."
    assert german in therapist.get(f"/clips/{clip}").text
    assert therapist.get("/api/clips").json()["clips"][0]["error"] == german
    assert therapist.get("/api/queue").json()["could_not"][0]["error"] == german
    assert therapist.get(f"/api/clips/{clip}").json()["error"] == german
    token = {"name": "x"}
    secret = therapist.post("/api/tokens", json=token).json()["token"]
    bearer = {"Authorization": f"Bearer {secret}"}
    for asked, error in (({}, "x.mp4 is empty;"), (GERMAN, german)):
        answer = stranger.get(f"/api/clips/{clip}", headers={**bearer, **asked})
        assert answer.json()["error"].startswith(error)


@pytest.mark.browser
@pytest.mark.slow
def test_what_is_wrong_stands_at_its_field(browser: Any, room: Room) -> None:
    link = first_link(room)
    assert link is not None
    with serving(room) as address, visiting(browser, address, locale="de-DE") as visit:
        tab = visit.tab
        tab.goto(f"/welcome/{link.rpartition('/')[2]}")
        for name, text in (("name", "Anna"), ("login", "an na"), ("password", "langes Passwort")):
            tab.fill(f"#{name}", text)
        tab.keyboard.press("Enter")
        tab.wait_for_selector("#login-wrong")
        said = "Ein Anmeldename hat keine Leerzeichen und ist nicht leer."
        assert tab.text_content("#login-wrong") == said
        assert tab.evaluate("document.activeElement.getAttribute('aria-describedby')") == (
            "login-wrong"
        )
        assert_for_everybody(tab)
        tab.fill("#login", "anna")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/patients*")
        assert tab.evaluate("document.documentElement.lang") == "de"


@pytest.mark.parametrize("language", ["en", "de"])
def test_sentences_within_sentences(language: str) -> None:
    english = (
        "The file: dose.hold_s must be a number from 1 to 60, not 'x; y'; "
        "dose.hold is unknown (did you mean dose.hold_s?)"
    )
    said = in_language(english, language)
    assert (said == english) == (language == "en")
    assert "meinten Sie dose.hold_s?" in said or language == "en"
    assert with_code("Nobody has words for this.", language) == {
        "detail": "Nobody has words for this."
    }


def test_both_languages_have_the_same_sentences() -> None:
    english, german = (room_words(code).all_under("errors") for code in ("en", "de"))
    assert english.keys() == german.keys()
    for name, text in english.items():
        assert _fields(text) == _fields(german[name]), name


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_log_has_words_for_all_that_is_done(language: str) -> None:
    """Nothing else is written to it: the types see to that."""
    assert room_words(language).all_under("accounts.log.done").keys() == set(get_args(Action))
    assert list(room_words(language).all_under("accounts.log.part")) == list(PARTS)


def test_the_sentences_are_those_that_are_said() -> None:
    """One that was changed in the code would not be found any more."""
    said = "\n".join(_texts())
    for code, text in room_words("en").all_under("errors").items():
        if not code.startswith(NOT_OURS + MADE_OF_PARTS):
            assert max(re.split(r"\{\w+\}", text), key=len) in said, code


def _texts() -> Iterator[str]:
    for path in Path(posecheck.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_in_german_a_clip_is_an_aufnahme() -> None:
    texts = room_words("de").texts
    assert [name for name, text in texts.items() if re.search(r"\bClips?\b", text)] == []
