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
from by_hand import Bench
from pages import assert_for_everybody, until
from serving import PHONE

from benchmarks.web_process import free_port
from posecheck.apps.web.assets import fetch_assets

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Clips are graded at low priority: on a busy machine that takes as long as it takes.
GRADES_S = 300.0
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
def address(tmp_path: Path, model_path: Path, quick_model: Path) -> Iterator[tuple[str, str]]:
    """A served room: its address, and the link that makes the first account.

    Nothing is left to fetch, so whatever it and its processes say, they say on this machine.
    """
    assert model_path.is_file()
    assert quick_model.is_file()
    assert fetch_assets() is None
    port = free_port()
    calls = tmp_path / "calls"
    command = [
        *WATCHED, "-o", str(calls), sys.executable, "-m", "posecheck", "serve", "--data",
        str(tmp_path / "data"), "--port", str(port), "--no-open", "--json",
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
    clips = [sample_until("pump_left_side", 13.6), sample_until("fault_bouncing", 9.0)]
    room, first_link = address
    elsewhere: list[str] = []
    tab = tab_of(browser, room, elsewhere)
    account(tab, first_link, "Anna")
    patient = tab.request.post("/api/patients", data={"name": "K-204"}).json()["id"]
    tab.goto(f"/patients/{patient}")
    tab.click("form[data-new-link] button")
    link = urlsplit(tab.input_value("#link-address")).path
    phone = tab_of(browser, room, elsewhere, viewport=PHONE)
    send(phone, link, clips)
    # it is graded while the therapist looks on
    tab.goto(f"/patients/{patient}")
    until(tab, f"{GRADED} === 2", GRADES_S)
    listed = tab.request.get(f"/api/clips?patient={patient}").json()["clips"]
    assert {(one["symptoms_before"], one["state"]) for one in listed} == {(6, "done")}
    by_name = {one["name"]: one["id"] for one in listed}
    clip, other = (by_name[path.name] for path in clips)
    phone.reload()
    until(phone, "!document.getElementById('last').hidden")
    # what is put right on its page; a second therapist, who has it open meanwhile, is told
    invited = tab.request.post("/api/invitations", data={"role": "therapist"}).json()
    second = tab_of(browser, room, elsewhere)
    account(second, invited["address"], "Ben")
    theirs = Bench(second, clip)
    put_right(Bench(tab, clip))
    second.click("[data-key=delete-rep-3]")
    until(second, "document.getElementById('conflict').open")
    assert "Anna" in second.text_content("#conflict")
    assert theirs.now["report"] == theirs.first["machine"]
    judge(Bench(tab, other))
    # both beside each other, aligned where each has come to the point of tension
    tab.goto(f"/clips/{clip}/beside/{other}")
    until(tab, "document.querySelectorAll('video').length === 2")
    assert_for_everybody(tab)
    # out, and away
    for kind, begins in (("pdf", b"%PDF"), ("fhir", b"{"), ("csv", b"t_s")):
        answer = tab.request.get(f"/api/clips/{clip}/export/{kind}")
        assert answer.body().lstrip(b"\xef\xbb\xbf").startswith(begins)
    assert tab.request.get(f"/api/patients/{patient}/progress").ok
    assert tab.request.delete(f"/api/patients/{patient}").ok
    for one in (clip, other):
        assert tab.request.get(f"/api/clips/{one}/review").status == 404
    phone.goto(link)
    assert phone.evaluate("document.querySelector('[data-phone]') === null")
    assert elsewhere == []


def send(phone: Any, link: str, clips: list[Path]) -> None:
    """Send clips from a patient's phone, which looks at them before they go."""
    phone.goto(link)
    phone.select_option("#before", "6")
    phone.set_input_files("input[multiple]", [*map(str, clips)])
    until(phone, SENT, GRADES_S)
    assert phone.locator(".uploads canvas.seen").count() == 2


def put_right(bench: Bench) -> None:
    """Each kind of correction by the page's handles, the grade that follows, and all undone."""
    tab, report = bench.tab, bench.first["report"]
    tension, rep, reps = report["tension"], report["reps"][1], len(report["reps"])
    assert_for_everybody(tab)
    assert report["grade"]["verdict"] == "pass"

    bench.drag_the_end_of_the_tension(-40)
    moved = bench.done(1)
    assert (moved["kind"], moved["set"]) == ("tension", 1)
    assert moved["start_s"] == tension["start_s"]
    assert tension["start_s"] < moved["end_s"] < tension["end_s"] - 0.5
    assert bench.now["report"]["tension"]["end_s"] == pytest.approx(moved["end_s"])

    back = ("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowLeft")
    bench.move_the_start_of_a_repetition(2, *back)
    moved = bench.done(2)
    assert (moved["kind"], moved["rep"], moved["end_s"]) == ("rep_move", 2, rep["end_s"])
    assert moved["start_s"] == pytest.approx(rep["start_s"] - 0.28, abs=0.03)
    assert tab.evaluate("document.activeElement.dataset.end") == "start_s"

    bench.mark_a_repetition_at_the_beginning()
    added = bench.done(3)
    assert (added["kind"], added["set"]) == ("rep_add", 1)
    assert added["end_s"] - added["start_s"] == pytest.approx(1, abs=0.03)
    until(tab, "document.getElementById('span-panel').hidden")

    tab.click("[data-key=delete-rep-3]")
    assert bench.done(4) == {"kind": "rep_delete", "rep": 3}
    bench.note("A note, [typed]")
    noted = bench.done(5)
    assert (noted["kind"], noted["text"]) == ("note", "A note, [typed]")

    x, y = bench.first["points"]["working_px"][0][1]
    bench.move_the_knee_in_the_first_look("ArrowRight", "Shift+ArrowUp")
    moved = bench.done(6)
    assert (moved["leg"], moved["joint"], moved["hold"]) == ("working", "knee", "onwards")
    assert moved["t_s"] in bench.first["looks_t_s"][:2]
    assert moved["xy_px"] == pytest.approx([x + 1, y - 10], abs=2)

    tab.click("#exchange-side")
    assert bench.done(7) == {"kind": "side", "side": "right"}
    bench.set_the_variant("knee_bend")
    kind = {"kind": "exercise", "exercise": "nerve_glide", "variant": "knee_bend"}
    assert bench.done(8) == kind
    assert bench.now["report"]["grade"]["verdict"] != "pass"  # its ankle was pumped
    bench.set_the_verdict("ungradable", "Jkl m? the camera moved")
    assert bench.done(9)["reason"] == "Jkl m? the camera moved"
    assert bench.now["report"]["grade"]["verdict"] == "ungradable"
    tab.click("[data-key=delete-set-1]")
    assert bench.done(10) == {"kind": "tension_delete", "set": 1}

    bench.undo_all()
    assert bench.now["report"] == bench.first["machine"]
    assert len(bench.now["report"]["reps"]) == reps


def judge(bench: Bench) -> None:
    """What was found is dismissed, and the verdict follows; it comes back by Ctrl+Z."""
    (fault,) = [f for f in bench.first["report"]["findings"] if f["severity"] == "fault"]
    bench.judge("dismiss", fault)
    assert bench.done(1)["dismissed"] is True
    assert fault["rule"] not in {f["rule"] for f in bench.now["report"]["findings"]}
    bench.keys("Control+z")
    until(bench.tab, "!document.getElementById('redo').disabled")
    assert bench.now["report"] == bench.first["machine"]
