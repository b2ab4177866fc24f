"""A child process that works for us, and may hang, crash or swell without harm.

::

    with closing(Guarded()) as guard:
        value = guard.run("package.module:function", payload, Limits(60, 512))

The child is kept from call to call. One that takes too long or too much memory is killed, and
whatever ends it costs that call alone: the next one begins a new child. So does a call that
its child had died before: it is handed to a new one, once. A child is started with
`subprocess`, not `multiprocessing`, so that a daemonic process, such as a Dask worker, may do so.
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

from posecheck.apps.batch.child import TAKEN, receive, send
from posecheck.apps.batch.limits import Limits
from posecheck.natives import python_module

CALLS_A_CHILD = 500  # then a new one: libraries leak
_LOOK_S = 0.1  # between two looks at the child's memory
_END_S = 5.0  # for a child to end by itself
_MIB = 1 << 20
# With glibc's usual arenas, one for each of the many threads that come and go, a child that looks
# at clip after clip goes on growing: from 290 to 600 MiB in ten clips; with one it stays at 370.
_LESS_MEMORY = {"MALLOC_ARENA_MAX": "1"}


class ChildError(Exception):
    """The call failed; one sentence says why."""


class KilledError(Exception):
    """The guard was told to give up."""


class Guarded:
    """One child process, begun when it is needed; for one thread, but for `kill`."""

    def __init__(self, calls: int = CALLS_A_CHILD) -> None:
        self._calls = calls
        self._child: subprocess.Popen[bytes] | None = None
        self._scratch: Path | None = None
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._done = 0
        self._taken = False  # whether the child has begun with the call at hand
        self._killed = False
        self._lock = threading.Lock()  # between beginning a child and `kill`

    @property
    def pid(self) -> int | None:
        """Of the child, where there is one."""
        child = self._child
        return None if child is None else child.pid

    def run(self, function: str, payload: Any, limits: Limits) -> Any:
        """Call ``module:function`` with ``payload`` in the child and return what it returns.

        Raises
        ------
        ChildError
            It raised, crashed, or was killed for taking too much; the sentence says which.
        KilledError
            `kill` was called meanwhile.

        """
        if self._done >= self._calls:
            self.close()
        child = self._begun()
        answer = self._asked(child, (function, payload), limits)
        if answer is None and not self._taken:  # the child had died since the last call
            self._end()
            child = self._begun()
            answer = self._asked(child, (function, payload), limits)
        self._done += 1
        if answer is None:
            raise self._ended(child)
        well, value = answer
        if not well:
            raise ChildError(f"It failed unexpectedly ({value}); please report this.")
        return value

    def close(self) -> None:
        """End the child that waits for work."""
        child = self._child
        if child is not None:
            with contextlib.suppress(OSError):
                _pipe(child.stdin).close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_END_S)
        self._end()

    def kill(self) -> None:
        """End the child whatever it is at, for good; may be called from any thread."""
        with self._lock:
            self._killed = True
            if self._child is not None:
                self._child.kill()

    def _begun(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._killed:
                raise KilledError
            if self._child is None or self._child.poll() is not None:
                self._clear()
                try:
                    self._begin()
                except OSError as error:
                    self._clear()
                    raise ChildError(
                        f"No process could be started for it ({error.strerror or error}); run "
                        "the command again to try it again."
                    ) from error
            assert self._child is not None
            return self._child

    def _begin(self) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="posecheck-"))
        self._child = subprocess.Popen(
            python_module("posecheck.apps.batch.child", str(self._scratch)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=os.environ | _LESS_MEMORY,
            start_new_session=True,  # Ctrl-C in a terminal is for us
        )  # fmt: skip
        self._answers, self._done = queue.SimpleQueue(), 0
        threading.Thread(
            target=_hear, args=(_pipe(self._child.stdout), self._answers),
            name="posecheck-guard", daemon=True,
        ).start()  # fmt: skip

    def _asked(self, child: subprocess.Popen[bytes], request: Any, limits: Limits) -> Any:
        """What the child answers, None if it has ended."""
        self._taken = False
        try:
            with contextlib.suppress(OSError):  # it has just ended: the answer will tell
                send(_pipe(child.stdin), request)
            return self._wait(child, limits)
        except BaseException:
            self._end()
            raise

    def _wait(self, child: subprocess.Popen[bytes], limits: Limits) -> Any:
        until_s = time.monotonic() + limits.time_s
        while True:
            with contextlib.suppress(queue.Empty):
                answer = self._answers.get(timeout=_LOOK_S)
                if answer != TAKEN:
                    return answer
                self._taken = True
            if time.monotonic() > until_s:
                raise ChildError(
                    f"It took longer than {limits.time_s:g} s and was stopped; --time-limit "
                    "allows more."
                )
            if _resident_mib(child.pid) > limits.memory_mib:
                raise ChildError(
                    f"It took more than {limits.memory_mib:g} MiB of memory and was stopped; "
                    "--memory-limit allows more."
                )

    def _ended(self, child: subprocess.Popen[bytes]) -> Exception:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_END_S)
        code = child.returncode
        self._end()
        if self._killed:
            return KilledError()
        how = f"signal {_signal_name(-code)}" if code and code < 0 else f"exit code {code}"
        return ChildError(
            f"The process that looked at it ended ({how}); run the command again to try it again."
        )

    def _end(self) -> None:
        with self._lock:
            if self._child is not None:
                self._child.kill()
                self._child.wait()
            self._clear()

    def _clear(self) -> None:
        if self._child is not None:
            with contextlib.suppress(OSError):
                _pipe(self._child.stdin).close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._child = self._scratch = None


def _hear(answers: BinaryIO, queued: queue.SimpleQueue[Any]) -> None:
    """Pass the child's answers on, and a None when it has ended; closes the pipe."""
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
