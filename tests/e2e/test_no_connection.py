"""While a person is looked at, nothing connects anywhere."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from commands import environment, run


@pytest.mark.parametrize("command", [("review",), ("live", "--no-window", "--mute", "--camera")])
def test_no_python_code_connects(
    command: tuple[str, ...],
    sample_start: Callable[[int], Path],
    model_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert model_path.is_file()

    def refuse(*_arguments: object, **_options: object) -> NoReturn:
        raise AssertionError("it tried to connect")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    outcome = run(capsys, *command, sample_start(30), "--out", tmp_path / "report")
    assert outcome.code == 0, outcome.err


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace to watch with")
@pytest.mark.parametrize("name", ["review", "grade"])
def test_no_native_code_connects(
    name: str, sample_start: Callable[[int], Path], quick_model: Path, tmp_path: Path
) -> None:
    """Nor do the processes that a batch starts."""
    log = tmp_path / "calls"
    command = ["strace", "-f", "-qq", "-e", "trace=%network", "-o", str(log)]
    command += [sys.executable, "-m", "posecheck", name, str(sample_start(10))]
    command += ["--out", str(tmp_path / "report"), "--model", str(quick_model)]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=240, check=False
    )
    if "ptrace" in done.stderr and "not permitted" in done.stderr:
        pytest.skip("strace may not watch here")
    assert done.returncode == 0, done.stderr
    calls = log.read_text().splitlines()
    assert not [line for line in calls if "AF_INET" in line]
