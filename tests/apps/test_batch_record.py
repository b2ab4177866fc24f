"""What a manifest says of a session stands in the report of its clip, and in the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from batch_fakes import make_clip, run_inline

from posecheck.present.grades import read_grades

HEADER = "clip;patient;session_date;therapist;symptoms_before;symptoms_after;note\n"
NOTHING = {
    "name": None, "date": None, "therapist": None, "symptoms_before": None,
    "symptoms_after": None, "note": "",
}  # fmt: skip


def table(folder: Path, *rows: str) -> Path:
    path = folder / "list.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def subject(out: Path, folder: str) -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads((out / folder / "report.json").read_text())["subject"]
    return found


def test_it_stands_in_the_report_its_page_and_the_tables(tmp_path: Path) -> None:
    for seed, name in enumerate(("a", "b")):
        make_clip(tmp_path / f"{name}.mp4", seed=seed)
    said = table(tmp_path, "a.mp4;K-204;46111;Jo Doe;4;0;Slept <b>badly</b>", "b.mp4;;;;;;")
    out = tmp_path / "out"
    assert run_inline([said], out).summary.failed == 0
    assert subject(out, "a") == {
        "name": "K-204", "date": "2026-03-30", "therapist": "Jo Doe", "symptoms_before": 4,
        "symptoms_after": 0, "note": "Slept <b>badly</b>",
    }  # fmt: skip
    assert subject(out, "b") == NOTHING
    page = (out / "a/report.html").read_text(encoding="utf-8")
    for word in ("K-204", "2026-03-30", "Jo Doe", "4 of 10", "0 of 10", "Slept &lt;b&gt;badly"):
        assert word in page
    for name in ("grades.csv", "grades.parquet"):
        first, second = read_grades(out / name)
        assert (first.subject, first.session_date, first.therapist) == (
            "K-204", "2026-03-30", "Jo Doe",
        )  # fmt: skip
        assert (first.symptoms_before, first.symptoms_after) == (4, 0)
        assert first.note == "Slept <b>badly</b>"
        assert (second.subject, second.symptoms_before, second.note) == (None, None, None)


def test_another_note_writes_the_report_anew_and_measures_nothing(tmp_path: Path) -> None:
    """In the same folder; what is not in the manifest any more is not in the report."""
    make_clip(tmp_path / "a.mp4")
    out = tmp_path / "out"
    run_inline([table(tmp_path, "a.mp4;K-204;;;;;first")], out)
    again = table(tmp_path, "a.mp4;K-204;;;;;second")
    done = run_inline([again], out, runs="batch_fakes:do_not_measure")
    assert (done.summary.failed, done.summary.kept) == (0, 0)
    assert subject(out, "a")["note"] == "second"
    assert run_inline([again], out, runs="batch_fakes:do_not_measure").summary.kept == 1
    run_inline([table(tmp_path, "a.mp4;K-204;;;;;first")], out, runs="batch_fakes:do_not_measure")
    assert subject(out, "a")["note"] == "first"
    run_inline([tmp_path / "a.mp4"], out, runs="batch_fakes:do_not_measure")
    assert subject(out, "a") == NOTHING
    assert sorted(p.name for p in out.iterdir() if p.is_dir()) == [".posecheck", "a"]
    assert len(list((out / ".posecheck/grades").rglob("*.json"))) == 1  # others went


@pytest.mark.parametrize("name", ["b/a.mp4", "b.mp4"])
def test_the_same_content_of_two_people_has_two_reports(name: str, tmp_path: Path) -> None:
    """Nobody's report has somebody else's name in its heading."""
    make_clip(tmp_path / "a.mp4")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes((tmp_path / "a.mp4").read_bytes())
    rows = ("a.mp4;K-1;;;;;{}", f"{name};K-2;;;;;")
    out = tmp_path / "out"
    folders = []
    for note in ("once", "twice"):
        run_inline([table(tmp_path, *(row.format(note) for row in rows))], out)
        found = read_grades(out / "grades.csv")
        assert len({row.folder for row in found}) == 2
        for row in found:
            assert subject(out, str(row.folder))["name"] == row.subject
        folders.append({row.folder for row in found})
    assert folders[0] == folders[1]  # a note does not move a report


def test_the_same_content_of_one_person_has_one_report(tmp_path: Path) -> None:
    make_clip(tmp_path / "a.mp4")
    (tmp_path / "b.mp4").write_bytes((tmp_path / "a.mp4").read_bytes())
    out = tmp_path / "out"
    run_inline([table(tmp_path, "a.mp4;K-1;;;;;", "b.mp4;K-1;;;;;")], out)
    assert {row.folder for row in read_grades(out / "grades.csv")} == {"a"}


def test_tables_alone_have_it_too(tmp_path: Path) -> None:
    """From the row that was kept, whoever it was kept for."""
    make_clip(tmp_path / "a.mp4")
    out = tmp_path / "out"
    run_inline([table(tmp_path, "a.mp4;K-1;;;;;")], out, pages=False)
    done = run_inline([table(tmp_path, "a.mp4;K-2;;Jo;;;")], out, pages=False)
    assert done.summary.kept == 1
    (row,) = read_grades(out / "grades.csv")
    assert (row.subject, row.therapist) == ("K-2", "Jo")
