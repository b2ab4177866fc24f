"""A worker process, which may hang, crash or swell without harm.

::

    with closing(WorkerProcess()) as worker:
        value = worker.run("package.module:function", payload, Limits(60, 512))

The process is kept from call to call. One that takes too long or too much memory is killed, and
whatever ends it costs that call alone: the next one begins a new process. So does a call that
its process had died before: it is handed to a new one, once.

This stays our own, for ``pebble`` is worse at it (measured with 5.2): it builds on
`multiprocessing`, so that a daemonic process, such as a Dask worker, may not use it; it knows no
limit of memory; an idle process that is killed breaks its pool; one whose parent was killed goes
on with its call; what a call prints gets to standard output; and a call takes 200 µs, not 60.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from posecheck.apps.batch.tasks import Limits
from posecheck.apps.batch.worker_main import TAKEN, receive, send
from posecheck.errors import PosecheckError
from posecheck.natives import python_module
from posecheck.threads import start_thread

CALLS_PER_PROCESS = 500  # then a new one: libraries leak
_LOOK_S = 0.1  # between two looks at its memory
_END_S = 5.0  # for it to end by itself
_MIB = 1 << 20
# With glibc's usual arenas, one for each of the many threads that come and go, one that looks
# at clip after clip goes on growing: from 290 to 600 MiB in ten clips; with one it stays at 370.
_LESS_MEMORY = {"MALLOC_ARENA_MAX": "1"}


class WorkerError(Exception):
    """The call failed; one sentence says why."""


class WorkerEndedError(WorkerError):
    """Its process ended, whatever has ended it, or could not be begun."""


class WorkerLimitError(WorkerError):
    """It took too long, or too much memory."""


class WorkerStoppedError(Exception):
    """The worker was told to give up."""


class WorkerProcess:
    """One process, begun when it is needed; for one thread, but for `kill`.

    Parameters
    ----------
    calls
        After so many a new process is begun.
    background
        Whether it gives way to whatever else the machine has to do.

    """

    def __init__(self, calls: int = CALLS_PER_PROCESS, *, background: bool = False) -> None:
        self._calls, self._background = calls, background
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: Path | None = None
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._done = 0
        self._taken = False  # whether it has begun with the call at hand
        self._killed = False
        self._lock = threading.Lock()  # between beginning a process and `kill`

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        process = self._process
        return None if process is None else process.pid

    def run(self, function: str, payload: Any, limits: Limits) -> Any:
        """Call a function in the process and return what it returns.

        Parameters
        ----------
        function
            ``module:name``.
        payload
            Its argument, which can be pickled, as what it returns can be.
        limits
            What the call may take before the process is killed.

        Raises
        ------
        WorkerError
            It raised, crashed, or was killed for taking too much; the sentence says which.
        WorkerStoppedError
            `kill` was called meanwhile.

        """
        if self._done >= self._calls:
            self.close()
        process = self._running()
        answer = self._ask(process, (function, payload), limits)
        if answer is None and not self._taken:  # it had died since the last call
            self._end()
            process = self._running()
            answer = self._ask(process, (function, payload), limits)
        self._done += 1
        if answer is None:
            raise self._ended(process)
        well, value = answer
        if not well:
            raise WorkerError(f"It failed unexpectedly ({value}); please report this.")
        return value

    def close(self) -> None:
        """End the process that waits for work."""
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                _pipe(process.stdin).close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)
        self._end()

    def kill(self) -> None:
        """End the process whatever it is at, for good; may be called from any thread."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._killed:
                raise WorkerStoppedError
            if self._process is None or self._process.poll() is not None:
                self._clear()
                try:
                    self._start()
                except OSError as error:
                    self._clear()
                    raise WorkerEndedError(
                        f"No process could be started for it ({error.strerror or error}); run "
                        "the command again to try it again."
                    ) from error
                except PosecheckError as error:  # no thread to listen to it with
                    self._kill()
                    raise WorkerEndedError(str(error)) from error
            assert self._process is not None
            return self._process

    def _start(self) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="posecheck-"))
        self._process = subprocess.Popen(
            python_module("posecheck.apps.batch.worker_main", str(self._scratch)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=os.environ | _LESS_MEMORY,
            start_new_session=True,  # Ctrl-C in a terminal is for us
        )  # fmt: skip
        if self._background:
            with contextlib.suppress(psutil.Error, OSError):  # it works all the same
                psutil.Process(self._process.pid).nice(_background())
        self._answers, self._done = queue.SimpleQueue(), 0
        listener = threading.Thread(
            target=_receive_answers, args=(_pipe(self._process.stdout), self._answers),
            name="posecheck-worker", daemon=True,
        )  # fmt: skip
        start_thread(listener)

    def _ask(self, process: subprocess.Popen[bytes], request: Any, limits: Limits) -> Any:
        """What the process answers, None if it has ended."""
        self._taken = False
        try:
            with contextlib.suppress(OSError):  # it has just ended: the answer will tell
                send(_pipe(process.stdin), request)
            return self._wait(process, limits)
        except BaseException:
            self._end()
            raise

    def _wait(self, process: subprocess.Popen[bytes], limits: Limits) -> Any:
        until_s = time.monotonic() + limits.time_s
        while True:
            with contextlib.suppress(queue.Empty):
                answer = self._answers.get(timeout=_LOOK_S)
                if answer != TAKEN:
                    return answer
                self._taken = True
            if time.monotonic() > until_s:
                raise WorkerLimitError(
                    f"It took longer than {limits.time_s:g} s and was stopped; --time-limit "
                    "allows more."
                )
            if _resident_mib(process.pid) > limits.memory_mib:
                raise WorkerLimitError(
                    f"It took more than {limits.memory_mib:g} MiB of memory and was stopped; "
                    "--memory-limit allows more."
                )

    def _ended(self, process: subprocess.Popen[bytes]) -> Exception:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_S)
        code = process.returncode
        self._end()
        if self._killed:
            return WorkerStoppedError()
        how = f"signal {_signal_name(-code)}" if code and code < 0 else f"exit code {code}"
        return WorkerEndedError(
            f"The process that looked at it ended ({how}); run the command again to try it again."
        )

    def _end(self) -> None:
        with self._lock:
            self._kill()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._clear()

    def _clear(self) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                _pipe(self._process.stdin).close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._process = self._scratch = None


def _background() -> int:
    """Return the priority of who gives way; threads inherit it, as it is set before there are any.

    Who has that of others already keeps it.
    """
    if os.name == "nt":
        return int(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    own: int = psutil.Process().nice()
    return max(10, own)


def _receive_answers(answers: BinaryIO, queued: queue.SimpleQueue[Any]) -> None:
    """Pass the process's answers on, and a None when it has ended; closes the pipe."""
    with answers:
        try:
            while True:
                queued.put(receive(answers))
        except Exception:  # the pipe's end, or half a pickle before it
            queued.put(None)


def _pipe(stream: Any) -> BinaryIO:
    pipe: BinaryIO = stream
    return pipe


def _resident_mib(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / _MIB
    except psutil.Error:  # it has just ended
        return 0.0


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
