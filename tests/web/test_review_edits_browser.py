"""The page of a clip when somebody else was quicker, and for everybody; see the browser run too."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import READY, Bench
from fastapi.testclient import TestClient
from pages import assert_for_everybody, until
from review_made import make_seen_clip
from serving import PHONE, serving, visiting
from web_room import SignIn

from posecheck.apps.web.assets import fetch_assets
from posecheck.apps.web.room import Room

pytestmark = pytest.mark.browser


@pytest.fixture
def clip_id(room: Room, patient_id: int) -> int:
    assert fetch_assets() is None
    return make_seen_clip(room, patient_id)


def test_the_second_of_two_is_told(
    browser: Any, room: Room, therapist: TestClient, clip_id: int, sign_in: SignIn
) -> None:
    with serving(room) as address, visiting(browser, address, therapist) as visit:
        bench, tab, other = Bench(visit.tab, clip_id), visit.tab, sign_in()
        before = [rep["start_s"] for rep in bench.first["report"]["reps"]]
        deleted = {"revision": 0, "kind": "rep_delete", "values": {"rep": 1}}
        assert other.post(f"/api/clips/{clip_id}/corrections", json=deleted).status_code == 200
        tab.dblclick("[data-key=delete-rep-3]")
        until(tab, "document.getElementById('conflict').open")
        said = tab.text_content("#conflict")
        assert "therapist 2 changed this clip on" in said
        assert "deleted: repetition 3" in said
        assert_for_everybody(tab)
        tab.click("#conflict-load")
        until(tab, "!document.getElementById('unsent').hidden")
        assert len(bench.now["corrections"]) == 1
        # what was the third is now the second
        tab.click("#unsent button")
        assert bench.done(2) == {"kind": "rep_delete", "rep": 2}
        until(tab, "document.getElementById('unsent').hidden")
        starts = [rep["start_s"] for rep in bench.now["report"]["reps"]]
        assert starts == pytest.approx([before[1], *before[3:]])
        bench.keys("Control+z")
        until(tab, "!document.getElementById('redo').disabled")
        assert len(bench.now["report"]["reps"]) == len(before) - 1
        # whoever is behind undoes nothing of the other one
        noted = {"kind": "note", "values": {"t_s": 1.0, "text": "mine"}}
        place = f"/api/clips/{clip_id}/corrections"
        assert other.post(place, json={"revision": 3, **noted}).status_code == 200
        bench.keys("Control+z")
        until(tab, "document.getElementById('conflict').open")
        tab.click("#conflict-load")
        until(tab, "document.getElementById('notes').textContent.includes('mine')")
        assert tab.locator("#unsent").is_hidden()


def test_little_goes_wrong_by_itself(
    browser: Any, room: Room, therapist: TestClient, clip_id: int
) -> None:
    """Undo takes back what was not kept yet; a finding that a correction has made comes back."""
    with serving(room) as address, visiting(browser, address, therapist) as visit:
        bench, tab = Bench(visit.tab, clip_id), visit.tab
        bench.move_the_start_of_a_repetition(2, "ArrowRight")
        bench.done(1)
        bench.keys("ArrowRight", "Control+z")
        bench.mark_a_repetition_at_the_beginning()
        bench.done(2)
        assert "is no repetition" in tab.text_content("#said")  # nobody moves there
        assert not any(one["undone"] for one in bench.now["corrections"])
        tab.dblclick("#agree")
        bench.done(3)
        values = {"t_s": bench.first["looks_t_s"][60], "leg": "working", "joint": "knee"}
        dragged = {"kind": "joint", "values": {**values, "xy_px": [369, 165], "hold": "frame"}}
        place = f"/api/clips/{clip_id}/corrections"
        assert therapist.post(place, json={"revision": 3, **dragged}).status_code == 200
        bench = Bench(tab, clip_id)
        (finding,) = bench.first["report"]["findings"]
        for count, name, left in ((5, "dismiss", []), (6, "restore", [finding])):
            bench.judge(name, finding)
            bench.done(count)
            assert bench.now["report"]["findings"] == left


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody_and_for_phones(
    browser: Any, room: Room, therapist: TestClient, clip_id: int, scheme: str
) -> None:
    options = {"viewport": PHONE, "color_scheme": scheme, "has_touch": True}
    with serving(room) as address, visiting(browser, address, therapist, **options) as visit:
        tab = visit.tab
        tab.goto(f"/clips/{clip_id}")
        until(tab, READY)
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        tab.keyboard.press("e")
        tab.keyboard.press("i")
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert_for_everybody(tab)
        tops = [tab.locator(name).bounding_box()["y"] for name in ("#stage", "#chart", ".lists")]
        assert tops == sorted(tops)
