"""What is put right in the page: by mouse, by keys alone, and when somebody else was quicker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pages import assert_for_everybody, until
from review_made import make_seen_clip
from serving import PHONE, Visit, serving, visiting
from web_room import SignIn

from posecheck.apps.web.assets import fetch_assets
from posecheck.apps.web.room import Room

pytestmark = pytest.mark.browser
READY = "document.querySelector('#review')?.dataset.ready !== undefined"


class Api:
    """What the room knows of the clip."""

    def __init__(self, client: TestClient, clip_id: int) -> None:
        self._client, self.clip_id = client, clip_id
        self.first = self.now  # as it was before anything was put right

    @property
    def now(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.get(f"/api/clips/{self.clip_id}/review").json()
        return answer

    def done(self, visit: Visit, count: int) -> dict[str, Any]:
        """Wait until so much was put right, and return the last of it."""
        until(visit.tab, f"document.querySelectorAll('#history li').length === {count}")
        last = self.now["corrections"][-1]
        return {"kind": last["kind"], **last["values"]}


@pytest.fixture
def api(room: Room, patient_id: int, therapist: TestClient) -> Api:
    assert fetch_assets() is None
    return Api(therapist, make_seen_clip(room, patient_id))


@pytest.fixture
def visit(browser: Any, room: Room, therapist: TestClient, api: Api) -> Iterator[Visit]:
    with serving(room) as address, visiting(browser, address, therapist) as visit:
        visit.tab.goto(f"/clips/{api.clip_id}")
        until(visit.tab, READY)
        yield visit


def test_ends_are_dragged_and_moved_by_keys(visit: Visit, api: Api) -> None:
    tab, tension = visit.tab, api.first["report"]["tension"]
    tab.click(".mark.tension")
    handle = tab.locator(".handle[data-end=end_s]")
    tab.evaluate("document.getElementById('chart').scrollIntoView({ block: 'end' })")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x - 40, y, steps=5)
    tab.mouse.up()
    moved = api.done(visit, 1)
    assert (moved["kind"], moved["set"]) == ("tension", 1)
    assert moved["start_s"] == tension["start_s"]
    assert tension["start_s"] < moved["end_s"] < tension["end_s"] - 0.5
    # a repetition, by keys alone: chosen in the list, its start three frames on and ten back
    rep = api.first["report"]["reps"][1]
    tab.focus("[data-key=choose-rep-2]")
    tab.keyboard.press("Enter")
    tab.focus(".handle[data-end=start_s]")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowLeft", "Enter"):
        tab.keyboard.press(key)
    moved = api.done(visit, 2)
    assert (moved["kind"], moved["rep"], moved["end_s"]) == ("rep_move", 2, rep["end_s"])
    assert moved["start_s"] == pytest.approx(rep["start_s"] - 0.28, abs=0.03)
    assert tab.evaluate("document.activeElement.dataset.end") == "start_s"
    # a span becomes a repetition
    tab.focus("#play")
    for key in ("Home", "i"):
        tab.keyboard.press(key)
    until(tab, "!document.getElementById('span-panel').hidden")
    assert tab.locator(".handle.span").count() == 2
    tab.click("[data-key=span-rep]")
    added = api.done(visit, 3)
    assert (added["kind"], added["set"]) == ("rep_add", 1)
    assert added["end_s"] - added["start_s"] == pytest.approx(1, abs=0.03)
    until(tab, "document.getElementById('span-panel').hidden")


def test_all_else_that_is_put_right(visit: Visit, api: Api) -> None:
    tab = visit.tab
    tab.click("[data-key=delete-rep-3]")
    assert api.done(visit, 1) == {"kind": "rep_delete", "rep": 3}
    tab.click("#exchange-side")
    assert api.done(visit, 2) == {"kind": "side", "side": "right"}
    tab.click("summary:has-text('exercise')")
    tab.select_option("#variant", "knee_bend")
    tab.click("#exercise-form > button")
    assert api.done(visit, 3) == {
        "kind": "exercise", "exercise": "nerve_glide", "variant": "knee_bend",
    }  # fmt: skip
    tab.click("summary:has-text('verdict')")
    tab.select_option("#verdict-value", "ungradable")
    tab.click("#verdict-form > button")  # a reason is asked for
    tab.fill("#verdict-reason", "Jkl m? the camera moved")
    tab.click("#verdict-form > button")
    assert api.done(visit, 4)["reason"] == "Jkl m? the camera moved"
    tab.focus("#play")
    tab.keyboard.press("m")
    tab.keyboard.type("A note, [typed]")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert api.done(visit, 5) == {"kind": "note", "t_s": 0, "text": "A note, [typed]"}
    # a joint, on a look
    for key in ("Home", "ArrowRight", "e"):  # the model looked at every other frame
        tab.keyboard.press(key)
    until(tab, "document.querySelectorAll('.joint').length === 10")
    x, y = api.first["points"]["working_px"][0][1]
    tab.focus(".joint[data-key=working-knee]")
    for key in ("ArrowRight", "Shift+ArrowUp"):
        tab.keyboard.press(key)
    tab.check("input[value=onwards]")
    tab.click("[data-key=joint-save]")
    moved = api.done(visit, 6)
    assert (moved["leg"], moved["joint"], moved["hold"]) == ("working", "knee", "onwards")
    assert moved["t_s"] in api.first["looks_t_s"][:2]
    assert moved["xy_px"] == pytest.approx([x + 1, y - 10], abs=2)


def test_the_second_of_two_is_told(visit: Visit, api: Api, sign_in: SignIn) -> None:
    tab, other = visit.tab, sign_in()
    deleted = {"revision": 0, "kind": "rep_delete", "values": {"rep": 1}}
    assert other.post(f"/api/clips/{api.clip_id}/corrections", json=deleted).status_code == 200
    tab.click("[data-key=delete-rep-3]")
    until(tab, "document.getElementById('conflict').open")
    said = tab.text_content("#conflict")
    assert "therapist 2 changed this clip on" in said
    assert "deleted: repetition 3" in said
    assert_for_everybody(tab)
    tab.click("#conflict-load")
    until(tab, "!document.getElementById('unsent').hidden")
    assert len(api.now["corrections"]) == 1
    # what was the third is now the second
    tab.click("#unsent button")
    assert api.done(visit, 2) == {"kind": "rep_delete", "rep": 2}
    until(tab, "document.getElementById('unsent').hidden")
    starts = [rep["start_s"] for rep in api.now["report"]["reps"]]
    before = [rep["start_s"] for rep in api.first["report"]["reps"]]
    assert starts == pytest.approx([before[1], *before[3:]])
    tab.keyboard.press("Control+z")
    until(tab, "!document.getElementById('redo').disabled")
    assert len(api.now["report"]["reps"]) == len(before) - 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody_and_for_phones(
    browser: Any, room: Room, therapist: TestClient, api: Api, scheme: str
) -> None:
    options = {"viewport": PHONE, "color_scheme": scheme, "has_touch": True}
    with serving(room) as address, visiting(browser, address, therapist, **options) as visit:
        tab = visit.tab
        tab.goto(f"/clips/{api.clip_id}")
        until(tab, READY)
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        tab.keyboard.press("e")
        tab.keyboard.press("i")
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert_for_everybody(tab)
        tops = [tab.locator(name).bounding_box()["y"] for name in ("#stage", "#chart", ".lists")]
        assert tops == sorted(tops)
