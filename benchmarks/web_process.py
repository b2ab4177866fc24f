"""A review room in a process of its own, with its queue, that faults may happen to.

::

    python -m benchmarks.web_process DATA_FOLDER DATABASE_URL [FUNCTION_THAT_GRADES]
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil
import uvicorn

from posecheck.apps.batch.tasks import GRADE_CLIP
from posecheck.apps.web.app import create_app
from posecheck.apps.web.queue.runner import Queue
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings

_ROOT = Path(__file__).resolve().parents[1]
_ANSWERS_S = 120.0  # within so long, after its start


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def answering(
    command: Sequence[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start what serves a room at a port, wait until it answers, and end it after the block.

    Parameters
    ----------
    command
        What is run.
    port
        Where it listens, on this machine.
    environment
        Variables besides those of this process.

    """
    variables = os.environ | dict(environment or {})
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=variables) as process:
        try:
            until_s = time.monotonic() + _ANSWERS_S
            while True:
                with contextlib.suppress(httpx2.TransportError):
                    httpx2.get(f"http://127.0.0.1:{port}/static/room.css")
                    break
                if time.monotonic() > until_s or process.poll() is not None:
                    raise RuntimeError("the server does not answer")
                time.sleep(0.2)
            yield process
        finally:
            process.terminate()


@dataclass
class RoomProcess:
    """Starts it, as often as it ends, and ends it.

    Parameters
    ----------
    data, database
        The folder, and the database's address.
    runs
        The function that grades a clip, as a worker process finds it.
    paths
        Where modules are found, besides Posecheck's own.

    """

    data: Path
    database: str
    runs: str = GRADE_CLIP
    paths: tuple[Path, ...] = ()
    address: str = field(default="", init=False)
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-m", __name__, str(self.data), self.database, self.runs]
        paths = os.pathsep.join(map(str, (_ROOT, *self.paths)))
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": paths}
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError("the room did not start")

    def workers(self) -> list[psutil.Process]:
        """Return the processes that grade at the moment."""
        if self._process is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return list(psutil.Process(self._process.pid).children(recursive=True))
        return []

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal, and wait until it is gone; what it had started too."""
        if self._process is None:
            return
        started = self.workers()
        self._process.send_signal(number)
        self._process.communicate(timeout=60)
        _, alive = psutil.wait_procs(started, timeout=30)
        self._process = None
        if alive:
            raise RuntimeError(f"{alive} outlive the room")


def main(data: str, database: str, runs: str = GRADE_CLIP) -> None:
    """Serve until a signal ends it; says its address on standard output."""
    room = Room.opened(Settings(data=Path(data), database=database))
    queue, app = Queue(room, runs), create_app(room)
    app.state.queue = queue
    config = uvicorn.Config(app, log_level="error", lifespan="off", port=0)
    listens = config.bind_socket()
    print(f"http://127.0.0.1:{listens.getsockname()[1]}", flush=True)
    queue.start()
    try:
        uvicorn.Server(config).run(sockets=[listens])
    finally:
        app.state.changes.close()
        queue.stop()
        room.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
