"""Raises, knee extensions and heel slides in reports, tables, and what is said of a change."""

from __future__ import annotations

import dataclasses
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from grade_rows import make_row
from sessions import DATA, stored_report

import posecheck
from posecheck.apps.batch.rows import graded_row
from posecheck.apps.batch.tasks import ClipJob
from posecheck.apps.review import Reviewed
from posecheck.apps.summary import review_json, review_text
from posecheck.assess.change import Change, change_since
from posecheck.exercises.catalogue import exercise_named
from posecheck.exercises.language import words_of
from posecheck.present.grades import read_grades, write_grades_csv, write_grades_parquet
from posecheck.present.index_page import write_index
from posecheck.present.report_files import write_csv, write_json
from posecheck.types import ClipGrade, Report

SIBLINGS = sorted(p.stem for p in DATA.glob("sibling_*.npz"))
RAISE, EXTENSION, SLIDE = (
    "sibling_slr_right_side", "sibling_ake_left_side", "sibling_heel_slide_right",
)  # fmt: skip
GLIDE = "pump_left_side"
TRUTHS = Path(__file__).resolve().parents[2] / "sample_videos" / "end_range"


@cache
def truth(name: str) -> dict[str, Any]:
    file = f"{name.removeprefix('sibling_')}.truth.json"
    plain: dict[str, Any] = json.loads((TRUTHS / file).read_text("utf-8"))
    return plain


@cache
def plain(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stored_report(name).to_json())
    return found


@pytest.mark.parametrize("name", SIBLINGS)
def test_a_report_has_the_end_range(name: str) -> None:
    found, true = plain(name), truth(name)
    assert found["exercise"] == true["exercise"]
    assert 0.8 <= found["exercise_certainty"] <= 1.0
    (one,) = found["sets"]
    assert (one["exercise"], one["summary"]) == (true["exercise"], found["summary"])
    assert found["tension"] is one["tension"] is None
    peaks = [rep["peak_deg"] for rep in found["reps"]]
    assert peaks == pytest.approx([rep["peak_deg"] for rep in true["reps"]], abs=6)
    summary, sign = found["summary"], exercise_named(true["exercise"]).to.sign  # type: ignore[union-attr]
    assert summary["best_deg"] == max(peaks, key=lambda deg: sign * deg)
    assert summary["spread_deg"] == pytest.approx(max(peaks) - min(peaks), abs=0.02)
    assert summary["uncertainty_deg"] > 0
    for rep in found["reps"]:
        joint = "hip" if true["exercise"] == "straight_leg_raise" else "knee"
        assert rep["peak_deg"] == rep[f"{joint}_at_peak_deg"]
        assert rep["start_s"] < rep["peak_start_s"] <= rep["peak_end_s"] < rep["end_s"]
        assert rep["uncertainty_deg"] > 0
        assert rep["ankle_at_peak_deg"] is not None


def test_that_of_a_glide_has_none() -> None:
    found = plain(GLIDE)
    nothing = dict.fromkeys(("best_deg", "median_deg", "spread_deg", "uncertainty_deg"))
    assert found["exercise"] == found["sets"][0]["exercise"] == "nerve_glide"
    assert found["summary"] == found["sets"][0]["summary"] == nothing
    assert {rep["peak_deg"] for rep in found["reps"]} == {None}
    assert {rep["uncertainty_deg"] for rep in found["reps"]} == {16.0}


@pytest.mark.parametrize("name", [*SIBLINGS, GLIDE])
def test_it_is_read_back(name: str, tmp_path: Path) -> None:
    report = stored_report(name)
    write_json(report, tmp_path / "report.json")
    write_csv(report, tmp_path / "angles.csv")
    read = posecheck.load_report(tmp_path)
    assert read.to_json() == report.to_json()
    assert (read.summary is None) == (report.summary is None)
    assert [one.exercise for one in read.sets] == [one.exercise for one in report.sets]


def row_of(name: str) -> ClipGrade:
    return graded_row(ClipJob("", f"{name}.mp4", name), stored_report(name), None, math.nan)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_tables_have_it(suffix: str, tmp_path: Path) -> None:
    rows = [row_of(name) for name in (RAISE, EXTENSION, SLIDE, GLIDE)]
    path = tmp_path / f"grades.{suffix}"
    (write_grades_csv if suffix == "csv" else write_grades_parquet)(rows, path)
    found = read_grades(path)
    assert [row.exercise for row in found] == [
        "straight_leg_raise", "active_knee_extension", "heel_slide", "nerve_glide",
    ]  # fmt: skip
    medians = [plain(name)["summary"]["median_deg"] for name in (RAISE, EXTENSION, SLIDE)]
    assert [row.peak_deg for row in found[:3]] == pytest.approx(medians, abs=0.01)
    assert math.isnan(found[3].peak_deg)


