"""Results are kept under schema numbers: whatever is of another number is made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from batch_fakes import Remembering, make_clip
from stored_landmarker import Meanwhile

from posecheck.apps.batch import cache
from posecheck.apps.batch.grade_clip import ClipGrader
from posecheck.apps.batch.tasks import ClipJob, GradeTask
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import Prescription
from posecheck.present.report_files import read_report
from posecheck.session import Session
from posecheck.types import Pose, Update
from posecheck.vision.frames import Frame


@pytest.mark.parametrize(
    ("changed", "looked", "measured"),
    [
        ("REPORT_SCHEMA", False, False),
        ("MEASURED_SCHEMA", False, True),
        ("POSES_SCHEMA", True, True),
    ],
)
def test_what_is_of_another_schema_is_made_again(
    changed: str, looked: bool, measured: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever changes, the row is made anew; looking and measuring only if these changed."""
    looks, pushes = [], []

    class Counting(Remembering):
        def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:
            looks.append(1)
            return super().look(frame, meanwhile)

    push = Session.push

    def counted(session: Session, pose: Pose) -> Update:
        pushes.append(1)
        return push(session, pose)

    monkeypatch.setattr(Session, "push", counted)
    clip = make_clip(tmp_path / "a.mp4")
    (tmp_path / "out").mkdir()
    task = GradeTask(
        ClipJob(str(clip), "a.mp4", "a"), str(tmp_path / "out"),
        Prescription.default().model_dump_json(), per_s=LOOKS_PER_S,
    )  # fmt: skip
    grade = ClipGrader(Counting)
    first = grade(task)
    assert (first.error, bool(looks), bool(pushes)) == (None, True, True)
    looks.clear()
    pushes.clear()
    assert grade(task).seconds != grade(task).seconds  # NaN: it was kept
    monkeypatch.setattr(cache, changed, 99)
    again = grade(task)
    assert again.seconds == again.seconds
    assert (bool(looks), bool(pushes)) == (looked, measured)


def test_another_language_says_it_anew_without_looking_again(tmp_path: Path) -> None:
    """What is said belongs to the key of a row, and not to that of what was measured."""
    looks = []

    class Counting(Remembering):
        def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:
            looks.append(1)
            return super().look(frame, meanwhile)

    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    out.mkdir()
    task = GradeTask(
        ClipJob(str(clip), "a.mp4", "a"), str(out), Prescription.default().model_dump_json(),
        folder="a", per_s=LOOKS_PER_S,
    )  # fmt: skip
    grade = ClipGrader(Counting)
    first = grade(task)
    looks.clear()
    said = {}
    for language in ("en", "de", "de", "en"):
        row = grade(replace(task, language=language))
        assert replace(row, seconds=0.0) == replace(first, seconds=0.0)
        report = read_report(out / "a" / "report.json")
        assert report["language"] == language
        assert f'<html lang="{language}">' in (out / "a" / "report.html").read_text("utf-8")
        said[language] = report["grade"]["reasons"]
    assert said["en"] != said["de"]
    assert not looks
