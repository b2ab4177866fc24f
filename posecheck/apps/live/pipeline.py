"""The two threads of a live session: one looks at frames, the other understands what was seen.

A look takes most of the time between two frames of a camera, and a frame that waits is an old one.
So `LookThread` takes the newest frame, has it looked at, and goes on at once; whatever else is done
with a pose is done by `AnalysisThread` meanwhile, once for each look. Everything that a session
must not miss happens there; who draws or prints takes what it can of that.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from posecheck.apps.live.rates import FramePacer, LookRate, LookRateMeter
from posecheck.assess.gesture import is_seen
from posecheck.threads import BoundedQueue, start_thread
from posecheck.types import Cue, Pose, Stage, Update
from posecheck.vision.camera import Camera, CameraEvent
from posecheck.vision.frames import Frame
from posecheck.vision.landmarker import Landmarker
from posecheck.vision.pose_log import PoseLog
from posecheck.vision.still_pictures import StillPictures

LISTEN_S = 0.25  # so long without a frame, and the camera is asked what has happened
_NEXT_S = 0.1  # so long the next frame is waited for instead of one that is stale
STANDS_STILL = (
    "The camera gives the same picture again and again; unplug it and plug it in, or restart what "
    "sends its picture."
)
MOVES_AGAIN = "The picture moves again."
_WAITING = 2  # poses; who takes them is faster than who looks


class Look(NamedTuple):
    """One frame, and who is in it."""

    frame: Frame
    pose: Pose
    took_s: float
    age_s: float  # how old the frame was when the look began, in the time of the frames


class LookThread(threading.Thread):
    """Looks at the newest frame, again and again, until the camera ends or it is stopped.

    Parameters
    ----------
    camera
        Where the frames come from.
    landmarker
        What finds a body in a frame.
    before_look
        Called with each frame before it is looked at.

    """

    def __init__(
        self, camera: Camera, landmarker: Landmarker, before_look: Callable[[Frame], None]
    ) -> None:
        super().__init__(name="posecheck-looks", daemon=True)
        self.ended = False
        self._camera, self._landmarker, self._before_look = camera, landmarker, before_look
        self._pacer = FramePacer()
        self._looks: BoundedQueue[Look | None] = BoundedQueue(_WAITING)
        self._halt = threading.Event()
        self._error: BaseException | None = None

    def take(self) -> Look | None:
        """Return the next look; None after a while without, or at the end, as `ended` tells.

        Whatever has ended the thread is raised here, after the looks that came before.
        """
        try:
            look = self._looks.get(timeout=LISTEN_S)
        except queue.Empty:
            return None
        self.ended = look is None
        if self.ended and self._error is not None:
            raise self._error
        return look

    def stop(self) -> None:
        """Finish the look that is under way, and no further one; also before it began."""
        self._halt.set()
        if self.ident is not None:
            self.join()

    def run(self) -> None:
        """Look; whatever goes wrong is kept for who takes the looks."""
        try:
            while not self._halt.is_set():
                frame = self._camera.read(LISTEN_S)
                if frame is not None:
                    self._put(self._look(self._fresh(frame)))
                elif self._camera.ended:
                    break
        except BaseException as error:
            self._error = error
        self._put(None)

    def _fresh(self, frame: Frame) -> Frame:
        """Return the frame, or the next one where this has waited too long."""
        if self._camera.keeps_all or not self._pacer.should_skip(self._age_s(frame)):
            return frame
        try:
            return self._camera.read(_NEXT_S) or frame
        except BaseException as error:  # told once this one has been looked at
            self._error = error
            return frame

    def _age_s(self, frame: Frame) -> float:
        return self._camera.now_s() - frame.t_s

    def _look(self, frame: Frame) -> Look:
        self._before_look(frame)
        age_s = self._age_s(frame)
        begun_s = time.perf_counter()
        pose = self._landmarker.look(frame)
        took_s = time.perf_counter() - begun_s
        self._pacer.push(frame, age_s, self._age_s(frame))
        return Look(frame, pose, took_s, age_s)

    def _put(self, look: Look | None) -> None:
        while not self._halt.is_set():
            with contextlib.suppress(queue.Full):
                self._looks.put(look, timeout=LISTEN_S)
                return


class SessionLike(Protocol):
    """What measures poses one by one: a `posecheck.session.Session`."""

    def push(self, pose: Pose) -> Update:
        """Take the next pose, and return the state."""

    def settle(self) -> None:
        """Do what the next state has to know and the last one need not wait for."""


class GuideLike(Protocol):
    """What leads through the exercise: a `posecheck.assess.guide.Guide`."""

    @property
    def stage(self) -> Stage:
        """Return what the screen shows."""

    @property
    def done(self) -> bool:
        """Return whether the session is over."""

    def push(self, update: Update, pose: Pose) -> tuple[Cue, ...]:
        """Take the next state, and return what is to be said.

        Parameters
        ----------
        update
            The state after the pose.
        pose
            The pose itself.

        """


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
    rate: LookRate | None = None  # of the looks, once it is known


class MomentSink(Protocol):
    """What is told of a session while it goes on, in the thread that understands."""

    def push(self, moment: Moment) -> None:
        """Take each moment at once: the next one waits for it."""

    def push_camera(self, event: CameraEvent) -> None:
        """Take what has happened to the camera."""

    def push_ahead(self, frame: Frame) -> None:
        """Take each frame before it is looked at, in the thread that looks."""

    def keep(self, moment: Moment) -> None:
        """Take each moment once more, when nothing waits for it any more."""


class AnalysisThread(threading.Thread):
    """Follows the session until the camera ends, the guide is done, or it is stopped.

    Parameters
    ----------
    camera
        Where the frames come from.
    landmarker
        What finds a body in a frame.
    session, guide
        What measures the poses, and what leads through the exercise.
    sink
        What is told of it.

    """

    def __init__(
        self,
        camera: Camera,
        landmarker: Landmarker,
        session: SessionLike,
        guide: GuideLike,
        sink: MomentSink,
    ) -> None:
        super().__init__(name="posecheck-analysis", daemon=True)
        self.log = PoseLog()
        self.last_s = self.step_s = 0.0  # time of the last look, and since the one before
        # From when until when the picture stood still: the looks between, in the log, count not.
        self.still_s: list[tuple[float, float]] = []
        self.error: BaseException | None = None
        self._camera, self._session, self._guide, self._sink = camera, session, guide, sink
        self._looks = LookThread(camera, landmarker, sink.push_ahead)
        self._meter = LookRateMeter()
        self._still, self._stands_still = StillPictures(), False
        self._halt = threading.Event()

    @property
    def over(self) -> bool:
        """Return whether no moment comes any more."""
        return not self.is_alive()

    def stop(self) -> None:
        """Finish the frame that is being looked at, and no further one; also before it began."""
        self._halt.set()
        if self.ident is not None:
            self.join()

    def run(self) -> None:
        """Follow; whatever goes wrong is kept in `error`, for there is nobody above to tell."""
        try:
            start_thread(self._looks)
            self._follow()
        except BaseException as error:
            self.error = error
        self._looks.stop()

    def _follow(self) -> None:
        while not (self._halt.is_set() or self._guide.done or self._looks.ended):
            look = self._looks.take()
            for event in self._camera.events():
                self._sink.push_camera(event)
            if look is not None:
                self._push(look)

    def _push(self, look: Look) -> None:
        frame = look.frame
        if self._is_still(look):
            return
        # As it is kept, so that the log pushed again gives the same report.
        pose = self.log.append(look.pose)
        count = len(self.log)
        update = self._session.push(pose)
        rate = self._meter.push(frame, is_seen(pose))
        cues = self._guide.push(update, pose)
        stage = self._guide.stage
        cues += self._meter.warning(rate, stage.name, frame.t_s)
        moment = Moment(frame, pose, update, stage, cues, look.took_s, count, look.age_s, rate)
        self._sink.push(moment)
        self._session.settle()
        self._sink.keep(moment)

    def _is_still(self, look: Look) -> bool:
        """Tell whether it is the same picture again and again; say so when that begins and ends."""
        t_s = look.frame.t_s
        if len(self.log):
            self.step_s = t_s - self.last_s
        self.last_s = t_s
        self._still.push(look.frame.image, look.pose)
        since_s, was = self._still.since_s, self._stands_still
        self._stands_still = since_s is not None
        if was:
            self.still_s[-1] = (self.still_s[-1][0], t_s)
        if since_s is not None and not was:
            self.still_s.append((since_s, t_s))
            self._sink.push_camera(CameraEvent(t_s, "still", STANDS_STILL))
        elif was and since_s is None:
            self._sink.push_camera(CameraEvent(t_s, "moving", MOVES_AGAIN))
        return self._stands_still
