"""The comparison as a whole; what it prints is tested where the command is."""

from __future__ import annotations

from posecheck.apps.batch.tasks import TABLES as WRITTEN
from posecheck.compare.compare import TABLES


def test_it_looks_for_what_a_batch_writes() -> None:
    assert set(TABLES) == set(WRITTEN)
    assert TABLES[0].endswith(".csv")
