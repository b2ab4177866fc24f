"""Many clips -> tables, an index page, and a folder for each clip.

::

    done = run_batch(["clips"], Settings("graded"))
    done.counts, done.out

What one clip does, or what is done to the process that looks at it, costs that clip alone.
"""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from posecheck.apps.batch.cache_cleanup import clean_cache
from posecheck.apps.batch.inputs import list_jobs
from posecheck.apps.batch.plan import Plan, Planned, Settings, plan
from posecheck.apps.batch.progress import BatchSummary, time_left_s
from posecheck.apps.batch.rows import RowLog, Unwritten, failed_row, row_to_plain, same_for
from posecheck.apps.batch.storage import Storage, open_storage
from posecheck.apps.batch.tasks import CSV, INDEX, ORDER, PARQUET, PLOTLY, TABLES, ClipJob
from posecheck.apps.batch.worker_pool import Executor, LocalExecutor
from posecheck.apps.interrupts import shielded
from posecheck.apps.report_dir import PAGE
from posecheck.errors import OutputError
from posecheck.exercises.language import words_of
from posecheck.present.batch_links import write_order
from posecheck.present.grades import write_grades_csv, write_grades_parquet
from posecheck.present.index_page import write_index
from posecheck.present.outcomes import OUTCOMES, Tally
from posecheck.present.report_page import write_plotly
from posecheck.types import ClipGrade, Words
from posecheck.vision.model import ensure_model, stderr_bar

_AHEAD = 2  # tasks for each worker that are handed out, so that none waits for us
_WAKE_S = 0.2  # to show progress, and to hear Ctrl-C everywhere
_ROOM_BYTES = 4 << 20  # more than a report without a video
_EVENT_S = 1.0  # between two events that say how far it is

Tell = Callable[[dict[str, Any]], None]
"""Called with events: ``begin``, ``note``, ``clip``, ``progress``."""


class Watcher(Protocol):
    """Who is shown how far it is."""

    def clip(self, row: ClipGrade) -> None:
        """One more clip is done."""

    def progress(self, summary: BatchSummary, last: bool = False) -> None:
        """So far it is."""


@dataclass(frozen=True, slots=True)
class Graded:
    """What became of a batch."""

    summary: BatchSummary
    out: str
    seconds: float
    interrupted: bool = False
    notes: tuple[str, ...] = ()  # sentences: which columns of a manifest are not used

    @property
    def counts(self) -> dict[str, int]:
        """Clips by what they came to: ``pass``, ``needs_work``, ``ungradable``, ``failed``."""
        return {outcome: self.summary.seen.counts[outcome] for outcome in OUTCOMES}

    @property
    def failed(self) -> int:
        """Clips that could not be graded; their rows say why."""
        return self.summary.failed

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            **self.summary.as_dict(), "out": self.out, "seconds": round(self.seconds, 1),
            "interrupted": self.interrupted, "notes": list(self.notes),
        }  # fmt: skip


def run_batch(
    paths: Sequence[str],
    settings: Settings,
    executor: Callable[[], Executor] = LocalExecutor,
    *,
    tell: Tell = lambda _event: None,
    watcher: Watcher | None = None,
) -> Graded:
    """Grade every clip that the paths lead to, as `posecheck.apps.grade.grade` says.

    Parameters
    ----------
    paths, tell, watcher
        As there.
    settings
        What holds for all of them, and where the results go.
    executor
        Makes what does the work.

    """
    begun_s = time.monotonic()
    notes: list[str] = []
    jobs = list_jobs(paths, notes.append)
    out = open_storage(settings.out)
    out.check()
    ensure_model(settings.model, stderr_bar)
    with ExitStack() as stack:
        stack.enter_context(out.batch_lock())
        out.sweep()
        stack.callback(out.sweep)  # workers that were killed in the middle of writing
        settings = replace(settings, mark=stack.enter_context(out.marked()))
        rows = RowLog(len(jobs))
        stack.callback(rows.close)
        words = words_of(settings.language)
        batch = _Batch(jobs, rows, partial(_check, out, settings.mark), tell, watcher, words)
        tell({"event": "begin", "clips": len(jobs), "out": out.shown})
        for note in notes:
            tell({"event": "note", "text": note})
        interrupted = batch.run(partial(plan, jobs, settings), executor)
        interrupted = _conclude(out, rows, settings, interrupted, notes)
    return Graded(batch.summary, out.shown, time.monotonic() - begun_s, interrupted, tuple(notes))


