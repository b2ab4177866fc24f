"""Hands the tasks of a batch to the workers of a Dask cluster, and takes rows back.

What a lost worker was at Dask gives to another one by itself. Its ``retries=`` are not used for
workers that are not fit, for they do not say *where* to try again: with one such worker of two
and ten retries, 44 of 60 tasks failed, as it answers in no time and gets the most.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from posecheck.apps.batch.cluster_worker import (
    PickledTask,
    Requirements,
    Unfit,
    code_version,
    is_fit,
    work,
)
from posecheck.apps.batch.local_storage import LocalStorage
from posecheck.apps.batch.storage import open_storage
from posecheck.errors import InputError

_LOOK_S = 1.0  # between two looks at who is there
_PATIENCE = 30  # looks without a worker that is fit, while others are there
_LOST = (
    "The connection to the Dask scheduler was lost; what is done is kept, so start the scheduler "
    "again and run the same command."
)

Note = Callable[[str], None]
"""Is told, in a line, what the user should know."""


@dataclass(eq=False, slots=True)
class _Pending:
    """A task under way, and the future of its row."""

    task: Any
    row: Future[Any]


class ClusterExecutor:
    """Hands tasks to the workers of a cluster; made by `cluster.connect`, which says with what.

    A worker that joins later and is not fit answers in no time. So as not to have it answer for
    the whole batch, what it could not do is begun again, once a second, and for others.

    Parameters
    ----------
    client
        Dask's, connected.
    runs
        What a worker calls with a task.
    failed
        Makes the row of a task that no worker could do, of the task and the reason.
    note
        Is told what the user should know.
    quiet
        Lets Dask's log be heard again at the end.

    """

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
        self._requirements: Requirements | None = None  # known with the first task
        self._fit: set[str] = set()
        self._unfit: dict[str, str] = {}  # with the reason
        self._said: list[Unfit] = []  # since the last look
        self._looks_alone = 0
        self._slots: int = sum(client.nthreads().values())
        self._pending: set[_Pending] = set()
        self._again: list[_Pending] = []
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
        if self._requirements is None:
            first = Requirements(code_version(), task.out, task.mark)
            self._requirements = self._first_requirements(first)
        if self._client.status != "running":
            raise InputError(_LOST)
        pending = _Pending(task, Future())
        with self._lock:
            self._pending.add(pending)
        self._begin(pending)
        return pending.row

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

    def _first_requirements(self, requirements: Requirements) -> Requirements:
        """An InputError where one of the workers there are does not meet them."""
        self._ask(requirements, set(self._client.nthreads()))
        if self._unfit:
            worker, reason = min(self._unfit.items())
            raise InputError(f"{reason} It is the one at {worker}.")
        return requirements

    def _ask(self, requirements: Requirements, workers: set[str]) -> None:
        answers = self._client.run(is_fit, requirements, workers=sorted(workers), on_error="return")
        with self._lock:
            for worker, answer in answers.items():
                if answer is None:
                    self._fit.add(worker)
                elif isinstance(answer, str):
                    self._unfit[worker] = answer
                elif not isinstance(answer, OSError):  # which has just been lost
                    what = type(answer).__name__
                    self._unfit[worker] = f"A worker cannot run Posecheck ({what}); install it."

    def _begin(self, pending: _Pending) -> None:
        where: dict[str, Any] = {}
        with self._lock:
            if self._unfit and self._fit:  # preferred only: these may be lost, and others come
                where = {"workers": sorted(self._fit), "allow_other_workers": True}
        pickled = PickledTask(pending.task)
        inner = self._executor.submit(work, self._requirements, self._runs, pickled, **where)
        inner.add_done_callback(partial(self._pass_on, pending))

    def _watch(self) -> None:
        """Look who is there; without a scheduler Dask's own futures would wait for ever."""
        while not self._ended.wait(_LOOK_S):
            if self._client.status != "running":
                self._settle(InputError(_LOST))
                return
            with contextlib.suppress(Exception):
                self._look()

    def _look(self) -> None:
        threads: dict[str, int] = self._client.nthreads()
        with self._lock:
            known = set(self._unfit)
            self._unfit.update({unfit.worker: unfit.reason for unfit in self._said})
            self._said = []
            self._unfit = {w: why for w, why in self._unfit.items() if w in threads}
            self._fit &= threads.keys() - self._unfit.keys()
        new = threads.keys() - self._fit - self._unfit.keys()
        if self._requirements is not None and new:
            self._ask(self._requirements, new)
        for worker in self._unfit.keys() - known:
            self._note(f"{self._unfit[worker]} It is the one at {worker}, which is not used.")
        count = sum(n for worker, n in threads.items() if worker not in self._unfit)
        if not count and self._slots:
            self._note("No worker is left; this waits until there is one again.")
        self._slots = count
        self._looks_alone = self._looks_alone + 1 if self._unfit and not count else 0
        if self._looks_alone > _PATIENCE:
            self._settle(InputError(min(self._unfit.values())))
        while count and self._again:
            self._begin(self._again.pop())

    def _settle(self, error: Exception) -> None:
        """End what is not there yet."""
        for row in self._withdrawn():
            row.set_exception(error)

    def _withdrawn(self) -> set[Future[Any]]:
        """The rows that were not there yet; nobody else settles them after this."""
        with self._lock:
            withdrawn, self._pending, self._again = self._pending, set(), []
        return {pending.row for pending in withdrawn}

    def _pass_on(self, pending: _Pending, inner: Future[Any]) -> None:
        if inner.cancelled():
            if not self._ended.is_set():
                self._settle(InputError(_LOST))
            return
        error = inner.exception()
        answer = None if error is not None else inner.result()
        with self._lock:
            if pending not in self._pending:
                return
            if isinstance(answer, Unfit):
                self._said.append(answer)
                self._again.append(pending)
                return
            self._pending.remove(pending)
        if answer is not None:
            well, value = answer
            reason = str(value)
        else:
            well, value = False, None
            reason = f"It failed on a worker ({type(error).__name__}); please report this."
            if type(error).__name__ == "KilledWorker":
                reason = "Each worker that looked at it was lost; run the command to try it again."
        pending.row.set_result(value if well else self._failed(pending.task, reason))


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
