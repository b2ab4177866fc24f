"""Tables of pandas: the same columns as the files, and the same values."""

from __future__ import annotations

import csv
import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest
from sessions import clean_report

from posecheck.errors import MissingDependencyError
from posecheck.present.report_files import write_csv
from posecheck.session import Session
from posecheck.types import PHASES, Rep


def test_angles_has_one_row_a_frame_and_the_columns_of_the_file(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    report = clean_report()
    write_csv(report, tmp_path / "angles.csv")
    with (tmp_path / "angles.csv").open() as stream:
        header, *rows = csv.reader(stream)
    table = report.angles()
    assert list(table.columns) == header
    assert len(table) == len(rows) == len(report.series.t_s)
    assert list(table.phase) == [row[1] for row in rows]
    assert np.array_equal(table.t_s, report.series.t_s)
    assert np.array_equal(table.knee_flexion_deg, report.series.knee_flexion_deg, equal_nan=True)
    assert {str(kind) for kind in table.drop(columns="phase").dtypes} == {"float64"}
    assert set(table.phase) <= set(PHASES)


def test_repetitions_has_one_row_a_repetition_and_a_column_a_field() -> None:
    pytest.importorskip("pandas")
    report = clean_report()
    table = report.repetitions()
    assert list(table.columns) == [field.name for field in dataclasses.fields(Rep)]
    assert list(table["index"]) == [rep.index for rep in report.reps] != []
    assert list(table.range_deg) == [rep.range_deg for rep in report.reps]


def test_a_session_without_anything_has_empty_tables() -> None:
    pytest.importorskip("pandas")
    report = Session().finish()
    assert len(report.angles()) == len(report.repetitions()) == 0
    assert "range_deg" in report.repetitions()


def test_without_pandas_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    for table in (clean_report().angles, clean_report().repetitions):
        with pytest.raises(MissingDependencyError, match="pip install pandas"):
            table()
