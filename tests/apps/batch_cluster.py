"""A real Dask scheduler and its workers, in processes of their own, on the loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

HERE = Path(__file__).resolve().parent
WAIT_S = 90.0  # a busy machine is no reason for a test to fail


class Cluster:
    """A scheduler and what joins it; a context manager that ends them all."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self._file = folder / "scheduler.json"
        self._folder, self._options = folder, options
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def __enter__(self) -> Cluster:
        self.processes.append(
            self._dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        )
        until_s = time.monotonic() + WAIT_S
        while not self.address:
            assert self.processes[0].poll() is None, "the scheduler has ended"
            assert time.monotonic() < until_s, "the scheduler has not started"
            time.sleep(0.05)
            try:
                self.address = json.loads(self._file.read_text())["address"]
            except (OSError, ValueError):
                continue
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()

    def worker(self, nanny: bool = False) -> subprocess.Popen[bytes]:
        """One more worker with one thread; with a nanny, in a daemonic process below it."""
        process = self._dask(
            "worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard",
            "--nanny" if nanny else "--no-nanny", "--local-directory", str(self._folder),
        )  # fmt: skip
        self.processes.append(process)
        return process

    def _dask(self, *arguments: str) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join((str(HERE.parents[1]), str(HERE)))
        command = [sys.executable, "-W", "ignore", "-m", "dask", *arguments]
        with (self._folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [*command, "--scheduler-file", str(self._file), *self._options],
                cwd=self._folder, env=os.environ | {"PYTHONPATH": paths},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
