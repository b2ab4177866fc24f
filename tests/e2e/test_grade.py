"""`posecheck grade` as it is used: with the real model, in a process of its own, interrupted."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from commands import assert_refused, lines, run, spawn, start, tree

from posecheck.apps.review import LOOKS_PER_S
from posecheck.present.grades import read_grades
from posecheck.present.report_files import read_report
from posecheck.vision.pose_store import load_poses

LITE = ("--model", "lite")  # where nothing depends on how well it sees
Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("quick_model")
def test_a_folder_with_a_real_model(clips: Path, tmp_path: Path) -> None:
    done = spawn("grade", clips, "--out", "out", "--json", "--workers", "1", *LITE, cwd=tmp_path)
    assert done.code == 1, done.err  # for the bad one
    events = lines(done.out)
    assert [e["event"] for e in events if e["event"] != "progress"] == [
        "begin", "clip", "clip", "clip", "result",
    ]  # fmt: skip
    assert (events[-1]["clips"], events[-1]["failed"], events[-1]["frames"]) == (3, 1, 50)
    assert "bad.mp4" in done.err
    assert "1 failed" in done.err
    report = read_report(tmp_path / "out/30/report.json")
    assert report["clip"]["looked_at_per_s"] == LOOKS_PER_S
    assert report["clip"]["frames"] == 30
    assert report["quality"]["tracked_fraction"] == 1.0
    again = spawn("grade", "clips", "--out", "out", "--json", "--resume", *LITE, cwd=tmp_path)
    assert lines(again.out)[-1]["kept"] == 2
    same_as_a_review(tmp_path, "out/30", *LITE)


@pytest.mark.usefixtures("quick_model")
def test_every_frame(clips: Path, tmp_path: Path) -> None:
    """Looked at in a batch and in a review alike, with a video where it is asked for."""
    clip = clips / "30.mp4"
    every = spawn("grade", clip, "--out", "every", "--every-frame", "--video", *LITE, cwd=tmp_path)
    assert every.code == 0, every.err
    assert "grades.csv" in every.out
    assert (tmp_path / "every/30/annotated.mp4").exists()
    assert len(load_poses(tmp_path / "every/30/poses.npz")) == 30
    same_as_a_review(tmp_path, "every/30", "--every-frame", *LITE)


def same_as_a_review(folder: Path, graded: str, *options: str) -> None:
    """All that a batch wrote of a clip is what a review writes, a row for each of its 30 frames."""
    alone = spawn("review", "clips/30.mp4", "--out", "alone", "--no-video", *options, cwd=folder)
    assert alone.code == 0, alone.err
    for name in ("report.json", "angles.csv", "poses.npz"):
        assert (folder / graded / name).read_bytes() == (folder / "alone" / name).read_bytes(), name
    assert len((folder / "alone/angles.csv").read_text().splitlines()) == 1 + 30


@pytest.mark.usefixtures("quick_model")
def test_nobody_reads_what_it_says(clips: Path, tmp_path: Path) -> None:
    """As with `posecheck grade --json ... | head -1`: the batch goes on."""
    with start("grade", clips, "--out", "out", "--json", *LITE, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["event"] == "begin"
        process.stdout.close()
        process.stderr.close()
        assert process.wait(timeout=240) == 1  # for the bad one
    assert len(read_grades(tmp_path / "out/grades.csv")) == 3


@pytest.mark.usefixtures("quick_model")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    number: signal.Signals, tmp_path: Path, sample_start: Callable[[int], Path]
) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for frames in range(60, 66):
        (folder / f"{frames}.mp4").write_bytes(sample_start(frames).read_bytes())
    command = ("grade", "clips", "--out", "out", "--json", "--workers", "1", *LITE)
    with start(*command, cwd=tmp_path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "clip":
                break
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Run the same command again" in err
    assert "Traceback" not in err
    assert not any(child.is_running() for child in children)
    done = len(read_grades(tmp_path / "out/grades.csv"))
    assert 1 <= done < 6
    assert lines(out)[-1]["interrupted"] is True
    assert not [name for name in tree(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize(
    "arguments",
    [
        ["grade"], ["grade", "a.mp4"], ["grade", "--out", "out"],
        ["grade", "is_not_there.mp4", "--out", "out"], ["grade", "a.mp4", "--out", "o", "--fast"],
        ["grade", ".", "--out", "out"], ["grade", "clip.mp4", "--out", "out", "--workers", "0"],
        ["grade", "clip.mp4", "--out", "out", "--time-limit", "-1"],
        ["grade", "clip.mp4", "--out", "out", "--prescription", "no-such"],
        ["grade", "clip.mp4", "--out", "out", "--model", "no-such.task"],
        ["grade", "clip.mp4", "--out", "clip.mp4"], ["grade", "clip.mp4", "--out", "https://x/y"],
    ],
)  # fmt: skip
def test_wrong_usage(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    if "clip.mp4" in arguments:
        Path("clip.mp4").write_bytes(b"some")
    assert_refused(run(capsys, *arguments))
    assert not Path("out/grades.csv").exists()
