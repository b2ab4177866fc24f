"""Clips go by themselves after so many days, if the owner of the room wants that.

A sweep is made at the start and once a day. A clock that was set must not cost a practice its
clips: a sweep that finds the clock more than a day away from where the last one left it deletes
nothing, and neither do those of the next day. Where the process has run since the last sweep its
monotonic clock says how much time went by; after a start it is not known, and two days without a
sweep (a long weekend) are already a reason to wait for one more.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import HTTPException
from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from posecheck.apps.web import audit
from posecheck.apps.web.accounts import browsers
from posecheck.apps.web.exchange.deletion import delete_clip, finish_deletions, remove_upload
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import (
    Clip,
    KnownBrowser,
    LoginSession,
    OneTimeLink,
    PatientLink,
    RoomSetting,
    Upload,
    now,
)
from posecheck.errors import PosecheckError
from posecheck.threads import start_thread

DAYS, CLOCK = "retention_days", "retention_clock"  # settings of the room
MOST_DAYS = 36500
_DAY = timedelta(days=1)
_WAITS = timedelta(hours=20)  # until the next day's sweep, which may be a little earlier in the day
_ABANDONED = timedelta(days=7)  # an upload that nobody goes on with
_LINKS_KEPT = timedelta(days=30)  # after their end, so that pages can still list them
_LOOK_S = 600.0


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long clips are kept, for the owner's page."""

    days: int | None  # None: until somebody deletes them
    swept_at: datetime | None  # when it was last looked


def retention_of(session: Session) -> Retention:
    """Return what holds; the session is a reading one."""
    kept = session.get(RoomSetting, DAYS)
    clock = _clock(session)
    days = int(kept.value) if kept is not None and kept.value.isdecimal() else None
    return Retention(days, clock[0] if clock else None)


def set_retention(session: Session, days: int | None) -> None:
    """Have clips deleted after so many days, or never; the session is a writing one."""
    kept = session.get(RoomSetting, DAYS)
    if days is None:
        if kept is not None:
            session.delete(kept)
        return
    session.merge(RoomSetting(key=DAYS, value=str(days)))


class Sweeper:
    """Sweeps the room at the start and once a day, in a thread of its own.

    ::

        sweeper = Sweeper(room)
        sweeper.start()
        ...
        sweeper.stop()

    Parameters
    ----------
    room
        What is swept.
    clock, monotonic_s
        What tells the time.

    """

    def __init__(
        self,
        room: Room,
        clock: Callable[[], datetime] = now,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._room, self._clock, self._monotonic_s = room, clock, monotonic_s
        self._swept_s: float | None = None  # by the monotonic clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; to be called once."""
        self._thread = threading.Thread(target=self._run, name="posecheck-sweep", daemon=True)
        start_thread(self._thread)

    def stop(self) -> None:
        """End; a deletion that has begun is ended first."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def sweep(self) -> int:
        """End what was broken off, and delete what has run out; return how many clips that were."""
        finish_deletions(self._room)
        at, passed_s = self._clock(), self._passed_s()
        with self._room.database.writing() as session:
            may_delete = _is_clock_right(session, at, passed_s)
            days = retention_of(session).days
        self._swept_s = self._monotonic_s()
        if not may_delete:
            return 0
        _remove_run_out(self._room, at)
        return 0 if days is None else self._delete_older(at - days * _DAY, days)

    def _passed_s(self) -> float | None:
        return None if self._swept_s is None else self._monotonic_s() - self._swept_s

    def _delete_older(self, limit: datetime, days: int) -> int:
        with self._room.database.reading() as session:
            old = session.scalars(
                select(Clip.id).where(Clip.received_at < limit).order_by(Clip.id)
            ).all()
        deleted = 0
        for clip_id in old:
            if self._stop.is_set():
                break
            # one that somebody else has deleted, or that plays just now, is no reason to end
            with contextlib.suppress(HTTPException, PosecheckError):
                delete_clip(self._room, clip_id, audit.SYSTEM, f"kept for {days} days")
                deleted += 1
        return deleted

    def _run(self) -> None:
        while not self._stop.is_set():
            passed_s = self._passed_s()
            if passed_s is None or passed_s >= _DAY.total_seconds():
                with contextlib.suppress(SQLAlchemyError, OSError):  # again in ten minutes
                    self.sweep()
            self._stop.wait(_LOOK_S)


def _is_clock_right(session: Session, at: datetime, passed_s: float | None) -> bool:
    """Tell whether the clock may be believed, and note where it stands now."""
    last = _clock(session)
    waiting_since = last[1] if last else None
    if last is not None:
        moved = at - last[0]
        if passed_s is not None:
            jumped = abs(moved - timedelta(seconds=passed_s)) > _DAY
        else:
            jumped = not -_DAY <= moved <= 2 * _DAY
        if jumped:
            waiting_since = at
        elif waiting_since is not None and at - waiting_since >= _WAITS:
            waiting_since = None
    waits = None if waiting_since is None else waiting_since.isoformat()
    value = json.dumps({"at": at.isoformat(), "waits_since": waits})
    session.merge(RoomSetting(key=CLOCK, value=value))
    return waiting_since is None


def _clock(session: Session) -> tuple[datetime, datetime | None] | None:
    """Return when it was last swept, and since when it is waited for the clock."""
    kept = session.get(RoomSetting, CLOCK)
    try:
        value = json.loads(kept.value) if kept is not None else None
        if value is None:
            return None
        waits = value["waits_since"]
        return datetime.fromisoformat(value["at"]), waits and datetime.fromisoformat(waits)
    except (ValueError, KeyError, TypeError):
        return None


def _remove_run_out(room: Room, at: datetime) -> None:
    """Remove sessions and links that are over, and uploads that nobody goes on with."""
    with room.database.writing() as session:
        session.execute(delete(LoginSession).where(LoginSession.expires_at < at))
        session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at < at - browsers.LAST))
        over = at - _LINKS_KEPT
        session.execute(
            delete(OneTimeLink).where(
                or_(OneTimeLink.expires_at < over, OneTimeLink.used_at < over)
            )
        )
        used = select(func.count()).where(Clip.link_id == PatientLink.id).scalar_subquery()
        session.execute(delete(PatientLink).where(PatientLink.expires_at < over, used == 0))
        abandoned = list(
            session.scalars(select(Upload.id).where(Upload.touched_at < at - _ABANDONED))
        )
        session.execute(delete(Upload).where(Upload.id.in_(abandoned)))
    for upload in abandoned:
        remove_upload(room.folders, upload)
    for folder in room.folders.imports.iterdir():
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < (at - _ABANDONED).timestamp():
                shutil.rmtree(folder, ignore_errors=True)
