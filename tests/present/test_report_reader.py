"""A report that was written is read back as it was; what is none is one error."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sessions import clean_report

import posecheck
from posecheck.errors import InputError
from posecheck.present.report_files import COLUMNS, write_csv, write_json
from posecheck.types import Flaws, Report, Subject

FLAWS = Flaws(lost_s=((2.0004, 2.5), (7.0, 9.0)), unplaced_s=0.25, notes=(("several_tracks", 2.0),))


def a_report() -> Report:
    """One with something in every field."""
    subject = Subject("K-204", "2026-03-30", None, 4, 2, "a\nnote: ü")
    return dataclasses.replace(clean_report(), flaws=FLAWS, subject=subject)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_json(a_report(), tmp_path / "report.json")
    write_csv(a_report(), tmp_path / "angles.csv")
    return tmp_path


def test_it_is_read_back_as_it_was_written(folder: Path) -> None:
    report, read = a_report(), posecheck.load_report(folder)
    assert read.to_json() == report.to_json()
    assert (folder / "report.json").read_text(encoding="utf-8") == read.to_json() + "\n"
    assert (read.flaws, read.subject, read.grade) == (FLAWS, report.subject, report.grade)
    assert read.sets[0].tension is not None
    assert isinstance(read.reps, tuple)
    write_csv(read, folder / "again.csv")
    assert (folder / "again.csv").read_bytes() == (folder / "angles.csv").read_bytes()
    assert np.isnan(read.series.working_px).all()
    assert read.series.working_px.shape == (len(read.series.t_s), 5, 2)


def test_report_json_may_be_given_itself(folder: Path) -> None:
    assert len(posecheck.load_report(str(folder / "report.json")).series.t_s) > 0
    (folder / "angles.csv").unlink()
    alone = posecheck.load_report(folder / "report.json")
    assert len(alone.series.t_s) == 0
    assert alone.to_json() == a_report().to_json()


def test_another_name_takes_no_neighbours_angles(folder: Path) -> None:
    (folder / "report.json").rename(folder / "mailed.json")
    assert len(posecheck.load_report(folder / "mailed.json").series.t_s) == 0


def test_unknown_fields_are_passed_over_and_unknown_numbers_nan(folder: Path) -> None:
    plain = json.loads((folder / "report.json").read_text())
    plain["new"], plain["change"] = 1, {"knee": 2}
    plain["quality"]["new"] = [1]
    plain["quality"]["view_azimuth_deg"] = None
    del plain["reps"][0]["uncertainty_deg"], plain["subject"], plain["clip"]["looked_at_per_s"]
    (folder / "report.json").write_text(json.dumps(plain))
    read = posecheck.load_report(folder)
    assert np.isnan([read.quality.view_azimuth_deg, read.reps[0].uncertainty_deg]).all()
    assert read.subject == Subject()


@pytest.mark.parametrize(
    ("where", "change"),
    [
        ("grade.verdict", lambda plain: plain["grade"].update(verdict="fine")),
        ("clip.frames", lambda plain: plain["clip"].update(frames=1.5)),
        ("clip.frames", lambda plain: plain["clip"].pop("frames")),
        ("clip.duration_s", lambda plain: plain["clip"].update(duration_s="long")),
        ("clip.duration_s", lambda plain: plain["clip"].update(duration_s=10**400)),
        ("reps[0].start_s", lambda plain: plain["reps"][0].update(start_s=True)),
        ("reps[0]", lambda plain: plain["reps"].insert(0, 7)),
        ("quality.warnings", lambda plain: plain["quality"].update(warnings="none")),
        ("flaws.lost_s[0]", lambda plain: plain["flaws"].update(lost_s=[[1.0]])),
        ("prescription", lambda plain: plain.update(prescription=None)),
        ("side", lambda plain: plain.update(side="both")),
    ],
)
def test_what_is_wrong_is_named(
    folder: Path, where: str, change: Callable[[dict[str, Any]], object]
) -> None:
    plain = json.loads((folder / "report.json").read_text())
    change(plain)
    (folder / "report.json").write_text(json.dumps(plain))
    with pytest.raises(InputError) as raised:
        posecheck.load_report(folder)
    assert f": {where} is missing or wrong." in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_other_files_are_one_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "report.json").write_bytes(content)
    for given in (tmp_path, tmp_path / "report.json", tmp_path / "nothing", tmp_path / "\0"):
        with pytest.raises(InputError):
            posecheck.load_report(given)


HEADER = ",".join(COLUMNS)
ROW = "0.000,rest,1,2,3,4,5,6,1"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "its columns are not"),
        ("a,b\n1,2\n", "its columns are not"),
        (f"{HEADER}\n{ROW}\n0.1,sleep,1,2,3,4,5,6,1\n", "line 3"),
        (f"{HEADER}\n0.1,rest,1,2\n", "line 2"),
        (f"{HEADER}\n{ROW}\n{ROW.replace('0.000', '-1')}\n", "times do not rise"),
        (f"{HEADER}\n{ROW.replace('0.000', '')}\n", "times do not rise"),
        (f"{HEADER}\n{ROW.replace('6', 'x')}\n", "line 2"),
    ],
)
def test_a_damaged_table_is_one_error(folder: Path, content: str, why: str) -> None:
    (folder / "angles.csv").write_text(content)
    with pytest.raises(InputError, match=why):
        posecheck.load_report(folder)


def test_bytes_that_are_no_text_are_one_error(folder: Path) -> None:
    (folder / "angles.csv").write_bytes(HEADER.encode() + b"\n\xff\xfe\n")
    with pytest.raises(InputError, match="damaged"):
        posecheck.load_report(folder)
