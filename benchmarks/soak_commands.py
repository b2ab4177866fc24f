"""`posecheck grade` as a process of its own, into a folder of its own, again and again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

MOST_S = 120.0  # for a command to end, also with a worker less
_DIE_S = 20.0  # for processes whose parent has gone
_WORKER = "posecheck.apps.batch.worker_main"


@dataclass(frozen=True, slots=True)
class Program:
    """How `posecheck` is called, and from where Dask's workers import more."""

    command: tuple[str, ...] = (sys.executable, "-m", "posecheck")
    paths: tuple[Path, ...] = ()


class Commands:
    """Commands that grade the same clips into the same folder, one after the other."""

    def __init__(self, made: Path, clips: Path, program: Program) -> None:
        self.made, self._clips, self.program = made, clips, program
        self.disk = made / "disk"  # where one of a small size may be mounted
        self.out = self.disk / "out"
        self._told, self._scratch = made / "told", made / "scratch"
        for folder in (self.disk, self._told, self._scratch):
            folder.mkdir(parents=True)

    @property
    def environment(self) -> dict[str, str]:
        """Of all processes: where they put what is not for long."""
        return {**os.environ, "TMPDIR": str(self._scratch)}

    @property
    def told(self) -> list[str]:
        """What each command printed so far, in the order they were begun."""
        return [path.read_text() for path in sorted(self._told.iterdir())]

    @property
    def forgotten(self) -> list[str]:
        """What was not for long and is still there, but for what is Dask's own."""
        return sorted(p.name for p in self._scratch.iterdir() if not p.name.startswith("dask-"))

    def begin(self, options: Sequence[str] = ()) -> psutil.Popen:
        """One more, just begun."""
        where = [str(self._clips), "--out", str(self.out)]
        with (self._told / f"{len(self.told):02d}").open("wb") as told:
            return psutil.Popen(
                [*self.program.command, "grade", *where, "--json", "--resume", *options],
                stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.DEVNULL,
                env=self.environment,
            )  # fmt: skip

    def end(self, process: psutil.Popen) -> int | None:
        """Wait for its exit code; None if it took too long and was killed."""
        try:
            return int(process.wait(MOST_S))
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()
            return None

    def left_alive(self) -> int:
        """How many processes that commands began do not end by themselves; they are killed."""
        until_s = time.monotonic() + _DIE_S
        while (living := self.children()) and time.monotonic() < until_s:
            time.sleep(0.05)
        for process in living:
            process.kill()
        return len(living)

    def children(self) -> list[psutil.Process]:
        """The processes that work on clips, whoever began them."""
        return [
            process
            for process in psutil.process_iter(["cmdline"])
            if _WORKER in (words := process.info["cmdline"] or ())
            and any(word.startswith(str(self._scratch)) for word in words)
        ]
