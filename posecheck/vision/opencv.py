"""OpenCV, or one line that says why it cannot be used."""

from __future__ import annotations

import importlib
import os
from typing import Any

from posecheck.errors import MissingDependencyError


def load_cv2() -> Any:
    """OpenCV, without its notes on standard error.

    Raises
    ------
    MissingDependencyError
        It is not there, or broken.

    """
    # Read when it is loaded, and by the FFmpeg that it brings.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")  # s; closing waits for it
    try:
        return importlib.import_module("cv2")
    except (ImportError, AttributeError) as error:  # the latter where two of its wheels clash
        raise MissingDependencyError(
            f"OpenCV cannot be used ({error}); run `posecheck doctor`, which says what to install."
        ) from error
