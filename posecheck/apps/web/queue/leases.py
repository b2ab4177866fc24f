"""Jobs, and who may work on them: leases that hold on any database.

::

    with room.database.writing() as session:
        lease = take(session, server)               # None where nothing waits
    ...                                             # meanwhile `beat`, every few seconds
    with room.database.writing() as session:
        if finish(session, lease):                  # False: it was taken away; throw the work away
            save_result(session, ...)

A lease has an owner that no other lease has. Each change of a job asks for that owner in the same
statement, so whoever has lost a lease changes nothing. A lease has run out when a `Watch` has seen
the same beat for too long by its own monotonic clock: a clock that is set plays no part.

Where both are locked, the row of the clip is locked before that of its job, as a deletion does it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, Update, select, update
from sqlalchemy.orm import Session

from posecheck.apps.web.store.tables import DONE, FAILED, RUNNING, WAITING, Clip, Job, now

MOST_TRIES = 5  # a clip that ends whoever looks at it is left alone then
LEASE_S = 45.0  # without a beat; it may take a while to get to a database that was gone
NEVER_ENDED = (
    f"Grading it was begun {MOST_TRIES} times and never came to an end; try it again, or record "
    "the clip again."
)
_CANDIDATES = 8  # more takers at once are rare


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a job."""

    job_id: int
    clip_id: int
    owner: str  # unlike that of any other lease
    tries: int  # with this one


def take(session: Session, server: str) -> Lease | None:
    """Take the oldest job that waits; None where there is none, or others are just taking them.

    Parameters
    ----------
    session
        A writing one.
    server
        What the owners of all leases of a server begin with.

    """
    candidates = session.execute(
        select(Job.id, Job.clip_id).where(Job.state == WAITING).order_by(Job.id).limit(_CANDIDATES)
    ).all()
    for job_id, clip_id in candidates:
        if not _lock(session, clip_id, skip=True):
            continue
        owner = f"{server}.{secrets.token_hex(8)}"
        taken = _changes(
            session,
            update(Job)
            .where(Job.id == job_id, Job.state == WAITING)
            .values(
                state=RUNNING, owner=owner, beat=Job.beat + 1, tries=Job.tries + 1,
                progress=0.0, stage="", error=None, started_at=now(), finished_at=None,
            ),
        )  # fmt: skip
        if taken:
            _set_clip(session, clip_id, RUNNING)
            tries = session.scalar(select(Job.tries).where(Job.id == job_id))
            return Lease(job_id, clip_id, owner, tries or 1)
    return None


def beat(session: Session, lease: Lease, progress: float, stage: str) -> bool:
    """Say that the work goes on, and how far it is; False where the lease is lost."""
    values = {"beat": Job.beat + 1, "progress": progress, "stage": stage}
    return _changes(session, _owned(lease).values(**values))


def finish(session: Session, lease: Lease, remark: str | None = None) -> bool:
    """End a job well; False, and nothing is changed, where the lease is lost.

    Parameters
    ----------
    session
        A writing one: what came of the job is kept in the same transaction.
    lease
        Of whoever has done it.
    remark
        What did not go well all the same, in one sentence.

    """
    return _end(session, lease, DONE, remark)


def fail(session: Session, lease: Lease, why: str) -> bool:
    """End a job that could not be done; False where the lease is lost.

    Parameters
    ----------
    session
        A writing one.
    lease
        Of whoever has tried.
    why
        One sentence, for people.

    """
    return _end(session, lease, FAILED, why)


def give_back(session: Session, lease: Lease, counts: bool, why: str = NEVER_ENDED) -> bool:
    """Let a job wait again; False where the lease is lost.

    Parameters
    ----------
    session
        A writing one.
    lease
        Of whoever has begun with it.
    counts
        Whether this was one of the job's tries. After the last of them it fails.
    why
        Why it fails then, in one sentence.

    """
    if counts and lease.tries >= MOST_TRIES:
        return fail(session, lease, why)
    if not _lock(session, lease.clip_id):
        return False
    tries = Job.tries if counts else Job.tries - 1
    if not _changes(session, _owned(lease).values(**_WAITS, tries=tries)):
        return False
    _set_clip(session, lease.clip_id, WAITING)
    return True


