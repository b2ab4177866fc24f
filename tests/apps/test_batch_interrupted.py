"""Ctrl-C at the edges of a batch: before its work, and when that is done."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from batch_fakes import Inline, make_clip, run_inline
from test_batch_run import halves, rows

from posecheck.apps import interrupts
from posecheck.apps.batch import runner as batch
from posecheck.apps.batch.plan import Settings
from posecheck.apps.batch.progress import BatchSummary
from posecheck.apps.review import LOOKS_PER_S
from posecheck.types import ClipGrade

pytestmark = pytest.mark.usefixtures("handlers")


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


class Watcher:
    """Is shown how far it is; Ctrl-C comes with the last of it, if so."""

    def __init__(self, last: bool) -> None:
        self._last = last

    def clip(self, row: ClipGrade) -> None: ...

    def progress(self, summary: BatchSummary, last: bool = False) -> None:
        if last and self._last and summary.done:
            interrupt()


class Interrupted(Inline):
    """Ctrl-C comes while the workers are let go."""

    def close(self) -> None:
        interrupt()


@pytest.mark.parametrize("when", ["planned", "closed", "last", "tables", "cleaned"])
def test_nothing_is_lost(when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables hold all that is done, and the result says what is."""
    clip, out = make_clip(tmp_path / "a.mp4"), tmp_path / "out"
    run_inline([clip], out)
    before = rows(out)
    names = {"planned": "plan", "tables": "write_grades_csv", "cleaned": "clean_cache"}
    if when in names:
        real = getattr(batch, names[when])

        def interrupted(*arguments: Any) -> Any:
            interrupt()
            return real(*arguments)

        monkeypatch.setattr(batch, names[when], interrupted)
    settings = Settings(str(out), runs="batch_fakes:remember", per_s=LOOKS_PER_S)
    executor = Interrupted if when == "closed" else Inline
    with interrupts.interruptible():
        done = batch.run_batch([str(clip)], settings, executor, watcher=Watcher(when == "last"))
    assert done.interrupted
    assert done.summary.done == (when != "planned")
    assert rows(out) == before
    assert halves(out) == []
