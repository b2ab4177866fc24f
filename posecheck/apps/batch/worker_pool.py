"""Worker processes for tasks, on this machine or wherever `run_in_worker` is called.

An executor takes tasks and gives futures. `LocalExecutor` has a thread for each process; one for
a cluster submits `run_in_worker` to its workers, each of which keeps a process of its own.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from posecheck.apps.batch.rows import failed_row
from posecheck.apps.batch.tasks import GradeTask
from posecheck.apps.batch.worker_process import (
    WorkerError,
    WorkerProcess,
    WorkerStoppedError,
)
from posecheck.threads import one_line_without_threads
from posecheck.types import ClipGrade


class Executor(Protocol):
    """Where tasks are done."""

    @property
    def slots(self) -> int:
        """How many clips are worked on at once."""

    def submit(self, task: GradeTask) -> Future[ClipGrade]:
        """Begin a task as soon as there is room; its row comes, whatever becomes of it."""

    def abandon(self) -> None:
        """Stop everything that is under way; its futures do not matter any more."""

    def close(self) -> None:
        """Let the workers go that wait for work."""


class WorkerPool:
    """As many processes as are needed at once, kept for the next task; for any thread."""

    def __init__(self) -> None:
        self._idle: list[WorkerProcess] = []
        self._all: list[WorkerProcess] = []
        self._lock = threading.Lock()
        self._abandoned = False

    def run(self, task: GradeTask) -> ClipGrade:
        """The row of a clip; one that cannot be had says why."""
        begun_s = time.perf_counter()
        with self._worker() as worker:
            try:
                row: ClipGrade = worker.run(task.runs, task, task.limits)
            except WorkerError as error:
                seconds = round(time.perf_counter() - begun_s, 3)
                return failed_row(task.job, str(error), None, seconds)
            return row

    def pids(self) -> list[int]:
        """Of the processes there are."""
        with self._lock:
            return [worker.pid for worker in self._all if worker.pid is not None]

    def abandon(self) -> None:
        """Kill them all, for good."""
        with self._lock:
            self._abandoned = True
            workers = list(self._all)
        for worker in workers:
            worker.kill()

    def close(self) -> None:
        """End those that wait for work."""
        with self._lock:
            workers, self._idle = self._idle, []
            self._all = [g for g in self._all if g not in workers]
        for worker in workers:
            worker.close()

    @contextmanager
    def _worker(self) -> Iterator[WorkerProcess]:
        with self._lock:
            if self._abandoned:
                raise WorkerStoppedError
            if self._idle:
                worker = self._idle.pop()
            else:
                worker = WorkerProcess()
                self._all.append(worker)
        try:
            yield worker
        finally:
            with self._lock:
                self._idle.append(worker)


class LocalExecutor:
    """Worker processes on this machine.

    Parameters
    ----------
    workers
        How many tasks are done at once; one a core if None.

    """

    def __init__(self, workers: int | None = None) -> None:
        self.slots = workers or cores()
        self.pool = WorkerPool()
        self._threads = ThreadPoolExecutor(self.slots, thread_name_prefix="posecheck-batch")

    def submit(self, task: GradeTask) -> Future[ClipGrade]:
        """Begin a task as soon as a process is free."""
        with one_line_without_threads():
            return self._threads.submit(self.pool.run, task)

    def abandon(self) -> None:
        """Kill the processes and forget what has not begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.pool.abandon()
        self.close()  # soon done: nobody works any more

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.pool.close()


_HERE = WorkerPool()


def run_in_worker(task: GradeTask) -> ClipGrade:
    """Do a task in a child process of this one, which may be a daemon: what a cluster submits."""
    return _HERE.run(task)


def failed_task(task: GradeTask, reason: str) -> ClipGrade:
    """The row of a task that nobody could do.

    Parameters
    ----------
    task
        The task.
    reason
        One sentence.

    """
    return failed_row(task.job, reason)


def cores() -> int:
    """How many this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
