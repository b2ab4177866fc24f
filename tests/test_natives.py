"""Native code is not heard, and other interpreters import nothing from a folder of clips."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from batch_fakes import make_clip

import posecheck
from posecheck import errors, natives
from posecheck.apps.batch.tasks import Limits
from posecheck.apps.batch.worker_process import WorkerProcess
from posecheck.natives import python_code, python_module, silence_native_stderr
from posecheck.types import ModelInfo
from posecheck.vision.landmarker import Landmarker
from posecheck.vision.model_download import pip_command

ROOT = Path(__file__).resolve().parents[1]
PLANTED = ("queue", "types", "runpy", "struct", "pickle", "tempfile", "threading", "pip", "numpy")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where one works: it holds modules that leave a mark when they are run."""
    for name in PLANTED:
        (tmp_path / f"{name}.py").write_text("open('mark', 'w'); raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    # as for a program that was started with `python -m` or `-c`
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    return tmp_path


def test_what_is_planted_beside_the_clips_is_not_run(folder: Path) -> None:
    with closing(WorkerProcess()) as worker:
        assert worker.run("operator:neg", 1, Limits()) == -1
    done = subprocess.run([*pip_command(), "--version"], capture_output=True, check=True)
    assert done.stdout.startswith(b"pip")
    # it ends at once, for nobody sends it anything
    subprocess.run(
        python_module("posecheck.present.window_process"), stdin=subprocess.DEVNULL, check=False,
        env=os.environ | {"SDL_VIDEODRIVER": "dummy"}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert not (folder / "mark").exists()


def test_it_is_as_with_python_m_and_c() -> None:
    code = "import sys, posecheck; print(sys.argv[1:], posecheck.__file__)"
    done = subprocess.run(
        python_code(code, "a b", "-c"), capture_output=True, text=True, check=True
    )
    assert done.stdout.split("] ") == ["['a b', '-c'", f"{ROOT}/posecheck/__init__.py\n"]
    done = subprocess.run(
        python_module("json.tool", "--indent", "1", "-"), input="{}", capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "{}\n"


def test_a_clone_that_is_not_installed_works(tmp_path: Path) -> None:
    """As `python -m posecheck` in it does: there the working directory is Posecheck's own."""
    package = tmp_path / "posecheck"
    package.mkdir()
    for module in (natives, errors):
        assert module.__file__ is not None
        shutil.copy(module.__file__, package)
    (package / "__init__.py").touch()
    (package / "told.py").write_text("import posecheck; print(posecheck.__file__)")
    code = (
        "import subprocess; from posecheck.natives import python_module\n"
        "subprocess.run(python_module('posecheck.told'), check=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(package / "__init__.py")


def test_a_folder_that_was_removed_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    command = python_module("json.tool", "--help")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_python_is_heard_and_native_code_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    with silence_native_stderr():
        os.write(2, b"native\n")
        print("python", file=sys.stderr)
        with silence_native_stderr():
            os.write(2, b"native again\n")
            print("inside", file=sys.stderr)
        os.write(2, b"and again\n")
        print("outside", file=sys.stderr)
    os.write(2, b"after\n")
    said = capfd.readouterr().err
    assert "native" not in said
    assert "again" not in said
    assert "after" in said


def test_an_error_goes_through_and_all_is_as_before(capfd: pytest.CaptureFixture[str]) -> None:
    before = sys.stderr
    with pytest.raises(ValueError, match="within"), silence_native_stderr():
        raise ValueError("within")
    assert sys.stderr is before
    os.write(2, b"heard\n")
    assert "heard" in capfd.readouterr().err


def test_without_a_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with silence_native_stderr():
        pass


def test_in_a_process_of_its_own() -> None:
    code = (
        "import os, sys\n"
        "from posecheck.natives import silence_native_stderr\n"
        "with silence_native_stderr():\n"
        "    os.write(2, b'native\\n')\n"
        "    print('python', file=sys.stderr)\n"
        "    with silence_native_stderr():\n"
        "        os.write(2, b'native\\n')\n"
        "        print('inside', file=sys.stderr)\n"
        "print('after', file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.split() == ["python", "inside", "after"]


def test_blocks_of_several_threads_end_in_any_order(capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing native is heard until the last has ended, and then all is as before."""
    before = sys.stderr
    first, second = ExitStack(), ExitStack()
    for block in (first, second):
        block.enter_context(silence_native_stderr())
    first.close()
    os.write(2, b"native\n")
    second.close()
    os.write(2, b"after\n")
    assert sys.stderr is before
    assert capfd.readouterr().err == "after\n"


def test_what_is_logged_arrives() -> None:
    """By a handler that was given standard error before, as `logging.basicConfig` does."""
    code = (
        "import logging, os, sys\n"
        "from posecheck.natives import silence_native_stderr\n"
        "logging.basicConfig(format='%(message)s')\n"
        "own = logging.getLogger('own')\n"
        "own.addHandler(logging.StreamHandler()); own.propagate = False\n"
        "with silence_native_stderr():\n"
        "    os.write(2, b'native\\n')\n"
        "    logging.warning('root'); own.warning('own')\n"
        "logging.warning('after')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.split() == ["root", "own", "after"]


class _Noisy:
    """A landmark model that writes to standard error as native code does, and cannot be opened."""

    name, sha256, info = "noisy", "0" * 64, ModelInfo("noisy", None)

    def open(self) -> Landmarker:
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        raise errors.ModelError("It cannot be opened.")


def test_the_python_api_is_as_quiet_as_the_commands(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 5)
    with pytest.raises(errors.ModelError):
        posecheck.review(clip, tmp_path / "a", model=_Noisy())
    with pytest.raises(errors.ModelError):
        posecheck.live(str(clip), out=tmp_path / "b", model=_Noisy(), window=False, mute=True)
    assert capfd.readouterr().err == ""
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"