def free_former(session: Session, server: str) -> int:
    """Free what a server that has ended was working on; return how many jobs that were.

    Parameters
    ----------
    session
        A writing one.
    server
        As of `take`: it must be certain that no process works under this name any more.

    """
    left = session.execute(
        select(Job.id, Job.clip_id, Job.owner, Job.tries).where(
            Job.state == RUNNING, Job.owner.startswith(f"{server}.", autoescape=True)
        )
    ).all()
    leases = [Lease(job, clip, owner or "", tries) for job, clip, owner, tries in left]
    return sum(give_back(session, lease, counts=True) for lease in leases)


class Watch:
    """Looks for leases that have run out, whoever had them; for one thread.

    Parameters
    ----------
    lease_s
        So long without a beat is too long.
    clock
        Seconds that nobody sets.

    """

    def __init__(
        self, lease_s: float = LEASE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lease_s, self._clock = lease_s, clock
        self._seen: dict[tuple[int, str, int], float] = {}  # job, owner, beat -> since when
        self._looked_s = clock()

    def reclaim(self, session: Session) -> list[int]:
        """Free the jobs whose leases have run out, and return them; to be called often.

        Parameters
        ----------
        session
            A writing one.

        """
        now_s = self._clock()
        if now_s - self._looked_s > self._lease_s / 2:
            # We did not look: the database was gone, and owners could not reach it either.
            self._seen = {}
        self._looked_s = now_s
        running = session.execute(
            select(Job.id, Job.clip_id, Job.owner, Job.beat, Job.tries).where(Job.state == RUNNING)
        ).all()
        seen: dict[tuple[int, str, int], float] = {}
        freed = []
        for job_id, clip_id, owner, beats, tries in running:
            key = (job_id, owner or "", beats)
            since_s = self._seen.get(key, now_s)
            if now_s - since_s <= self._lease_s:
                seen[key] = since_s
            elif give_back(session, Lease(job_id, clip_id, owner or "", tries), counts=True):
                freed.append(job_id)
        self._seen = seen
        return freed


def try_again(session: Session, clip_id: int) -> bool:
    """Let a clip be graded (again); False where it waits for that already, or is worked on.

    Parameters
    ----------
    session
        A writing one.
    clip_id
        A clip that is there.

    """
    _lock(session, clip_id)
    job = session.scalars(
        select(Job).where(Job.clip_id == clip_id).order_by(Job.id.desc()).limit(1)
    ).first()
    if job is None:
        session.add(Job(clip_id=clip_id))
    else:
        again = _WAITS | {"tries": 0, "error": None, "finished_at": None}
        if not _changes(
            session,
            update(Job).where(Job.id == job.id, Job.state.in_((DONE, FAILED))).values(**again),
        ):
            return False
    _set_clip(session, clip_id, WAITING)
    return True


_WAITS: dict[str, Any] = {"state": WAITING, "owner": None, "progress": 0.0, "stage": ""}


def _end(session: Session, lease: Lease, state: str, sentence: str | None) -> bool:
    if not _lock(session, lease.clip_id):
        return False
    values: dict[str, Any] = {
        "state": state,
        "owner": None,
        "error": sentence,
        "stage": "",
        "finished_at": now(),
    }
    if state == DONE:
        values["progress"] = 1.0
    if not _changes(session, _owned(lease).values(**values)):
        return False
    _set_clip(session, lease.clip_id, state, sentence)
    return True


def _owned(lease: Lease) -> Update:
    return update(Job).where(Job.id == lease.job_id, Job.state == RUNNING, Job.owner == lease.owner)


def _lock(session: Session, clip_id: int, skip: bool = False) -> bool:
    """Lock a clip's row until the transaction ends; SQLite has locked all of them already."""
    row = select(Clip.id).where(Clip.id == clip_id)
    return session.scalar(row.with_for_update(key_share=True, skip_locked=skip)) is not None


def _set_clip(session: Session, clip_id: int, state: str, error: str | None = None) -> None:
    _changes(session, update(Clip).where(Clip.id == clip_id).values(state=state, error=error))


def _changes(session: Session, statement: Update) -> bool:
    """Do it, and tell whether it has changed one row."""
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount == 1
