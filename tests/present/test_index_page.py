"""The page of a batch: it says what came of every clip, and nothing in it can run or leave."""

from __future__ import annotations

import json
import math
import os
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from grade_rows import EVIL, EVIL_ATTRIBUTE, curve, make_failure, make_row, many
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from pages import assert_for_everybody
from present_factory import ENGLISH

from posecheck.present.index_page import (
    LETTERS,
    curve_letters,
    report_address,
    write_index,
)
from posecheck.present.outcomes import OUTCOMES, Tally, reasons_of
from posecheck.types import ClipGrade


def rows_of(page: str) -> list[list[Any]]:
    """Return the data that the page's script takes."""
    found = re.search(r'id="rows">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    rows: list[list[Any]] = json.loads(found[1])
    return rows


def written(rows: list[ClipGrade], folder: Path) -> str:
    write_index(rows, folder / "index.html", ENGLISH, tables=("grades.csv", "grades.parquet"))
    return (folder / "index.html").read_text(encoding="utf-8")


def test_the_head_counts_the_clips_and_their_reasons(tmp_path: Path) -> None:
    """Passed, needs work, ungradable, failed; a reason is counted once a clip."""
    page = written(many(70), tmp_path)
    counted = re.findall(
        r'data-outcome="(\w+)">.*?<b>([\d,]+)</b> <span>([^<]*)</span>', page, re.DOTALL
    )
    assert counted == [
        ("pass", "20", "Done well"), ("needs_work", "20", "Needs work"),
        ("ungradable", "20", "Cannot be graded"), ("failed", "10", "Failed"),
    ]  # fmt: skip
    for reason in ("Too fast", "Turn the camera side-on"):
        assert re.search(rf'<li>{reason} <span class="times">× 20</span>', page)
    # Failures that differ by the clip's name alone are one reason.
    assert '<li>… is not a video. <span class="times">× 10</span>' in page
    assert "70 graded clips" in page
    assert "grades.csv" in page
    assert "<noscript>" in page


def test_many_reasons_are_cut_short() -> None:
    """The commonest are named, the rest counted."""
    tally = Tally(ENGLISH)
    for i in range(30):
        tally.add(make_failure(error=f"Reason {i // 2 if i < 20 else i}."))
    assert len(tally.common("failed")) == 8
    assert tally.common("failed")[0] == ("Reason 0.", 2)
    assert tally.rarer("failed") == 12
    assert [tally.counts[outcome] for outcome in OUTCOMES] == [0, 0, 0, 30]


def reasons(row: ClipGrade) -> list[str]:
    return reasons_of(row, ENGLISH)


def test_a_reason_is_that_of_the_verdict() -> None:
    """Advice does not stand against a pass, and a failure without a sentence has one."""
    assert reasons(make_row(verdict="needs_work", faults=("too_fast",))) == ["Too fast"]
    assert reasons(make_row(verdict="ungradable", warnings=("cut_off", "new_one"))) == [
        "The recording breaks off", "New one",
    ]  # fmt: skip
    nan = float("nan")
    none: dict[str, Any] = {"verdict": "ungradable", "warnings": ()}
    assert reasons(make_row(**none, reps=0, tension_knee_flexion_deg=nan)) == [
        "No exercise was found"
    ]
    assert reasons(make_row(**none, reps=5)) == ["The leg was seen too little"]
    work: dict[str, Any] = {"verdict": "needs_work", "faults": ()}
    assert reasons(make_row(**work, reps=0)) == ["No repetitions were seen"]
    assert reasons(make_row(**work, reps=5)) == ["Less than was prescribed"]
    assert reasons(make_row(**work, reps=5, tension_knee_flexion_deg=nan)) == [
        "No point of tension was seen"
    ]
    assert reasons(make_failure("b/a.mp4", error="a.mp4 is empty.")) == ["… is empty."]
    assert reasons(make_failure("a.mp4", error="Cannot read '/x/y/a.mp4'.")) == ["Cannot read '…'."]
    assert reasons(make_failure("a", error="a is a folder.")) == ["a is a folder."]
    assert reasons(make_failure(error=None)) == ["No reason is known."]


def test_no_clips_are_a_page_as_well(tmp_path: Path) -> None:
    """An empty table."""
    page = written([], tmp_path)
    assert rows_of(page) == []
    assert "0 graded clips" in page


def test_names_from_outside_are_inert(tmp_path: Path) -> None:
    """Markup in any text stays text, and no element is closed early."""
    for evil in (EVIL, EVIL_ATTRIBUTE):
        row = make_row(clip=evil, subject=evil, session_date=evil, folder=evil)
        failure = make_failure("x", error=f"Not a video: {evil}")
        page = written([row, failure], tmp_path)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert rows_of(page)[0][0] == evil
        assert escape(evil) in page  # among the reasons
        assert page.count("<script") == page.count("</script>") == 3


@pytest.mark.parametrize("folder", ["", "/etc", "../up", "a/../../b", "//host/share"])
def test_a_link_stays_in_the_batch(folder: str) -> None:
    """A folder elsewhere has no link."""
    assert report_address(folder, "report.html") == ""


@given(folder=st.text(min_size=1))
def test_a_link_names_its_folder(folder: str) -> None:
    """Whatever the name, the address is relative, plain, and leads to the folder's bytes."""
    address = report_address(folder, "report.html")
    if address:
        assert re.fullmatch(r"\./[\w.~/%-]+/report\.html", address, re.ASCII)
        assert unquote_to_bytes(address) == f"./{folder}/report.html".encode()


def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    """The link has the bytes, the page spells them out."""
    name = os.fsdecode(b"caf\xe9")
    (row,) = rows_of(written([make_row(clip=name, folder=name)], tmp_path))
    assert row[0] == r"caf\xe9"
    assert row[11] == "./caf%E9/report.html"
    assert report_address("\ud800", "report.html") == "./%5Cud800/report.html"


@given(st.lists(st.just(math.nan) | st.floats(-10, 173), max_size=60))
def test_a_curve_is_one_letter_an_angle(angles: list[float]) -> None:
    """Each is known to half a step, and a gap stays a gap."""
    letters = curve_letters(angles)
    assert len(letters) == len(angles)
    for letter, angle in zip(letters, angles, strict=True):
        if math.isnan(angle):
            assert letter == "-"
        else:
            assert abs(LETTERS.index(letter) * 3 - 10 - angle) <= 1.5 + 1e-9


def test_angles_beyond_the_scale_are_at_its_ends() -> None:
    assert curve_letters([-500.0, 500.0, math.inf]) == "0z-"


def test_memory_does_not_grow_with_the_clips(tmp_path: Path) -> None:
    """Ten times the clips, and no more than a little more memory."""

    def streamed(count: int) -> Iterator[ClipGrade]:
        values = curve(0)
        for i in range(count):
            yield make_row(clip=f"clip-{i}.mp4", knee_curve_deg=values)

    def peak(count: int) -> int:
        tracemalloc.start()
        write_index(streamed(count), tmp_path / "index.html", ENGLISH)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)  # the templates are compiled once
    assert peak(5000) < peak(500) + 200_000