def test_a_table_of_an_earlier_posecheck_is_read(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    write_grades_csv([make_row(exercise=None)], path)
    old = [
        [cell for i, cell in enumerate(line.split(",")) if i not in (9, 10)]
        for line in path.read_text("utf-8").splitlines()
    ]
    path.write_text("\n".join(",".join(cells) for cells in old), encoding="utf-8")
    assert "peak_deg" not in path.read_text("utf-8")
    (row,) = read_grades(path)
    assert row.exercise is None
    assert math.isnan(row.peak_deg)


@pytest.mark.parametrize(("language", "title"), [("en", "Heel slide"), ("de", "Fersengleiten")])
def test_the_index_shows_and_finds_it(language: str, title: str, tmp_path: Path) -> None:
    write_index([row_of(SLIDE), row_of(GLIDE)], tmp_path / "i.html", words_of(language))
    page = (tmp_path / "i.html").read_text("utf-8")
    slide, glide = json.loads(page.partition('id="rows">')[2].partition("</script>")[0])
    assert slide[4] == title
    assert slide[14] == pytest.approx(row_of(SLIDE).peak_deg, abs=0.1)
    assert glide[14] is None
    assert {"heel_slide", *title.split()} <= set(slide[13].split())
    assert "nerve_glide" in glide[13]


def since(earlier: Report, now: Report) -> Change:
    return change_since(json.loads(earlier.to_json()), now)


def moved(name: str, by_deg: float, ankle_deg: float = 0.0) -> Report:
    """The report on a clip with its end range elsewhere."""
    report = stored_report(name)
    assert report.summary is not None
    summary = dataclasses.replace(report.summary, median_deg=report.summary.median_deg + by_deg)
    reps = [
        dataclasses.replace(rep, ankle_at_peak_deg=rep.ankle_at_peak_deg + ankle_deg)
        for rep in report.reps
    ]
    return dataclasses.replace(report, summary=summary, reps=tuple(reps))


@pytest.mark.parametrize(
    ("name", "by_deg", "word"),
    [
        (RAISE, 40, "40° higher"), (RAISE, -40, "40° less high"),
        (EXTENSION, -40, "40° straighter"), (EXTENSION, 40, "40° less straight"),
        (SLIDE, 40, "40° further"), (SLIDE, -40, "40° less"), (RAISE, 0, "as high as before"),
    ],
)  # fmt: skip
def test_a_change_of_the_end_range(name: str, by_deg: float, word: str) -> None:
    change = since(stored_report(name), moved(name, by_deg))
    assert change.peak_change_deg == pytest.approx(by_deg, abs=0.01)
    assert word in change.sentence
    assert ("more than chance" in change.sentence) == (abs(by_deg) >= change.detectable_deg)
    assert math.isnan(change.knee_change_deg)


@pytest.mark.parametrize(("name", "deg"), [(RAISE, 7.2), (EXTENSION, 8.0), (SLIDE, 8.0)])
def test_what_a_goniometer_could_not_tell_is_no_change(name: str, deg: float) -> None:
    """However sure a clip is of its angles, a person differs from one day to the next."""
    report = stored_report(name)
    assert report.summary is not None
    sure = dataclasses.replace(
        report, summary=dataclasses.replace(report.summary, uncertainty_deg=0.5)
    )
    assert since(sure, sure).detectable_deg == pytest.approx(deg, abs=0.1)


def test_another_foot_makes_another_raise() -> None:
    """It is said of raises alone: dorsiflexion lowers them."""
    before = stored_report(RAISE)
    up, down = (since(before, moved(RAISE, -8, deg)) for deg in (25, -25))
    assert (up.ankle_change_deg, down.ankle_change_deg) == pytest.approx((25, -25), abs=0.1)
    assert "25° further towards the shin" in up.sentence
    assert "25° less towards the shin" in down.sentence
    for name, deg in ((RAISE, 5), (SLIDE, 25), (EXTENSION, 25)):
        assert "shin" not in since(stored_report(name), moved(name, 5, deg)).sentence


def test_what_is_not_compared() -> None:
    raised, other = stored_report(RAISE), stored_report("sibling_slr_left_knee_bent")
    nothing = dataclasses.replace(raised, exercise=None, summary=None, sets=(), reps=(), side=None)
    for change, word in (
        (since(stored_report(EXTENSION), raised), "another exercise (Knee extension test)"),
        (since(stored_report(GLIDE), raised), "another exercise (Nerve glide)"),
        (since(raised, stored_report(GLIDE)), "another exercise (Straight leg raise)"),
        (since(other, raised), "left leg"),
        (since(nothing, raised), "has no end range"),
        (since(raised, nothing), "No end range was found"),
    ):
        assert word in change.sentence
        assert math.isnan(change.peak_change_deg)
        assert math.isnan(change.knee_change_deg)


def test_a_change_is_said_in_german() -> None:
    report = dataclasses.replace(moved(EXTENSION, -40), language="de")
    assert "40° gestreckter" in since(stored_report(EXTENSION), report).sentence


@pytest.mark.parametrize("name", SIBLINGS)
def test_the_terminal_shows_it(name: str, tmp_path: Path) -> None:
    report = stored_report(name)
    done = Reviewed(report, tmp_path)
    text = review_text(done)
    title = words_of().text(f"exercises.{report.exercise}.title")
    assert f"Exercise          {title}\n" in text
    assert "sure)" not in text
    assert ", ".join(f"{rep.peak_deg:.0f}°" for rep in report.reps) in text
    assert "Point of tension" not in text
    assert review_json(done)["summary"] == plain(name)["summary"]
    doubtful = dataclasses.replace(report, exercise_certainty=0.65)
    assert f"{title} (found from the motion, 65 % sure)" in review_text(
        Reviewed(doubtful, tmp_path)
    )
    german = review_text(Reviewed(dataclasses.replace(report, language="de"), tmp_path))
    assert "Endstellung" in german


def test_the_terminal_shows_a_glide_as_before(tmp_path: Path) -> None:
    text = review_text(Reviewed(stored_report(GLIDE), tmp_path))
    assert "Exercise          Nerve glide" in text
    assert "Point of tension" in text
    assert "End range" not in text
