"""Chart, lists and keys lead through the video frame by frame, by its own table of frames."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pages import assert_for_everybody, until
from present_factory import ENGLISH, GERMAN, make_finding, make_report, make_series

from posecheck.present.report_page import write_page
from posecheck.present.single_file import put_video_inside
from posecheck.present.video import VideoSink, frame_times
from posecheck.types import Report, Words

THREE = ((2.0, 3.0), (6.0, 6.5), (11.4, 12.1))
# A camera that is quicker and slower by turns: no rate tells when its frames are shown.
UNEVEN = np.cumsum(np.resize([0.033, 0.071, 0.2, 0.034, 0.05, 0.133], 240)) - 0.033


def three_times() -> Report:
    """A report of `UNEVEN` with one finding, seen three times."""
    finding = make_finding(start_s=2.0, end_s=3.0, reps=(1, 2, 3), times=THREE)
    series = dataclasses.replace(make_series(len(UNEVEN)), t_s=UNEVEN)
    return make_report([finding], series=series)


def write(folder: Path, report: Report, words: Words = ENGLISH, video: bool = True) -> Path:
    """Write a video of plain frames, and a page beside it."""
    page, film = folder / "report.html", folder / "annotated.mp4"
    with VideoSink(film, 160, 120) as sink:
        for i, t_s in enumerate(UNEVEN):
            sink.write(np.full((120, 160, 3), i % 200, np.uint8), t_s)
    write_page(report, page, words, video=video, video_t_s=frame_times(film))
    return page


def test_the_table_is_that_of_the_file(tmp_path: Path) -> None:
    """The first frame is shown at zero, each other one at its own time; B-frames change nothing."""
    write(tmp_path, three_times())
    assert frame_times(tmp_path / "annotated.mp4") == pytest.approx(UNEVEN, abs=1e-5)


def buttons(page: Path) -> list[str]:
    return re.findall(r'<button type="button" class="jump"[^>]*>([^<]*)<', page.read_text("utf-8"))


@pytest.mark.parametrize(("words", "times"), [
    (ENGLISH, ["2.0 s to 3.0 s", "6.0 s to 6.5 s", "11.4 s to 12.1 s"]),
    (GERMAN, ["2,0 s bis 3,0 s", "6,0 s bis 6,5 s", "11,4 s bis 12,1 s"]),
])  # fmt: skip
def test_each_time_of_a_finding_is_a_button(tmp_path: Path, words: Words, times: list[str]) -> None:
    """So are the start of each repetition, set and phase, and the point of tension."""
    found = buttons(write(tmp_path, three_times(), words))
    assert [text for text in found if text in times] == times
    assert len(found) == 3 + 6 + 1 + 5 + 1


def test_a_page_without_a_video_has_none(tmp_path: Path) -> None:
    """The times are text."""
    page = write(tmp_path, three_times(), video=False).read_text("utf-8")
    assert "<button" not in page
    assert 'id="cursor"' not in page
    assert "Repetitions 1, 2, 3: 2.0 s to 3.0 s, 6.0 s to 6.5 s, 11.4 s to 12.1 s; m" in page


SEEN = """() => {
  window.seen = -1;
  const video = document.querySelector("video");
  const look = (_, frame) => {
    window.seen = frame.mediaTime;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""
Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any) -> Iterator[Open]:
    """Open a page, of which the frame that is shown is looked at."""
    tabs = []

    def opened(page: Path, width: int = 1100, *, touch: bool = False) -> Any:
        tab = browser.new_page(viewport={"width": width, "height": 800}, has_touch=touch)
        tabs.append(tab)
        tab.said = []
        tab.on("console", lambda message: tab.said.append(message.text))
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.goto(page.as_uri())
        tab.wait_for_selector("#chart .main-svg")
        until(tab, "document.querySelector('video').readyState >= 2")
        tab.evaluate(SEEN)
        tab.evaluate("document.getElementById('player').scrollIntoView()")
        return tab

    yield opened
    for tab in tabs:
        tab.close()


def shows(tab: Any, t_s: float) -> None:
    """Wait until the picture is the frame of a time, and see that the page says so."""
    until(tab, f"Math.abs(window.seen - {t_s}) < 1e-4")
    until(tab, f"Math.abs(document.getElementById('cursor').ariaValueNow - {t_s}) < 2e-3")


def place_of(tab: Any, t_s: float) -> tuple[float, float]:
    """Where a time is in the chart, in pixels of the window."""
    x, y = tab.evaluate("""t => {
      const chart = document.getElementById("chart"), box = chart.getBoundingClientRect();
      const { xaxis, _size } = chart._fullLayout;
      return [box.left + xaxis._offset + xaxis.d2p(t), box.top + _size.t + _size.h / 2];
    }""", t_s)  # fmt: skip
    return x, y


def nearest(t_s: float) -> int:
    return int(np.argmin(abs(UNEVEN - t_s)))


@pytest.mark.browser
@pytest.mark.parametrize("single", [False, True])
def test_the_chart_leads_and_keys_step(opened: Open, tmp_path: Path, single: bool) -> None:
    """A click, a drag, the arrows, comma and full stop show exactly the frame that they mean."""
    page = write(tmp_path, three_times())
    if single:
        put_video_inside(page, tmp_path / "annotated.mp4")
        (tmp_path / "annotated.mp4").unlink()
    tab = opened(page)
    tab.mouse.click(*place_of(tab, 8.0))
    i = nearest(8.0)
    shows(tab, UNEVEN[i])
    cursor = tab.evaluate("document.getElementById('cursor').getBoundingClientRect().left")
    assert cursor + 1 == pytest.approx(place_of(tab, UNEVEN[i])[0], abs=1)
    for key, by in (("ArrowRight", 1), (".", 1), (".", 1), ("ArrowLeft", -1), (",", -1)) * 3:
        tab.keyboard.press(key)
        i += by
        shows(tab, UNEVEN[i])
    for _ in range(5):  # faster than they are shown
        tab.keyboard.press("ArrowRight")
    shows(tab, UNEVEN[i + 5])
    tab.keyboard.press("End")
    shows(tab, UNEVEN[-1])
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Home")
    shows(tab, 0.0)
    tab.mouse.move(*place_of(tab, 3.0))
    tab.mouse.down()
    for t_s in (4.0, 9.0, 12.0):
        tab.mouse.move(*place_of(tab, t_s))
    tab.mouse.up()
    shows(tab, UNEVEN[nearest(12.0)])
    assert tab.said == []


@pytest.mark.browser
def test_space_plays_and_the_cursor_runs(opened: Open, tmp_path: Path) -> None:
    """But a button that has the focus keeps its space."""
    tab = opened(write(tmp_path, three_times()))
    tab.keyboard.press(" ")
    until(tab, "document.getElementById('cursor').ariaValueNow > 0.3")
    tab.keyboard.press(" ")
    until(tab, "document.querySelector('video').paused")
    shows(tab, tab.evaluate("window.seen"))
    tab.locator("button[data-step='1']").focus()
    before = nearest(tab.evaluate("window.seen"))
    tab.keyboard.press(" ")
    shows(tab, UNEVEN[before + 1])
    assert tab.evaluate("document.querySelector('video').paused")
    tab.locator("video").focus()
    tab.keyboard.press("ArrowRight")
    shows(tab, UNEVEN[before + 2])
    assert tab.said == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1100])
