"""The page of a comparison: words and charts, in a browser as well."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest
from grade_rows import EVIL, EVIL_ATTRIBUTE, make_row
from pages import assert_for_everybody

from posecheck.compare.agreement import Agreement, Label, Pair, agreement_of
from posecheck.compare.page import agreement_charts, write_agreement_page
from posecheck.compare.words import (
    agreement_parts,
    as_share,
    caveats,
    decimal,
    with_interval,
)
from posecheck.types import Verdict

VERDICTS: tuple[Verdict, ...] = ("pass", "needs_work", "ungradable")


def labelled(count: int, **changes: Any) -> Agreement:
    """So many clips, on which two of three agree."""
    pairs = []
    for i in range(count):
        row = make_row(
            clip=f"{i}{EVIL if i % 2 else EVIL_ATTRIBUTE}", verdict=VERDICTS[i % 3 if i % 5 else 0],
            reps=6 + i % 2, side="left" if i % 4 else "right",
            tension_knee_flexion_deg=20.0 + i % 7,
        )  # fmt: skip
        label = Label(row.clip, VERDICTS[i % 2], 6, "left" if i % 4 else "right", 21.0)
        pairs.append(Pair(dataclasses.replace(label, **changes), row))
    return agreement_of(pairs)


def words(agreement: Agreement) -> str:
    return "\n".join(
        "\n".join([part.title, *(f"{n}: {v}" for n, v in part.numbers), *part.sentences])
        for part in agreement_parts(agreement)
    )


def test_every_number_has_its_interval_and_its_meaning() -> None:
    """And who is cited for it."""
    said = words(labelled(60))
    for part in ("Landis and Koch 1977", "Bland and Altman 1986", "Posecheck let it pass", "° ("):
        assert part in said
    assert said.count(" to ") > 12
    assert "not known" not in said


def test_what_was_not_labelled_is_not_mentioned() -> None:
    """No verdicts, no kappa of verdicts."""
    said = words(labelled(10, verdict=None, tension_knee_flexion_deg=math.nan))
    assert "Landis" not in said
    assert "Bland" not in said
    assert "Repetitions" in said


def test_few_clips_are_said_to_be_few() -> None:
    """One clip says nothing, a few say little."""
    said = words(labelled(1))
    assert "Kappa is not known" in said
    assert "The limits need the angle of two clips" in said
    assert "nan" not in said
    assert any("intervals are wide" in sentence for sentence in caveats(labelled(12)))
    assert not any("intervals are wide" in sentence for sentence in caveats(labelled(40)))


def test_numbers_in_words() -> None:
    """A minus is one, and there is none before zero."""
    assert decimal(-1.26, 1, "°") == "−1.3°"
    assert decimal(-0.01, 1) == "0.0"
    assert decimal(math.nan) == "not known"
    one = labelled(1).verdict
    assert as_share(one.same) == "not known, from 1 clip"
    same = labelled(4, reps=None).tension_deg
    assert "to" in with_interval(same.bias)


def test_charts_have_no_markup_of_names() -> None:
    """Plotly takes a little HTML in texts; names give it none."""
    charts = agreement_charts(labelled(20))
    assert "<script" not in repr(charts)
    assert "<img" not in repr(charts)
    assert charts["angles"]["layout"]["annotations"][1]["text"].startswith("bias")
    # Discs are pairs of counts, and hold all clips that were graded.
    graded = sum(not math.isnan(x) for x in charts["angles"]["data"][0]["x"])
    assert sum(int(text) for text in charts["counts"]["data"][0]["text"]) == graded


def test_there_is_no_chart_of_nothing() -> None:
    agreement = labelled(5, reps=None, tension_knee_flexion_deg=math.nan)
    assert agreement_charts(agreement) == {"angles": None, "peaks": None, "counts": None}


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_in_a_browser(browser: Any, tmp_path: Path, width: int) -> None:
    """Both charts are drawn, nothing is asked for, no name runs, and it fits a phone."""
    page = tmp_path / "compare.html"
    write_agreement_page(labelled(40), page, [f"1 label has no clip: {EVIL}."])
    tab = browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on("request", lambda r: said.append(r.url) if r.url != page.as_uri() else None)
    tab.goto(page.as_uri())
    for chart in ("#angles", "#counts"):
        tab.wait_for_selector(f"{chart} .scatterlayer .point", state="attached")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("td.same").count() == 2
    assert [line for line in said if not line.startswith("data:")] == []
    assert_for_everybody(tab)
    tab.close()
