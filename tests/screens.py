"""Virtual screens, for the tests marked display."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator


@contextlib.contextmanager
def virtual_screen(width: int = 1280, height: int = 720) -> Iterator[str]:
    """Run Debian's xvfb; the name of its display.

    It is not begun anew when its last window is closed: who asks for it then is turned away.
    """
    program = shutil.which("Xvfb")
    assert program, "the tests marked display need Debian's xvfb"
    read, write = os.pipe()
    with subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24",
         "-nolisten", "tcp", "-noreset"],
        pass_fds=[write], stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        os.close(write)
        try:
            with os.fdopen(read) as told:
                number = told.readline().strip()
            yield f":{number}"
        finally:
            process.terminate()
