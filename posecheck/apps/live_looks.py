"""The thread of a live session that looks: the newest frame in, its pose out, and at once the next.

Whatever else is done with a pose is done elsewhere, meanwhile: a look takes most of the time
between two frames of a camera, and a frame that waits is an old one.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from posecheck.apps.live_pace import Pace
from posecheck.threads import BoundedQueue
from posecheck.types import Pose
from posecheck.vision.camera import Camera
from posecheck.vision.frames import Frame
from posecheck.vision.landmarker import Landmarker

LISTEN_S = 0.25  # so long without a frame, and the camera is asked what has happened
_NEXT_S = 0.1  # so long the next frame is waited for instead of one that is old
_WAITING = 2  # poses; who takes them is faster than who looks


class Look(NamedTuple):
    """One frame, and who is in it."""

    frame: Frame
    pose: Pose
    took_s: float
    age_s: float  # how old the frame was when the look began, in the time of the frames


class Looks(threading.Thread):
    """Looks until the camera ends or it is stopped.

    ``tell_ahead`` is called with each frame before it is looked at.
    """

    def __init__(
        self, camera: Camera, landmarker: Landmarker, tell_ahead: Callable[[Frame], None]
    ) -> None:
        super().__init__(name="posecheck-looks", daemon=True)
        self.ended = False
        self._camera, self._landmarker, self._tell_ahead = camera, landmarker, tell_ahead
        self._pace = Pace()
        self._seen: BoundedQueue[Look | None] = BoundedQueue(_WAITING)
        self._halt = threading.Event()
        self._error: BaseException | None = None

    def take(self) -> Look | None:
        """The next look; None after a while without, or at the end, as `ended` tells.

        Whatever has ended the thread is raised here, after the looks that came before.
        """
        try:
            look = self._seen.get(timeout=LISTEN_S)
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
                    self._hand_over(self._look(self._fresh(frame)))
                elif self._camera.ended:
                    break
        except BaseException as error:
            self._error = error
        self._hand_over(None)

    def _fresh(self, frame: Frame) -> Frame:
        """The frame, or the next one where this has waited too long."""
        if self._camera.keeps_all or not self._pace.leave_out(self._age_s(frame)):
            return frame
        try:
            return self._camera.read(_NEXT_S) or frame
        except BaseException as error:  # told once this one has been looked at
            self._error = error
            return frame

    def _age_s(self, frame: Frame) -> float:
        return self._camera.now_s() - frame.t_s

    def _look(self, frame: Frame) -> Look:
        self._tell_ahead(frame)
        age_s = self._age_s(frame)
        begun_s = time.perf_counter()
        pose = self._landmarker.look(frame)
        took_s = time.perf_counter() - begun_s
        self._pace.push(frame, age_s, self._age_s(frame))
        return Look(frame, pose, took_s, age_s)

    def _hand_over(self, look: Look | None) -> None:
        while not self._halt.is_set():
            with contextlib.suppress(queue.Full):
                self._seen.put(look, timeout=LISTEN_S)
                return
