"""Stand-ins until the batch's other parts are here; each is replaced by an import."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from posecheck.apps.batch.pool import Executor
from posecheck.apps.batch.rows import row_to_json
from posecheck.errors import MissingDependencyError
from posecheck.present.files import write_whole
from posecheck.types import ClipGrade


def write_index(rows: Iterable[ClipGrade], path: Path) -> None:
    """posecheck.present.index_page.write_index."""
    with write_whole(path) as stream:
        stream.writelines(f"{row_to_json(row)}\n" for row in rows)


def connect(address: str) -> Executor:
    """posecheck.apps.batch.cluster: the executor of a Dask scheduler."""
    raise MissingDependencyError(f"There is no way to {address} yet.")
