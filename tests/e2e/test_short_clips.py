"""Clips that are hardly there: they get a report, never a crash and never a pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import run, tree

from posecheck.vision.pose_store import load_poses

Capture = pytest.CaptureFixture[str]
NO_VIDEO = ["angles.csv", "poses.npz", "report.html", "report.json"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_path: Path) -> Path:
    """An empty working directory, and the model is here."""
    assert model_path.is_file()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_frame(sample_start: Callable[[int], Path], here: Path, capsys: Capture) -> None:
    outcome = run(capsys, "review", sample_start(1), "--json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert report["grade"]["verdict"] == "ungradable"
    assert "too_short" in report["quality"]["warnings"]
    assert report["clip"]["frames"] == 1
    folder = here / "start_1.posecheck"
    assert report["folder"] == str(folder)
    assert tree(folder) == sorted([*NO_VIDEO, "annotated.mp4"])
    assert tree(here)[0] == "start_1.posecheck"
    assert len(load_poses(folder / "poses.npz")) == 1
    saved = json.loads((folder / "report.json").read_text())
    assert {k: v for k, v in report.items() if k not in ("folder", "files")} == saved


def test_cut_off_in_the_middle(
    sample_start: Callable[[int], Path], here: Path, capsys: Capture
) -> None:
    """As when a phone's copy breaks off: it decodes as far as it goes, and says so."""
    import av

    whole = here / "whole.mkv"
    with av.open(str(sample_start(100))) as source, av.open(str(whole), "w") as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    cut = here / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    outcome = run(capsys, "review", cut, "--no-video", "--json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert 10 < report["clip"]["frames"] < 90
    assert "cut_off" in report["quality"]["warnings"]
    assert len(report["quality"]["notes"]) == len(report["quality"]["warnings"])
    assert report["grade"]["verdict"] == "ungradable"


def test_the_folder_of_an_older_report_is_replaced_and_nothing_else(
    sample_start: Callable[[int], Path], here: Path, capsys: Capture
) -> None:
    clip, out = sample_start(3), here / "new" / "report"
    assert run(capsys, "review", clip, "--no-video", "--out", out).code == 0
    (out / "report.html").write_text("old")
    assert run(capsys, "review", clip, "--no-video", "--out", out, "--earlier", out).code == 0
    assert tree(here / "new") == ["report", *(f"report/{name}" for name in NO_VIDEO)]
    assert "Since the earlier recording" in (out / "report.html").read_text()
    change = json.loads((out / "report.json").read_text())["change"]
    assert change["knee_change_deg"] is None
    assert "no point of tension" in change["sentence"]

    (out / "notes.txt").write_text("of the therapist")
    outcome = run(capsys, "review", clip, "--no-video", "--out", out)
    assert (outcome.code, outcome.out) == (2, "")
    assert (out / "notes.txt").read_text() == "of the therapist"
    assert len(tree(here / "new")) == 6
