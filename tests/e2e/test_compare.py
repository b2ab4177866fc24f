"""`posecheck compare`, from two tables to numbers, sentences and a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import assert_refused, run, spawn, tree
from grade_rows import make_failure, make_row

from posecheck.present.grades import write_grades_csv, write_grades_parquet

Capture = pytest.CaptureFixture[str]
LABELS = (
    "Clip;Verdict;Reps;Leg;Tension angle (°);Remark\r\n"
    "p0;pass;6;left;24,0;\r\np1;Needs Work;6;links;25,5;fast\r\np2;needs work;7;L;27,0;\r\n"
    "p3;pass;5;right;20,0;\r\np4;pass;6;left;;\r\np5;needs work;6;left;;\r\n"
    "p9;pass;6;left;;\r\n"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a batch and its labels."""
    folder = tmp_path / "here"
    (folder / "out").mkdir(parents=True)
    monkeypatch.chdir(folder)
    rows = [
        make_row(clip="day/p0.mp4"),
        make_row(clip="day/p1.mp4", verdict="needs_work", faults=("too_fast",)),
        make_row(clip="day/p2.mp4", reps=8),
        make_row(clip="day/p3.mp4", side="right", reps=5, tension_knee_flexion_deg=-2.0),
        make_row(clip="day/p4.mp4", verdict="ungradable", score=None),
        make_failure("day/p5.mp4"),
        make_row(clip="day/p6.mp4"),
    ]
    write_grades_csv(rows, folder / "out" / "grades.csv")
    write_grades_parquet(rows, folder / "out" / "grades.parquet")
    (folder / "labels.csv").write_bytes(LABELS.encode("utf-8-sig"))
    return folder


def test_it_prints_agreement_and_writes_a_page(capsys: Capture, here: Path) -> None:
    """Numbers with intervals, what was left out, and the page named last."""
    done = run(capsys, "compare", "out/grades.csv", "labels.csv")
    assert done.code == 0
    assert done.err.endswith("\nComparing 6 clips ...\n")
    for words in (
        "6 clips compared, of 7 labels.", "1 label has no clip: p9.",
        "1 graded clip has no label.", "The column Remark of the labels is NOT used",
        "75 % (30 to 95 %), 3 of 4", "50 % (19 to 81 %), 3 of 6", "Landis and", "Bland",
        "Posecheck let it pass", "Of those labelled done well", "Mean absolute error",
        "With 6 clips the intervals are wide",
    ):  # fmt: skip
        assert words in done.out, words
    assert done.out.endswith("The charts are in compare.html\n")
    page = (here / "compare.html").read_text(encoding="utf-8")
    assert "75 % (30 to 95 %), 3 of 4" in page
    assert '<p class="urgent">The column Remark of the labels is NOT used' in page


def numbers(text: str) -> dict[str, Any]:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return found


def test_as_json_in_a_process_of_its_own(here: Path) -> None:
    """The same from Parquet and from the batch's folder; the page goes where --out says."""
    by_table = spawn(
        "compare", "out/grades.parquet", "labels.csv", "--json", "--out", "a/b", cwd=here
    )
    assert by_table.code == 0
    found = numbers(by_table.out)
    assert found["schema"] == "posecheck.compare/1"
    assert (found["clips"], found["labels"], found["unmatched"]) == (6, 7, ["p9"])
    graded = found["verdict"]["graded_clips"]
    assert graded["kappa"] == {"value": 0.5, "low": -0.3987, "high": 0.9088, "n": 4}
    assert graded["words"] == "moderate"
    assert found["verdict"]["not_graded"]["needs_work"]["n"] == 3
    assert found["reps"]["exact"]["value"] == 0.75
    assert found["reps"]["within_one"]["value"] == 1
    assert found["side"]["kappa"]["value"] == 1
    assert found["tension_knee_flexion_deg"]["bias"]["n"] == 4
    assert (here / "a" / "b" / "compare.html").is_file()
    by_folder = spawn("compare", "out", "labels.csv", "--json", "--out", "a/b", cwd=here)
    assert numbers(by_folder.out) == found


def test_an_older_page_is_replaced_and_nothing_else(capsys: Capture, here: Path) -> None:
    """A compare.html of somebody else's is left alone."""
    assert run(capsys, "compare", "out", "labels.csv").code == 0
    assert run(capsys, "compare", "out", "labels.csv").code == 0
    (here / "compare.html").write_text("mine")
    refused = run(capsys, "compare", "out", "labels.csv")
    assert_refused(refused, "compare.html is something else", "--out")
    assert (here / "compare.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("grades", "labels", "words"),
    [
        ("missing.csv", "labels.csv", ["missing.csv is not there"]),
        ("out/grades.csv", "missing.csv", ["missing.csv is not there"]),
        (".", "labels.csv", ["holds no grades.csv or grades.parquet"]),
        ("labels.csv", "labels.csv", ["no column clip, sha256"]),
        ("out", "out/grades.parquet", ["is not a CSV file"]),
        ("out", "others.csv", ["No label", "nobody.mp4", "day/p0.mp4"]),
    ],
)
def test_what_cannot_be_compared(
    capsys: Capture, here: Path, grades: str, labels: str, words: list[str]
) -> None:
    """One line that says why, and no page."""
    (here / "others.csv").write_text("clip,verdict\nnobody.mp4,pass\n")
    before = tree(here)
    assert_refused(run(capsys, "compare", grades, labels), *words)
    assert tree(here) == before


def test_a_page_that_cannot_be_written(capsys: Capture, here: Path) -> None:
    (here / "file").touch()
    refused = run(capsys, "compare", "out", "labels.csv", "--out", "file")
    assert_refused(refused, "cannot be written to file", "--out")


def test_names_cannot_steer_the_terminal(capsys: Capture, here: Path) -> None:
    """Control characters of names are shown as such."""
    (here / "evil.csv").write_text('clip,verdict\np0,pass\n"\x1b]0;x\x07\nq",pass\n')
    done = run(capsys, "compare", "out", "evil.csv")
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "?]0;x??q" in done.out


def test_what_the_output_cannot_hold_is_spelled(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Degrees on a terminal that knows ASCII alone are no reason to fail."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = spawn("compare", "out", "labels.csv", cwd=here)
    assert done.code == 0
    assert " deg" in done.out
    assert done.out.endswith("The charts are in compare.html\n")
