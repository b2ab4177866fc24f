"""The process that draws the screen of a live session and holds its window.

It is a process of its own for three reasons. Drawing would take turns with the looks, which are
in another thread. The libraries that make windows end their process when the display fails them.
And PyAV brings another copy of some X libraries: with it loaded, OpenCV's windows waited for ever;
nothing is imported here that needs it.

Standard input: messages, each a header, the RGB bytes of a picture unless they lie in the shared
memory whose file descriptor is the argument, and what is to be drawn. Standard output: letters.
"""

from __future__ import annotations

import mmap
import os
import pickle
import queue
import signal
import struct
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from posecheck.errors import MissingDependencyError

if TYPE_CHECKING:
    from posecheck.present.glass import Glass
    from posecheck.present.stage import StageScreen

HEADER = struct.Struct("<BIII")  # what to do, width and height of a picture, bytes behind it
SHOW, AHEAD, DRAW = range(3)  # a picture as it is; prepare it; draw the screen of the last one
READY, SHOWN, CLOSED, NO_LIBRARY, NO_WINDOW = b"r", b"s", b"c", b"l", b"w"
SHARED_BYTES = 8 << 20  # larger pictures come as bytes
_TICK_S = 0.02


class _Message(NamedTuple):
    what: int
    size: tuple[int, int]  # width, height
    picture: bytes | memoryview
    behind: bytes


class _Inbox(threading.Thread):
    """Reads messages in a thread of its own; None is the last."""

    def __init__(self, shared: mmap.mmap | None) -> None:
        super().__init__(daemon=True)
        self._shared = shared
        self.messages: queue.SimpleQueue[_Message | None] = queue.SimpleQueue()

    def run(self) -> None:
        stream = sys.stdin.buffer
        while len(header := stream.read(HEADER.size)) == HEADER.size:
            what, width, height, after = HEADER.unpack(header)
            size = 3 * width * height
            if self._shared is not None and size <= SHARED_BYTES:
                picture: bytes | memoryview = memoryview(self._shared)[:size]
            else:
                picture = stream.read(size)
            behind = stream.read(after)
            if (len(picture), len(behind)) != (size, after):
                break
            self.messages.put(_Message(what, (width, height), picture, behind))
        self.messages.put(None)


def main() -> None:
    """Draw and show until no message comes any more, or the window is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever feeds this decides
    try:
        from posecheck.present.glass import Glass
        from posecheck.present.stage import StageScreen
    except ImportError:
        _say(NO_LIBRARY)
        return
    try:
        glass = Glass()
    except MissingDependencyError:
        _say(NO_WINDOW)
        return
    inbox = _Inbox(mmap.mmap(int(sys.argv[1]), SHARED_BYTES) if len(sys.argv) > 1 else None)
    inbox.start()
    _say(READY)
    _run(inbox, StageScreen(), glass)
    _say(CLOSED)


def _run(inbox: _Inbox, screen: StageScreen, glass: Glass) -> None:
    given = np.zeros((1, 1, 3), np.uint8)
    while glass.hear():
        try:
            message = inbox.messages.get(timeout=_TICK_S)
        except queue.Empty:
            continue
        if message is None:
            return
        if message.what != DRAW:
            width, height = message.size
            given = np.frombuffer(message.picture, np.uint8).reshape(height, width, 3)
        if message.what == AHEAD:
            screen.prepare(given)
            continue
        if message.what == SHOW:
            glass.show(given)
        else:
            words, numbers = pickle.loads(message.behind)
            glass.show(screen.draw(given, *words, **numbers))
        _say(SHOWN)


def _say(letter: bytes) -> None:
    try:
        sys.stdout.buffer.write(letter)
        sys.stdout.buffer.flush()
    except OSError:  # nobody listens any more
        os._exit(0)


if __name__ == "__main__":
    main()
    os._exit(0)  # the thread may be in the middle of a read
