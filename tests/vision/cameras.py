"""A camera of forty lines: what it shows is a list, so that no test needs one plugged in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from posecheck.vision import camera_device

Step = Any  # a picture (BGR), None (nothing came), "damaged", "gone", or a function to call first
JPEG, RAW = cv2.VideoWriter.fourcc(*"MJPG"), cv2.VideoWriter.fourcc(*"YUYV")


def grey(level: int, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


class Turn:
    """Lets a test say when the next picture comes, however slow the machine is."""

    def __init__(self) -> None:
        self._turns = threading.Semaphore(0)

    def next(self) -> None:
        self._turns.release()

    def wait(self) -> None:
        assert self._turns.acquire(timeout=60)


class FakeCapture:
    """Stands in for `cv2.VideoCapture`."""

    script: Sequence[Step] = ()
    modes: dict[tuple[int, tuple[int, int]], float] | None = None  # what it offers: frames/s
    busy = False
    pace_s = 0.002
    opened: list[tuple[Any, ...]]
    plugged: threading.Event

    def __init__(self, *how: Any) -> None:
        type(self).opened.append(how)
        self._there = self.plugged.is_set()
        self._asked: dict[int, float] = {}
        self._picture: Any = None

    def isOpened(self) -> bool:  # noqa: N802
        return self._there

    def set(self, what: int, value: float) -> bool:
        self._asked[what] = value
        return True

    def get(self, what: int) -> float:
        if what == cv2.CAP_PROP_POS_MSEC:
            return 0.0
        size = (int(self._asked.get(3, 64)), int(self._asked.get(4, 48)))
        code = int(self._asked.get(cv2.CAP_PROP_FOURCC, RAW))
        if what == cv2.CAP_PROP_FPS and self.modes is not None:
            return self.modes.get((code, size), 0.1)
        return {3: size[0], 4: size[1], cv2.CAP_PROP_FPS: 30}.get(what, 0)

    def grab(self) -> bool:
        time.sleep(self.pace_s)
        if self.busy or not self.plugged.is_set():
            return False
        if not type(self).script:
            return False
        step, *rest = type(self).script
        type(self).script = rest
        if callable(step):
            step()
            return self.grab()
        if isinstance(step, str) and step == "gone":
            self.plugged.clear()
            return False
        self._picture = step
        return step is not None

    def retrieve(self) -> tuple[bool, Any]:
        if isinstance(self._picture, str):
            raise cv2.error("corrupt JPEG data")
        return True, self._picture

    def release(self) -> None:
        self._there = False


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[FakeCapture]:
    """One camera, number 0, "HD Webcam", on a machine that has no other."""

    class Fake(FakeCapture):
        opened: list[tuple[Any, ...]] = []  # noqa: RUF012
        plugged = threading.Event()

    Fake.plugged.set()
    monkeypatch.setattr(cv2, "VideoCapture", Fake)
    system, nodes = tmp_path / "sys", tmp_path / "dev"
    for number, index in ((0, 0), (1, 1)):
        (system / f"video{number}").mkdir(parents=True)
        (system / f"video{number}" / "name").write_text("HD Webcam: HD Webcam\n")
        (system / f"video{number}" / "index").write_text(f"{index}\n")
    nodes.mkdir()
    (nodes / "video0").touch()
    monkeypatch.setattr(camera_device, "_SYSTEM", system)
    monkeypatch.setattr(camera_device, "_NODES", nodes)
    monkeypatch.setattr(camera_device, "_FIRST_S", 0.3)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    return Fake


def until(true: Callable[[], Any], patience_s: float = 30.0) -> None:
    """Wait for something that another thread does."""
    end_s = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.005)
