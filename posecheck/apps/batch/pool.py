"""Who does the work: guarded children, on this machine or wherever `run_guarded` is called.

An executor takes tasks and gives futures. `LocalExecutor` has a thread for each child; one for
a cluster submits `run_guarded` to its workers, each of which keeps a child of its own.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from posecheck.apps.batch.guard import ChildError, Guarded, KilledError
from posecheck.apps.batch.rows import failed_row
from posecheck.apps.batch.tasks import GradeTask
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


class Guards:
    """As many children as are needed at once, kept for the next task; for any thread."""

    def __init__(self) -> None:
        self._idle: list[Guarded] = []
        self._all: list[Guarded] = []
        self._lock = threading.Lock()
        self._abandoned = False

    def run(self, task: GradeTask) -> ClipGrade:
        """The row of a clip; one that cannot be had says why."""
        begun_s = time.perf_counter()
        with self._guard() as guard:
            try:
                row: ClipGrade = guard.run(task.runs, task, task.limits)
            except ChildError as error:
                seconds = round(time.perf_counter() - begun_s, 3)
                return failed_row(task.job, str(error), None, seconds)
            return row

    def pids(self) -> list[int]:
        """Of the children there are."""
        with self._lock:
            return [guard.pid for guard in self._all if guard.pid is not None]

    def abandon(self) -> None:
        """Kill them all, for good."""
        with self._lock:
            self._abandoned = True
            guards = list(self._all)
        for guard in guards:
            guard.kill()

    def close(self) -> None:
        """End those that wait for work."""
        with self._lock:
            guards, self._idle = self._idle, []
            self._all = [g for g in self._all if g not in guards]
        for guard in guards:
            guard.close()

    @contextmanager
    def _guard(self) -> Iterator[Guarded]:
        with self._lock:
            if self._abandoned:
                raise KilledError
            if self._idle:
                guard = self._idle.pop()
            else:
                guard = Guarded()
                self._all.append(guard)
        try:
            yield guard
        finally:
            with self._lock:
                self._idle.append(guard)


class LocalExecutor:
    """Children on this machine, one per core unless told otherwise."""

    def __init__(self, workers: int | None = None) -> None:
        self.slots = workers or cores()
        self.guards = Guards()
        self._threads = ThreadPoolExecutor(self.slots, thread_name_prefix="posecheck-batch")

    def submit(self, task: GradeTask) -> Future[ClipGrade]:
        """Begin a task as soon as a child is free."""
        return self._threads.submit(self.guards.run, task)

    def abandon(self) -> None:
        """Kill the children and forget what has not begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.guards.abandon()
        self.close()  # soon done: nobody works any more

    def close(self) -> None:
        """End the children."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.guards.close()


_HERE = Guards()


def run_guarded(task: GradeTask) -> ClipGrade:
    """Do a task in a child of this process, which may be a daemon: what a cluster submits."""
    return _HERE.run(task)


def failed_task(task: GradeTask, reason: str) -> ClipGrade:
    """The row of a task that nobody could do."""
    return failed_row(task.job, reason)


def cores() -> int:
    """How many this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
