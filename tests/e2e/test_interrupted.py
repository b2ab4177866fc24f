"""Ctrl-C, and a polite kill, at any moment: exit code 130, no traceback, no half files."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import start, tree

pytestmark = pytest.mark.slow


def stop(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """Send the signal, a second one soon after as impatient people do, and read what was said."""
    process.send_signal(number)
    time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (process.returncode, out, err)
    assert "Traceback" not in err
    assert "Exception" not in err
    # Python itself, which was reading a module, may say that it did not close the file
    lines = [line for line in err.splitlines() if "ResourceWarning" not in line]
    assert lines[-1] == "posecheck: interrupted; nothing half-done was kept."
    return err


def wait_for(process: subprocess.Popen[str], word: str) -> None:
    """Read what is said until the word comes."""
    assert process.stderr is not None
    for line in process.stderr:
        if word in line:
            return
    raise AssertionError(f"{word} was never said")


def wait_until_it_listens(process: subprocess.Popen[str]) -> None:
    """The first moments belong to Python itself, which no program can change."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        time.sleep(0.5)
        return
    while True:
        caught = next(x for x in status.read_text().splitlines() if x.startswith("SigCgt:"))
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.005)


@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.3, 0.6, 1.0, 1.5])
def test_at_the_start(delay_s: float, sample_start: Callable[[int], Path], tmp_path: Path) -> None:
    """While it imports, loads the model, or has just begun."""
    with start("review", sample_start(200), cwd=tmp_path) as process:
        wait_until_it_listens(process)
        time.sleep(delay_s)
        stop(process, signal.SIGINT)
    assert tree(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("stage", "pause_s"), [("Looking", 0.3), ("Drawing", 0.4)])
def test_at_work(
    number: signal.Signals,
    stage: str,
    pause_s: float,
    sample_start: Callable[[int], Path],
    quick_model: Path,
    tmp_path: Path,
) -> None:
    """In the landmark pass, and in the video pass."""
    old = tmp_path / "report"
    old.mkdir()
    (old / "report.json").write_text('{"schema": "posecheck.report/1"}')
    arguments = ("review", sample_start(120), "--out", old, "--model", quick_model)
    with start(*arguments, cwd=tmp_path) as process:
        wait_for(process, stage)
        time.sleep(pause_s)
        before = tree(tmp_path)
        stop(process, number)
    assert any(".part" in name for name in before), "it was not at work"
    assert tree(tmp_path) == ["report", "report/report.json"]
