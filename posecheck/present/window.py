"""The full-screen window of a live session; used by the main thread only.

::

    with Window() as window:
        while window.open:
            window.show(picture)
"""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType
from typing import Any

from posecheck.errors import MissingDependencyError
from posecheck.present.drawing import Picture

_TITLE = "Posecheck"
_ESCAPE, _QUIT = 27, (ord("q"), ord("Q"))
_PATIENCE_S = 30.0
_TRY = "import cv2; cv2.namedWindow('try', cv2.WINDOW_NORMAL); cv2.waitKey(1)"
_WITHOUT = "use --no-window"


def display_problem() -> str | None:
    """Why no window can be opened here and what to do, in one sentence; None if it can.

    It is tried in a process of its own, for the library underneath ends the whole process
    when it finds no display.
    """
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    ):
        return f"There is no display to show a window on; {_WITHOUT}."
    try:
        done = subprocess.run(
            [sys.executable, "-c", _TRY], capture_output=True, timeout=_PATIENCE_S, check=False,
            stdin=subprocess.DEVNULL, env=_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"The display does not answer; {_WITHOUT}."
    if done.returncode == 0:
        return None
    if b"not implemented" in done.stderr or b"Rebuild the library" in done.stderr:
        return (
            "This OpenCV was built without windows; install opencv-python instead of "
            f"opencv-python-headless, or {_WITHOUT}."
        )
    return f"No window can be opened on this display; {_WITHOUT}."


class Window:
    """Shows pictures, full screen; a key (q or Esc) or closing it ends the session.

    Raises
    ------
    MissingDependencyError
        No window can be opened; one sentence says what to do.

    """

    def __init__(self) -> None:
        problem = display_problem()
        if problem is not None:
            raise MissingDependencyError(problem)
        os.environ.update(_environment())
        import cv2

        self._cv2: Any = cv2
        self.open = True
        flags = cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL
        cv2.namedWindow(_TITLE, flags)
        cv2.setWindowProperty(_TITLE, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def show(self, picture: Picture) -> None:
        """Show an RGB picture, and listen to keys."""
        if self.open:
            self._cv2.imshow(_TITLE, self._cv2.cvtColor(picture, self._cv2.COLOR_RGB2BGR))
            self.listen()

    def listen(self) -> None:
        """Take what has happened to the window; also paints it."""
        if not self.open:
            return
        key = self._cv2.waitKey(1) & 0xFF
        # A window that is closed is opened anew by the next picture, unless it is asked before.
        closed = self._cv2.getWindowProperty(_TITLE, self._cv2.WND_PROP_VISIBLE) < 1
        if key == _ESCAPE or key in _QUIT or closed:
            self.close()

    def close(self) -> None:
        """Close it; does nothing the second time."""
        if self.open:
            self.open = False
            self._cv2.destroyAllWindows()
            self._cv2.waitKey(1)


def _environment() -> dict[str, str]:
    """The environment without the notes that Qt prints about fonts and plug-ins."""
    return {**os.environ, "QT_LOGGING_RULES": "*.debug=false;*.warning=false"}
