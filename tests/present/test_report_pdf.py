"""The page to print: one page whatever there is to say, its text can be read, no name breaks it."""

from __future__ import annotations

import dataclasses
import io
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from present_factory import ENGLISH, GERMAN, make_finding, make_report, make_series
from pypdf import PageObject, PdfReader

from posecheck.errors import MissingDependencyError, OutputError
from posecheck.present import pdf_text
from posecheck.present.page_parts import page_parts
from posecheck.present.pdf_text import Style, lines_of, put_line, width_of
from posecheck.present.report_pdf import _FITS, MM, _Letter, _seen, write_pdf
from posecheck.types import ExerciseSet, Grade, Report, Subject, Words

LETTER_HEIGHT_PT = 11 * 72
SUBJECT = Subject("Jörg Müller", "2026-03-30", "Jo Doe", 4, 2, "Slept badly.")


def jpeg(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "JPEG")
    return out.getvalue()


def page_of(folder: Path, report: Report, words: Words = ENGLISH, **more: Any) -> PageObject:
    """The only page of a report's PDF."""
    write_pdf(report, folder / "report.pdf", words, **more)
    (page,) = PdfReader(folder / "report.pdf").pages
    return page


def text_of(folder: Path, report: Report, words: Words = ENGLISH, **more: Any) -> str:
    return " ".join(page_of(folder, report, words, **more).extract_text().split())


