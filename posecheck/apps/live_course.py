"""The thread of a live session that looks: newest frame in, pose, state and cues out.

Everything that a session must not miss happens here, once for each frame that is looked at;
who draws or prints takes what it can of that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from posecheck.types import Cue, Pose, Stage, Update
from posecheck.vision.camera import Camera, CameraEvent
from posecheck.vision.frames import Frame
from posecheck.vision.pose_store import PoseLog

_LISTEN_S = 0.25  # so long without a frame, and the camera is asked what has happened


class Eye(Protocol):
    """What finds a body in a frame."""

    def look(self, frame: Frame) -> Pose:
        """The pose in one frame."""


class Engine(Protocol):
    """What measures: a session."""

    def push(self, pose: Pose) -> Update:
        """Take the next pose; return the state."""


class Leader(Protocol):
    """What leads through the exercise: a guide."""

    @property
    def stage(self) -> Stage:
        """What the screen shows."""

    @property
    def done(self) -> bool:
        """Whether the session is over."""

    def push(self, update: Update, pose: Pose) -> tuple[Cue, ...]:
        """Take the next state; return what is to be said."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame that was looked at, and all that follows from it."""

    frame: Frame
    pose: Pose
    update: Update
    stage: Stage
    cues: tuple[Cue, ...]
    look_s: float  # what the look took
    count: int  # frames that were looked at so far
    age_s: float  # how old the frame was when the look began, in the time of the frames


class Course(threading.Thread):
    """Looks until the camera ends, the guide is done, or it is stopped."""

    def __init__(
        self,
        camera: Camera,
        eye: Eye,
        engine: Engine,
        leader: Leader,
        tell: Callable[[Moment], None],
        tell_camera: Callable[[CameraEvent], None],
        tell_ahead: Callable[[Frame], None] = lambda _frame: None,
    ) -> None:
        super().__init__(name="posecheck-course", daemon=True)
        self.log = PoseLog()
        self.last_s = self.step_s = 0.0  # time of the last pose, and since the one before
        self.error: BaseException | None = None
        self._camera, self._eye, self._engine, self._leader = camera, eye, engine, leader
        self._tell, self._tell_camera, self._tell_ahead = tell, tell_camera, tell_ahead
        self._halt = threading.Event()

    @property
    def over(self) -> bool:
        """Whether no moment comes any more."""
        return not self.is_alive()

    def stop(self) -> None:
        """Finish the frame that is being looked at, and no further one."""
        self._halt.set()
        self.join()

    def run(self) -> None:
        """Look; whatever goes wrong is kept in `error`, for there is nobody above to tell."""
        try:
            while not self._halt.is_set() and not self._leader.done:
                frame = self._camera.read(_LISTEN_S)
                for event in self._camera.events():
                    self._tell_camera(event)
                if frame is not None:
                    self._see(frame)
                elif self._camera.ended:
                    return
        except BaseException as error:
            self.error = error

    def _see(self, frame: Frame) -> None:
        self._tell_ahead(frame)
        age_s = self._camera.now_s() - frame.t_s
        begun_s = time.perf_counter()
        # As it is kept, so that the log pushed again gives the same report.
        pose = self.log.append(self._eye.look(frame))
        look_s = time.perf_counter() - begun_s
        count = len(self.log)
        update = self._engine.push(pose)
        cues = self._leader.push(update, pose)
        if count > 1:
            self.step_s = frame.t_s - self.last_s
        self.last_s = frame.t_s
        stage = self._leader.stage
        self._tell(Moment(frame, pose, update, stage, cues, look_s, count, age_s))
