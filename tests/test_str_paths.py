"""A file may be named by a text wherever a path is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

import posecheck
from posecheck.exercises.prescription import ready_prescriptions

HERE = Path(__file__).parent
CLIP = str(HERE.parent / "sample_videos" / "rest_only.mp4")


def test_poses() -> None:
    poses = HERE / "data" / "rest_only.npz"
    assert len(posecheck.load_poses(str(poses))) == len(posecheck.load_poses(poses)) > 0


def test_poses_that_are_not_there() -> None:
    with pytest.raises(posecheck.InputError, match=r"nowhere\.npz"):
        posecheck.load_poses("nowhere.npz")


def test_prescriptions(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[dose]\nrepetitions = 7\n")
    assert posecheck.load_prescription(str(file)) == posecheck.load_prescription(file)
    assert posecheck.load_prescription(ready_prescriptions()[0])


def test_a_review(tmp_path: Path) -> None:
    """The clip and the folder are taken; the model and the earlier report are missed by name."""
    out = str(tmp_path / "report")
    with pytest.raises(posecheck.ModelError, match=r"nowhere\.task"):
        posecheck.review(CLIP, out, model="nowhere.task")
    with pytest.raises(posecheck.InputError, match=r"nowhere\.json"):
        posecheck.review(CLIP, out, earlier="nowhere.json")
    assert list(tmp_path.iterdir()) == []


def test_a_live_session(tmp_path: Path) -> None:
    """As `test_live_faults` does to the end, here up to the model."""
    out, record = str(tmp_path / "report"), str(tmp_path / "recording")
    with pytest.raises(posecheck.ModelError, match=r"nowhere\.task"):
        posecheck.live(CLIP, out=out, record=record, window=False, model="nowhere.task")
    with pytest.raises(posecheck.OutputError, match="--out another"):
        posecheck.live(CLIP, out=record, record=record, window=False)
    assert list(tmp_path.iterdir()) == []
