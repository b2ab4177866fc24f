"""The thread of a live session that understands: poses in, state and cues out.

Everything that a session must not miss happens here, once for each frame that was looked at;
who draws or prints takes what it can of that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from posecheck.apps.live_looks import Look, Looks
from posecheck.apps.live_rate import LookRate, Rate
from posecheck.assess.gesture import is_seen
from posecheck.types import Cue, Pose, Stage, Update
from posecheck.vision.camera import Camera, CameraEvent
from posecheck.vision.frames import Frame
from posecheck.vision.landmarker import Landmarker
from posecheck.vision.pose_log import PoseLog


class Engine(Protocol):
    """What measures: a session."""

    def push(self, pose: Pose) -> Update:
        """Take the next pose; return the state."""

    def settle(self) -> None:
        """Do what the next state has to know and the last one need not wait for."""


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
    rate: Rate | None = None  # of the looks, once it is known


class Course(threading.Thread):
    """Runs until the camera ends, the guide is done, or it is stopped.

    ``tell`` gets each moment at once, ``keep`` when nothing waits for it any more.
    """

    def __init__(
        self,
        camera: Camera,
        landmarker: Landmarker,
        engine: Engine,
        leader: Leader,
        tell: Callable[[Moment], None],
        tell_camera: Callable[[CameraEvent], None],
        tell_ahead: Callable[[Frame], None] = lambda _frame: None,
        keep: Callable[[Moment], None] = lambda _moment: None,
    ) -> None:
        super().__init__(name="posecheck-course", daemon=True)
        self.log = PoseLog()
        self.last_s = self.step_s = 0.0  # time of the last pose, and since the one before
        self.error: BaseException | None = None
        self._camera, self._engine, self._leader = camera, engine, leader
        self._tell, self._tell_camera, self._keep = tell, tell_camera, keep
        self._looks, self._rate = Looks(camera, landmarker, tell_ahead), LookRate()
        self._halt = threading.Event()

    @property
    def over(self) -> bool:
        """Whether no moment comes any more."""
        return not self.is_alive()

    def stop(self) -> None:
        """Finish the frame that is being looked at, and no further one; also before it began."""
        self._halt.set()
        if self.ident is not None:
            self.join()

    def run(self) -> None:
        """Follow; whatever goes wrong is kept in `error`, for there is nobody above to tell."""
        try:
            self._looks.start()
            self._follow()
        except BaseException as error:
            self.error = error
        self._looks.stop()

    def _follow(self) -> None:
        while not (self._halt.is_set() or self._leader.done or self._looks.ended):
            look = self._looks.take()
            for event in self._camera.events():
                self._tell_camera(event)
            if look is not None:
                self._push(look)

    def _push(self, look: Look) -> None:
        frame = look.frame
        # As it is kept, so that the log pushed again gives the same report.
        pose = self.log.append(look.pose)
        count = len(self.log)
        update = self._engine.push(pose)
        rate = self._rate.push(frame, is_seen(pose))
        cues = self._leader.push(update, pose)
        stage = self._leader.stage
        cues += self._rate.warning(rate, stage.name, frame.t_s)
        if count > 1:
            self.step_s = frame.t_s - self.last_s
        self.last_s = frame.t_s
        moment = Moment(frame, pose, update, stage, cues, look.took_s, count, look.age_s, rate)
        self._tell(moment)
        self._engine.settle()
        self._keep(moment)
