"""A report in another language: the same numbers, and no English sentence left."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from math import nan
from pathlib import Path
from typing import Any

import pytest

from posecheck.apps.review import Reviewed
from posecheck.apps.summary import review_text
from posecheck.assess.change import change_since
from posecheck.exercises.language import language_of, words_of
from posecheck.exercises.prescription import Prescription
from posecheck.motion.track import Measured
from posecheck.present.chart import chart
from posecheck.present.index_page import write_index
from posecheck.present.page_parts import page_parts
from posecheck.present.report_files import report_to_dict
from posecheck.present.report_page import render_page
from posecheck.session import Session
from posecheck.types import ClipGrade, ClipInfo, Flaws, ModelInfo, Report, Subject
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).resolve().parents[1] / "data"
CLIP = ClipInfo("clip.mp4", None, "2026-03-30T10:22:00+02:00", 61.5, 1845, 640, 480, 0, 10.0)
SUBJECT = Subject("K-204", "2026-03-30", "Doe", 4, 0)
FLAWS = Flaws(lost_s=((2.0, 2.5),), notes=(("several_tracks", 2), ("turned", 0), ("slower", 4.5)))
ASKED = {"dose": {"repetitions": 30, "sets": 2, "hold_s": 4.0}}
# What is the same in German: names of ours, of files and of fields, and words of both languages.
SAME = re.compile(
    r"Posecheck:?|programme|clip\.mp4|model|K-204|Doe|default|Person|name|description|[a-z_]+(\.[a-z_]+)+|any|auto|down|False|"
    r"nerve_glide|fault|advice|[\W\d_]*(s|min)?"
)
CLIPS = ("fault_knee_not_held", "fault_head_lifted", "fault_bouncing", "pump_left_side",
         "other_crunch", "photo_bends", "rest_only", "sibling_ake_left_side",
         "sibling_heel_slide_right", "sibling_slr_left_knee_bent")  # fmt: skip


class Texts(HTMLParser):
    """What a reader is shown or told of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in ("script", "style")
        names = ("alt", "aria-label", "title", "placeholder", "data-missing")
        self.found += [value for name, value in attrs if name in names and value]

    def handle_endtag(self, _tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.found.append(" ".join(data.split()))


@cache
def measured(name: str) -> Measured:
    session = Session(Prescription.default())
    for pose in load_poses(DATA / f"{name}.npz"):
        session.push(pose)
    return session.measured()


def report_in(
    language: str, name: str, asked: Prescription | None = None, flaws: Flaws | None = None
) -> Report:
    session = Session.restored(asked or Prescription.default(), measured(name), language)
    report = session.finish(CLIP, ModelInfo("model", None), flaws=flaws)
    return replace(report, subject=SUBJECT)


def page_of(report: Report) -> str:
    words = words_of(report.language)
    change = change_since(json.loads(json.dumps(report_to_dict(report))), report).as_dict()
    parts = page_parts(report, words, {}, True, change)
    return render_page(parts, chart(report, words), "plotly.min.js", words)


def script_data(page: str, name: str) -> Any:
    """What a page hands to its script."""
    found = re.search(rf'id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def numbers(texts: list[str]) -> list[str]:
    """All digits that stand together, whatever the language puts between them."""
    return sorted(re.findall(r"\d+", " ".join(texts)))


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("more", [False, True], ids=["plain", "dose and flaws"])
def test_no_english_is_left_and_the_numbers_are_the_same(name: str, more: bool) -> None:
    asked = Prescription.model_validate(ASKED) if more else None
    english, german = (
        report_in(language, name, asked, FLAWS if more else None) for language in ("en", "de")
    )
    pages = page_of(english), page_of(german)
    ours, theirs = (Texts(page).found for page in pages)
    left = {text for text in {*ours} & {*theirs} if not SAME.fullmatch(text)}
    assert not left
    assert len(ours) == len(theirs)
    assert numbers(ours) == numbers(theirs)
    assert '<html lang="en">' in pages[0]
    assert '<html lang="de">' in pages[1]
    printed = [review_text(Reviewed(r, Path("out"))) for r in (english, german)]
    common = {*printed[0].splitlines()} & {*printed[1].splitlines()}
    assert {line.split()[0] for line in common if line.strip()} == {"Person", "In"}
    assert numbers([printed[0]]) == numbers([printed[1]])


@pytest.mark.parametrize("name", CLIPS)
def test_what_was_measured_does_not_depend_on_the_language(name: str) -> None:
    english, german = (report_to_dict(report_in(language, name)) for language in ("en", "de"))
    assert (english.pop("language"), german.pop("language")) == ("en", "de")
    for plain in (english, german):
        for finding in plain["findings"]:
            del finding["message"]
        for line in plain["grade"]["deductions"]:
            del line["reason"]
        plain["grade"]["reasons"] = len(plain["grade"]["reasons"])
        plain["quality"]["notes"] = len(plain["quality"]["notes"])
    assert english == german


def test_no_english_is_left_in_the_index(tmp_path: Path) -> None:
    rows = [
        ClipGrade("a.mp4", None, "pass", 99, "left", "ankle_pump", 12, 24.0, 80.0, (), (), None,
                  1.0, "K-204", "2026-03-30"),
        ClipGrade("b.mp4", None, "needs_work", 60, "right", "knee_bend", 8, 24.0, 80.0,
                  ("too_fast",), ("cut_off",), None, 1.0),
        ClipGrade("c.mp4", None, "needs_work", 40, "right", None, 0, nan, nan, (), (), None, 1.0),
        ClipGrade("d.mp4", None, "ungradable", None, None, None, 0, nan, nan, (), (), None, 1.0),
        ClipGrade("e.mp4", None, None, None, None, None, None, nan, nan, (), (), "", 1.0),
    ]  # fmt: skip
    pages = []
    for language in ("en", "de"):
        path = tmp_path / f"{language}.html"
        write_index(rows, path, words_of(language), tables=("grades.csv",))
        page = path.read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in page
        found = Texts(page).found
        for row in script_data(page, "rows"):
            names = row[-2]  # what is searched for, by all names, in whatever language
            found += [c for c in row if isinstance(c, str) and c != names and " " in c]
        said = script_data(page, "words")
        found += [said[name] for name in ("between", "no_name", "some")]
        found += said["outcomes"].values()
        pages.append(found)
    left = {text for text in {*pages[0]} & {*pages[1]} if not SAME.fullmatch(text)}
    assert left <= {"grades.csv"}
    assert numbers(pages[0]) == numbers(pages[1])


def test_german_writes_numbers_and_days_in_its_own_way() -> None:
    page = page_of(report_in("de", "fault_knee_not_held"))
    assert "<dd>30.03.2026</dd>" in page
    assert "30.03.2026 10:22" in page
    assert re.search(r"gemessen \d+,\d°, Grenze 10°", page)
    assert '"separators":",."' in page
    shown = " ".join(text for text in Texts(page).found if text.endswith((" s", "°", " min")))
    assert re.search(r"\d,\d", shown)
    assert not re.search(r"\d\.\d", shown)


def test_no_text_was_left_in_english() -> None:
    """Words that both languages share are few, and named here."""
    english, german = (words_of(language).texts for language in ("en", "de"))
    same = {name for name in english if german[name] == english[name]}
    assert same == {
        "say.count", "show.count", "units.deg", "units.s", "units.fraction", "page.person",
        "index.person", "summary.person", "summary.in",
    }  # fmt: skip


def test_a_language_that_is_not_there_is_one_sentence() -> None:
    from posecheck.errors import InputError

    with pytest.raises(InputError, match="There is no language xx; --language takes en or de"):
        language_of("xx")
