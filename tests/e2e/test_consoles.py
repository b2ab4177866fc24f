"""Consoles that lack a character or are not there at all: the work is done all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, environment, run
from grade_rows import make_row

from posecheck.present.grades import write_grades_csv

NAME = "患者 Grün.mp4"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Grades of one clip whose name no old console can hold, its labels, and one not graded."""
    names = (NAME, "a.mp4", "b.mp4")
    write_grades_csv([make_row(clip=name) for name in names], tmp_path / "grades.csv")
    rows = (f"{NAME},pass,24.0,", "a,pass,20,", "b,pass,21,", "患,pass,,")
    labels = "\n".join(("clip,verdict,tension_angle,Bemerkung", *rows))
    (tmp_path / "labels.csv").write_text(labels, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "shift_jis", "utf-8"])
def test_standard_output_that_cannot_hold_a_character(encoding: str, here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "posecheck", "compare", "grades.csv", "labels.csv"],
        capture_output=True, cwd=here, env=environment() | {"PYTHONIOENCODING": encoding},
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said, known = done.stdout.decode(encoding), encoding in ("utf-8", "shift_jis")
    name = "患" if known else "\\u60a3"
    assert f"1 label has no clip: {name}." in said
    assert "compare.html" in said
    assert ("°" in said) == (encoding == "utf-8")
    assert " deg" in said or encoding == "utf-8"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_standard_streams_that_are_closed(closed: str, here: Path) -> None:
    """Nothing that is meant for them gets into a file, and the result is written."""
    command = f'"{sys.executable}" -m posecheck compare grades.csv labels.csv {closed}'
    done = subprocess.run(command, shell=True, cwd=here, env=environment(), check=False)
    assert done.returncode == 0
    assert (here / "compare.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_is_started_has_standard_streams_where_ours_are_closed(here: Path) -> None:
    code = (
        "import os, subprocess, sys\n"
        "from posecheck.cli import _make_streams_safe\n"
        "_make_streams_safe()\n"
        "with open('file', 'w') as file:\n"
        "    assert file.fileno() > 2\n"
        "    code = 'import sys; print(1, file=sys.stderr); print(2); sys.stdin.read()'\n"
        "    subprocess.run([sys.executable, '-c', code], check=True)\n"
    )
    (here / "begun.py").write_text(code)
    command = f'"{sys.executable}" begun.py <&- >&- 2>&-'
    done = subprocess.run(command, shell=True, cwd=here, env=environment(), check=False)
    assert done.returncode == 0
    assert (here / "file").read_text() == ""


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_without_any_standard_stream(
    arguments: tuple[str, ...],
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As Python has it under pythonw."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert run(capsys, "compare", "grades.csv", "labels.csv", *arguments).code == 0
    assert (here / "compare.html").is_file()


def test_a_column_of_labels_that_is_not_used_is_said_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = run(capsys, "compare", "grades.csv", "labels.csv")
    attention, doing = done.err.splitlines()
    assert attention.startswith("Attention: The column Bemerkung of the labels is NOT used")
    assert doing == "Comparing 3 clips ..."
    assert "Bemerkung of the labels is NOT used" in " ".join(done.out.split())


@pytest.mark.parametrize("command", ["review", "compare", "grade", "live"])
def test_a_working_directory_that_was_removed(
    command: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (gone := here / "gone").mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    clip = ROOT / "sample_videos" / "pump_left_side.mp4"
    arguments: dict[str, list[str | Path]] = {
        "review": [clip], "compare": [here / "grades.csv", here / "labels.csv"],
        "grade": [clip, "--out", "graded"], "live": ["--camera", clip, "--no-window"],
    }  # fmt: skip
    done = run(capsys, command, *arguments[command])
    assert done.code == 2
    said = done.err.splitlines()[-1]
    assert "working directory is not there any more" in said
    assert "--out" in said
    os.chdir(here)