def opened(browser: Any, page: Path, **viewport: int) -> tuple[Any, list[str]]:
    """Open a page, and note whatever it says, asks or tries to load."""
    tab = browser.new_page(viewport={"width": 1280, "height": 800, **viewport})
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on(
        "request",
        lambda request: said.append(request.url) if request.url != page.as_uri() else None,
    )
    tab.goto(page.as_uri())
    tab.wait_for_selector("tbody")
    return tab, said


def first(tab: Any, column: str) -> str:
    text: str = tab.locator(f"tbody tr >> nth=0 >> {column}").inner_text()
    return text


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1280])
def test_the_index_in_a_browser(browser: Any, tmp_path: Path, width: int) -> None:
    """It sorts, searches and filters, by keyboard too, and no name of a clip runs."""
    evil = [
        make_row(clip=EVIL, subject=EVIL, folder=EVIL_ATTRIBUTE, session_date=EVIL_ATTRIBUTE),
        make_failure(EVIL_ATTRIBUTE, error=f"Not a video: {EVIL_ATTRIBUTE}"),
        make_row(clip="n" * 240 + ".mp4", folder="a b#?%", tension_knee_flexion_deg=-3.0),
    ]
    write_index([*evil, *many(300)], tmp_path / "index.html", ENGLISH)
    tab, said = opened(browser, tmp_path / "index.html", width=width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.inner_text("#matches") == "303 clips"
    assert first(tab, ".name") == EVIL
    assert tab.get_attribute("tbody tr >> nth=2 >> a", "href") == "./a%20b%23%3F%25/report.html"
    assert tab.locator("tbody tr >> nth=0 >> td.curve path").count() == 1
    assert_for_everybody(tab)
    # A sort from the keyboard, once and again: the unknown are last both times.
    knee = tab.get_by_role("columnheader", name="Knee at tension")
    knee.get_by_role("button").focus()
    tab.keyboard.press("Enter")
    assert knee.get_attribute("aria-sort") == "ascending"
    assert "-3°" in first(tab, ".knee")
    tab.keyboard.press("Enter")
    assert knee.get_attribute("aria-sort") == "descending"
    assert "89°" in first(tab, ".knee")
    assert tab.locator("th[aria-sort]").count() == 1
    # A clip that failed has no report to link to, and says why.
    failed = tab.locator("button[data-outcome=failed]")
    failed.click()
    assert failed.get_attribute("aria-pressed") == "true"
    assert tab.inner_text("#matches") == "43 of 303 clips"
    assert tab.locator("tbody tr a").count() == 0
    assert tab.locator("tbody .sign.failed").count() == 43
    failed.click()
    tab.fill("#search", "FAST clip-199")
    assert tab.inner_text("#matches") == "1 of 303 clips"
    tab.fill("#search", "nothing like it")
    assert tab.inner_text("#matches") == "0 of 303 clips"
    assert tab.locator("tbody tr").count() == 0
    assert said == []
    tab.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("pass", "well.mp4"), ("PASS ", "well.mp4"), ("Done well", "well.mp4"),
        ("needs_work", "fast.mp4"), ("needs work", "fast.mp4"), ("too_fast", "fast.mp4"),
        ("ungradable", "unseen.mp4"), ("not_side_on", "unseen.mp4"), ("failed", "broken.mp4"),
        ("knee_bend", "fast.mp4"), ("pass too_fast", ""),
    ],
)  # fmt: skip
def test_the_search_knows_the_names_of_the_tables(
    browser: Any, tmp_path: Path, wanted: str, found: str
) -> None:
    """What stands in grades.csv is found as well as what stands on the page."""
    rows = [
        make_row(clip="well.mp4"),
        make_row(clip="fast.mp4", verdict="needs_work", faults=("too_fast",), variant="knee_bend"),
        make_row(clip="unseen.mp4", verdict="ungradable", warnings=("not_side_on",)),
        make_failure("broken.mp4"),
    ]
    write_index(rows, tmp_path / "index.html", ENGLISH)
    tab, said = opened(browser, tmp_path / "index.html")
    tab.fill("#search", wanted)
    assert [cell.inner_text() for cell in tab.locator("td.name").all()] == (
        [found] if found else []
    )
    assert said == []
    tab.close()


