"""Where OpenCV is broken, what does without it works, and the rest says one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, Outcome, assert_refused, environment

CLIP = ROOT / "sample_videos" / "rest_only.mp4"
WHY = "libGL.so.1: cannot open shared object file"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A folder with an OpenCV that cannot be imported."""
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "cv2.py").write_text(f"raise ImportError({WHY!r})\n")
    return folder


def run(broken: Path, *arguments: str | Path) -> Outcome:
    paths = os.pathsep.join([str(broken), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "posecheck", *map(str, arguments)], cwd=broken.parent,
        env={**environment(), "PYTHONPATH": paths}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_the_doctor_reports_it(broken: Path) -> None:
    outcome = run(broken, "doctor")
    assert outcome.code == 0
    assert outcome.err == ""
    assert WHY in outcome.out
    assert "pip install opencv-python-headless" in outcome.out


@pytest.mark.parametrize(
    "arguments",
    [("review", CLIP), ("grade", CLIP, "--out", "graded"), ("live", "--no-window", "--mute")],
    ids=lambda arguments: arguments[0],
)
def test_what_needs_it_says_one_line(broken: Path, arguments: tuple[str | Path, ...]) -> None:
    assert_refused(run(broken, *arguments), WHY, "posecheck doctor")
    assert [p.name for p in broken.parent.iterdir()] == [broken.name]
