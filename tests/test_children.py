"""Processes that are started import nothing from the folder that somebody works in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from posecheck import children
from posecheck.apps.batch.guard import Guarded
from posecheck.apps.batch.limits import Limits
from posecheck.children import python_code, python_module
from posecheck.vision.model_fetch import pip_command

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
    with closing(Guarded()) as guard:
        assert guard.run("operator:neg", 1, Limits()) == -1
    done = subprocess.run([*pip_command(), "--version"], capture_output=True, check=True)
    assert done.stdout.startswith(b"pip")
    # it ends at once, for nobody sends it anything
    subprocess.run(
        python_module("posecheck.present.pane"), stdin=subprocess.DEVNULL, check=False,
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
    shutil.copy(children.__file__, package)
    (package / "__init__.py").touch()
    (package / "told.py").write_text("import posecheck; print(posecheck.__file__)")
    code = (
        "import subprocess; from posecheck.children import python_module\n"
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
