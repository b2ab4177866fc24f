"""Hands the tasks of a batch to the workers of a Dask cluster, and takes rows back."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import secrets
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

from posecheck.apps.batch.code import this_posecheck
from posecheck.apps.batch.local_storage import LocalStorage
from posecheck.apps.batch.result_names import PROBE
from posecheck.apps.batch.storage import open_storage
from posecheck.errors import InputError

_LOOK_S = 1.0  # between two looks at who is there
_LOST = (
    "The connection to the Dask scheduler was lost; what is done is kept, so start the scheduler "
    "again and run the same command."
)

Note = Callable[[str], None]
"""Is told, in a line, what the user should know."""


class ClusterExecutor:
    """Hands tasks to the workers of a cluster; made by `cluster.connect`."""

    def __init__(
        self,
        client: Any,
        runs: Callable[[Any], Any],
        failed: Callable[[Any, str], Any],
        note: Note,
        quiet: QuietDask,
    ) -> None:
        self._client, self._runs, self._failed, self._note = client, runs, failed, note
        self._executor = client.get_executor(pure=False)
        self._quiet = quiet
        self._shared: set[str] = set()
        self._slots: int = sum(client.nthreads().values())
        self._pending: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="posecheck-cluster", daemon=True).start()

    @property
    def slots(self) -> int:
        """How many tasks the workers there are do at once; 1 while they are all away."""
        return max(1, self._slots)

    def submit(self, task: Any) -> Future[Any]:
        """Begin a task as soon as a worker is free; its row comes, whatever becomes of it.

        Raises InputError where ``task.out`` is a folder that a worker does not see.
        """
        place = open_storage(task.out)
        if isinstance(place, LocalStorage):
            task = dataclasses.replace(task, out=str(place.root.absolute()))
            self._check_shared(task.out)
        if self._client.status != "running":
            raise InputError(_LOST)
        row: Future[Any] = Future()
        with self._lock:
            self._pending.add(row)
        inner = self._executor.submit(_on_worker, this_posecheck(), self._runs, _Sealed(task))
        inner.add_done_callback(partial(self._pass_on, row, task))
        return row

    def abandon(self) -> None:
        """Withdraw what has not begun; workers end the clips that they are at."""
        self._ended.set()
        for row in self._withdrawn():
            row.cancel()
            row.set_running_or_notify_cancel()  # which wakes who waits for it
        with contextlib.suppress(Exception):
            self._executor.shutdown(wait=False)
        self.close()

    def close(self) -> None:
        """Let go of the scheduler."""
        self._ended.set()
        close_client(self._client)
        self._quiet.end()

    def _watch(self) -> None:
        """Count the workers; without a scheduler Dask's own futures would wait for ever."""
        while not self._ended.wait(_LOOK_S):
            if self._client.status != "running":
                self._lose()
                return
            with contextlib.suppress(Exception):
                count = sum(self._client.nthreads().values())
                if not count and self._slots:
                    self._note("No worker is left; this waits until there is one again.")
                self._slots = count

    def _lose(self) -> None:
        for row in self._withdrawn():
            row.set_exception(InputError(_LOST))

    def _withdrawn(self) -> set[Future[Any]]:
        """The rows that were not there yet; nobody else settles them after this."""
        with self._lock:
            pending, self._pending = self._pending, set()
        return pending

    def _pass_on(self, row: Future[Any], task: Any, inner: Future[Any]) -> None:
        if inner.cancelled():
            if not self._ended.is_set():
                self._lose()
            return
        with self._lock:
            if row not in self._pending:
                return
            self._pending.remove(row)
        error = inner.exception()
        if error is None:
            well, value = inner.result()
            reason = str(value)
        else:
            well, value = False, None
            reason = f"It failed on a worker ({type(error).__name__}); please report this."
            if type(error).__name__ == "KilledWorker":
                reason = "Each worker that looked at it was lost; run the command to try it again."
        row.set_result(value if well else self._failed(task, reason))

    def _check_shared(self, out: str) -> None:
        """Make sure, once, that every worker sees the folder that results go to."""
        if out in self._shared:
            return
        probe = Path(out) / f"{PROBE}.{secrets.token_hex(8)}.part"
        try:
            probe.touch()
            try:
                seen: dict[str, Any] = self._client.run(_sees, str(probe), on_error="return")
            finally:
                probe.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{out} cannot be written to ({error.strerror or error}).") from error
        # an OSError: that worker has just been lost, which costs nothing here either
        blind = sorted(w for w, s in seen.items() if s is not True and not isinstance(s, OSError))
        if blind:
            raise InputError(
                f"The worker at {blind[0]} does not see {out}; give --out a folder that all "
                "machines share, or an address such as s3://bucket/folder."
            )
        self._shared.add(out)


def _sees(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:  # it is there, and not for this user
        return False


class _Sealed:
    """A task on its way; Dask's log and dashboard do not see what is in it."""

    def __init__(self, task: Any) -> None:
        self.task = task

    def __repr__(self) -> str:
        return "a clip"


def _on_worker(wanted: str, runs: Callable[[Any], Any], sealed: _Sealed) -> tuple[bool, Any]:
    """What a worker does: whether it went well, and the row or why there is none.

    Nothing is raised, for Dask would log it with the addresses that are in it.
    """
    if wanted != this_posecheck():  # whose grades would not be those of the others
        return False, (
            f"A worker has Posecheck {this_posecheck()}, not {wanted}; install the same one on "
            "every machine."
        )
    try:
        return True, runs(sealed.task)
    except Exception as error:
        return False, f"It failed on a worker ({type(error).__name__}); please report this."


def close_client(client: Any) -> None:
    """Let go of the scheduler; whatever happens meanwhile does not matter any more."""
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.close(timeout=2)


class QuietDask:
    """Keeps Dask's log off standard error until `end`: what matters of it is said in a line."""

    def __init__(self) -> None:
        names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
        self._levels = {name: logging.getLogger(name).level for name in ("tornado", *names)}
        for name in self._levels:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)

    def end(self) -> None:
        """Let it speak again."""
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
