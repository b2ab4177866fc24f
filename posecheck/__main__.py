"""``python -m posecheck``, and the command ``posecheck``: from here on Ctrl-C is heard."""

import contextlib
import os
from typing import NoReturn


def start() -> NoReturn:
    """Run the command line as a program."""
    try:
        from posecheck.cli import program

        program()
    except KeyboardInterrupt:  # so early that nothing was begun
        with contextlib.suppress(OSError):  # there is no standard error
            os.write(2, b"posecheck: interrupted; nothing half-done was kept.\n")
        os._exit(130)


if __name__ == "__main__":
    start()
