"""A folder is chosen in a real browser and taken in, its clip is copied, and all is deleted."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from batch_fakes import make_clip
from exchange_made import make_folder
from fastapi.testclient import TestClient
from pages import assert_for_everybody, until
from sqlalchemy import select

from posecheck.apps.web.access import COOKIE
from posecheck.apps.web.app import create_app
from posecheck.apps.web.queue.runner import Queue
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import DONE, Clip, Patient

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    """Where the room listens."""
    config = uvicorn.Config(create_app(room), log_level="error", lifespan="off", port=0)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def tab(browser: Any, address: str, therapist: TestClient) -> Iterator[Any]:
    """A tab of somebody who is signed in, as wide as a phone; errors in it are the test's."""
    context = browser.new_context(viewport=PHONE, base_url=address)
    context.add_cookies([{"name": COOKIE, "value": therapist.cookies[COOKIE], "url": address}])
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


def test_a_folder_is_taken_in_and_everything_deleted(
    room: Room, tab: Any, patient_id: int, tmp_path: Path
) -> None:
    folder = tmp_path / "graded"
    video = make_clip(tmp_path / "pump_left_side.mp4", 30)
    sha256 = hashlib.sha256(video.read_bytes()).hexdigest()
    make_folder(folder / "one.posecheck", sha256=sha256)
    video.rename(folder / video.name)
    (folder / "bad").mkdir()
    (folder / "bad" / "report.json").write_text("{")
    tab.goto(f"/patients/{patient_id}/files")
    tab.set_input_files("#import-folder", str(folder))
    tab.click("form[data-import] button")
    until(tab, "document.querySelectorAll('[data-import-done] li').length === 2")
    states = tab.eval_on_selector_all(
        "[data-import-done] li", "items => items.map(one => one.dataset.state)"
    )
    assert states == ["refused", "taken"]
    assert_for_everybody(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    queue = Queue(room, "batch_fakes:do_not_look")  # it would fail if it graded anew
    queue.start()
    try:
        until_done(room)
    finally:
        queue.stop()
    clip = the_clip(room)
    place = room.folders.clip(patient_id, sha256)
    assert (clip.state, clip.error) == (DONE, None)
    assert place.review_copy.stat().st_size > 0
    assert len(json.loads(place.frames.read_text())["t_s"]) == 30
    assert json.loads((place.machine / "report.json").read_text())["reps"]

    tab.goto(f"/clips/{clip.id}/files")
    assert_for_everybody(tab)
    with tab.expect_download() as download:
        tab.click("text=FHIR")
    assert download.value.suggested_filename == f"clip-{clip.id}.fhir.json"
    tab.goto(f"/patients/{patient_id}/files")
    tab.once("dialog", lambda dialog: dialog.accept())
    with tab.expect_response(f"**/api/patients/{patient_id}") as answer:
        tab.click("button.danger")
    assert answer.value.status == 200
    with room.database.reading() as session:
        assert session.get(Patient, patient_id) is None
    assert not place.path.exists()


def the_clip(room: Room) -> Clip:
    with room.database.reading() as session:
        return session.scalars(select(Clip)).one()


def until_done(room: Room) -> None:
    end_s = time.monotonic() + 30
    while the_clip(room).state != DONE:
        assert time.monotonic() < end_s, the_clip(room).error
        time.sleep(0.05)