class _Batch:
    """Hands tasks out, takes rows in."""

    def __init__(
        self,
        jobs: Sequence[ClipJob],
        rows: RowLog,
        check: Callable[[], None],
        tell: Tell,
        watcher: Watcher | None,
        words: Words,
    ) -> None:
        self._jobs, self._rows, self._check = jobs, rows, check
        self._tell, self._watcher = tell, watcher
        self.summary = BatchSummary(len(jobs), Tally(words))
        self._done: queue.SimpleQueue[tuple[Planned, Future[ClipGrade]]] = queue.SimpleQueue()
        self._begun_s = self._told_s = time.monotonic()  # anew when the work begins

    def run(self, planned: Callable[[], Plan], executor: Callable[[], Executor]) -> bool:
        """Do it all; whether it was interrupted."""
        workers = None
        try:
            todo = planned()
            for index, problem in todo.problems.items():
                self._take(index, failed_row(self._jobs[index], problem))
            workers = executor()
            self._work(iter(todo.planned), workers)
            workers.close()
            self._show(last=True)
        except BaseException as error:
            if workers is not None:
                workers.abandon()
            if isinstance(error, KeyboardInterrupt):
                return True
            raise
        return False

    def _work(self, left: Iterator[Planned], workers: Executor) -> None:
        self._begun_s = time.monotonic()
        under_way = 0
        more = True
        while more or under_way:
            while more and under_way < _AHEAD * workers.slots:
                one = next(left, None)
                if one is None:
                    more = False
                    break
                future = workers.submit(one.task)
                future.add_done_callback(lambda f, one=one: self._done.put((one, f)))  # type: ignore[misc]
                under_way += 1
            self._show()
            try:
                one, future = self._done.get(timeout=_WAKE_S)
            except queue.Empty:
                continue
            under_way -= 1
            row = future.result()
            if isinstance(row, Unwritten):
                self._check()  # whether it is the clip's own fault
            self._finished(one, row)

    def _finished(self, one: Planned, row: ClipGrade) -> None:
        own, *others = one.jobs
        self._take(own, row)
        for index in others:
            self._take(index, same_for(self._jobs[index], row))

    def _take(self, index: int, row: ClipGrade) -> None:
        with shielded():
            self._rows.put(index, row)
            self.summary.add(row)
        plain = row_to_plain(row)
        del plain["knee_curve_deg"]  # is for the page's small chart
        self._tell({"event": "clip", **plain})
        if self._watcher is not None:
            self._watcher.clip(row)

    def _show(self, last: bool = False) -> None:
        if self._watcher is not None:
            self._watcher.progress(self.summary, last)
        now_s = time.monotonic()
        if last or now_s - self._told_s >= _EVENT_S:
            self._told_s = now_s
            elapsed_s = now_s - self._begun_s
            left_s = time_left_s(self.summary, elapsed_s)
            self._tell({
                "event": "progress", "done": self.summary.done, "clips": self.summary.total,
                "failed": self.summary.failed,
                "frames_per_s": round(self.summary.frames / max(elapsed_s, 1e-6), 1),
                "left_s": None if left_s is None else round(left_s, 1),
            })  # fmt: skip


def _check(out: Storage, mark: str) -> None:
    """End the batch where nothing more can be written."""
    go_on = "What is done is kept; run the same command again to go on."
    if not out.sees(mark):
        raise OutputError(f"{out.shown} was taken away or replaced by another folder. {go_on}")
    try:
        out.check(_ROOM_BYTES)
    except OutputError as error:
        raise OutputError(f"{error} {go_on}") from None


def _conclude(
    out: Storage, rows: RowLog, settings: Settings, interrupted: bool, notes: Sequence[str]
) -> bool:
    """Write the tables, and clear away what is of no use; whether it was interrupted by now."""
    if interrupted and not len(rows):  # older tables say more
        return True
    written = False
    try:
        with shielded():
            _write_tables(out, rows, settings, notes)
            written = True
        if not interrupted and out.is_locked:  # else another batch may be at it
            clean_cache(out)
    except KeyboardInterrupt:
        if not written:
            raise
        return True
    return interrupted


def _write_tables(out: Storage, rows: RowLog, settings: Settings, notes: Sequence[str]) -> None:
    """The tables and the page, whole or not at all, in the order of the jobs."""
    with tempfile.TemporaryDirectory(prefix="posecheck-tables-") as scratch:
        made = Path(scratch)
        write_grades_csv(rows, made / CSV)
        write_grades_parquet(rows, made / PARQUET)
        words = words_of(settings.language)
        write_index(rows, made / INDEX, words, tables=TABLES, report=PAGE, notes=notes)
        if settings.pages:
            write_plotly(made / PLOTLY)
            write_order(rows, made / ORDER, PAGE)
            for name in (PLOTLY, ORDER):
                out.write(name, made / name)
        for name in (CSV, PARQUET, INDEX):
            out.write(name, made / name)
