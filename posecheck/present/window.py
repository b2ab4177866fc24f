"""The full-screen window of a live session.

::

    with Window() as window:
        while window.open:
            window.prepare(frame.image)                 # while it is being looked at
            window.draw(frame.image, update, stage, words)
    window.problem                                      # one line where it has broken down

It is drawn in a process of its own: see ``window_process.py``.
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
import time
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

import numpy as np

from posecheck.errors import MissingDependencyError
from posecheck.natives import python_module
from posecheck.present import window_process as process
from posecheck.threads import Closing, start_thread
from posecheck.types import Stage, Update, Words

if TYPE_CHECKING:
    from posecheck.present.canvas import Picture

_OPEN_S = 20.0  # a window that is not there by then never comes
_SHOW_S = 1.0  # longer is not waited for a picture to be painted
_CHECK_S, _HANGS = 1.0, 10  # a message that so many checks find unanswered never will be
_WITHOUT = "or use --no-window"
_PROBLEMS = {
    process.NO_LIBRARY: "The window's libraries cannot be loaded; install them with `python -m pip "
    f"install pygame-ce opencv-python-headless`, {_WITHOUT}.",
}
_NOT_HERE = f"No window can be opened on this display; try another, {_WITHOUT}."


def display_problem() -> str | None:
    """Return why no window can be opened here and what to do, in one sentence; None if it can."""
    try:
        with Window():
            return None
    except MissingDependencyError as error:
        return str(error)


def _need_display() -> None:
    """Refuse where there is no display, before a process is started for it."""
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    ):
        raise MissingDependencyError(
            f"There is no display to show a window on; run it on a desktop, {_WITHOUT}."
        )


def _shared() -> tuple[mmap.mmap | None, tuple[int, ...]]:
    """Return memory that the process of the window reads too, and its file descriptor.

    A picture is then handed over in one copy, not through a pipe. Not every system has it.
    """
    if sys.platform != "linux":
        return None, ()
    try:
        file = os.memfd_create("posecheck-window")
    except (OSError, AttributeError):  # some builds of Python lack it
        return None, ()
    try:
        os.ftruncate(file, process.SHARED_BYTES)
        return mmap.mmap(file, process.SHARED_BYTES), (file,)
    except OSError:
        os.close(file)
        return None, ()


def _begun(files: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """Start the process of the window, which takes over these file descriptors."""
    try:
        return subprocess.Popen(
            python_module("posecheck.present.window_process", *map(str, files)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            pass_fds=files,
        )  # fmt: skip
    except OSError as error:
        reason = error.strerror or error
        raise MissingDependencyError(
            f"No window can be opened ({reason}); close other programs, {_WITHOUT}."
        ) from error


class Window(Closing):
    """Shows pictures, full screen; a key (q or Esc) or closing it ends the session.

    Raises
    ------
    MissingDependencyError
        No window can be opened; one sentence says what to do.

    """

    def __init__(self) -> None:
        _need_display()
        self._shared, files = _shared()
        try:
            self._process = _begun(files)
        except BaseException:
            if self._shared is not None:
                self._shared.close()
            raise
        finally:
            for file in files:
                os.close(file)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._messages: IO[bytes] = self._process.stdin
        self._letters: IO[bytes] = self._process.stdout
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._gone: queue.SimpleQueue[None] = queue.SimpleQueue()  # filled when all was heard
        self.problem: str | None = None  # one line: why it is not there any more, if not closed
        self._open, self._first = True, b""
        self._owed_s: float | None = None  # of `time.monotonic`: a message not yet done with
        self._prepared: Picture | None = None
        self._words: Words | None = None  # those that the process has
        self._threads = [
            threading.Thread(target=target, name="posecheck-window", daemon=True)
            for target in (self._listen, self._watch)
        ]
        try:
            for thread in self._threads:
                start_thread(thread)
            self._first = self._hear(_OPEN_S)
            if self._first != process.READY:
                raise MissingDependencyError(_PROBLEMS.get(self._first, _NOT_HERE))
        except BaseException:
            self.close()
            raise

    @property
    def open(self) -> bool:
        """Whether it is there; `problem` tells whether it was closed or has broken down."""
        return self._open

    def hear(self) -> None:
        """Have the keys heard while there is nothing to show; `open` tells the outcome later."""
        self._send(process.NOTHING, None)

    def show(self, picture: Picture) -> float:
        """Show a picture as it is; return when it was painted, as `draw` does.

        Parameters
        ----------
        picture
            (height, width, 3), RGB.

        """
        return self._painted_s() if self._send(process.SHOW, picture) else time.monotonic()

    def prepare(self, image_rgb: Picture) -> None:
        """Do what does not need to know the pose, for a frame that will be drawn.

        Parameters
        ----------
        image_rgb
            (height, width, 3); `draw` knows it again by its identity.

        """
        if self._send(process.PREPARE, image_rgb):
            self._prepared = image_rgb

    def draw(
        self,
        image_rgb: Picture,
        update: Update,
        stage: Stage,
        words: Words,
        *,
        scale: float = 1.0,
        notice: str | None = None,
        foot: Sequence[str] = (),
    ) -> float:
        """Show the screen that `LiveScreen.draw` makes, and wait until it is painted.

        Parameters
        ----------
        image_rgb
            The frame, (height, width, 3), not mirrored.
        update, stage, words, scale, notice, foot
            As those of `LiveScreen.draw`.

        Returns
        -------
        float
            When that was, of `time.monotonic`; where nothing is painted any more, now.

        """
        image = None if image_rgb is self._prepared else image_rgb
        new = None if words is self._words else words  # they are many, and stay the same
        what = (update, stage, new), {"scale": scale, "notice": notice, "foot": foot}
        if not self._send(process.DRAW, image, pickle.dumps(what, pickle.HIGHEST_PROTOCOL)):
            return time.monotonic()
        self._prepared, self._words = image_rgb, words
        return self._painted_s()

    def _send(self, what: int, picture: Picture | None, behind: bytes = b"") -> bool:
        """Send a message, unless the one before is not done with; whether it was sent."""
        self._wait(process.DONE)  # for it takes what is sent, and may need the shared memory
        if not self._open or self._owed_s is not None:
            return False
        self._owed_s = time.monotonic()
        height, width = (0, 0) if picture is None else picture.shape[:2]
        try:
            if picture is None or self._hand_over(picture):
                self._messages.write(process.HEADER.pack(what, width, height, len(behind)) + behind)
            else:
                self._messages.write(process.HEADER.pack(what, width, height, len(behind)))
                self._messages.write(picture.tobytes() + behind)
            self._messages.flush()
        except OSError:  # its process has ended, and `_listen` learns why
            self._threads[0].join(_SHOW_S)
            self._break("it takes no pictures any more")
        return self._open

    def _hand_over(self, picture: Picture) -> bool:
        """Put a picture into the shared memory, if there is any, and if it has room."""
        if self._shared is None or picture.nbytes > process.SHARED_BYTES:
            return False
        place = np.frombuffer(self._shared, np.uint8, picture.size)
        place.reshape(picture.shape)[:] = picture
        return True

    def _painted_s(self) -> float:
        answer = self._wait(process.SHOWN)
        if len(answer) < process.TIME.size:  # none, or its process has ended meanwhile
            return time.monotonic()
        return float(process.TIME.unpack(answer)[0])

    def _wait(self, letter: bytes) -> bytes:
        """Wait for what the last message is answered with, a second after it at most.

        Returns what came behind the letter, if that came and anything did.
        """
        while self._open and self._owed_s is not None:
            heard = self._hear(max(self._owed_s + _SHOW_S - time.monotonic(), 0.0))
            if heard == process.DONE:
                self._owed_s = None
            if not heard or heard.startswith(letter):
                return heard[1:]
        return b""

    def close(self) -> None:
        """Close it; does nothing the second time."""
        self._wait(process.DONE)
        self._open = False
        if self._first != process.READY or self._owed_s is not None:
            self._process.kill()  # it may hang, and never take what is still to be sent
        with contextlib.suppress(OSError):
            self._messages.close()
        try:
            self._process.wait(_SHOW_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            if thread.ident is not None:  # it has begun
                thread.join()
        self._letters.close()
        if self._shared is not None:
            with contextlib.suppress(BufferError):  # an error that goes up still holds a part
                self._shared.close()

    def _hear(self, for_s: float) -> bytes:
        """Return the next letter, or none after so long."""
        try:
            return self._answers.get(timeout=for_s)
        except queue.Empty:
            return b""

    def _listen(self) -> None:
        """Take the letters as they come, until the window is closed or has broken down."""
        while (letter := self._letters.read(1)) not in (b"", process.CLOSED, process.BROKEN):
            if letter == process.SHOWN:
                letter += self._letters.read(process.TIME.size)
            self._answers.put(letter)
        if letter != process.CLOSED:
            why = self._letters.readline() if letter == process.BROKEN else b""
            self._break(why.decode(errors="replace").strip() or "its process has ended")
        self._open = False
        self._answers.put(process.CLOSED)
        self._gone.put(None)

    def _watch(self) -> None:
        """Give up a window that hangs, also while a picture is being sent to it."""
        seen, times = self._owed_s, 0
        while times < _HANGS:
            with contextlib.suppress(queue.Empty):
                self._gone.get(timeout=_CHECK_S)
                return
            # Counted, for this program may have been asleep as well.
            times = times + 1 if self._owed_s is not None and self._owed_s == seen else 0
            seen = self._owed_s
        self._break("it hangs")
        self._process.kill()

    def _break(self, why: str) -> None:
        """Give it up, unless it was closed already."""
        if self._open:
            self.problem = f"The screen has broken down ({why}); the session goes on without it."
        self._open = False