def overflowing() -> Report:
    """A report with more to say than any page holds."""
    report = make_report(
        [make_finding(rule=f"r{i}", message="Many words. " * 60) for i in range(40)]
    )
    one = report.reps[0]
    return dataclasses.replace(
        report,
        reps=tuple(dataclasses.replace(one, index=i + 1, set=1 + i // 10) for i in range(60)),
        sets=tuple(ExerciseSet(i + 1, "left", "ankle_pump", report.tension, 10) for i in range(6)),
        subject=Subject("A name " * 28, "2026-03-30", "A name " * 28, 4, 2, "A note. " * 250),
        quality=dataclasses.replace(report.quality, notes=("It was dark. " * 40,) * 20),
        grade=Grade("needs_work", 0, ("A reason. " * 50,) * 12),
    )


def test_it_says_what_the_report_says(tmp_path: Path) -> None:
    report = dataclasses.replace(make_report(), subject=SUBJECT)
    pictures = {0: jpeg(960, 720), 1: jpeg(540, 960)}
    said = text_of(tmp_path, report, frames=pictures, change={"sentence": "9° straighter."})
    for words in (
        "Jörg Müller", "2026-03-30", "Jo Doe", "4 of 10", "2 of 10", "Slept badly.",
        "Supine nerve glide", "example.mp4", "Needs work", "71 of 100", "not kept still in 1 of 6",
        "25° ± 3°", "84° ± 4°", "4.5 s", "−18° 19° 37°", "9° straighter.", "Knee flexion",
        "Repetition 2, 9.4 s to 11.2 s; measured 17.5°, limit 8°", "Move more slowly",
        "could not be told apart", "does not diagnose", "between the legs", "bladder",
    ):  # fmt: skip
        assert words in said, words
    assert "is in report.html" not in said
    assert "report.html has all" not in said


def test_in_german_the_words_are_german(tmp_path: Path) -> None:
    said = text_of(tmp_path, make_report(), GERMAN)
    for words in (
        "Übungsbericht",
        "71 von 100",
        "Kniebeugung",
        "Woran zu arbeiten",
        "(Fehler)",
    ):
        assert words in said, words


def test_it_prints_on_a4_and_on_us_letter(tmp_path: Path) -> None:
    """A4, and what is on it lies between margins that leave it on the shorter page."""
    page = page_of(tmp_path, overflowing())
    assert [round(float(side) / MM) for side in page.mediabox[2:]] == [210, 297]
    heights: list[float] = []

    def note(text: str, _cm: Any, matrix: list[float], *_font: Any) -> None:
        if text.strip():
            heights.append(matrix[5])

    page.extract_text(visitor_text=note)
    assert max(heights) - min(heights) < LETTER_HEIGHT_PT - 2 * 10 * MM
    assert min(heights) > 20 * MM


def test_what_has_no_room_is_left_out_with_words_that_say_so(tmp_path: Path) -> None:
    pictures = {i: jpeg(960, 720) for i in range(12)}
    said = text_of(tmp_path, overflowing(), frames=pictures, change={"sentence": "x" * 3000})
    assert "… (cut; the rest is in report.html)" in said
    assert "report.html has all of it (reasons: " in said
    for words in ("findings: ", "notes: ", "does not diagnose", "Needs work"):
        assert words in said, words


@pytest.mark.parametrize("words", [ENGLISH, GERMAN])
def test_the_smallest_size_always_fits(words: Words) -> None:
    """However much there is: nothing is written over the foot or off the page."""
    report, change = overflowing(), {"sentence": "x" * 3000}
    parts = page_parts(report, words, {}, False, change)
    seen = _seen(parts, dict.fromkeys(range(12), b""))
    assert _Letter(report, parts, words, seen).laid_out(_FITS[-1]).room >= 0


def test_the_same_finding_is_said_once_with_all_its_times(tmp_path: Path) -> None:
    report = make_report([make_finding(rep=i, start_s=float(i)) for i in (2, 4, 5)])
    said = text_of(tmp_path, report)
    assert said.count("Keep the knee still") == 1
    for rep in (2, 4, 5):
        assert f"Repetition {rep}, {rep}.0 s to" in said


def test_nothing_was_seen(tmp_path: Path) -> None:
    """No leg, no tension, no repetition, no frame."""
    report = make_report(
        [], side=None, variant=None, tension=None, sets=(), reps=(), series=make_series(0),
        grade=Grade("ungradable", None, ("Nobody was seen.",)),
    )  # fmt: skip
    said = text_of(tmp_path, report)
    assert "Cannot be graded" in said
    assert "Nothing was graded." in said
    assert "of 100" not in said.replace("95 times of 100", "")
    one = dataclasses.replace(report, series=make_series(1))
    assert "Nobody was seen." in text_of(tmp_path, one)


@pytest.mark.parametrize(
    "name",
    [
        "Jörg Müller-Lüdenscheidt", "Ιωάννης Παπαδόπουλος", "Ἀθηνᾶ", "Пётр Ильич Чайковский",
        "Nguyễn Thị Hồng", "Łukasz Żółć", "Ðuro Šarić", "İpek Ağaoğlu", "田中さくら", "김철수",
    ],
)  # fmt: skip
@pytest.mark.parametrize("bold", [False, True])
def test_names_are_written_as_they_are(name: str, bold: bool) -> None:
    assert lines_of(name, 500, Style(9, bold), 1) == (name,)
    assert width_of(name, Style(9, bold)) > 20


def test_latin_greek_and_cyrillic_can_be_read_out(tmp_path: Path) -> None:
    names = "Jörg Łukasz Nguyễn Ιωάννης Пётр"
    report = dataclasses.replace(make_report(), subject=Subject(names))
    assert names in text_of(tmp_path, report)


def test_what_no_typeface_has_is_a_question_mark() -> None:
    text = "a \U0001f600 \ud800 \u202e\x00 \ufb01 \u2474 b"
    assert lines_of(text, 500, Style(9), 1) == ("a ? ? fi (1) b",)


def test_hebrew_and_arabic_run_to_the_left() -> None:
    canvas = Mock()
    put_line(canvas, 0, 0, "12 \u05d3\u05d5\u05d3 \u05dc\u05d5\u05d9 ab", Style(9))
    drawn = "".join(call.args[0] for call in canvas.beginText().textOut.call_args_list)
    assert drawn == "12 \u05d9\u05d5\u05dc \u05d3\u05d5\u05d3 ab"


@given(text=st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_has_lines_that_fit(text: str) -> None:
    for style in (Style(9), Style(14, bold=True)):
        for line in lines_of(text, 80, style, 3):
            assert width_of(line, style) <= 80 or len(line) <= 2


@given(text=st.text(min_size=1, max_size=60))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_text_breaks_it(text: str, tmp_path: Path) -> None:
    report = make_report([make_finding(message=text, unit=text)])
    clip = dataclasses.replace(report.clip, name=text, recorded_at=text)
    subject = Subject(text, text, text, 1, 2, text)
    page_of(tmp_path, dataclasses.replace(report, clip=clip, subject=subject))


def test_text_is_cut_at_the_last_line() -> None:
    style = Style(9)
    lines = lines_of("word " * 100, 100, style, 2, "… (cut)")
    assert len(lines) == 2
    assert lines[-1].endswith("… (cut)")
    assert lines_of("", 100, style, 2) == ()
    (first, second) = lines_of("x" * 30, width_of("x" * 15, style), style, 2)
    assert first + second == "x" * 30


def test_without_its_library_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reportlab.pdfgen.canvas", None)
    with pytest.raises(MissingDependencyError, match="pip install reportlab"):
        pdf_text.load_reportlab()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    old = tmp_path / "report.pdf"
    old.write_bytes(b"old")
    with pytest.raises(OutputError, match=r"Cannot write report\.pdf"):
        write_pdf(make_report(), old, ENGLISH, frames={0: b"no picture"})
    assert old.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.pdf"]
