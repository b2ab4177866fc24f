"""Sample clips from end to end with the real model, against their exact truth."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest
from commands import run

from benchmarks.scoring import JOINTS, read_truth, score
from posecheck.apps.grade import grade
from posecheck.apps.review import review
from posecheck.cli import main

pytestmark = pytest.mark.slow
SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"


def test_a_clean_clip(
    sample_until: Callable[[str, float], Path], model_path: Path, tmp_path: Path
) -> None:
    """Measured, counted and passed; one of pumps is in the browser run."""
    clip = sample_until("bend_right_oblique", 17.0)
    truth = read_truth(SAMPLES / "bend_right_oblique.truth.json")
    truth = replace(truth, reps=tuple(rep for rep in truth.reps if rep["end_s"] < 16.5))
    found = score(review(clip, tmp_path / "report", model=model_path, video=False).report, truth)
    assert (found.side_ok, found.variant_ok, found.tension_ok) == (True, True, True)
    assert found.reps == found.true_reps == 3
    assert (found.verdict, found.faults) == ("pass", ())
    assert abs(found.tension_late_s) < 0.5
    assert abs(found.tension_knee_deg) < 9
    for joint, limit in zip(JOINTS, (8, 8, 6), strict=True):
        assert found.angles[joint].mean_deg < limit, joint
        assert found.angles[joint].seen > 0.8, joint


def test_a_batch_gives_the_reports_of_reviews(
    sample_until: Callable[[str, float], Path], quick_model: Path, tmp_path: Path
) -> None:
    """One answer a clip: one after the other by one worker, report, angles and poses the same."""
    clips = [sample_until("pump_right_table", 2.0), sample_until("bend_right_oblique", 4.0)]
    done = grade(clips, tmp_path / "out", model=quick_model, workers=1)
    assert done.failed == 0
    for clip in clips:
        name = clip.stem
        reviewed = review(clip, tmp_path / name, model=quick_model, video=False)
        alone, graded = reviewed.folder, tmp_path / "out" / name
        for file in ("report.json", "angles.csv", "poses.npz"):
            assert (graded / file).read_bytes() == (alone / file).read_bytes(), (name, file)
        with (alone / "angles.csv").open() as stream:
            assert sum(1 for _ in csv.DictReader(stream)) == reviewed.report.clip.frames


@pytest.fixture(scope="module")
def demo(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `posecheck demo --json` says; its folder is in it."""
    folder = tmp_path_factory.mktemp("demo")

    assert model_path.is_file()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(["demo", "--out", str(folder / "report"), "--json"])
    assert code == 0
    return json.loads(out.getvalue())


def test_the_demo_finds_the_planted_fault(demo: Any) -> None:
    truth = read_truth(SAMPLES / f"{Path(demo['clip']['name']).stem}.truth.json")
    faults = {f["rule"] for f in demo["findings"] if f["severity"] == "fault"}
    assert faults == {truth.fault}
    assert demo["grade"]["verdict"] == "needs_work"
    assert len(demo["reps"]) == len(truth.reps)


def test_the_folder_holds_what_it_should(demo: Any) -> None:
    folder = Path(demo["folder"])
    assert sorted(p.name for p in folder.iterdir()) == sorted(demo["files"])
    with (folder / "angles.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == demo["clip"]["frames"]
    assert {row["phase"] for row in rows} >= {"extend", "hold", "glide"}
    page = (folder / "report.html").read_text()
    assert "data:image/jpeg;base64," in page  # the finding's picture
    assert "annotated.mp4" in page
    with av.open(str(folder / "annotated.mp4")) as video:
        frames = list(video.decode(video=0))
    clip = demo["clip"]
    assert len(frames) == clip["frames"]
    assert (frames[0].width, frames[0].height) == (clip["width_px"], clip["height_px"])
    assert abs(frames[-1].time - clip["duration_s"]) < 0.2


def test_who_only_lies_there_is_not_passed(
    model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    sample_until: Callable[[str, float], Path],
) -> None:  # fmt: skip
    outcome = run(
        capsys, "review", sample_until("rest_only", 5.0), "--no-video",
        "--out", tmp_path / "report", "--model", model_path,
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["tension"] is None
    assert report["reps"] == []
    assert report["grade"]["verdict"] != "pass"
    assert "none found" in outcome.out
    assert "report.html" in outcome.out
