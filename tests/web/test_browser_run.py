"""The whole way in a real browser, through the real command: from the first link to deletion."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pages import assert_for_everybody, until
from serving import PHONE

from benchmarks.web_process import free_port
from posecheck.apps.web.assets import fetch_assets

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Clips are graded at low priority: on a busy machine that takes as long as it takes.
GRADES_S = 300.0
CLIP = Path("sample_videos/pump_left_side.mp4").resolve()
PASSWORD = "correct horse battery"
SENT = "document.querySelectorAll('.uploads [data-state=sent]').length === 2"
GRADED = (
    "document.querySelectorAll('[data-clips] .badge.pass, [data-clips] .badge.needs_work, "
    "[data-clips] .badge.ungradable').length"
)
# What speaks to a network, by every process of the room; what only reads is not asked.
WATCHED = ("strace", "-D", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,bind,sendto,sendmsg")
HERE = ('inet_addr("127.0.0.1")', 'inet_pton(AF_INET6, "::1"')


@pytest.fixture
def address(tmp_path: Path, quick_model: Path) -> Iterator[tuple[str, str]]:
    """A served room: its address, and the link that makes the first account.

    Nothing is left to fetch, so whatever it and its processes say, they say on this machine.
    """
    assert quick_model.is_file()
    assert fetch_assets() is None
    port = free_port()
    calls = tmp_path / "calls"
    command = [
        *WATCHED, "-o", str(calls), sys.executable, "-m", "posecheck", "serve", "--data",
        str(tmp_path / "data"), "--port", str(port), "--no-open", "--json", "--model", "lite",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = json.loads(server.stdout.readline())
            yield said["address"], said["first_link"]
        finally:
            server.terminate()
            server.wait(60)
    said_to = [line for line in calls.read_text(errors="replace").splitlines() if "AF_INET" in line]
    assert any("bind(" in line for line in said_to), "nothing was watched"
    assert [line for line in said_to if not any(place in line for place in HERE)] == []


def tab_of(browser: Any, address: str, elsewhere: list[str], **more: Any) -> Any:
    context = browser.new_context(base_url=address, **more)
    host = urlsplit(address).netloc

    def noted(request: Any) -> None:
        if urlsplit(request.url).scheme in ("http", "https", "ws") and host not in request.url:
            elsewhere.append(request.url)

    context.on("request", noted)
    return context.new_page()


def account(tab: Any, link: str, name: str) -> None:
    tab.goto(link)
    tab.fill("#name", name)
    tab.fill("#login", name.lower())
    tab.fill("#password", PASSWORD)
    tab.keyboard.press("Enter")  # the keyboard suffices
    tab.wait_for_url("**/patients")


def test_from_the_first_link_to_deletion(
    browser: Any, address: tuple[str, str], sample_until: Callable[[str, float], Path]
) -> None:
    clips = [CLIP, sample_until("fault_bouncing", 9.0)]
    room, first_link = address
    elsewhere: list[str] = []
    tab = tab_of(browser, room, elsewhere)
    account(tab, first_link, "Anna")
    made = tab.request.post(f"{room}/api/patients", data={"name": "K-204"})
    patient = made.json()["id"]
    tab.goto(f"/patients/{patient}")
    tab.click("form[data-new-link] button")
    link = tab.input_value("#link-address")
    # the patient's phone
    phone = tab_of(browser, room, elsewhere, viewport=PHONE)
    phone.goto(urlsplit(link).path)
    phone.select_option("#before", "6")
    phone.set_input_files("input[multiple]", [*map(str, clips)])
    until(phone, SENT, GRADES_S)
    assert phone.locator(".uploads canvas.seen").count() == 2  # looked at before they went
    # it is graded while the therapist looks on
    tab.goto(f"/patients/{patient}")
    until(tab, f"{GRADED} === 2", GRADES_S)
    listed = tab.request.get(f"{room}/api/clips?patient={patient}").json()["clips"]
    by_name = {one["name"]: one for one in listed}
    clip, other = (by_name[path.name] for path in clips)
    assert (clip["symptoms_before"], clip["state"]) == (6, "done")
    assert (other["symptoms_before"], other["state"]) == (6, "done")
    phone.reload()
    until(phone, "!document.getElementById('last').hidden")
    # the page of the clip, and what is put right there
    tab.goto(f"/clips/{clip['id']}")
    until(tab, "document.querySelectorAll('.mark').length > 1")
    assert_for_everybody(tab)
    place = f"{room}/api/clips/{clip['id']}"
    before = tab.request.get(f"{place}/review").json()
    new = {"revision": 0, "kind": "rep_delete", "values": {"rep": 1}}
    after = tab.request.post(f"{place}/corrections", data=new).json()
    assert len(after["report"]["reps"]) == len(before["report"]["reps"]) - 1
    # a second therapist is told
    invited = tab.request.post(f"{room}/api/invitations", data={"role": "therapist"}).json()
    second = tab_of(browser, room, elsewhere)
    account(second, invited["address"], "Ben")
    told = second.request.post(f"{place}/corrections", data=new)
    assert (told.status, told.json()["detail"]["by"]) == (409, "Anna")
    undone = second.request.post(f"{place}/undo", data={"revision": 1}).json()
    assert undone["report"] == undone["machine"]
    # both beside each other, aligned where each has come to the point of tension
    tab.goto(f"/clips/{clip['id']}/beside/{other['id']}")
    until(tab, "document.querySelectorAll('video').length === 2")
    assert_for_everybody(tab)
    # out, and away
    for kind, begins in (("pdf", b"%PDF"), ("fhir", b"{"), ("csv", b"t_s")):
        answer = tab.request.get(f"{place}/export/{kind}")
        assert answer.body().lstrip(b"\xef\xbb\xbf").startswith(begins)
    assert tab.request.get(f"{room}/api/patients/{patient}/progress").ok
    assert tab.request.delete(f"{room}/api/patients/{patient}").ok
    for one in (clip, other):
        assert tab.request.get(f"{room}/api/clips/{one['id']}/review").status == 404
    phone.goto(urlsplit(link).path)
    assert phone.evaluate("document.querySelector('[data-phone]') === null")
    assert elsewhere == []
