"""What is done on the workers of a cluster: whether one is fit for the work, and the work."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from posecheck.apps.batch.code import this_posecheck
from posecheck.apps.batch.storage import blind, open_storage
from posecheck.errors import PosecheckError


@dataclass(frozen=True, slots=True)
class Needs:
    """What a worker must have in common with the machine that the batch was started on."""

    posecheck: str  # the version and the code: other grades would not be like the rest
    out: str
    mark: str

    def unmet(self) -> str | None:
        """Why the worker that calls this is not fit, None if it is."""
        if self.posecheck != this_posecheck():
            return (
                f"A worker has Posecheck {this_posecheck()}, not {self.posecheck}; install the "
                "same one on every machine."
            )
        try:
            place = open_storage(self.out)
            return None if place.sees(self.mark) else blind(place.shown)
        except PosecheckError as error:  # a library is missing
            return str(error)


@dataclass(frozen=True, slots=True)
class Unfit:
    """The answer of a worker that is not fit: nothing was done."""

    worker: str
    reason: str


class Sealed:
    """A task on its way: opened where its code is known, and not seen in Dask's log."""

    def __init__(self, task: Any) -> None:
        self._task = pickle.dumps(task)

    def open(self) -> Any:
        """The task."""
        return pickle.loads(self._task)

    def __repr__(self) -> str:
        return "a clip"


def is_fit(needs: Needs) -> str | None:
    """Why this worker is not fit, None if it is."""
    return needs.unmet()


def work(needs: Needs, runs: Callable[[Any], Any], sealed: Sealed) -> Any:
    """Whether it went well, and the row or why there is none; or `Unfit`.

    Nothing is raised, for Dask would log it with the addresses that are in it.
    """
    try:
        reason = needs.unmet()
        if reason is not None:
            return Unfit(_own_address(), reason)
        return True, runs(sealed.open())
    except Exception as error:
        return False, f"It failed on a worker ({type(error).__name__}); please report this."


def _own_address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:  # in no worker
        return ""
