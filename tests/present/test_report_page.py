"""The page says what the report says, runs offline, and nothing in it can run that is not ours."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import assert_for_everybody
from present_factory import ENGLISH, make_finding, make_report, make_series

from posecheck.present.chart import MOST_POINTS, chart, decimate
from posecheck.present.html_pages import json_in_script
from posecheck.present.page_parts import page_parts
from posecheck.present.report_page import render_page, write_page, write_plotly
from posecheck.present.written_values import clock, number
from posecheck.types import Grade, Report, Subject

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>.mp4"
JPEG = b"\xff\xd8\xff\xe0picture\xff\xd9"


def small_page(report: Report, **kwargs: Any) -> str:
    """Return a page without the library."""
    parts = page_parts(
        report, ENGLISH, kwargs.get("frames", {}), kwargs.get("video", False), kwargs.get("change")
    )
    return render_page(parts, chart(report, ENGLISH), "plotly.min.js", ENGLISH)


def test_the_page_says_what_the_report_says() -> None:
    """Verdict, reasons, arithmetic, numbers, findings, limits and advice are there."""
    change = {"sentence": "9° straighter.", "knee_change_deg": -9.2, "detectable_deg": 7.5}
    page = html.unescape(small_page(make_report(), frames={0: JPEG}, video=True, change=change))
    for words in (
        "Needs work", "<b>71</b> of 100", "−25", "not kept still in 1 of 6", "25° ± 3°",
        "84° ± 4°", "4.5 s", "annotated.mp4", "Keep the knee still", "measured 17.5°, limit 8°",
        "9° straighter.", "−9°", "could not be told apart", "does not diagnose", "saddle",
        "bladder", "limits.thigh_deg", "data:image/jpeg;base64,/9j/", 'lang="en"',
    ):  # fmt: skip
        assert words in page, words


def test_what_is_not_there_is_not_shown() -> None:
    """No video, no comparison, no score: no empty sections."""
    nothing = Grade("ungradable", None, ("Nobody was seen.",))
    page = small_page(
        make_report(
            side=None, variant=None, tension=None, sets=(), reps=(), findings=(), grade=nothing
        )
    )
    for words in ("<video", "Since the earlier", "</b> of 100", 'id="reps"'):
        assert words not in page
    assert "Nothing was graded" in page
    assert "Cannot be graded" in page


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_a_report_of_hardly_any_frames_has_a_page(frames: int) -> None:
    """An empty series is drawn as an empty chart."""
    assert "chart" in small_page(make_report(series=make_series(frames)))


def test_names_from_outside_are_inert() -> None:
    """Markup in a name, a message or a prescription stays text."""
    report = make_report(findings=[make_finding(message=EVIL, unit=EVIL)])
    report = dataclasses.replace(
        report,
        clip=dataclasses.replace(report.clip, name=EVIL, recorded_at=EVIL),
        prescription={EVIL: EVIL},
        quality=dataclasses.replace(report.quality, notes=(EVIL,)),
        grade=Grade("needs_work", 1, (EVIL,)),
    )
    page = small_page(report, change={"sentence": EVIL})
    assert "alert(1)" in page
    assert "<script>alert" not in page
    assert "<img" not in page


@given(text=st.text())
@settings(max_examples=50)
def test_json_cannot_leave_its_script(text: str) -> None:
    """No text ends the element that it stands in, and it comes back the same."""
    found = json_in_script({"x": text})
    assert not set("<>&") & set(found)
    assert json.loads(found) == {"x": text}


def test_the_policy_forbids_any_network() -> None:
    """Only named scripts, inline styles and data pictures."""
    policy = re.search(r'Policy" content="([^"]*)"', small_page(make_report()))
    assert policy is not None
    rules = dict(part.strip().split(" ", 1) for part in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    assert "http" not in policy[1]
    assert not {"connect-src", "frame-src", "object-src"} & set(rules)


@pytest.mark.parametrize("address", ["/etc/x.js", "https://example.org/x.js", "..\\x.js"])
def test_the_library_is_beside_the_page(address: str) -> None:
    """Only a relative address is taken."""
    parts = page_parts(make_report(), ENGLISH, {}, False, None)
    with pytest.raises(ValueError, match="not a relative address"):
        render_page(parts, {}, address, ENGLISH)


@given(
    values=st.lists(st.floats(-180, 180) | st.just(float("nan")), max_size=300),
    most=st.integers(3, 90),
)
def test_decimation_keeps_the_peaks(values: list[float], most: int) -> None:
    """At most so many points, in order, the highest and lowest among them."""
    y = np.array(values, dtype=float)
    kept = decimate(y, most)
    assert len(kept) <= max(most, 3)
    assert (np.diff(kept) > 0).all()
    if np.isfinite(y).any():
        assert np.nanmax(y[kept]) == np.nanmax(y)
        assert np.nanmin(y[kept]) == np.nanmin(y)


def test_a_long_clip_has_a_small_chart() -> None:
    """An hour at 30 frames a second is no larger than a minute."""
    figure = chart(make_report(series=make_series(108_000, 30)), ENGLISH)
    assert all(len(trace["x"]) <= 2 * MOST_POINTS + 500 for trace in figure["data"])


def test_numbers_in_words() -> None:
    """Unknown is a dash, minus is a minus, minutes come after a minute."""
    assert number(float("nan"), "°") == "–"
    assert number(-3.2, "°") == "−3°"
    assert number(-0.3, "°") == "0°"
    assert clock(59.94) == "59.9 s"
    assert clock(61.25) == "1:01.2 min"
    assert clock(float("nan")) == "–"


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1100])
@pytest.mark.parametrize("library", ["inline", "../plotly.min.js"])
def test_the_page_in_a_browser(browser: Any, tmp_path: Path, width: int, library: str) -> None:
    """It draws its chart from a file, asks for nothing else, and fits a phone."""
    folder = tmp_path / "clip"
    folder.mkdir()
    report = make_report()
    report = dataclasses.replace(report, clip=dataclasses.replace(report.clip, name=EVIL))
    write_plotly(tmp_path / "plotly.min.js")
    write_page(
        report,
        folder / "report.html",
        ENGLISH,
        frames={0: JPEG},
        video=library == "inline",
        plotly_js=library,
    )
    tab = browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((folder / "report.html").as_uri())
    tab.wait_for_selector("#chart .main-svg")
    # The video is not there: that alone may be said.
    assert [line for line in said if "ERR_FILE_NOT_FOUND" not in line] == []
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate("document.querySelectorAll('#chart .scatterlayer .trace').length") == 6
    assert_for_everybody(tab)
    tab.close()


def test_the_heading_says_whose_session_it_was() -> None:
    """With what was prescribed, and nothing where nothing was said."""
    subject = Subject("K-204 <b>", "2026-03-30", "Jo Doe", 4, 0, "Slept badly.")
    page = small_page(dataclasses.replace(make_report(), subject=subject))
    for words in (
        "<title>K-204 &lt;b&gt;: ", "<dd>2026-03-30</dd>", "<dd>Jo Doe</dd>", "<dd>4 of 10</dd>",
        "<dd>0 of 10</dd>", "<p>Slept badly.</p>", "<dt>Prescription</dt>",
    ):  # fmt: skip
        assert words in page, words
    assert '<div class="record">' not in small_page(make_report())
