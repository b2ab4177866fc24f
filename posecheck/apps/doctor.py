"""What works on this machine, and what to do about what does not.

Every check looks, none changes anything: no model is fetched, no camera is opened.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from posecheck.errors import PosecheckError
from posecheck.natives import python_code, python_module
from posecheck.present import audio
from posecheck.present.window import display_problem
from posecheck.vision import model as models
from posecheck.vision.camera_device import cameras

_OLDEST_PYTHON = (3, 10)
_WHEELS = (  # where MediaPipe runs
    ("Linux", "x86_64"), ("Windows", "AMD64"), ("Darwin", "arm64"),
)  # fmt: skip
_OTHER_WHEELS = "opencv-python opencv-contrib-python"  # they write the same files
_DECODERS = ("h264", "hevc", "vp8", "vp9", "mpeg4", "mjpeg")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: what was looked at, what was found, what to do."""

    name: str
    ok: bool
    detail: str
    fix: str = ""  # empty where nothing is to be done
    needed: bool = True  # False: only `posecheck live` misses it


def checks(model: str | Path | None = None) -> list[Check]:
    """Look at everything; a check that breaks is a check that failed.

    Parameters
    ----------
    model
        The landmark model as it is chosen: a word, a file, or None.

    """
    found = functools.cache(lambda: _find_model(model))  # its hash takes a while
    looks: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("python", _python),
        ("mediapipe", _mediapipe),
        ("model", lambda: _model(found(), model)),
        ("looks", lambda: _looks_per_s(found())),
        ("decoders", _decoders),
        ("encoder", _encoder),
        ("cache", _cache),
        ("opencv", _opencv),
        ("camera", _camera),
        ("display", _display),
        ("voice", _voice),
    )
    return [_look(name, look) for name, look in looks]


