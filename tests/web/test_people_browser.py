"""A link is made and copied, a wrong field is named beside it, and the phone follows its clips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pages import assert_for_everybody, until
from queue_rows import add_clip
from serving import PHONE, serving

from posecheck.apps.web.access import COOKIE
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import DONE, MACHINE, RUNNING, Clip, Result

pytestmark = pytest.mark.browser


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    with serving(room) as found:
        yield found


@pytest.fixture
def tab(browser: Any, address: str, therapist: TestClient) -> Iterator[Any]:
    """A tab of somebody who is signed in, as wide as a phone."""
    context = browser.new_context(viewport=PHONE, base_url=address)
    context.add_cookies([{"name": COOKIE, "value": therapist.cookies[COOKIE], "url": address}])
    yield context.new_page()
    context.close()


def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(
    tab: Any, patient_id: int, therapist: TestClient
) -> None:
    tab.goto(f"/patients/{patient_id}/prescription")
    tab.fill("#f-name", "Glide")
    tab.fill("#f-dose-hold_s", "900")
    tab.focus("form[data-prescription] > button")
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('.wrong') !== null")
    assert tab.evaluate("document.activeElement.id") == "f-dose-hold_s"
    assert "at most 120" in tab.text_content("[data-field='dose.hold_s'] .wrong")
    assert_for_everybody(tab)
    tab.fill("#f-dose-hold_s", "5")
    tab.fill("#per-week", "4")
    tab.click("form[data-prescription] > button")
    tab.wait_for_url(f"**/patients/{patient_id}")
    [version] = therapist.get(f"/api/patients/{patient_id}/prescriptions").json()
    assert (version["name"], version["values"]["dose"]["hold_s"]) == ("Glide", 5.0)
    assert version["sessions_per_week"] == 4.0


def test_a_link_is_shown_once_and_the_phone_follows_what_it_sent(
    room: Room, tab: Any, patient_id: int
) -> None:
    tab.goto(f"/patients/{patient_id}")
    tab.click("[data-new-link] button")
    until(tab, "document.querySelector('#new-link img')?.naturalWidth > 100")
    path = "/p/" + tab.input_value("#link-address").rsplit("/", 1)[1]
    tab.reload()
    assert tab.query_selector("#new-link img") is None
    clip = add_clip(room, patient_id, state=RUNNING, link_id=1)
    phone = tab.context.browser.new_context(viewport=PHONE, base_url=tab.evaluate("origin"))
    page = phone.new_page()
    page.goto(path)
    until(page, "document.querySelector('.badge.running') !== null")
    assert page.is_hidden("#last")
    with room.database.writing() as session:
        session.get_one(Clip, clip).state = DONE
        session.add(Result(clip_id=clip, whose=MACHINE, verdict="pass", reps=12))
    until(page, "document.querySelector('.verdict.pass') !== null")
    assert "12 repetitions" in page.text_content("#last")
    assert_for_everybody(page)
    phone.close()
