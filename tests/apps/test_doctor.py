"""The doctor says what works, and what to do about what does not; it changes nothing."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from posecheck.apps import doctor, look_speed
from posecheck.apps.doctor import Check, checks
from posecheck.assess.gesture import is_seen
from posecheck.types import Pose
from posecheck.vision import model as models
from posecheck.vision import model_download
from posecheck.vision.frames import Frame
from posecheck.vision.mediapipe_landmarker import MediaPipeLandmarker


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is started, nothing fetched, and the cache is an empty folder."""

    def no_fetch(*_: object) -> None:
        raise AssertionError("the doctor must not fetch")

    monkeypatch.setattr(model_download, "fetch_members", no_fetch)
    monkeypatch.setattr(models, "model_dirs", lambda: (tmp_path / "cache",))
    monkeypatch.setattr(doctor, "display_problem", lambda: None)
    ran = SimpleNamespace(returncode=0, stderr="", stdout="15.2")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ran)


def one(name: str, model: str | Path | None = None) -> Check:
    return next(check for check in checks(model) if check.name == name)


def test_every_failure_says_what_to_do_in_one_line() -> None:
    found = checks()
    assert [c.name for c in found] == [
        "python", "mediapipe", "model", "looks", "decoders", "encoder",
        "cache", "opencv", "camera", "display", "voice",
    ]  # fmt: skip
    for check in found:
        assert check.detail
        assert "\n" not in check.detail + check.fix
        assert check.ok or check.fix


@pytest.mark.parametrize(
    ("system", "machine", "ok"),
    [("Linux", "x86_64", True), ("Linux", "aarch64", False), ("Darwin", "arm64", True),
     ("Darwin", "x86_64", False), ("Windows", "AMD64", True)],
)  # fmt: skip
def test_platforms(monkeypatch: pytest.MonkeyPatch, system: str, machine: str, ok: bool) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert one("python").ok is ok


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1, "final", 0))
    assert "3.10" in one("python").fix


