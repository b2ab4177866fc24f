"""Which code made a result: digests that change with it, so that nothing stale is taken for new.

A version number does not tell two states of a clone apart; the source does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import posecheck

PACKAGE = Path(posecheck.__file__).parent
_SOURCE = (".css", ".html", ".js", ".py", ".toml")

# What decides which poses are found in a clip; a test holds that nothing is missing.
LOOKS = (
    "motion/calibration.py", "motion/people.py", "motion/skeleton.py", "vision/containers.py",
    "vision/detections.py", "vision/frame_times.py", "vision/frames.py",
    "vision/mediapipe_landmarker.py", "vision/orientation.py", "vision/person_finder.py",
    "vision/pose_log.py",
)  # fmt: skip


@cache
def looks_digest() -> str:
    """Of what turns a clip into poses."""
    return digest(PACKAGE / name for name in LOOKS)


@cache
def motion_digest() -> str:
    """Of what turns poses into what was measured."""
    return digest((PACKAGE / "motion").rglob("*.py"))


@cache
def code_digest() -> str:
    """Of all of Posecheck: a report is made of poses in many steps."""
    return digest(path for path in PACKAGE.rglob("*") if path.suffix in _SOURCE)


def this_posecheck() -> str:
    """Its version and its code: what machines that work together must have in common."""
    return f"{posecheck.__version__} ({code_digest()[:8]})"


def digest(files: Iterable[Path]) -> str:
    """Of the names and contents of files below the package, in any order."""
    found = hashlib.sha256()
    for name in sorted(path.relative_to(PACKAGE).as_posix() for path in files):
        # the same on a system that ends lines in another way
        text = (PACKAGE / name).read_bytes().replace(b"\r\n", b"\n")
        content = hashlib.sha256(text).hexdigest()
        found.update(f"{content} {name}\n".encode())
    return found.hexdigest()
