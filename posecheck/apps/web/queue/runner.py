"""The queue at work: clips are graded one after the other, in guarded processes that give way.

::

    queue = Queue(room)
    queue.start()
    ...
    queue.stop()              # gives back what is under way; the next start goes on with it

One server at a time has a data folder (``serve`` locks it). What a former one of the same folder
was working on is therefore free as soon as this one starts.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from posecheck.apps.batch.rows import Unwritten
from posecheck.apps.batch.tasks import GRADE_CLIP
from posecheck.apps.batch.worker_process import (
    WorkerEndedError,
    WorkerError,
    WorkerLimitError,
    WorkerProcess,
    WorkerStoppedError,
)
from posecheck.apps.report_dir import REPORT
from posecheck.apps.web.queue.former import remove_leftovers, server_name
from posecheck.apps.web.queue.keeper import Held, Keeper
from posecheck.apps.web.queue.leases import (
    NEVER_ENDED,
    Lease,
    fail,
    finish,
    free_former,
    give_back,
    take,
)
from posecheck.apps.web.queue.patience import Patience, StoppedError
from posecheck.apps.web.queue.review_copy import MAKE, Copied
from posecheck.apps.web.queue.room_on_disk import RoomOnDisk, is_full
from posecheck.apps.web.queue.work import Work, forget, placed, work_on
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.results import save_result
from posecheck.apps.web.store.tables import MACHINE, WAITING, Clip, Job
from posecheck.errors import PosecheckError
from posecheck.threads import start_thread
from posecheck.types import ClipGrade

_LOOK_S = 0.4  # between two looks for work, where there is none
_AGAIN_S = 1.0  # before a clip is tried again that is not to blame, or a disk that is full
_IDLE_S = 120.0  # then a process that has the model in memory is let go
_GONE = "Its file is not there any more; send the clip again."
_NO_DATABASE = "The database does not answer; the queue goes on by itself when it does."


class ClipFailedError(Exception):
    """The clip cannot be graded; one sentence says why."""


class AgainError(Exception):
    """The clip is not to blame, or not yet; one sentence says what happened."""


class DiskFullError(AgainError):
    """Nothing can be written; the queue pauses, and nobody's tries are used up."""


