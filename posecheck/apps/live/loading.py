"""The window of a live session before there is a picture: it says that it loads, and hears keys."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from posecheck.present.live_screen import message_screen
from posecheck.present.window import Window
from posecheck.threads import start_thread
from posecheck.types import Words

_HEAR_S = 0.1  # a window that does not answer for longer seems to hang


@contextlib.contextmanager
def loading(window: Window | None, words: Words) -> Iterator[None]:
    """Have a window say that something is loaded, for as long as that takes.

    Parameters
    ----------
    window
        The window, if there is one; nobody else may use it meanwhile.
    words
        In which language.

    """
    if window is None:
        yield
        return
    window.show(message_screen(words.line("loading")))
    loaded = threading.Event()

    def hear() -> None:
        while not loaded.wait(_HEAR_S):
            window.hear()

    thread = threading.Thread(target=hear, name="posecheck-loading", daemon=True)
    start_thread(thread)
    try:
        yield
    finally:
        loaded.set()
        thread.join()
