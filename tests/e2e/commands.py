"""Runs the command line, in this process or in one of its own."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from posecheck.cli import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left: its exit code and what it said."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Outcome:
    """Run in this process."""
    capsys.readouterr()
    code = main([str(a) for a in arguments])
    said = capsys.readouterr()
    return Outcome(code, said.out, said.err)


class Started(subprocess.Popen[str]):
    """Ends with its block: what goes wrong in a test is a failure, never a wait for ever."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, error, tb)


def start(*arguments: str | Path, cwd: Path, **options: Any) -> Started:
    """Begin in a process of its own."""
    return Started(
        [sys.executable, "-m", "posecheck", *(str(a) for a in arguments)],
        cwd=cwd, env=environment(), text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def spawn(*arguments: str | Path, cwd: Path, before: Callable[[], None] | None = None) -> Outcome:
    """Run in a process of its own; ``before`` is called in it first."""
    with start(*arguments, cwd=cwd, preexec_fn=before) as process:
        out, err = process.communicate(timeout=240)
    return Outcome(process.returncode, out, err)


def environment() -> dict[str, str]:
    """The one here, with this copy of Posecheck first."""
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}


def obey_permissions() -> None:
    """Give up root's right to read and write everything, for what is started next."""
    if os.geteuid() == 0:
        drop, override, read_search = 24, 1, 2
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (override, read_search):
            if libc.prctl(drop, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "root keeps its rights")


def assert_refused(outcome: Outcome, *words: str) -> None:
    """Exit code 2, nothing but one line that says why."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert outcome.err.endswith("\n")
    (line,) = outcome.err.splitlines()
    assert line.startswith("posecheck: ")
    for word in words:
        assert word in line, line


def lines(text: str) -> list[dict[str, Any]]:
    """What a command said with --json, where that is one object a line."""
    return [json.loads(line) for line in text.splitlines()]


def tree(folder: Path) -> Sequence[str]:
    """Everything in a folder, hidden files too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
