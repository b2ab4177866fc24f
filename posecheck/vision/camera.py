"""The camera of a live session: a thread that captures and keeps only the newest frame.

::

    with Camera(0) as camera:
        while (frame := camera.read()) is not None:
            ...                       # frame.t_s, frame.image; camera.now_s() - frame.t_s is old
            for event in camera.events():
                print(event.message)

A file may stand in for the camera: it is played at its own pace, and frames that are not taken
in time are dropped, as a camera drops them. Only what is named is ever opened.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from posecheck.errors import CameraError, PosecheckError
from posecheck.threads import Closing, NewestSlot, start_thread
from posecheck.types import ClipInfo
from posecheck.vision.camera_device import Device, camera_number
from posecheck.vision.camera_events import CameraEvent, EventKind, PictureMonitor
from posecheck.vision.frames import Frame, Image, VideoSource

__all__ = ["Camera", "CameraEvent", "EventKind"]

_ADDRESS = re.compile(r"(https?|rtsps?|rtmps?|udp|tcp|srt)://", re.IGNORECASE)
AGAIN_S = 0.01  # between a bad picture and the next
RETRY_S = 1.0  # between two tries to open a camera that has gone
GIVE_UP_S = 0.5  # so long without a good picture, and it has gone
STALL_S = 2.0  # so long without any answer is said


class Camera(Closing):
    """Captures in a thread from a camera, an address, or a file that stands in for them.

    Parameters
    ----------
    which
        A number (also as text), a part of a camera's name, an address such as ``rtsp://...``,
        or a video file.
    max_side_px
        Larger pictures are made smaller.
    speed
        How fast a file is played; 0 hands every frame out, each as soon as the one before was
        taken.
    loop
        Whether a file begins again at its end, its time going on.

    Raises
    ------
    CameraError, ClipError, MissingDependencyError
        One line: what cannot be opened, and what to do.

    """

    def __init__(
        self, which: str | int, *, max_side_px: int = 1280, speed: float = 1.0, loop: bool = False
    ) -> None:
        self._speed, self._loop = speed, loop
        self._newest: NewestSlot[Frame] = NewestSlot()
        self._events: deque[CameraEvent] = deque()
        self._stop = threading.Event()
        self._monitor = PictureMonitor(max_side_px)
        self._count, self._last_s = 0, -1.0
        self._began_s: float | None = None  # of `time.monotonic`, when t_s was 0
        self._seen_s = time.monotonic()  # when something last came
        self._away = False
        self._source = _open_source(which, max_side_px)
        self.name = self._source.name if isinstance(self._source, Device) else str(which)
        self._which = self._source.which if isinstance(self._source, Device) else which
        self._thread = threading.Thread(target=self._run, name="posecheck-camera", daemon=True)
        try:
            start_thread(self._thread)
        except PosecheckError:
            self._source.close()
            raise

    def close(self) -> None:
        """Let go of the camera, and wait until its thread has ended."""
        self._stop.set()
        self._newest.end()
        self._thread.join()

    def read(self, timeout_s: float | None = None) -> Frame | None:
        """Wait for the newest frame that was not read yet.

        None is returned after ``timeout_s`` seconds and at the end; `ended` tells these two apart.
        Times count from the first frame and only go forward.
        """
        return self._newest.take(timeout_s)

    @property
    def ended(self) -> bool:
        """Tell whether no frame comes any more, but for one that may wait to be read."""
        return self._newest.ended

    @property
    def keeps_all(self) -> bool:
        """Tell whether every frame is handed out, whenever it is asked for: a film at speed 0."""
        return self._plays and not self._speed

    @property
    def dropped(self) -> int:
        """Count the frames that were captured and never read, because newer ones came first."""
        return self._newest.dropped

    def now_s(self) -> float:
        """Return the present in the time of the frames; less a frame's ``t_s`` it is its age."""
        return self.at_s(time.monotonic())

    def at_s(self, moment_s: float) -> float:
        """Convert a moment of `time.monotonic`, in seconds, to the time of the frames."""
        if self._began_s is None or self.keeps_all:
            return max(0.0, self._last_s)
        return (moment_s - self._began_s) * (self._speed if self._plays else 1.0)

    def events(self) -> tuple[CameraEvent, ...]:
        """Return what has happened since this was last asked, in order."""
        self._notice_silence()
        found = []
        while self._events:
            found.append(self._events.popleft())
        return tuple(found)

    @property
    def info(self) -> ClipInfo:
        """Describe what is known of the clip so far, as a report states it."""
        width, height = self._monitor.full_size
        return ClipInfo(
            name=Path(self.name).name if self._plays else self.name, sha256=None,
            recorded_at=None, duration_s=max(0.0, self._last_s), frames=self._count,
            width_px=width, height_px=height, rotation_deg=0,
        )  # fmt: skip

    @property
    def _plays(self) -> bool:
        return isinstance(self._source, VideoSource) or self._source.is_film

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            if self._plays:
                self._play()
            else:
                self._capture()
        except BaseException as raised:  # handed over, to be raised by `read`
            error = raised
        finally:
            self._source.close()
        if not self._stop.is_set():
            self._say("ended", f"{self.name} has ended.")
        self._newest.end(error)

    # A file, or a film behind an address.

    def _play(self) -> None:
        for image, t_s, scale in self._film():
            if self._stop.is_set():
                return
            if self._began_s is None or not self._speed:
                self._publish(image, t_s, scale)
                # The first is never missed, and the clock starts when somebody looks.
                if not self._newest.wait_taken():
                    return
                self._began_s = self._began_s or time.monotonic()
                continue
            if self._stop.wait(max(0.0, self._began_s + t_s / self._speed - time.monotonic())):
                return
            self._publish(image, t_s, scale)

    def _film(self) -> Iterator[tuple[Image, float, float]]:
        if isinstance(self._source, Device):
            for image, t_s in self._source.film():
                yield image, t_s, 1.0
            return
        shift_s = 0.0
        while True:
            for frame in self._source:
                yield frame.image, shift_s + frame.t_s, frame.scale
            shift_s += self._source.info.duration_s
            if not self._loop:
                return

    # A camera, or a stream.

    def _capture(self) -> None:
        failing_since_s: float | None = None
        while not self._stop.is_set():
            assert isinstance(self._source, Device)
            grabbed = self._source.grab()
            now_s = time.monotonic()
            if grabbed is not None:
                failing_since_s = None
                self._came(*grabbed)
                continue
            failing_since_s = failing_since_s or now_s
            if now_s - failing_since_s < GIVE_UP_S:
                self._stop.wait(AGAIN_S)
            elif not self._reopen():
                return

    def _came(self, image: Image, taken_s: float) -> None:
        self._began_s = taken_s if self._began_s is None else self._began_s
        self._seen_s = time.monotonic()
        if self._away:
            self._away = False
            self._say("back", f"{self.name} is back.")
        self._publish(image, taken_s - self._began_s, 1.0)

    def _reopen(self) -> bool:
        """Try until it is back; False when the session ends before."""
        self._source.close()
        self._lose()
        while not self._stop.wait(RETRY_S):
            try:
                self._source = _open_again(self._which, self.name)
            except CameraError:
                continue
            return True
        return False

    def _notice_silence(self) -> None:
        if not self._plays and time.monotonic() - self._seen_s > STALL_S and not self.ended:
            self._lose()

    def _lose(self) -> None:
        if not self._away:
            self._away = True
            self._say("lost", f"{self.name} gives no picture any more; is it plugged in? It is "
                      "tried again each second.")  # fmt: skip

    def _publish(self, image: Image, t_s: float, scale: float) -> None:
        if t_s <= self._last_s:  # the same again, or from before
            return
        self._last_s = t_s
        image, scale, seen = self._monitor.push(image, t_s, scale)
        self._events.extend(seen)
        self._newest.put(Frame(self._count, t_s, image, scale))
        self._count += 1

    def _say(self, kind: EventKind, message: str) -> None:
        self._events.append(CameraEvent(self.now_s(), kind, message))


def _open_source(which: str | int, max_side_px: int) -> VideoSource | Device:
    """Open what is meant: a number, an address, a file, or else a part of a camera's name.

    Parameters
    ----------
    which
        What was asked for; a number may be text.
    max_side_px
        Larger pictures of a file are made smaller.

    Raises
    ------
    CameraError, ClipError, MissingDependencyError
        One line: what cannot be opened, and what to do.

    """
    if isinstance(which, int):
        return Device(which)
    if which.isdecimal():
        return Device(int(which))
    if _ADDRESS.match(which):
        return Device(which)
    if _is_there(which):
        return VideoSource(which, max_side_px)
    try:
        number = camera_number(which)
    except CameraError:
        if Path(which).suffix or Path(which).name != which:  # a file was meant
            return VideoSource(which, max_side_px)  # which says what is wrong with it
        raise
    return Device(number)


def _open_again(which: str | int, name: str) -> Device:
    """Open the same camera, which may have another number when it is plugged in again.

    Parameters
    ----------
    which
        Its number or address before.
    name
        Its name, as the system gave it.

    """
    if isinstance(which, int) and not name.startswith("camera "):
        return Device(camera_number(name))
    return Device(which)


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # no path at all
        return False
