"""The command itself: it opens the room, and refuses what would not be safe in one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from benchmarks.web_process import free_port
from posecheck.cli import main

COMMAND = (sys.executable, "-m", "posecheck", "serve", "--no-open", "--json")


def refused(data: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, "--data", str(data), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def refused_here(capsys: pytest.CaptureFixture[str], data: Path, *arguments: str) -> str:
    """The same, without a process of its own."""
    assert main([*COMMAND[3:], "--data", str(data), *arguments]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    return said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--host", "0.0.0.0"), "--tls-cert"),
        (("--tls-cert", "x.pem"), "together"),
        (("--tls-cert", "x.pem", "--tls-key", "y.pem"), "no certificate"),
        (("--behind-proxy",), "--public-url"),
        (("--behind-proxy", "--public-url", "http://example.org"), "https"),
        (("--database", "nonsense"), "--database"),
    ],
)
def test_what_is_not_safe_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], says: str, quick_model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert quick_model.is_file()
    assert says in refused_here(capsys, tmp_path / "data", *arguments)


def test_it_opens_once_and_ends_with_a_signal(tmp_path: Path, model_path: Path) -> None:
    port, data = free_port(), tmp_path / "data"
    with subprocess.Popen(
        [*COMMAND, "--data", str(data), "--port", str(port), "--model", str(model_path)],
        stdout=subprocess.PIPE, text=True, env=dict(os.environ),
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            said = json.loads(server.stdout.readline())
            assert said["first_link"].startswith(f"http://127.0.0.1:{port}/welcome/")
            with urllib.request.urlopen(said["first_link"], timeout=20) as answer:
                assert answer.status == 200
                assert answer.headers.get("server") is None
            assert "open on" in refused(data, "--port", str(free_port()))
            assert "cannot be used" in refused(tmp_path / "other", "--port", str(port))
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) in (0, 130)
        finally:
            server.kill()
    assert (data / "room.sqlite").is_file()
