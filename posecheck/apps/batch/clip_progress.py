"""How far a single clip is, told through a small file: for whoever waits for that one.

::

    GradeTask(..., progress=path)            # the worker writes it
    read_progress(path)                      # ("Looking", 120, 554); None while there is nothing
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

from posecheck.apps.review import Progress

_EVERY_S = 0.3


def told_in(path: Path) -> Progress:
    """Return what may be called for every frame and writes the file a few times a second.

    Parameters
    ----------
    path
        The file. That it cannot be written is no reason to stop: the work itself will say why.

    """
    last: tuple[str, float] = ("", 0.0)  # stage, and when it was written

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last
        now_s = time.monotonic()
        if stage == last[0] and now_s - last[1] < _EVERY_S and done < total:
            return
        last = (stage, now_s)
        part = path.with_name(f"{path.name}.new")
        with contextlib.suppress(OSError):
            part.write_text(json.dumps([stage, done, total]), encoding="ascii")
            part.replace(path)

    return tell


def read_progress(path: Path) -> tuple[str, int, int] | None:
    """Return the stage, how much of it is done, and how much there is; None if nothing is known."""
    try:
        stage, done, total = json.loads(path.read_text(encoding="ascii"))
        return str(stage), int(done), int(total)
    except (OSError, ValueError, TypeError):
        return None
