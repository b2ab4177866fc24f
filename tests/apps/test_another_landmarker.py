"""A landmark model of one's own is one file: review, live and grade run on that of the tests."""

from __future__ import annotations

from pathlib import Path

from batch_fakes import make_clip
from stored_landmarker import StoredModel

from posecheck.apps.grade import grade
from posecheck.apps.live.run import live
from posecheck.apps.review import review
from posecheck.present.report_files import read_report

MODEL = StoredModel()
FRAMES = 550  # the whole sample


def test_review_live_and_grade_run_on_it_and_agree(tmp_path: Path) -> None:
    """Grade in a process of its own, live at every frame; each report says who has looked."""
    clip = make_clip(tmp_path / "a.mp4", FRAMES)
    reviewed = review(clip, tmp_path / "reviewed", model=MODEL, video=False)
    led = live(str(clip), out=tmp_path / "led", model=MODEL, speed=0, window=False, mute=True,
               linger_s=0.0)  # fmt: skip
    graded = grade(clip, tmp_path / "graded", model=MODEL, workers=1)
    assert graded.counts["pass"] == 1
    reports = [read_report(f / "report.json") for f in (
        reviewed.folder, led.folder, tmp_path / "graded" / "a",
    )]  # fmt: skip
    for report in reports:
        assert report["model"] == {"name": "stored", "sha256": MODEL.sha256}
        assert (report["side"], report["variant"], len(report["reps"])) == ("left", "ankle_pump", 6)
    for name in ("report.json", "angles.csv", "poses.npz"):
        mine, its = (tmp_path / folder / name for folder in ("reviewed", "graded/a"))
        assert mine.read_bytes() == its.read_bytes(), name
