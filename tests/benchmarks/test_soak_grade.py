"""The long runs of batch grading see what is wrong, and what is not."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from batch_fakes import make_clip, run_inline

from benchmarks import soak_clips, soak_faults, soak_grade, soak_rows
from benchmarks.soak_clips import known_clips
from benchmarks.soak_commands import Program
from benchmarks.soak_faults import drawn, faults
from benchmarks.soak_harms import KINDS
from benchmarks.soak_rows import Rows
from benchmarks.soak_traces import (
    clips_kept,
    differences,
    graded_twice,
    kept,
    traces,
    written_again,
)
from posecheck.vision.model import ensure_model

HERE = Path(__file__).resolve().parent
FAKES = (HERE.parent / "apps", HERE.parent / "vision")
FAKE = Program((sys.executable, str(HERE / "fake_grade.py")), FAKES)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for seed in range(3):
        make_clip(folder / f"{seed}.mp4", 12, seed)
    return folder


@pytest.mark.parametrize("seed", range(5))
def test_twenty_runs_hold_each_kind_five_times_each_turn_each_once(seed: int) -> None:
    found = drawn(20, KINDS, seed)
    assert Counter(fault.kind for fault in found) == dict.fromkeys(KINDS, 5)
    assert all(len({f.kind for f in found[i : i + 4]}) == 4 for i in range(0, 20, 4))
    assert all(0.0 <= fault.at < 1.0 for fault in found)
    assert found == drawn(20, KINDS, seed)
    assert found != drawn(20, KINDS, seed + 1)
    assert len(drawn(7, KINDS, seed)) == 7


def test_runs_that_end_alike_differ_in_nothing(clips: Path, tmp_path: Path) -> None:
    """What was there is not written again, whether there is more to do or not."""
    calm, out = tmp_path / "calm", tmp_path / "out"
    run_inline(clips, calm)
    run_inline(clips / "1.mp4", out)
    first = kept(out)
    run_inline(clips, out)
    second = kept(out)
    run_inline(clips, out)
    assert (clips_kept(first), clips_kept(second)) == (1, 3)
    assert written_again([first, second, kept(out)]) == []
    assert differences(traces(calm), out) == []


def test_whatever_is_not_as_it_should_be_is_said(clips: Path, tmp_path: Path) -> None:
    calm, out = tmp_path / "calm", tmp_path / "out"
    run_inline(clips, calm)
    wanted = traces(calm)
    run_inline(clips, out)
    (out / "0" / "report.json").write_text("{}")
    (out / "1" / "angles.csv").unlink()
    (out / ".grades.csv.1.part").touch()
    assert differences(wanted, out) == [
        "left: .grades.csv.1.part", "missing: 1/angles.csv", "differs: 0/report.json",
    ]  # fmt: skip
    (out / "grades.parquet").write_bytes((out / "grades.parquet").read_bytes()[:-100])
    assert "the tables differ" in differences(wanted, out)
    assert "the tables differ" in differences(wanted, tmp_path / "nowhere")


def test_what_was_kept_is_not_written_again_or_lost(clips: Path, tmp_path: Path) -> None:
    run_inline(clips, tmp_path / "out")
    before = kept(tmp_path / "out")
    again, lost, *_ = (tmp_path / "out" / name for name in before)
    copy = again.with_suffix(".copy")
    copy.write_bytes(again.read_bytes())
    copy.replace(again)
    lost.unlink()
    assert len(written_again([before, kept(tmp_path / "out")])) == 2


def test_poses_without_their_facts_are_looked_for_again(clips: Path, tmp_path: Path) -> None:
    """Such a clip was not done when the command was killed."""
    run_inline(clips, tmp_path)
    facts = next((tmp_path / ".posecheck/poses").rglob("*.json"))
    assert len(kept(tmp_path)) == 12
    facts.unlink()
    assert len(kept(tmp_path)) == 10


def clip(name: str, seconds: float | None, error: str | None = None) -> str:
    return json.dumps({"event": "clip", "clip": name, "seconds": seconds, "error": error}) + "\n"


def test_a_clip_that_is_graded_twice_is_seen_in_what_the_runs_say() -> None:
    begun = '{"event": "begin", "clips": 2}\n'
    first = begun + clip("a", 1.0) + clip("b", 0.5, "It was killed.") + '{"event": "cl'
    assert graded_twice([first, begun + clip("a", None) + clip("b", 1.0)]) == []
    assert graded_twice([first, begun + clip("a", 1.0)]) == ["graded twice: a"]
    assert graded_twice([clip("a", None) + clip("a", None)]) == ["told twice: a"]


@pytest.mark.slow
def test_a_worker_of_dask_is_killed_and_all_is_well(
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (HERE.parents[1], *FAKES))))
    run_inline(clips, tmp_path / "calm")
    wanted = traces(tmp_path / "calm")
    monkeypatch.setattr(soak_faults, "_calm", lambda *_: (wanted, 4.0))
    assert faults(tmp_path / "made", clips, 1, 1, ("dask worker",), FAKE) == 0
    table = capsys.readouterr().out
    assert "| 1 | dask worker |" in table
    assert "| 3 | equal |" in table
    assert "1 of 1 runs end as one that nobody disturbs." in table


@pytest.mark.parametrize("clips", [*range(1, 70), 200, 201, 219])
def test_memory_is_noted_twenty_times_at_most_the_last_time_at_the_end(clips: int) -> None:
    notes = [done for done in range(1, clips + 1) if soak_grade.noted(done, clips)]
    assert notes[-1] == clips
    assert min(clips, 10) <= len(notes) <= 20


def test_growth_of_memory_is_told_from_a_start() -> None:
    mib = (100.0, 300.0, 390.0, 380.0, 391.0, 400.0)
    notes = [soak_grade.Note(i, (x, x - 10), 50.0) for i, x in enumerate(mib)]
    assert soak_grade.growth_mib(notes) == 100.0
    assert soak_grade.growth_mib(notes[2:]) == 20.0


def test_known_clips_are_graded_without_a_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips, out = tmp_path / "clips", tmp_path / "out"
    monkeypatch.setattr(soak_clips, "_KNOWN_S", 4.0)
    known_clips(clips, out, 14, ensure_model(None).sha256)
    done = run_inline(clips, out, runs="batch_fakes:do_not_measure", pages=False)
    assert (done.summary.total, done.summary.failed) == (14, 0)


def test_rows_that_take_longer_where_there_are_more_are_seen() -> None:
    few = Rows(100, 1.0, 0.1, 100.0, 0)
    assert soak_rows.wrong([few, Rows(1000, 12.0, 1.2, 130.0, 0)]) == []
    slow = Rows(1000, 16.0, 1.6, 300.0, 1)
    assert soak_rows.wrong([few, slow]) == [
        "a row takes longer where there are more (seconds)",
        "a row takes longer where there are more (again_s)",
        "the command took more than 250 MiB",
        "rows failed",
    ]