def _look(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except Exception as error:  # whatever is wrong here is the answer, not a crash
        return Check(name, False, _one_line(error), "please report this")


def _python() -> Check:
    machine = (platform.system(), platform.machine())
    detail = f"{platform.python_version()} on {' '.join(machine)}"
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return Check("python", False, detail, "install Python 3.10 or later")
    if machine not in _WHEELS:
        fix = "MediaPipe runs on Linux x86-64, Windows x86-64 and Apple silicon; use one of these"
        return Check("python", False, detail, fix)
    return Check("python", True, detail)


def _mediapipe() -> Check:
    fix = "python -m pip install mediapipe==0.10.31"
    try:
        version = importlib.metadata.version("mediapipe")
        # In a process of its own: a broken native library may abort and take us with it.
        run = subprocess.run(
            python_code("import mediapipe.tasks.python.vision"),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    except importlib.metadata.PackageNotFoundError:
        return Check("mediapipe", False, "not installed", fix)
    if run.returncode != 0:
        last = (run.stderr.strip().splitlines() or ["it stopped without a word"])[-1]
        return Check("mediapipe", False, f"{version} is installed but cannot be used: {last}", fix)
    return Check("mediapipe", True, version)


def _find_model(chosen: str | Path | None) -> models.ModelFile | PosecheckError | None:
    try:
        return models.find_model(chosen)
    except PosecheckError as error:
        return error


def _model(found: models.ModelFile | PosecheckError | None, chosen: str | Path | None) -> Check:
    if isinstance(found, PosecheckError):
        return Check("model", False, str(found), "pass another --model")
    if found is None:
        places = " or ".join(str(folder) for folder in models.model_dirs())
        fix = f"connect once and run: {models.how_to_fetch(chosen)}"
        return Check("model", False, f"none in {places}", fix)
    return Check("model", True, f"{found.path} (sha256 {found.sha256[:12]}...)")


def _looks_per_s(found: models.ModelFile | PosecheckError | None) -> Check:
    """Measure how often a live session could look, by some looks at a picture of ours."""
    if found is None or isinstance(found, PosecheckError):
        return Check("looks", False, "not measured without a model", "see model", needed=False)
    run = subprocess.run(
        python_module("posecheck.apps.look_speed", str(found.path)),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if run.returncode != 0:
        return Check("looks", False, "the model cannot be run", "see mediapipe", needed=False)
    # only here, for they need libraries that may be broken
    from posecheck.apps.review import LOOKS_PER_S
    from posecheck.exercises.repetitions import LOOKS_MIN_PER_S

    per_s = float(run.stdout)
    detail = f"{per_s:.0f} a second with {found.name}; {LOOKS_PER_S:.0f} are needed live"
    if round(per_s) >= LOOKS_PER_S:
        return Check("looks", True, detail, needed=False)
    fix = "close other programs before `posecheck live`"
    if per_s < LOOKS_MIN_PER_S:
        fix += (
            f"; with fewer than {LOOKS_MIN_PER_S:.0f} it corrects nobody and no session passes: "
            "record a clip and review that"
        )
    return Check("looks", False, detail, fix, needed=False)


def _decoders() -> Check:
    av = importlib.import_module("av")
    missing = [name for name in _DECODERS if name not in av.codecs_available]
    if missing:
        return Check("decoders", False, f"PyAV {av.__version__} lacks {', '.join(missing)}",
                     "python -m pip install --force-reinstall --only-binary=:all: av")  # fmt: skip
    return Check("decoders", True, f"PyAV {av.__version__}: {', '.join(_DECODERS)}")


def _encoder() -> Check:
    av = importlib.import_module("av")
    video = importlib.import_module("posecheck.present.video")
    if video.ENCODER not in av.codecs_available:
        return Check("encoder", False, "PyAV has no libx264, so no annotated video",
                     "python -m pip install --force-reinstall --only-binary=:all: av")  # fmt: skip
    return Check("encoder", True, "H.264 (libx264)")


def _cache() -> Check:
    folder = models.model_dirs()[-1]
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Check("cache", True, str(folder))
    return Check("cache", False, f"{folder} cannot be written", f"make {existing} writable")


def _opencv() -> Check:
    try:
        cv2 = importlib.import_module("cv2")
    except (ImportError, AttributeError) as error:
        fix = "python -m pip install opencv-python-headless"
        if not isinstance(error, ModuleNotFoundError):  # another of its wheels is in the way
            fix = f"python -m pip uninstall -y {_OTHER_WHEELS} && {fix} --force-reinstall --no-deps"
        return Check("opencv", False, _one_line(error), fix)
    return Check("opencv", True, str(cv2.__version__))


def _camera() -> Check:
    """Look at what there is; opening one is for `posecheck live` alone."""
    if platform.system() != "Linux":
        return Check("camera", True, "not looked for on this system", needed=False)
    named = cameras()
    devices = [Path(f"/dev/video{number}") for number in named] or sorted(
        Path("/dev").glob("video*")
    )
    if not devices:
        return Check("camera", False, "no /dev/video*", "plug a webcam in", needed=False)
    names = ", ".join(f"{number} ({name})" for number, name in named.items()) or str(devices[0])
    if not any(os.access(device, os.R_OK | os.W_OK) for device in devices):
        fix = "sudo usermod -aG video $USER, then log in again"
        return Check("camera", False, f"{names} may not be used", fix, needed=False)
    return Check("camera", True, names, needed=False)


def _display() -> Check:
    problem = display_problem()
    if problem is None:
        return Check("display", True, "windows can be opened", needed=False)
    what, _, fix = problem.rstrip(".").partition("; ")
    return Check("display", False, what, fix, needed=False)


def _voice() -> Check:
    missing = audio.what_is_missing()
    if missing is not None:
        what, _, fix = missing.partition("; ")
        return Check("voice", False, what, fix, needed=False)
    names = [audio.find_engines()[0].name, audio.find_players()[0].name]
    return Check("voice", True, " and ".join(names), needed=False)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
