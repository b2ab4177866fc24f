"""The full-screen window of a live session.

::

    with Window() as window:
        while window.open:
            window.prepare(frame.image)                 # while it is being looked at
            window.draw(frame.image, update, stage, "en")

It is drawn in a process of its own: see ``pane.py``.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import numpy as np

from posecheck.children import python_module
from posecheck.closing import Closing
from posecheck.errors import MissingDependencyError
from posecheck.present import pane
from posecheck.present.drawing import Picture
from posecheck.types import Stage, Update

_OPEN_S = 20.0  # a window that is not there by then never comes
_SHOW_S = 1.0  # longer is not waited for a picture to be painted
_PIPE_BYTES = 1 << 20  # the most that Linux allows; a picture is handed over in three turns
_PACKAGES = Path(__file__).resolve().parents[2]
_WITHOUT = "or use --no-window"
_PROBLEMS = {
    pane.NO_LIBRARY: "The window's libraries cannot be loaded; install them with `python -m pip "
    f"install pygame-ce opencv-python`, {_WITHOUT}.",
}


def display_problem() -> str | None:
    """Why no window can be opened here and what to do, in one sentence; None if it can."""
    try:
        with Window():
            return None
    except MissingDependencyError as error:
        return str(error)


def _shared() -> tuple[mmap.mmap | None, tuple[int, ...]]:
    """Memory that the process of the window reads too, and its file descriptor, if there can be.

    A picture is then handed over in one copy, not in three turns through a pipe.
    """
    if sys.platform != "linux":
        return None, ()
    try:
        file = os.memfd_create("posecheck-window")
    except OSError:
        return None, ()
    try:
        os.ftruncate(file, pane.SHARED_BYTES)
        return mmap.mmap(file, pane.SHARED_BYTES), (file,)
    except OSError:
        os.close(file)
        return None, ()


class Window(Closing):
    """Shows pictures, full screen; a key (q or Esc) or closing it ends the session.

    Raises
    ------
    MissingDependencyError
        No window can be opened; one sentence says what to do.

    """

    def __init__(self) -> None:
        if sys.platform.startswith("linux") and not any(
            os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
        ):
            raise MissingDependencyError(
                f"There is no display to show a window on; run it on a desktop, {_WITHOUT}."
            )
        paths = [str(_PACKAGES), os.environ.get("PYTHONPATH", "")]
        self._shared, files = _shared()
        self._process = subprocess.Popen(
            python_module("posecheck.present.pane", *map(str, files)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            pipesize=_PIPE_BYTES, pass_fds=files,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p)},
        )  # fmt: skip
        for file in files:
            os.close(file)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._messages: IO[bytes] = self._process.stdin
        self._letters: IO[bytes] = self._process.stdout
        self._told: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._open = True
        self._prepared: Picture | None = None
        self._thread = threading.Thread(target=self._listen, name="posecheck-window", daemon=True)
        self._thread.start()
        self._first = self._hear(_OPEN_S)
        if self._first != pane.READY:
            self.close()
            raise MissingDependencyError(_PROBLEMS.get(
                self._first, f"No window can be opened on this display; try another, {_WITHOUT}."
            ))  # fmt: skip

    @property
    def open(self) -> bool:
        """Whether nobody has closed it yet."""
        return self._open

    def hear(self) -> None:
        """Have the keys heard while there is nothing to show; `open` tells the outcome later."""
        self._send(pane.NOTHING, None)

    def show(self, picture: Picture) -> None:
        """Show an RGB picture (h, w, 3) as it is, and wait until it is painted."""
        self._send(pane.SHOW, picture)
        self._wait()

    def prepare(self, image_rgb: Picture) -> None:
        """Do what does not need to know the pose, for a picture that will be drawn."""
        self._send(pane.AHEAD, image_rgb)
        self._prepared = image_rgb

    def draw(
        self,
        image_rgb: Picture,
        update: Update,
        stage: Stage,
        language: str = "en",
        *,
        scale: float = 1.0,
        notice: str | None = None,
    ) -> None:
        """Show the screen that `StageScreen.draw` makes, and wait until it is painted."""
        if image_rgb is not self._prepared:
            self.prepare(image_rgb)
        words = (update, stage, language), {"scale": scale, "notice": notice}
        self._send(pane.DRAW, None, pickle.dumps(words, pickle.HIGHEST_PROTOCOL))
        self._wait()

    def _send(self, what: int, picture: Picture | None, behind: bytes = b"") -> None:
        if not self._open:
            return
        while not self._told.empty():  # of a picture that was not waited for
            self._told.get()
        height, width = (0, 0) if picture is None else picture.shape[:2]
        try:
            if picture is None or self._hand_over(picture):
                self._messages.write(pane.HEADER.pack(what, width, height, len(behind)) + behind)
            else:
                self._messages.write(pane.HEADER.pack(what, width, height, len(behind)))
                self._messages.write(picture.tobytes() + behind)
            self._messages.flush()
        except OSError:  # it was closed in the meantime
            self._open = False

    def _hand_over(self, picture: Picture) -> bool:
        """Put a picture into the shared memory, if there is any, and if it has room."""
        if self._shared is None or picture.nbytes > pane.SHARED_BYTES:
            return False
        place = np.frombuffer(self._shared, np.uint8, picture.size)
        place.reshape(picture.shape)[:] = picture
        return True

    def _wait(self) -> None:
        if self._open:
            self._hear(_SHOW_S)

    def close(self) -> None:
        """Close it; does nothing the second time."""
        self._open = False
        with contextlib.suppress(OSError):
            self._messages.close()
        if self._first != pane.READY:
            self._process.kill()
        try:
            self._process.wait(_SHOW_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        self._letters.close()
        if self._shared is not None:
            with contextlib.suppress(BufferError):  # an error that goes up still holds a part
                self._shared.close()

    def _hear(self, for_s: float) -> bytes:
        """The next letter, or none after so long."""
        try:
            return self._told.get(timeout=for_s)
        except queue.Empty:
            return b""

    def _listen(self) -> None:
        """Take the letters as they come; none comes any more when the window is closed."""
        while (letter := self._letters.read(1)) not in (b"", pane.CLOSED):
            self._told.put(letter)
        self._open = False
        self._told.put(pane.CLOSED)
