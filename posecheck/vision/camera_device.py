"""Cameras and streams through OpenCV, in the only module that opens them.

Nothing but the one that was asked for is ever opened. Names are those that Linux gives; on
other systems a camera has its number only.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from posecheck.errors import CameraError
from posecheck.natives import load_cv2

if TYPE_CHECKING:  # so that cameras can be listed where no decoder can be loaded
    from posecheck.vision.frames import Image

_SYSTEM = Path("/sys/class/video4linux")
_NODES = Path("/dev")
_BACKENDS = {"Linux": "CAP_V4L2", "Windows": "CAP_DSHOW", "Darwin": "CAP_AVFOUNDATION"}
# Most webcams reach 720p at 30 only as JPEG pictures; some offer it at 5 or 10 a second.
_MODES = tuple((code, size) for size in ((1280, 720), (960, 540), (640, 480)) for code in
               ("MJPG", None))  # fmt: skip
_MOST_PX = 1280 * 720
_RATE = 30.0
_GOOD_RATE = 24.0
_FIRST_S = 5.0  # some cameras need as long for their first picture
_AGAIN_S = 0.02  # between two tries to get that
_STREAM_MS = 5000  # without an answer for so long, an address has gone
_MS_PER_S = 1000
_MISSES = 3  # damaged pictures in a row, or the end of a film
_BELIEVABLE_S = 0.5  # a driver's stamp that is older was counted from something else


def cameras() -> dict[int, str]:
    """List the cameras of this machine by number, with their names, as far as the system tells."""
    found = {}
    for entry in sorted(_SYSTEM.glob("video*")):
        number = entry.name.removeprefix("video")
        # A webcam has a second node for its metadata, which gives no picture.
        if number.isdigit() and _text(entry / "index") in ("", "0"):
            found[int(number)] = _text(entry / "name") or f"camera {number}"
    return dict(sorted(found.items()))


class Device:
    """An opened camera or stream.

    Parameters
    ----------
    which
        The number of a camera, or an address.

    Raises
    ------
    CameraError
        One line: there is none, it may not be used, or it gives no picture.
    MissingDependencyError
        OpenCV is not there.

    """

    def __init__(self, which: int | str) -> None:
        self._cv2 = load_cv2()
        self.which = which
        self.name = (
            cameras().get(which, f"camera {which}") if isinstance(which, int) else _open_part(which)
        )
        self._capture = self._open()
        # A film behind an address comes as fast as the line allows: it is paced like a file.
        self.is_film = isinstance(which, str) and self._get("FRAME_COUNT") > 0
        self._first_picture: tuple[Image, float] | None = None
        try:
            self._choose_mode()
            # Only a picture shows that no other program holds the camera.
            self._first_picture = self._first()
        except BaseException:
            self.close()
            raise

    def grab(self) -> tuple[Image, float] | None:
        """Take a picture (h, w, 3), RGB, and the second it was taken at.

        Seconds are those of `time.monotonic`, of a film those of its own. None stands for a picture
        that did not come, or that is damaged.
        """
        if self._first_picture is not None:
            first, self._first_picture = self._first_picture, None
            return first
        try:
            if not self._capture.grab():
                return None
            now_s = time.monotonic()
            good, picture = self._capture.retrieve()
            if not good or picture is None or picture.ndim != 3 or not picture.size:
                return None
            image: Image = self._cv2.cvtColor(picture, self._cv2.COLOR_BGR2RGB)
        except self._cv2.error:
            return None
        return image, self._taken_s(now_s)

    def film(self) -> Iterator[tuple[Image, float]]:
        """Yield every picture with its second in the film's own time, until no more come."""
        misses = 0
        while misses < _MISSES:
            grabbed = self.grab()
            misses = misses + 1 if grabbed is None else 0
            if grabbed is not None:
                yield grabbed

    def close(self) -> None:
        """Let go of the camera; no other thread may be grabbing."""
        self._capture.release()

    def _taken_s(self, now_s: float) -> float:
        """Prefer the driver's own stamp, which is earlier and steadier, if it is believable."""
        stamp_s = self._get("POS_MSEC") / _MS_PER_S
        if self.is_film:
            return stamp_s
        believable = isinstance(self.which, int) and 0 <= now_s - stamp_s < _BELIEVABLE_S
        return stamp_s if believable else now_s

    def _open(self) -> Any:
        cv2 = self._cv2
        if isinstance(self.which, int):
            backend = getattr(cv2, _BACKENDS.get(platform.system(), "CAP_ANY"))
            capture = cv2.VideoCapture(self.which, backend)
        else:
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _STREAM_MS,
                      cv2.CAP_PROP_READ_TIMEOUT_MSEC, _STREAM_MS]  # fmt: skip
            capture = cv2.VideoCapture(self.which, cv2.CAP_FFMPEG, limits)
        if not capture.isOpened():
            capture.release()
            raise CameraError(self._why_not())
        return capture

    def _choose_mode(self) -> None:
        """Ask for the largest picture up to 720p that comes 30 times a second, or nearly so."""
        if not isinstance(self.which, int):
            return
        cv2, best = self._cv2, ((0.0, 0.0), _MODES[0])
        for mode in _MODES:
            width, height, rate = self._set_mode(mode)
            rate = rate or _RATE  # many drivers do not tell
            if rate >= _GOOD_RATE and width * height <= _MOST_PX and (width, height) == mode[1]:
                return
            fits = min(1.0, _MOST_PX / max(1.0, width * height))
            best = max(best, ((min(rate, _RATE) * fits, width * height), mode))
        self._set_mode(best[1])
        self._capture.set(cv2.CAP_PROP_FPS, _RATE)

    def _set_mode(self, mode: tuple[str | None, tuple[int, int]]) -> tuple[float, float, float]:
        cv2, (code, (width, height)) = self._cv2, mode
        fourcc = cv2.VideoWriter.fourcc(*(code or "YUYV"))
        self._capture.set(cv2.CAP_PROP_FOURCC, fourcc)
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        self._capture.set(cv2.CAP_PROP_FPS, _RATE)
        return self._get("FRAME_WIDTH"), self._get("FRAME_HEIGHT"), self._get("FPS")

    def _first(self) -> tuple[Image, float]:
        until_s = time.monotonic() + _FIRST_S
        while time.monotonic() < until_s:
            if (first := self.grab()) is not None:
                return first
            time.sleep(_AGAIN_S)
        raise CameraError(f"{self.name} opens but gives no picture; close other programs that use "
                          "it, or plug it in again.")  # fmt: skip

    def _get(self, name: str) -> float:
        return float(self._capture.get(getattr(self._cv2, f"CAP_PROP_{name}")))

    def _why_not(self) -> str:
        if not isinstance(self.which, int):
            return f"{self.name} does not answer; check the address and the connection."
        node = _NODES / f"video{self.which}"
        if platform.system() != "Linux":
            return (
                f"There is no camera {self.which}, it is in use, or it may not be used; plug it "
                "in, close other programs that use it, and allow it in the system's settings."
            )
        if not node.exists():
            return f"There is no camera {self.which}; {_those_here()}."
        if not os.access(node, os.R_OK | os.W_OK):
            return f"{self.name} ({node}) may not be used; run: sudo usermod -aG video $USER"
        return (
            f"{self.name} ({node}) does not open; close other programs that use it, or plug it "
            f"in again ({_those_here()})."
        )


def camera_number(name: str) -> int:
    """Find the number of the camera whose name holds ``name``, in any case."""
    here = cameras()
    for number, called in here.items():
        if name and name.casefold() in called.casefold():
            return number
    raise CameraError(f"{name} is neither a file nor a camera; {_those_here()}.")


def _open_part(address: str) -> str:
    """Return an address as it may stand in a report, without password and other secrets."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _those_here() -> str:
    listed = ", ".join(f"{number} ({name})" for number, name in cameras().items())
    return f"choose one of these: {listed}" if listed else "plug one in"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
