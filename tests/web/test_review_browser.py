"""The page of a clip in a real browser: picture, overlay and cursor are the same frame.

The frames have their number in them, which is read back from the picture.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pages import assert_for_everybody, until
from review_made import NUMBER, make_seen_clip
from serving import Visit, serving, visiting

from posecheck.apps.web.assets import fetch_assets
from posecheck.apps.web.room import Room

pytestmark = pytest.mark.browser
READY = "document.querySelector('#review')?.dataset.ready !== undefined"
SETTLED_MS = 200  # after a seek, for a frame that is the same as before
# What the page says is shown, and where the cursor of its chart stands, as a share of the width.
SAID = """() => {
  const cursor = document.querySelector("#chart .u-cursor-x");
  const over = document.querySelector("#chart .u-over");
  return {
    frame: Number(document.getElementById("at").textContent.match(/(?:frame|Bild) (\\d+)/)[1]) - 1,
    cursor: new DOMMatrix(getComputedStyle(cursor).transform).e, width: over.clientWidth,
  };
}"""
# Notes for each frame that comes on the screen what it is, and what the page says then.
WATCH = f"""() => {{
  const number = {NUMBER}, said = {SAID}, video = document.getElementById("video");
  window.seen = [];
  const note = () => window.seen.push({{ number: number("video"), ...said() }});
  const look = () => requestAnimationFrame(note);
  const next = () => video.requestVideoFrameCallback(() => {{ next(); look(); }});
  next();
}}"""


@pytest.fixture
def clip_id(room: Room, patient_id: int) -> int:
    assert fetch_assets() is None
    return make_seen_clip(room, patient_id)


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    with serving(room) as found:
        yield found


@pytest.fixture
def visit(browser: Any, address: str, therapist: TestClient, clip_id: int) -> Iterator[Visit]:
    """A tab with the page of the clip."""
    with visiting(browser, address, therapist) as visit:
        visit.tab.goto(f"/clips/{clip_id}")
        until(visit.tab, READY)
        yield visit


def answer_of(client: TestClient, clip_id: int) -> dict[str, Any]:
    """Return what the page is given of a clip."""
    answer: dict[str, Any] = client.get(f"/api/clips/{clip_id}/review").json()
    return answer


def shown(tab: Any) -> tuple[int, dict[str, float]]:
    """Return the number in the picture, and what the page says."""
    until(tab, "!document.getElementById('video').seeking")
    tab.wait_for_timeout(SETTLED_MS)
    return int(tab.evaluate(NUMBER, "video")), tab.evaluate(SAID)


def cursor_frame(said: dict[str, float], t_s: list[float]) -> float:
    """Return how far the cursor is from the frame that is said, in pixels."""
    place = t_s[int(said["frame"])] / t_s[-1] * said["width"]
    return abs(place - said["cursor"])


def test_at_random_seeks_all_show_the_same_frame(
    visit: Visit, therapist: TestClient, clip_id: int
) -> None:
    tab, t_s = visit.tab, answer_of(therapist, clip_id)["series"]["t_s"]
    over = tab.locator("#chart .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    chance = random.Random(19)
    for _ in range(20):
        x = chance.randrange(1, int(box["width"]) - 1)
        tab.mouse.click(box["x"] + x, box["y"] + 90)
        number, said = shown(tab)
        at = x / box["width"] * t_s[-1]
        nearest = min(range(len(t_s)), key=lambda i: abs(t_s[i] - at))
        assert number == said["frame"]
        assert abs(number - nearest) <= 1  # of the time that was pointed at
        assert cursor_frame(said, t_s) <= 1
    # and steps go by a frame
    tab.keyboard.press("End")
    last, said = shown(tab)
    assert (last, said["frame"]) == (553, 553)
    tab.keyboard.press("Home")
    for key, wanted in (
        ("ArrowRight", 1), (".", 2), ("Shift+ArrowRight", 12), (",", 11), ("Shift+ArrowLeft", 1),
    ):  # fmt: skip
        tab.keyboard.press(key)
        number, said = shown(tab)
        assert (number, said["frame"]) == (wanted, wanted), key


def test_while_it_plays_too(visit: Visit, therapist: TestClient, clip_id: int) -> None:
    tab, t_s = visit.tab, answer_of(therapist, clip_id)["series"]["t_s"]
    tab.evaluate(WATCH)
    for rate in ("1", "0.5"):
        tab.select_option("#rate", rate)
        tab.evaluate("window.seen.length = 0")
        tab.click("#play")
        until(tab, "window.seen.length >= 40")
        tab.keyboard.press("k")
        seen = tab.evaluate("window.seen")
        numbers = [one["number"] for one in seen]
        assert [one["frame"] for one in seen] == numbers, rate
        assert all(cursor_frame(one, t_s) <= 1 for one in seen), rate
        assert len(set(numbers)) > 20


# How much neighbouring pixels differ at most in a part of the page's canvas.
DIFFERENCES = """([x, y, size]) => {
  const canvas = document.querySelector("#stage canvas");
  const scale = canvas.height / 480, left = (canvas.width - 640 * scale) / 2;
  const at = [left + (x - size) * scale, (y - size) * scale].map(Math.round);
  const side = Math.round(2 * size * scale);
  const { data } = canvas.getContext("2d").getImageData(...at, side, side);
  let most = 0;
  for (let i = 4; i < data.length; i += 4) {
    if ((i / 4) % side) most = Math.max(most, Math.abs(data[i] - data[i - 4]));
  }
  return most;
}"""


def test_a_face_is_covered_in_every_frame(
    visit: Visit, therapist: TestClient, clip_id: int
) -> None:
    """The picture is of squares of 8 pixels, so that nothing else is as smooth as the cover."""
    tab, points = visit.tab, answer_of(therapist, clip_id)["points"]
    tab.keyboard.press("o")  # the lines are drawn over it
    tab.keyboard.press("b")
    assert tab.evaluate("getComputedStyle(document.getElementById('video')).visibility") == "hidden"
    for key in ("Home", "Shift+ArrowRight", "]"):
        tab.keyboard.press(key)
        number, said = shown(tab)
        assert number == said["frame"]
        x, y = points["trunk_px"][number][1]
        assert tab.evaluate(DIFFERENCES, [x, y, 24]) < 40
        assert tab.evaluate(DIFFERENCES, [640 - x, 350, 24]) > 120
    # it is on while it plays: what is on the canvas is the frame that is said
    tab.keyboard.press("l")
    until(tab, "document.getElementById('video').currentTime > 1")
    tab.keyboard.press("k")
    number, said = shown(tab)
    assert number == said["frame"] > 20
    tab.keyboard.press("b")
    assert tab.evaluate(DIFFERENCES, [640 - x, 350, 24]) == 0  # the video itself is seen again


def test_keys_and_zoom(visit: Visit) -> None:
    tab = visit.tab
    for key, wanted in (("]", 4.4), ("]", 7.4), ("[", 4.4)):
        tab.keyboard.press(key)
        _, said = shown(tab)
        assert said["frame"] / 25 == pytest.approx(wanted, abs=0.15), key
    tab.keyboard.press("z")
    assert "zoomed" in tab.get_attribute("#stage", "class")
    tab.keyboard.press("z")
    assert "zoomed" not in tab.get_attribute("#stage", "class")
    over = tab.locator("#chart .u-over")
    over.scroll_into_view_if_needed()
    over.hover()
    assert tab.is_disabled("#chart-all")
    tab.mouse.wheel(0, -400)
    until(tab, "!document.getElementById('chart-all').disabled")
    assert tab.locator(".mark.rep:visible").count() < 6
    tab.click("#chart-all")
    tab.keyboard.press("?")
    assert tab.evaluate("document.getElementById('keys-dialog').open")
    assert_for_everybody(tab)
    tab.keyboard.press("Escape")
    tab.keyboard.press("l")
    tab.keyboard.press("l")
    assert tab.input_value("#rate") == "1.5"
    tab.keyboard.press("j")
    until(tab, "document.getElementById('video').paused")
    before = tab.evaluate(SAID)["frame"]
    until(tab, f"({SAID})().frame < {before}")
    tab.keyboard.press("k")
    number, said = shown(tab)
    assert number == said["frame"] < before


def test_two_go_together_from_their_points_of_tension(
    browser: Any, address: str, therapist: TestClient, room: Room, patient_id: int, clip_id: int
) -> None:
    other = make_seen_clip(room, patient_id, "fault_thigh_drift", "e" * 64)
    tensions = [answer_of(therapist, one)["report"]["tension"] for one in (clip_id, other)]
    starts = [round(tension["start_s"] * 25) for tension in tensions]
    with visiting(browser, address, therapist) as visit:
        tab = visit.tab
        tab.goto(f"/clips/{clip_id}/beside/{other}")
        until(tab, READY)
        assert_for_everybody(tab)

        def apart() -> int:
            first, second = (int(tab.evaluate(NUMBER, f"video-{i}")) for i in (1, 2))
            return int((first - starts[0]) - (second - starts[1]))

        tab.wait_for_timeout(SETTLED_MS)
        assert [tab.evaluate(NUMBER, f"video-{i}") for i in (1, 2)] == starts
        tab.keyboard.press("Shift+ArrowRight")
        tab.wait_for_timeout(SETTLED_MS)
        assert apart() == 0
        tab.keyboard.press(" ")
        tab.wait_for_timeout(1500)
        assert max(abs(apart()) for _ in range(10)) <= 1
        tab.keyboard.press(" ")
        tab.wait_for_timeout(2 * SETTLED_MS)
        assert apart() == 0
        tab.keyboard.press("n")
        tab.wait_for_timeout(SETTLED_MS)
        assert apart() == -1
