"""Clips are sent from a phone by a patient's link, and from the therapist's page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pages import assert_for_everybody, until
from serving import PHONE, serving
from sqlalchemy import select

from posecheck.apps.web.access import COOKIE
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Clip

pytestmark = pytest.mark.browser
SAMPLES = sorted(Path("sample_videos").glob("*.mp4"), key=lambda path: path.stat().st_size)


def test_two_clips_from_a_phone_and_what_is_none(
    room: Room, browser: Any, therapist: TestClient, patient_id: int, tmp_path: Path
) -> None:
    link = therapist.post(f"/api/patients/{patient_id}/links", json={"days": 7}).json()
    path = "/p/" + link["address"].rpartition("/")[2]
    letter = tmp_path / "letter.mp4"
    letter.write_text("no clip")
    with serving(room) as address:
        tab = browser.new_context(viewport=PHONE, base_url=address).new_page()
        tab.goto(path)
        tab.select_option("#before", "6")
        tab.set_input_files("input[multiple]", [*map(str, SAMPLES[:2]), str(letter)])
        until(tab, "document.querySelectorAll('.uploads [data-state=sent]').length === 2")
        until(tab, "document.querySelectorAll('.uploads [data-state=refused]').length === 1")
        assert "letter.mp4" in tab.text_content("[data-state=refused]")
        assert_for_everybody(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tab.set_input_files("input[multiple]", str(SAMPLES[0]))  # once more
        until(tab, "document.querySelectorAll('.uploads [data-state=refused]').length === 2")
    with room.database.reading() as session:
        clips = session.scalars(select(Clip).order_by(Clip.size)).all()
    assert [clip.name for clip in clips] == [path.name for path in SAMPLES[:2]]
    assert [clip.symptoms_before for clip in clips] == [6, 6]
    for clip, sample in zip(clips, SAMPLES, strict=False):
        video = room.folders.clip(patient_id, clip.sha256).video
        assert video is not None
        assert video.read_bytes() == sample.read_bytes()


def test_a_reload_in_the_middle_goes_on_where_it_was(
    room: Room, browser: Any, therapist: TestClient, patient_id: int, tmp_path: Path
) -> None:
    """The second piece breaks off before a reload, and is paused on its way after it."""
    big = tmp_path / "big.mp4"
    big.write_bytes(SAMPLES[0].read_bytes() + bytes(5 << 20))  # players leave out what follows
    sent: list[str] = []
    with serving(room) as address:
        context = browser.new_context(base_url=address)
        context.add_cookies([{"name": COOKIE, "value": therapist.cookies[COOKIE], "url": address}])
        tab = context.new_page()

        def pieces(route: Any) -> None:
            sent.append(route.request.headers.get("upload-offset", ""))
            if len(sent) == 2:
                route.abort()
            elif len(sent) != 3:  # which gets no answer
                route.continue_()

        tab.route(
            "**/api/uploads/*",
            lambda r: pieces(r) if r.request.method == "PATCH" else r.continue_(),
        )
        tab.goto(f"/patients/{patient_id}")
        tab.set_input_files("input[multiple]", str(big))
        until(tab, "document.querySelector('[data-state=waiting]') !== null")
        tab.on("dialog", lambda dialog: dialog.accept())
        tab.reload()
        with tab.expect_request(lambda request: request.method == "PATCH"):
            tab.set_input_files("input[multiple]", str(big))
        for state in ("paused", "sent"):
            tab.locator(".uploads button").first.click()
            until(tab, f"document.querySelector('[data-state={state}]') !== null")
        context.close()
    assert sent == ["0", *[str(2 << 20)] * 3, str(4 << 20)]
    with room.database.reading() as session:
        assert session.scalars(select(Clip.size)).one() == big.stat().st_size