def test_mediapipe_absent_or_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert one("mediapipe").ok
    broken = SimpleNamespace(returncode=1, stderr="Traceback\nImportError: libX is missing\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: broken)
    assert "libX is missing" in one("mediapipe").detail

    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    assert one("mediapipe").detail == "not installed"


def test_model_missing_and_broken(tmp_path: Path) -> None:
    missing = one("model")
    assert not missing.ok
    assert missing.fix.endswith("posecheck model")
    assert one("model", "lite").fix.endswith("posecheck model --model lite")
    assert not (tmp_path / "cache").exists()  # looked, and changed nothing
    own = tmp_path / "own.task"
    own.write_bytes(b"nonsense")
    assert not one("model", own).ok
    assert one("looks", own).detail == "not measured without a model"


def test_model_present(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = models.ModelFile(tmp_path / "m.task", "m", "f" * 64)
    monkeypatch.setattr(models, "find_model", lambda _: here)
    assert one("model").ok
    assert str(here.path) in one("model").detail


@pytest.mark.parametrize(
    ("per_s", "ok", "fix"),
    [(15.2, True, ""), (9.7, True, ""), (8.2, False, "close other programs"),
     (4.4, False, "review")],
)  # fmt: skip
def test_how_often_it_can_look(
    per_s: float, ok: bool, fix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Too seldom is for live alone to miss, and says what follows."""
    here = models.ModelFile(tmp_path / "m.task", "pose_landmarker_heavy", "f" * 64)
    monkeypatch.setattr(models, "find_model", lambda _: here)
    ran = SimpleNamespace(returncode=0, stderr="", stdout=f"{per_s}\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ran)
    check = one("looks")
    assert (check.ok, check.needed) == (ok, False)
    assert f"{per_s:.0f} a second with pose_landmarker_heavy" in check.detail
    assert fix in check.fix
    assert bool(check.fix) != ok
    ran.returncode = 1
    assert "cannot be run" in one("looks").detail


def test_the_model_is_hashed_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = models.ModelFile(tmp_path / "m.task", "m", "f" * 64)
    asked: list[object] = []

    def find(chosen: object) -> models.ModelFile:
        asked.append(chosen)
        return here

    monkeypatch.setattr(models, "find_model", find)
    assert {c.name: c.ok for c in checks("lite") if c.name in ("model", "looks")} == {
        "model": True, "looks": True,
    }  # fmt: skip
    assert asked == ["lite"]


def test_without_a_model_nothing_is_measured() -> None:
    check = one("looks")
    assert (check.ok, check.detail) == (False, "not measured without a model")


@pytest.mark.slow
def test_looks_are_measured_on_somebody(model_path: Path) -> None:
    """A picture in which nobody is found would tell of the detector alone."""
    seen: list[bool] = []

    class Watched(MediaPipeLandmarker):
        def look(self, frame: Frame, meanwhile: Callable[[], None] | None = None) -> Pose:
            pose = super().look(frame, meanwhile)
            seen.append(is_seen(pose))
            return pose

    with Watched(model_path) as landmarker:
        assert look_speed.looks_per_s(landmarker) > 0
    assert len(seen) > look_speed.FIRST
    assert all(seen)


def test_codecs_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert one("decoders").ok
    assert one("encoder").ok
    bare = SimpleNamespace(codecs_available={"h264"}, __version__="0")
    real = importlib.import_module
    monkeypatch.setattr(importlib, "import_module", lambda n: bare if n == "av" else real(n))
    assert "hevc" in one("decoders").detail
    assert not one("encoder").ok


@pytest.mark.parametrize(
    ("error", "fix"),
    [(ImportError("libGL.so.1: cannot open shared object file"), "uninstall -y opencv-python "),
     (AttributeError("partially initialized module 'cv2'"), "uninstall -y opencv-python "),
     (ModuleNotFoundError("No module named 'cv2'"), "pip install opencv-python-headless")],
)  # fmt: skip
def test_opencv(monkeypatch: pytest.MonkeyPatch, error: Exception, fix: str) -> None:
    """Missing, or another of its wheels in the way: then both have to go."""
    real = importlib.import_module

    def fail(name: str) -> object:
        if name == "cv2":
            raise error
        return real(name)

    monkeypatch.setattr(importlib, "import_module", fail)
    check = one("opencv")
    assert not check.ok
    assert check.needed
    assert fix in check.fix


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    assert one("cache").ok
    (tmp_path / "cache").write_text("in the way")
    assert not one("cache").ok


def test_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert one("voice").detail == "espeak-ng and pw-play"
    monkeypatch.setattr(shutil, "which", lambda n: f"/bin/{n}" if "espeak" in n else None)
    check = one("voice")
    assert (check.detail, check.fix) == ("no player for sound", "sudo apt install alsa-utils")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert one("voice").fix == "sudo apt install espeak-ng alsa-utils"


@pytest.mark.parametrize(
    ("problem", "detail", "fix"),
    [
        (None, "windows can be opened", ""),
        ("There is no display; use --no-window.", "There is no display", "use --no-window"),
    ],
)
def test_display(
    monkeypatch: pytest.MonkeyPatch, problem: str | None, detail: str, fix: str
) -> None:
    monkeypatch.setattr(doctor, "display_problem", lambda: problem)
    check = one("display")
    assert (check.ok, check.detail, check.fix) == (problem is None, detail, fix)


def test_cameras_are_named_and_none_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(doctor, "cameras", lambda: {0: "HD Webcam", 2: "USB Camera"})
    monkeypatch.setattr(os, "access", lambda *_: True)
    assert one("camera").detail == "0 (HD Webcam), 2 (USB Camera)"
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "usermod" in one("camera").fix


def test_a_check_that_breaks_is_a_check_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode() -> Check:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(doctor, "_voice", explode)
    check = one("voice")
    assert (check.ok, check.detail) == (False, "two lines")
