"""What is done on the workers of a cluster: whether one is fit for the work, and the work."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import posecheck
from posecheck.apps.batch.storage import open_storage, unseen
from posecheck.errors import PosecheckError

_SOURCE = (".css", ".html", ".js", ".py", ".toml")


@cache
def code_version() -> str:
    """The version of Posecheck and a digest of its source.

    Machines that work on one table together must have both in common, for a version number does
    not tell two states of a clone apart.
    """
    package = Path(posecheck.__file__).parent
    files = {
        path.relative_to(package).as_posix(): path
        for path in package.rglob("*")
        if path.suffix in _SOURCE
    }
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        # the same on a system that ends lines in another way
        content = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        digest.update(f"{content} {name}\n".encode())
    return f"{posecheck.__version__} ({digest.hexdigest()[:8]})"


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a worker must have in common with the machine that the batch was started on."""

    posecheck: str  # the version and the code: other grades would not be like the rest
    out: str
    mark: str

    def unmet(self) -> str | None:
        """Why the worker that calls this is not fit, None if it is."""
        if self.posecheck != code_version():
            return (
                f"A worker has Posecheck {code_version()}, not {self.posecheck}; install the "
                "same one on every machine."
            )
        try:
            place = open_storage(self.out)
            return None if place.sees(self.mark) else unseen(place.shown)
        except PosecheckError as error:  # a library is missing
            return str(error)


@dataclass(frozen=True, slots=True)
class Unfit:
    """The answer of a worker that is not fit: nothing was done."""

    worker: str
    reason: str


class PickledTask:
    """A task on its way: opened where its code is known, and not seen in Dask's log."""

    def __init__(self, task: Any) -> None:
        self._task = pickle.dumps(task)

    def open(self) -> Any:
        """The task."""
        return pickle.loads(self._task)

    def __repr__(self) -> str:
        return "a clip"


def is_fit(requirements: Requirements) -> str | None:
    """Why this worker is not fit, None if it is."""
    return requirements.unmet()


def work(requirements: Requirements, runs: Callable[[Any], Any], pickled: PickledTask) -> Any:
    """Do a task: whether it went well, and the row or why there is none; or `Unfit`.

    Parameters
    ----------
    requirements
        What this worker must meet.
    runs
        What is called with the task.
    pickled
        The task.

    Notes
    -----
    Nothing is raised, for Dask would log it with the addresses that are in it.

    """
    try:
        reason = requirements.unmet()
        if reason is not None:
            return Unfit(_own_address(), reason)
        return True, runs(pickled.open())
    except Exception as error:
        return False, f"It failed on a worker ({type(error).__name__}); please report this."


def _own_address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:  # in no worker
        return ""
