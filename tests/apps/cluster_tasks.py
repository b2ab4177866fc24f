"""Tasks for the workers of a cluster that are quick, slow, or wrong."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FakeTask:
    """As much of a task as the executor of a cluster looks at."""

    out: str
    name: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class FakeRow:
    """What a worker makes of it."""

    name: str
    pid: int
    error: str | None = None


def quick(task: FakeTask) -> FakeRow:
    """Leaves a mark where results go, and takes a moment."""
    (Path(task.out) / f"{task.name}.{os.getpid()}").touch()
    time.sleep(0.1)
    return FakeRow(task.name, os.getpid())


def deadly(task: FakeTask) -> FakeRow:
    """Ends the worker that does it, if it is named so."""
    if task.name == "deadly":
        time.sleep(0.5)  # what was done before has been handed over by then
        os._exit(1)
    return quick(task)


def raises(task: FakeTask) -> FakeRow:
    """A task that fails in a way nobody has thought of."""
    raise RuntimeError(task.name)


def failed(task: FakeTask, reason: str) -> FakeRow:
    """The row of a task that no worker could do."""
    return FakeRow(task.name, 0, reason)
