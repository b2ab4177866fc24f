"""Keeps leases alive while others work on them, and looks for those that have run out."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from posecheck.apps.batch.clip_progress import read_progress
from posecheck.apps.batch.worker_process import WorkerProcess
from posecheck.apps.web.queue.leases import Watch, beat
from posecheck.apps.web.queue.work import Work, share_done
from posecheck.apps.web.store.database import Database

TICK_S = 0.7  # between two looks at how far the work is
BEAT_S = 4.0  # between two beats, where nothing changes
WATCH_S = 5.0  # between two looks at all leases


@dataclass(slots=True)
class Held:
    """A lease that somebody here works on, and the process that does it."""

    work: Work
    worker: WorkerProcess
    lost: bool = False
    told: tuple[float, str] = (0.0, "")  # how far it was when the database was last told
    beaten_s: float = field(default_factory=time.monotonic)


class Keeper:
    """What one server's leases need; `keep` runs in a thread of its own.

    Parameters
    ----------
    database
        Where the leases are.

    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: list[Held] = []
        self._lock = threading.Lock()
        self._watch = Watch()

    @contextlib.contextmanager
    def holding(self, held: Held) -> Iterator[None]:
        """Keep a lease for as long as the block lasts."""
        with self._lock:
            self._held.append(held)
        try:
            yield
        finally:
            with self._lock:
                self._held.remove(held)

    def kill_all(self) -> None:
        """End all processes that work, for good."""
        for held in self._now():
            held.worker.kill()

    def keep(self, stop: threading.Event) -> None:
        """Do it until ``stop`` is set. While the database is gone there is nothing to be done."""
        watched_s = time.monotonic()
        while not stop.wait(TICK_S):
            try:
                self._beat()
                if time.monotonic() - watched_s >= WATCH_S:
                    watched_s = time.monotonic()
                    with self._database.writing() as session:
                        self._watch.reclaim(session)
            except SQLAlchemyError:
                continue

    def _beat(self) -> None:
        now_s = time.monotonic()
        due: list[tuple[Held, tuple[float, str]]] = []
        for held in self._now():
            share = share_done(read_progress(held.work.progress))
            if share != held.told or now_s - held.beaten_s >= BEAT_S:
                due.append((held, share))
        if not due:
            return
        with self._database.writing() as session:
            kept = [beat(session, held.work.lease, *share) for held, share in due]
        for (held, share), well in zip(due, kept, strict=True):
            held.told, held.beaten_s = share, now_s
            if not well:
                held.lost = True
                held.worker.kill()

    def _now(self) -> list[Held]:
        with self._lock:
            return list(self._held)
