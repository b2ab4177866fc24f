"""Which thing is meant by a camera's number, name, address or file; opens that and no other."""

from __future__ import annotations

import re
from pathlib import Path

from posecheck.errors import CameraError
from posecheck.vision.devices import Device, numbered
from posecheck.vision.frames import VideoSource

_ADDRESS = re.compile(r"(https?|rtsps?|rtmps?|udp|tcp|srt)://", re.IGNORECASE)


def open_source(which: str | int, max_side_px: int) -> VideoSource | Device:
    """A number, an address, a file, or else a part of a camera's name.

    Raises
    ------
    CameraError, ClipError, MissingDependencyError
        One line: what cannot be opened, and what to do.

    """
    if isinstance(which, int):
        return Device(which)
    if which.isdecimal():
        return Device(int(which))
    if _ADDRESS.match(which):
        return Device(which)
    if _is_there(which):
        return VideoSource(which, max_side_px)
    try:
        number = numbered(which)
    except CameraError:
        if Path(which).suffix or Path(which).name != which:  # a file was meant
            return VideoSource(which, max_side_px)  # which says what is wrong with it
        raise
    return Device(number)


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # no path at all
        return False


def open_again(which: str | int, name: str) -> Device:
    """The same camera, which may have another number when it is plugged in again."""
    if isinstance(which, int) and not name.startswith("camera "):
        return Device(numbered(name))
    return Device(which)
