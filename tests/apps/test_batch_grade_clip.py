"""What looks at clips is loaded once, and is as new for each of them."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

from batch_fakes import Remembering, make_clip
from stored_landmarker import Meanwhile

from posecheck.apps.batch.grade_clip import ClipGrader
from posecheck.apps.batch.rows import Unwritten
from posecheck.apps.batch.tasks import ClipJob, GradeTask
from posecheck.exercises.prescription import Prescription
from posecheck.types import Pose
from posecheck.vision.frames import Frame


class Watched(Remembering):
    """Says what is done with it; takes its time to be ready."""

    def __init__(self, model: object) -> None:
        super().__init__(model)
        self.events: list[str] = []
        self.resetting = False
        made.append(self)

    def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:
        assert not self.resetting
        if self.events[-1:] != ["look"]:
            self.events.append("look")
        return super().look(frame, meanwhile)

    def reset(self) -> None:
        self.resetting = True
        time.sleep(0.05)
        self.events.append("reset")
        self.resetting = False

    def close(self) -> None:
        assert not self.resetting
        self.events.append("close")


class Broken(Watched):
    def reset(self) -> None:
        raise RuntimeError("no such luck")


made: list[Watched] = []


def task(clip: Path, out: Path, mark: str = "") -> GradeTask:
    out.mkdir(exist_ok=True)
    text = Prescription.default().model_dump_json()
    return GradeTask(ClipJob(str(clip), clip.name, clip.stem), str(out), text, clip.stem, mark=mark)


def test_between_two_clips_it_is_reset_once_and_nobody_looks_meanwhile(tmp_path: Path) -> None:
    made.clear()
    grade = ClipGrader(Watched)
    for seed in range(3):
        row = grade(task(make_clip(tmp_path / f"{seed}.mp4", seed=seed), tmp_path / "out"))
        assert row.error is None
    grade.landmarker.close()
    (looker,) = made
    assert looker.events == ["look", "reset", "look", "reset", "look", "reset", "close"]


def test_one_that_cannot_be_reset_is_replaced_and_costs_no_clip(tmp_path: Path) -> None:
    made.clear()
    grade = ClipGrader(Broken)
    clips = [make_clip(tmp_path / f"{seed}.mp4", seed=seed) for seed in range(3)]
    errors = [grade(task(clip, tmp_path / "out")).error for clip in clips]
    assert errors == [None, None, None]
    assert [looker.events for looker in made] == [["look", "close"], ["look", "close"], ["look"]]


def test_a_worker_that_sees_another_folder_says_so_and_does_nothing(tmp_path: Path) -> None:
    made.clear()
    row = ClipGrader(Watched)(task(make_clip(tmp_path / "a.mp4"), tmp_path / "out", "its mark"))
    assert "does not see" in (row.error or "")
    assert (made, list((tmp_path / "out").iterdir())) == ([], [])


def test_a_place_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    """As on a worker that has no s3fs: it is no fault of the clip."""
    asked = dataclasses.replace(
        task(make_clip(tmp_path / "a.mp4"), tmp_path / "out"), out="https://host/out"
    )
    row = ClipGrader(Watched)(asked)
    assert isinstance(row, Unwritten)
    assert "Nothing can be written to a web server" in (row.error or "")
