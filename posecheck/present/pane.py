"""The process that holds the window of a live session: pictures in, what becomes of it out.

It is a process of its own for two reasons. The library that draws windows ends its process when
the display fails it. And PyAV brings another copy of some X libraries: where both are loaded,
the window waits for ever. So nothing is imported here but OpenCV.

Standard input: for each picture its width and height, then RGB bytes, unless these lie in the
shared memory whose file descriptor is the argument. Standard output: letters.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import sys
import threading
from typing import Any

HEADER = struct.Struct("<II")
READY, SHOWN, CLOSED, NO_WINDOWS, NO_LIBRARY = b"r", b"s", b"c", b"w", b"l"
SIZE = (1280, 720)
SHARED_BYTES = 8 << 20  # larger pictures come as bytes
GROUND_BGR = (30, 22, 17)  # as the screen's own ground
_TITLE = "Posecheck"
_TICK_S = 0.02
_ENDS = (27, ord("q"), ord("Q"))  # Escape


class _Inbox:
    """Reads pictures in a thread, and keeps the newest."""

    def __init__(self, shared: mmap.mmap | None) -> None:
        self._shared = shared
        self.came = threading.Event()
        self.ended = False
        self.size = (0, 0)
        self._bytes: bytes | memoryview = b""
        threading.Thread(target=self._read, daemon=True).start()

    def take(self) -> bytes | memoryview | None:
        """The newest picture, if there is one."""
        if not self.came.wait(_TICK_S):
            return None
        self.came.clear()
        return self._bytes or None

    def _read(self) -> None:
        stream = sys.stdin.buffer
        while len(header := stream.read(HEADER.size)) == HEADER.size:
            width, height = HEADER.unpack(header)
            size = 3 * width * height
            if self._shared is not None and size <= SHARED_BYTES:
                data: bytes | memoryview = memoryview(self._shared)[:size]
            else:
                data = stream.read(size)
            if len(data) != size:
                break
            self.size, self._bytes = (width, height), data
            self.came.set()
        self._bytes, self.ended = b"", True
        self.came.set()


def main() -> None:
    """Show pictures until there are no more, or the window is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever feeds this decides
    os.environ["QT_LOGGING_RULES"] = "*.debug=false;*.warning=false"
    try:
        import cv2
        import numpy as np
    except ImportError:
        _say(NO_LIBRARY)
        return
    try:
        # A second thread to turn colours round would be waited for while the looks take the cores.
        cv2.setNumThreads(1)
        cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(_TITLE, *SIZE)  # where nothing manages windows it stays so
        cv2.waitKey(1)
    except cv2.error:
        _say(NO_WINDOWS)
        return
    shared = mmap.mmap(int(sys.argv[1]), SHARED_BYTES) if len(sys.argv) > 1 else None
    _say(READY)
    inbox, screen = _Inbox(shared), None
    while not inbox.ended:
        data = inbox.take()
        if data is not None:
            width, height = inbox.size
            picture = np.frombuffer(data, np.uint8).reshape(height, width, 3)
            picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
            cv2.imshow(_TITLE, picture if screen is None else _fitted(cv2, picture, screen))
            if screen is None:  # only a window that shows something can be made to fill it
                cv2.setWindowProperty(_TITLE, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)
            screen = cv2.getWindowImageRect(_TITLE)[2:]
        key = cv2.waitKey(1) & 0xFF
        if data is not None:
            _say(SHOWN)
        # A closed window would be opened anew by the next picture.
        if key in _ENDS or cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1:
            break
    _say(CLOSED)


def _fitted(cv2: Any, picture: Any, screen: tuple[int, int]) -> Any:
    """The picture with a border, of the screen's shape: else it would be stretched."""
    high, wide = picture.shape[:2]
    if min(screen) < 1:
        return picture
    beside = max(round(high * screen[0] / screen[1]) - wide, 0) // 2
    above = max(round(wide * screen[1] / screen[0]) - high, 0) // 2
    if not beside and not above:
        return picture
    border = (above, above, beside, beside)
    return cv2.copyMakeBorder(picture, *border, cv2.BORDER_CONSTANT, value=GROUND_BGR)


def _say(letter: bytes) -> None:
    try:
        sys.stdout.buffer.write(letter)
        sys.stdout.buffer.flush()
    except OSError:  # nobody listens any more
        os._exit(0)


if __name__ == "__main__":
    main()
    os._exit(0)  # the thread may be in the middle of a read
