"""Clips that cost nothing to look at, and whole batches of them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NoReturn

import av
import numpy as np
import pytest
import worker_fakes
from stored_landmarker import Meanwhile, StoredLandmarker

from posecheck.apps.batch.grade_clip import ClipGrader
from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.runner import Graded, run_batch
from posecheck.apps.batch.tasks import GradeTask
from posecheck.apps.batch.worker_pool import LocalExecutor
from posecheck.apps.review import LOOKS_PER_S
from posecheck.session import Session
from posecheck.types import ClipGrade, Pose
from posecheck.vision.frames import Frame


class Remembering(StoredLandmarker):
    """Opened by a batch, whatever the model."""

    def __init__(self, _model: object, pause_s: float = 0.0) -> None:
        super().__init__(pause_s=pause_s)


class Blind(Remembering):
    def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:  # noqa: ARG002
        raise AssertionError(f"the frame at {frame.t_s} s was looked at again")


def _slow(model: object) -> Remembering:
    return Remembering(model, pause_s=0.01)


remember = ClipGrader(Remembering)
remember_slowly = ClipGrader(_slow)
do_not_look = ClipGrader(Blind)


def do_not_measure(task: GradeTask) -> ClipGrade:
    """Grades from what was measured before, or fails."""

    def refuse(_session: Session, pose: Pose) -> NoReturn:
        raise AssertionError(f"the pose at {pose.t_s} s was measured again")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "push", refuse)
        return do_not_look(task)


def by_name(task: GradeTask) -> ClipGrade:
    """Does to the clip what its name says."""
    name = task.job.stem
    if name in ("crash", "hang", "swell", "fail", "be_killed"):
        getattr(worker_fakes, name)(task)
    return remember(task)


def make_clip(path: Path, frames: int = 12, seed: int = 0) -> Path:
    """A grey clip of 25 frames a second; another seed makes another content."""
    with av.open(str(path), "w", format="mp4") as sink:
        stream = sink.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for i in range(frames):
            image = np.full((120, 160, 3), 60 + 8 * i % 120, np.uint8)
            sink.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        sink.mux(stream.encode(None))
    with path.open("ab") as file:  # a box that nobody reads
        file.write((16).to_bytes(4, "big") + b"free" + seed.to_bytes(8, "big"))
    return path


class Inline:
    """An executor that does each task at once, in this process: quick."""

    slots = 1

    def submit(self, task: GradeTask) -> Future[ClipGrade]:
        module, _, function = task.runs.partition(":")
        done: Future[ClipGrade] = Future()
        done.set_result(getattr(importlib.import_module(module), function)(task))
        return done

    def abandon(self) -> None: ...

    def close(self) -> None: ...


def run_inline(clips: Path | Sequence[Path | str], out: Path | str, **changes: Any) -> Graded:
    """As `run`, without a child."""
    return run(clips, out, executor=Inline, **changes)


def run(clips: Path | Sequence[Path | str], out: Path | str, **changes: Any) -> Graded:
    """Grade in this process, with children that remember unless told otherwise."""
    executor = changes.pop("executor", lambda: LocalExecutor(2))
    paths = [str(p) for p in ([clips] if isinstance(clips, Path) else clips)]
    usual: dict[str, Any] = {"runs": "batch_fakes:remember", "per_s": LOOKS_PER_S}
    settings = Settings(str(out), **(usual | changes))
    return run_batch(paths, settings, executor)


if __name__ == "__main__":  # a parent that may be killed
    run(Path(sys.argv[1]), Path(sys.argv[2]), runs="batch_fakes:remember_slowly")