def test_every_button_jumps(opened: Open, tmp_path: Path, width: int) -> None:
    """To the frame of its time; the video comes into view."""
    tab = opened(write(tmp_path, three_times(), GERMAN), width, touch=width == 360)
    assert_for_everybody(tab)
    jumps = tab.locator("button.jump")
    for k in range(jumps.count()):
        start_s = float(jumps.nth(k).get_attribute("data-start"))
        jumps.nth(k).click()
        shows(tab, UNEVEN[nearest(start_s)])
        top = tab.evaluate("document.querySelector('video').getBoundingClientRect().top")
        assert 0 <= top < 800
    if width == 360:
        tab.touchscreen.tap(*place_of(tab, 5.0))
        shows(tab, UNEVEN[nearest(5.0)])
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.said == []


@pytest.mark.browser
def test_a_video_that_is_gone_leaves_text(browser: Any, tmp_path: Path) -> None:
    """A page that was copied alone has no button that does nothing."""
    page = write(tmp_path, three_times())
    (tmp_path / "annotated.mp4").unlink()
    tab = browser.new_page()
    tab.goto(page.as_uri())
    tab.wait_for_selector("#no-video", state="visible")
    assert tab.locator("button:visible").count() == 0
    assert not tab.locator("video").is_visible()
    assert "6.0 s to 6.5 s" in tab.locator("article").inner_text()
    tab.close()
