"""A real Dask scheduler and its workers, which can import the fakes of the tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks import dask_cluster
from benchmarks.dask_cluster import WAIT_S as WAIT_S  # a busy machine is no reason to fail

# A worker that was killed is asked for no longer; all are on this machine.
SOON = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
HERE = Path(__file__).resolve().parent


class Cluster(dask_cluster.Cluster):
    """As `dask_cluster.Cluster`."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        super().__init__(folder, options, (HERE, HERE.parent / "vision"), SOON)
