"""A real Dask scheduler and its workers, in processes of their own, on the loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from posecheck.threads import Closing

ROOT = Path(__file__).resolve().parents[1]
WAIT_S = 90.0  # for a busy machine
_C = TypeVar("_C", bound="Cluster")


class Cluster(Closing):
    """A scheduler and what joins it; a context manager that ends them all.

    Parameters
    ----------
    folder
        Where they write their logs and what else they need.
    options
        Of all Dask commands.
    paths
        More folders that the workers can import from.
    environment
        More of theirs.

    """

    def __init__(
        self,
        folder: Path,
        options: Sequence[str] = (),
        paths: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._file = folder / "scheduler.json"
        self._folder, self._options = folder, options
        places = os.pathsep.join(str(path) for path in (ROOT, *paths))
        self._environment = {**os.environ, **(environment or {}), "PYTHONPATH": places}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def __enter__(self: _C) -> _C:
        self.processes.append(
            self._dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        )
        try:
            self._wait_for_scheduler()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """End them all."""
        for process in reversed(self.processes):
            process.kill()
            process.wait()

    def worker(self, nanny: bool = False, paths: Sequence[Path] = ()) -> subprocess.Popen[bytes]:
        """One more worker with one thread; with a nanny, in a daemonic process below it.

        What it imports is looked for in `paths` first.
        """
        process = self._dask(
            "worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard",
            "--nanny" if nanny else "--no-nanny", "--local-directory", str(self._folder),
            paths=paths,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def wait_for_workers(self, count: int) -> None:
        """Until so many have joined a scheduler that needs no certificates."""
        import distributed

        with distributed.Client(self.address, set_as_default=False, timeout=WAIT_S) as client:
            client.wait_for_workers(count, timeout=WAIT_S)

    def _wait_for_scheduler(self) -> None:
        until_s = time.monotonic() + WAIT_S
        while not self.address:
            assert self.processes[0].poll() is None, "the scheduler has ended"
            assert time.monotonic() < until_s, "the scheduler has not started"
            time.sleep(0.05)
            try:
                self.address = json.loads(self._file.read_text())["address"]
            except (OSError, ValueError):
                continue

    def _dask(self, *arguments: str, paths: Sequence[Path] = ()) -> subprocess.Popen[bytes]:
        ways = os.pathsep.join([*map(str, paths), self._environment["PYTHONPATH"]])
        command = [sys.executable, "-W", "ignore", "-m", "dask", *arguments]
        with (self._folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [*command, "--scheduler-file", str(self._file), *self._options],
                cwd=self._folder, env={**self._environment, "PYTHONPATH": ways},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
