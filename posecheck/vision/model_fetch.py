"""Gets the two models that MediaPipe publishes, out of the wheel of an older release.

The release that Posecheck uses brings no model, an older one did. pip fetches that wheel
from wherever the user's pip is set to look; it is unpacked here and never installed. Wheel
and models are verified by hash. `POSECHECK_MODEL_WHEEL` may name a copy of the wheel that
is already here, for machines without a network.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from posecheck.children import python_module

WHEEL_VARIABLE = "POSECHECK_MODEL_WHEEL"
REQUIREMENT = "mediapipe==0.10.21"
WHEEL_BYTES = 35_622_638
WHEEL_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
DETECTOR = "mediapipe/modules/pose_detection/pose_detection.tflite"
DETECTOR_SHA256 = "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c"
LANDMARKS = "mediapipe/modules/pose_landmark/pose_landmark_full.tflite"
LANDMARKS_SHA256 = "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f"

_PIP_ARGUMENTS = (
    "download", REQUIREMENT, "--no-deps", "--only-binary=:all:",
    "--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp",
    "--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "2",
)  # fmt: skip
_POLL_S = 0.2


class FetchError(Exception):
    """Why there is no model; half a sentence, without a full stop."""


def fetch_members(progress: Callable[[int, int], None] | None = None) -> tuple[bytes, bytes]:
    """The detector and the landmark model, verified.

    Raises FetchError where there is no pip, no network, no room, or not what was asked for.
    """
    given = os.environ.get(WHEEL_VARIABLE)
    if given:
        return read_members(Path(given))
    try:
        with tempfile.TemporaryDirectory(prefix="posecheck-") as folder:
            wheel = _download(Path(folder), progress)
            members = read_members(wheel)
    except OSError as error:
        raise FetchError(f"the temporary folder cannot be used ({error.strerror})") from error
    if progress is not None:
        progress(WHEEL_BYTES, WHEEL_BYTES)
    return members


def read_members(wheel: Path) -> tuple[bytes, bytes]:
    """The detector and the landmark model out of the wheel, each with the hash it must have."""
    try:
        data = wheel.read_bytes()
        _verify(data, WHEEL_SHA256, wheel.name)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            detector, landmarks = archive.read(DETECTOR), archive.read(LANDMARKS)
    except OSError as error:
        raise FetchError(f"{wheel} cannot be read ({error.strerror})") from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise FetchError(f"{wheel.name} is damaged or not the wheel of {REQUIREMENT}") from error
    _verify(detector, DETECTOR_SHA256, DETECTOR)
    _verify(landmarks, LANDMARKS_SHA256, LANDMARKS)
    return detector, landmarks


def _verify(data: bytes, expected: str, name: str) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != expected:
        raise FetchError(f"{name} is not the file it should be (sha256 {sha256[:12]}...)")


def pip_command() -> list[str]:
    """How pip is called: this Python's own, else any, for the wheel is only fetched."""
    own = subprocess.run(python_module("pip", "--version"), capture_output=True, check=False)
    if own.returncode == 0:
        return python_module("pip")
    for name in ("pip3", "pip"):
        found = shutil.which(name)
        if found:
            return [found]
    raise FetchError(f"this Python has no pip (`{sys.executable} -m ensurepip` adds it)")


def _download(folder: Path, progress: Callable[[int, int], None] | None) -> Path:
    """Run pip until the wheel is in ``folder``; however we leave, pip does not outlive us."""
    got, scratch, log = folder / "got", folder / "scratch", folder / "log"
    scratch.mkdir()
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    command = [*pip_command(), *_PIP_ARGUMENTS, "--dest", str(got)]
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        ) as pip,
    ):
        try:
            while True:
                try:
                    code = pip.wait(_POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    if progress is not None:
                        progress(min(_size(folder), WHEEL_BYTES - 1), WHEEL_BYTES)
        except BaseException:
            pip.kill()
            raise
    wheels = sorted(got.glob("*.whl"))
    if code != 0 or len(wheels) != 1:
        raise FetchError(_reason(log.read_text(errors="replace")))
    return wheels[0]


def _size(folder: Path) -> int:
    """The largest file in it: pip writes one, and copies it at the end."""
    sizes = [0]
    for path in folder.rglob("*"):
        try:
            sizes.append(path.stat().st_size)
        except OSError:  # gone again
            continue
    return max(sizes)


def _reason(log: str) -> str:
    lowered = log.lower()
    if any(word in lowered for word in ("connection", "timed out", "name resolution", "network")):
        return "there is no connection to pip's package index"
    if "no space left" in lowered:
        return "the disk is full"
    errors = [line.strip() for line in log.splitlines() if line.startswith("ERROR:")]
    return f"pip said: {errors[-1].rstrip('.')[:200]}" if errors else "pip failed and said nothing"
