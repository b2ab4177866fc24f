"""The process that draws the screen of a live session and holds its window.

It is a process of its own for three reasons. Drawing would take turns with the looks, which are
in another thread. The libraries that make windows end their process when the display fails them.
And PyAV brings another copy of some X libraries: with it loaded, OpenCV's windows waited for ever;
nothing is imported here that needs it.

Standard input: messages, each a header, the RGB bytes of a picture unless they lie in the shared
memory whose file descriptor is the argument, and what is to be drawn. Standard output: letters,
and behind that for a painted picture the time; each message is answered when it is done with. Keys
are heard at each message; whoever has nothing to show sends an empty one now and then.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import struct
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from posecheck.errors import MissingDependencyError

if TYPE_CHECKING:
    from posecheck.present.live_screen import LiveScreen
    from posecheck.present.sdl_window import SdlWindow
    from posecheck.types import Words

HEADER = struct.Struct("<BIII")  # what to do, width and height of a picture, bytes behind it
NOTHING, SHOW, PREPARE, DRAW = range(4)  # show a picture; prepare it; draw the screen of it
READY, NO_LIBRARY, NO_WINDOW = b"r", b"l", b"w"
SHOWN, DONE = b"s", b"d"  # a picture is painted; a message is done with
TIME = struct.Struct("<d")  # of `time.monotonic`, which all processes of a machine share
CLOSED = b"c"
BROKEN = b"b"  # a line follows that says why
SHARED_BYTES = 8 << 20  # larger pictures come as bytes


class _Message(NamedTuple):
    what: int
    size: tuple[int, int]  # width, height
    picture: bytes | memoryview
    behind: bytes


def _messages(shared: mmap.mmap | None) -> Iterator[_Message]:
    stream = sys.stdin.buffer
    while len(header := stream.read(HEADER.size)) == HEADER.size:
        what, width, height, after = HEADER.unpack(header)
        size = 3 * width * height
        if shared is not None and size <= SHARED_BYTES:
            picture: bytes | memoryview = memoryview(shared)[:size]
        else:
            picture = stream.read(size)
        behind = stream.read(after)
        if (len(picture), len(behind)) != (size, after):
            return
        yield _Message(what, (width, height), picture, behind)


def main() -> None:
    """Draw and show until no message comes any more, or the window is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever feeds this decides
    try:
        from posecheck.present.live_screen import LiveScreen
        from posecheck.present.sdl_window import SdlWindow
    except (ImportError, MissingDependencyError):
        _say(NO_LIBRARY)
        return
    try:
        window = SdlWindow()
    except MissingDependencyError:
        _say(NO_WINDOW)
        return
    shared = mmap.mmap(int(sys.argv[1]), SHARED_BYTES) if len(sys.argv) > 1 else None
    _say(READY)
    try:
        _run(_messages(shared), LiveScreen(), window)
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        _say(BROKEN + why.encode(errors="replace") + b"\n")
        return
    _say(CLOSED)


def _run(messages: Iterator[_Message], screen: LiveScreen, window: SdlWindow) -> None:
    given = np.zeros((1, 1, 3), np.uint8)
    words: Words | None = None  # those that came last
    for what, (width, height), picture, behind in messages:
        if width:
            given = np.frombuffer(picture, np.uint8).reshape(height, width, 3)
        if what == PREPARE:
            screen.prepare(given)
        elif what == SHOW:
            window.show(given)
        elif what == DRAW:
            (update, stage, new), options = pickle.loads(behind)
            words = new or words
            assert words is not None  # they come with the first screen
            window.show(screen.draw(given, update, stage, words, **options))
        if what in (SHOW, DRAW):
            _say(SHOWN + TIME.pack(time.monotonic()))
        screen.settle()
        if not window.hear():
            return
        _say(DONE)


def _say(letters: bytes) -> None:
    try:
        sys.stdout.buffer.write(letters)
        sys.stdout.buffer.flush()
    except OSError:  # nobody listens any more
        os._exit(0)


if __name__ == "__main__":
    main()