@pytest.mark.browser
def test_it_shows_what_is_there_without_javascript(browser: Any, tmp_path: Path) -> None:
    """Counts and reasons, and where the rows are."""
    write_index(many(50), tmp_path / "index.html", ENGLISH, tables=("grades.csv",))
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((tmp_path / "index.html").as_uri())
    assert "50 graded clips" in tab.inner_text("h1")
    assert tab.locator("noscript").count() == 1
    assert not tab.locator("#list").is_visible()
    assert tab.get_by_role("link", name="grades.csv").first.get_attribute("href") == "./grades.csv"
    context.close()


@pytest.mark.browser
def test_twenty_thousand_clips_open_and_sort(browser: Any, tmp_path: Path) -> None:
    """All are found, few are drawn, and more come on scrolling or at the press of a button."""
    write_index(many(20_000), tmp_path / "index.html", ENGLISH)
    tab, said = opened(browser, tmp_path / "index.html")
    assert tab.inner_text("#matches") == "20,000 clips"
    assert tab.locator("tbody tr").count() == 100
    for times, name in ((1, "clip-0.mp4"), (2, "clip-19999.mp4")):
        tab.get_by_role("columnheader", name="Clip", exact=False).first.get_by_role(
            "button"
        ).click()
        assert first(tab, ".name") == name, times
    tab.get_by_role("columnheader", name="Verdict").get_by_role("button").click()
    assert first(tab, ".verdict") == "Failed"
    tab.locator("#more").scroll_into_view_if_needed()
    tab.wait_for_selector("tbody tr >> nth=100", state="attached")
    tab.fill("#search", "clip-19998.mp4")
    assert tab.inner_text("#matches") == "1 of 20,000 clips"
    assert said == []
    tab.close()
