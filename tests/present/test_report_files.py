"""The written report is the contract's, whole or absent, and can be read back."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from present_factory import make_finding, make_report, make_series

from posecheck.assess.change import change_since
from posecheck.atomic_files import atomic_text
from posecheck.errors import InputError, OutputError
from posecheck.present.report_files import (
    COLUMNS,
    read_report,
    report_to_dict,
    write_csv,
    write_json,
)
from posecheck.types import PHASES, Grade, Tension

numbers = st.floats(allow_nan=True, allow_infinity=True)


def test_the_fields_are_those_of_the_contract() -> None:
    """Every name that the contract promises is there."""
    found = report_to_dict(make_report())
    assert list(found) == [
        "schema", "posecheck", "language", "clip", "model", "prescription", "subject", "exercise",
        "exercise_certainty", "side", "variant", "quality", "tension", "summary", "sets", "reps",
        "findings", "grade", "flaws",
    ]  # fmt: skip
    assert found["tension"] == {
        "start_s": 4.5, "end_s": 7.5, "knee_flexion_deg": 24.8, "hip_flexion_deg": 83.5,
        "uncertainty_deg": 2.9,
    }  # fmt: skip
    assert found["sets"][0] == {
        "index": 1, "exercise": "nerve_glide", "certainty": 1.0, "side": "left",
        "variant": "ankle_pump", "tension": found["tension"], "summary": found["summary"],
        "reps": 6,
    }  # fmt: skip
    assert found["reps"][0] == {
        "index": 1, "set": 1, "start_s": 7.5, "end_s": 9.3, "min_deg": -18.04, "max_deg": 19.0,
        "range_deg": 37.04, "uncertainty_deg": None, "peak_deg": None, "peak_start_s": None,
        "peak_end_s": None, "hip_at_peak_deg": None, "knee_at_peak_deg": None,
        "ankle_at_peak_deg": None,
    }  # fmt: skip
    assert set(found["findings"][0]) == {
        "rule", "severity", "rep", "start_s", "end_s", "measured", "limit", "unit", "message",
        "uncertainty", "reps", "times",
    }  # fmt: skip
    assert found["subject"] == {
        "name": None, "date": None, "therapist": None, "symptoms_before": None,
        "symptoms_after": None, "note": "",
    }  # fmt: skip
    assert found["findings"][0]["uncertainty"] == 1.5
    assert found["quality"]["barring"] == ["legs_uncertain"]
    assert found["quality"]["view_elevation_deg"] is None
    assert found["grade"]["deductions"][0]["points"] == 25
    assert found["prescription"]["limits"]["thigh_deg"] == 8.0


@given(values=st.lists(numbers, min_size=5, max_size=5), measured=numbers, text=st.text())
@settings(max_examples=50)
def test_json_knows_no_nan(values: list[float], measured: float, text: str) -> None:
    """Whatever the numbers, the JSON is strict and comes back the same."""
    report = make_report(
        findings=[make_finding(measured=measured, message=text, uncertainty=values[4])],
        tension=Tension(*values),
        prescription={"x": values[0], "list": (np.float64(values[1]), np.int64(3), Path("a"))},
    )
    found = report_to_dict(report)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["findings"][0]["message"] == text
    assert (found["findings"][0]["uncertainty"] is None) == (not math.isfinite(values[4]))


def test_an_older_report_is_read_and_compared(tmp_path: Path) -> None:
    """One that was written before findings had an uncertainty, and qualities what bars a pass."""
    older = report_to_dict(make_report())
    del older["quality"]["barring"], older["quality"]["notes"]
    for finding in older["findings"]:
        del finding["uncertainty"]
    (tmp_path / "report.json").write_text(json.dumps(older))
    assert change_since(read_report(tmp_path / "report.json"), make_report()).as_dict()


def test_nothing_found_is_null(tmp_path: Path) -> None:
    """Who only lies there has no side, no tension and no score."""
    write_json(
        make_report(
            side=None, variant=None, tension=None, sets=(), reps=(), findings=(),
            grade=Grade("ungradable", None, ("No exercise was found.",)),
        ),
        tmp_path / "report.json",
    )  # fmt: skip
    found = read_report(tmp_path / "report.json")
    assert found["side"] is found["variant"] is found["tension"] is found["grade"]["score"] is None


@given(values=st.lists(numbers, min_size=1, max_size=20))
@settings(max_examples=30)
def test_csv_round_trip(values: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every row comes back, to the digits that are written, empty where unknown."""
    n = len(values)
    series = dataclasses.replace(make_series(n), knee_flexion_deg=np.clip(values, -1e6, 1e6))
    path = tmp_path_factory.mktemp("csv") / "angles.csv"
    write_csv(make_report(series=series), path)
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == n
    for i, row in enumerate(rows):
        knee = series.knee_flexion_deg[i]
        assert row["phase"] == PHASES[series.phase[i]]
        if math.isfinite(knee):
            assert float(row["knee_flexion_deg"]) == pytest.approx(knee, abs=0.0051)
            assert row["knee_flexion_deg"] != "-0.00"
        else:
            assert row["knee_flexion_deg"] == ""


@pytest.mark.parametrize("problem", [OSError(28, "No space left"), KeyboardInterrupt()])
def test_a_half_file_is_removed_and_the_old_one_stays(
    tmp_path: Path, problem: BaseException
) -> None:
    """Whole or not at all, whatever interrupts."""
    path = tmp_path / "report.json"
    path.write_text("old")

    def write() -> None:
        with atomic_text(path) as stream:
            stream.write("half")
            raise problem

    with pytest.raises((OutputError, KeyboardInterrupt)):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    """An outside error becomes ours."""
    with pytest.raises(OutputError, match=r"Cannot write report\.json .*No such file") as caught:
        write_json(make_report(), tmp_path / "no" / "report.json")
    assert "\n" not in str(caught.value)


def test_the_usual_permissions_are_kept(tmp_path: Path) -> None:
    """A report can be read by whom the user's own files can be read by."""
    write_json(make_report(), tmp_path / "report.json")
    (tmp_path / "plain").write_text("")
    modes = {(tmp_path / name).stat().st_mode for name in ("report.json", "plain")}
    assert len(modes) == 1


@pytest.mark.parametrize(
    "text",
    [
        "", "no", "[]", "{}", "\x00", '{"schema": "posecheck.report/2"}', "[" * 100_000,
        '{"schema": "posecheck.report/1"}', '{"schema": NaN}',
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    """Any file that is not an earlier report gives one line."""
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_report(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tension", [3, {"start_s": "soon"}, {"start_s": True}, []])
def test_a_damaged_report_is_refused(tmp_path: Path, tension: Any) -> None:
    """What a comparison would trip over is found when it is read."""
    found = {**report_to_dict(make_report()), "tension": tension}
    (tmp_path / "x.json").write_text(json.dumps(found))
    with pytest.raises(InputError, match="tension missing or wrong"):
        read_report(tmp_path / "x.json")


@pytest.mark.parametrize("name", ["", "none.json"])
def test_no_file_is_refused(tmp_path: Path, name: str) -> None:
    """A folder or a missing file gives one line."""
    with pytest.raises(InputError, match="Cannot read"):
        read_report(tmp_path / name)
