"""Live sessions without a camera and a model: pictures and poses are made up or stored."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stored_landmarker import Meanwhile, StoredLandmarker, StoredModel

from posecheck.types import ClipInfo, Pose, Report
from posecheck.vision.camera import CameraEvent
from posecheck.vision.frames import Frame
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).resolve().parents[1] / "data"
W, H = 160, 120
REPS = 6


def exercise() -> Sequence[Pose]:
    """Six pumps, as MediaPipe saw them."""
    return load_poses(DATA / "pump_left_side.npz")


def until(true: Callable[[], Any], patience_s: float = 60.0) -> None:
    """Wait for something that another thread does."""
    end_s = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.005)


class InOrder(StoredLandmarker):
    """Sees the stored poses, one after the other and again, at the times of the frames."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0

    def look(self, frame: Frame, meanwhile: Meanwhile = None) -> Pose:
        del meanwhile
        pose = self._poses[self._next % len(self._poses)]
        self._next += 1
        return replace(pose, t_s=frame.t_s)


@dataclass
class Gap:
    """No frame comes for so long in the time of the frames; and what is done meanwhile."""

    seconds: float = 0.0
    meanwhile: Callable[[], None] = lambda: None
    lost: bool = False


class ScriptedCamera:
    """Gives a frame for each stored pose; ``gaps`` come before the frame of that number."""

    gaps: dict[int, Gap]
    name = "scripted"
    keeps_all = True

    def __init__(self, *_: object, **__: object) -> None:
        self.ended = False
        self._events: list[CameraEvent] = []
        self._now_s, self._count = 0.0, 0
        self._steps = self._script()

    def __enter__(self) -> ScriptedCamera:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing to let go of."""

    def _script(self) -> Iterator[Frame | None]:
        shift_s, noise = 0.0, np.random.default_rng(0)
        for i, pose in enumerate(exercise()):
            gap = self.gaps.get(i)
            if gap is not None:
                gap.meanwhile()
                if gap.lost:
                    self._events.append(CameraEvent(self._now_s, "lost", "It is gone."))
                yield None
                shift_s += gap.seconds
                self._now_s = pose.t_s + shift_s
                if gap.lost:
                    self._events.append(CameraEvent(self._now_s, "back", "It is back."))
            self._now_s, self._count = pose.t_s + shift_s, i + 1
            yield Frame(i, self._now_s, noise.integers(0, 255, (H, W, 3), np.uint8))
        self.ended = True

    def read(self, timeout_s: float | None = None) -> Frame | None:
        """The next frame, or none in a gap."""
        del timeout_s
        return next(self._steps, None)

    def events(self) -> tuple[CameraEvent, ...]:
        """What has happened."""
        found, self._events = tuple(self._events), []
        return found

    def now_s(self) -> float:
        """The time of the last frame."""
        return self._now_s

    def at_s(self, moment_s: float) -> float:
        """The same: its clock stands still in between."""
        del moment_s
        return self._now_s

    @property
    def info(self) -> ClipInfo:
        """As a camera knows it."""
        return ClipInfo("scripted", None, None, self._now_s, self._count, W, H, 0)


def without_a_model(
    patch: pytest.MonkeyPatch, opens: Callable[[], StoredLandmarker] = InOrder
) -> None:
    """Look with stored poses."""
    patch.setattr("posecheck.apps.live.run.ensure_model", lambda *_: StoredModel(opens))


def scripted(patch: pytest.MonkeyPatch, gaps: dict[int, Gap] | None = None) -> None:
    """A session on the stored exercise, frame by frame."""
    without_a_model(patch)
    patch.setattr("posecheck.apps.live.run.Camera", ScriptedCamera)
    patch.setattr(ScriptedCamera, "gaps", gaps or {}, raising=False)


def threads() -> list[str]:
    """The threads of a session that are left."""
    return [t.name for t in threading.enumerate() if t.name.startswith("posecheck")]


def assert_whole(report: Report) -> None:
    """Nothing of the exercise was missed."""
    assert (report.side, report.variant, len(report.reps)) == ("left", "ankle_pump", REPS)
    assert report.grade.verdict == "pass"
    assert report.clip.frames == len(exercise())


def told_of(told: list[dict[str, Any]], what: str) -> Callable[[], bool]:
    """Whether an event of a kind has been told."""
    return lambda: any(e["event"] == what for e in told)