class Queue:
    """Grades what waits, with so many processes as the room's settings say.

    Parameters
    ----------
    room
        Whose clips they are.
    runs
        The function that grades one, as a worker process finds it.

    """

    def __init__(self, room: Room, runs: str = GRADE_CLIP) -> None:
        self._room, self._runs = room, runs
        self._keeper = Keeper(room.database)
        self._disk = RoomOnDisk(room.folders.data)
        self._stop, self._ready = threading.Event(), threading.Event()
        self._patience = Patience(room.database, self._stop)
        self._threads: list[threading.Thread] = []

    @property
    def paused(self) -> str | None:
        """Why nothing is begun at the moment, in one sentence."""
        return self._disk.paused or (_NO_DATABASE if self._patience.waits else None)

    def start(self) -> None:
        """Begin; to be called once."""
        self._server = server_name(self._room.folders.data)
        doing: list[Callable[[], None]] = [self._tidy_and_keep]
        doing += [self._lead] * max(1, self._room.settings.workers)
        for number, do in enumerate(doing):
            thread = threading.Thread(target=do, name=f"posecheck-queue-{number}", daemon=True)
            start_thread(thread)
            self._threads.append(thread)

    def stop(self) -> None:
        """End what is under way, and give it back; returns when that is done."""
        self._stop.set()
        while any(thread.is_alive() for thread in self._threads):
            self._keeper.kill_all()
            for thread in self._threads:
                thread.join(_LOOK_S)

    def _tidy_and_keep(self) -> None:
        with contextlib.suppress(StoppedError):
            self._patience.write(lambda session: free_former(session, self._server))
            self._ready.set()
            remove_leftovers(self._room.folders, self._patience)
            self._keeper.keep(self._stop)

    def _lead(self) -> None:
        """Take job after job; what a thread of this kind does."""
        worker = WorkerProcess(background=True)
        idle_s = time.monotonic()
        while not self._stop.is_set():
            if not self._ready.wait(_LOOK_S):
                continue
            try:
                lease = self._taken() if self._disk.look() else None
                if lease is not None:
                    worker = self._do(lease, worker)
                    idle_s = time.monotonic()
                    continue
            except StoppedError:
                break
            if time.monotonic() - idle_s > _IDLE_S:
                worker.close()
            self._stop.wait(_AGAIN_S if self.paused else _LOOK_S)
        worker.close()

    def _taken(self) -> Lease | None:
        def waits(session: Session) -> bool:
            return session.scalar(select(Job.id).where(Job.state == WAITING).limit(1)) is not None

        if not self._patience.read(waits):
            return None
        return self._patience.write(lambda session: take(session, self._server))

    def _do(self, lease: Lease, worker: WorkerProcess) -> WorkerProcess:
        """Do a job; return the process for the next one."""
        try:
            work = self._patience.read(lambda s: work_on(s, self._room, lease, self._runs))
        except (PosecheckError, ValueError) as error:
            self._fail(lease, f"What is asked of it is not understood ({error}).")
            return worker
        if work is None:
            self._fail(lease, _GONE)
            return worker
        held = Held(work, worker)
        try:
            with self._keeper.holding(held):  # no longer, or it would miss a lease that has ended
                report, remark = self._grade(work, worker)
            self._keep(work, report, remark)
        except ClipFailedError as error:
            self._fail(lease, str(error))
            forget(work.folder)
        except AgainError as error:
            self._give_back(lease, error)
            self._stop.wait(_AGAIN_S)
        except (WorkerStoppedError, StoppedError):
            if held.lost:
                self._lost(work)
            else:  # it was no fault of the clip's
                self._patience.write_at_once(lambda s: give_back(s, lease, counts=False))
            if self._stop.is_set():
                raise StoppedError from None
            worker.close()
            return WorkerProcess(background=True)
        except OSError as error:  # the disk is full, or the clip was deleted meanwhile
            self._failed_to_write(work, error.strerror or str(error))
        except Exception as error:  # what nobody has thought of; the others shall not suffer
            why = f"It failed unexpectedly ({type(error).__name__}: {error})"
            self._fail(lease, f"{why[:300]}; please report this.")
        return worker

    def _grade(self, work: Work, worker: WorkerProcess) -> tuple[Path, str | None]:
        """Return the folder of the report, and what did not go well all the same."""
        with contextlib.suppress(FileExistsError):
            work.folder.work.mkdir()
        report = work.folder.machine if work.is_graded else self._graded(work, worker)
        remark = None
        if not work.is_copied:
            copied: Copied = self._run(work, worker, MAKE, work.copying)
            if copied.error is not None and (copied.unwritten or is_full(copied.error)):
                self._refuse(work, copied.error, unwritten=True)
            if copied.error is not None:
                remark = f"It was graded, but cannot be played on the page: {copied.error}"
        return report, remark

    def _graded(self, work: Work, worker: WorkerProcess) -> Path:
        row: ClipGrade = self._run(work, worker, work.grading.runs, work.grading)
        if row.error is not None:
            self._refuse(work, row.error, unwritten=isinstance(row, Unwritten))
        assert row.folder is not None
        return work.folder.work / row.folder

    def _run(self, work: Work, worker: WorkerProcess, function: str, payload: object) -> Any:
        try:
            return worker.run(function, payload, work.grading.limits)
        except WorkerLimitError as error:
            what = str(error).partition(";")[0]
            raise ClipFailedError(f"{what}; send a shorter clip.") from None
        except WorkerEndedError:
            raise AgainError(NEVER_ENDED) from None
        except WorkerError as error:
            raise ClipFailedError(str(error)) from None

    def _refuse(self, work: Work, why: str, unwritten: bool) -> None:
        if (unwritten or is_full(why)) and self._disk.pause_if_full(why, work.size):
            # one that has room by now, or is another one, might go on being full for ever
            error = AgainError if self._disk.look() else DiskFullError
            raise error(self._disk.paused or why)
        raise ClipFailedError(why)

    def _failed_to_write(self, work: Work, why: str) -> None:
        try:
            self._refuse(work, f"Its report cannot be kept ({why}).", unwritten=True)
        except ClipFailedError as error:
            self._fail(work.lease, str(error))
        except AgainError as error:
            self._give_back(work.lease, error)

    def _fail(self, lease: Lease, why: str) -> None:
        sentence = " ".join(why.split())
        self._patience.write(lambda session: fail(session, lease, sentence))

    def _give_back(self, lease: Lease, why: AgainError) -> None:
        counts = not isinstance(why, DiskFullError)
        self._patience.write(lambda s: give_back(s, lease, counts=counts, why=str(why)))

    def _keep(self, work: Work, report: Path, remark: str | None) -> None:
        """Put everything in its place, and the numbers into the database: both, or neither."""
        found = json.loads((report / REPORT).read_bytes())
        with placed(self._room.folders, work, report) as put:

            def commit(session: Session) -> bool:
                if not finish(session, work.lease, remark):
                    return False
                save_result(session, work.lease.clip_id, MACHINE, found)
                put()
                return True

            kept = self._patience.write(commit)
        if kept:
            forget(work.folder)
        else:
            self._lost(work)

    def _lost(self, work: Work) -> None:
        """Throw away what was done, unless somebody else goes on with it."""

        def is_gone(session: Session) -> bool:
            return session.get(Clip, work.lease.clip_id) is None

        if self._patience.read(is_gone):
            forget(work.folder)
