"""Results are kept under the code that made them: a test for each kind."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from batch_fakes import Remembering, make_clip
from stored_landmarker import Meanwhile

from posecheck.apps.batch import code, kept
from posecheck.apps.batch.jobs import ClipJob
from posecheck.apps.batch.tasks import GradeTask
from posecheck.apps.batch.worker import ClipGrader
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Pose, Update
from posecheck.vision.frames import Frame

# what holds values, or runs and ends things, but decides nothing of what is seen
_DECIDES_NOTHING = {
    "types.py", "errors.py", "threads.py", "natives.py",
}  # fmt: skip


def imported(start: str) -> set[str]:
    """The files of the package that a file of it needs, itself among them."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for node in ast.walk(ast.parse((code.PACKAGE / name).read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("posecheck."):
                of = f"{node.module or ''}".removeprefix("posecheck.").replace(".", "/")
                waiting += [
                    way
                    for way in (f"{of}.py", *(f"{of}/{part.name}.py" for part in node.names))
                    if (code.PACKAGE / way).is_file()
                ]
    return found


def test_what_decides_on_poses_is_all_that_the_landmarker_needs() -> None:
    needed = imported("vision/mediapipe_landmarker.py") | imported("vision/pose_log.py")
    assert set(code.LOOKS) == needed - _DECIDES_NOTHING


def test_how_large_pictures_are_is_part_of_the_code_that_looks() -> None:
    """As other frames of the clip may give other poses."""
    sets = re.compile(r"^MODEL_SIDE_PX\b.* = ", re.MULTILINE)
    where = {
        path.relative_to(code.PACKAGE).as_posix()
        for path in code.PACKAGE.rglob("*.py")
        if sets.search(path.read_text())
    }
    assert len(where) == 1
    assert where <= set(code.LOOKS)


def test_a_digest_is_of_names_and_contents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "PACKAGE", tmp_path)
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a = 1")
    two.write_text("b = 2")
    found = {code.digest([one, two])}
    assert code.digest([two, one]) in found
    two.write_text("b = 3")
    found.add(code.digest([one, two]))
    two.rename(tmp_path / "three.py")
    found.add(code.digest([one, tmp_path / "three.py"]))
    assert len(found) == 3


@pytest.mark.parametrize(
    ("changed", "looked", "measured"),
    [
        ("code_digest", False, False),
        ("motion_digest", False, True),
        ("looks_digest", True, True),
    ],
)
def test_other_code_does_its_part_again(
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
    monkeypatch.setattr(kept, changed, lambda: "0123456789abcdef")
    if changed != "code_digest":  # no part of the code changes without the whole
        monkeypatch.setattr(kept, "code_digest", lambda: "0123456789abcdef")
    again = grade(task)
    assert again.seconds == again.seconds
    assert (bool(looks), bool(pushes)) == (looked, measured)
