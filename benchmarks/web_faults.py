"""What must hold of a review room whatever has happened to it: nothing lost, nothing twice."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import select

from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import DONE, FAILED, RUNNING, Clip, Job, Result


def wait_until(holds: Callable[[], bool], for_s: float = 60.0) -> None:
    """Wait for something to become true; `TimeoutError` if it does not."""
    until_s = time.monotonic() + for_s
    while not holds():
        if time.monotonic() > until_s:
            raise TimeoutError("it never came true")
        time.sleep(0.02)


def states(room: Room) -> dict[int, str]:
    """Return the state of each clip."""
    with room.database.reading() as session:
        return {row.id: row.state for row in session.execute(select(Clip.id, Clip.state))}


def is_over(room: Room) -> bool:
    """Return whether nothing waits and nothing is graded."""
    return all(state in (DONE, FAILED) for state in states(room).values())


def is_under_way(room: Room) -> bool:
    """Return whether somebody works on a clip."""
    return RUNNING in states(room).values()


def harms(room: Room, within_s: float = 10.0) -> list[str]:
    """List whatever is not as if nothing had happened, once all is over and tidied up.

    Parameters
    ----------
    room
        Every clip in it can be graded.
    within_s
        What is left by then is a harm.

    """
    until_s = time.monotonic() + within_s
    while True:
        try:
            found = _harms(room)
        except FileNotFoundError as error:  # it was tidied up while we looked
            found = [str(error)]
        if not found or time.monotonic() > until_s:
            return found
        time.sleep(0.1)


def _harms(room: Room) -> list[str]:
    found = []
    with room.database.reading() as session:
        clips = list(session.scalars(select(Clip)))
        for clip in clips:
            jobs = list(session.scalars(select(Job).where(Job.clip_id == clip.id)))
            results = list(session.scalars(select(Result).where(Result.clip_id == clip.id)))
            if clip.state != DONE:
                found.append(f"clip {clip.id} is {clip.state}: {clip.error}")
            if [job.state for job in jobs] != [DONE]:
                found.append(f"clip {clip.id} has jobs {[job.state for job in jobs]}")
            if len(results) != 1:
                found.append(f"clip {clip.id} has {len(results)} results")
            found += [f"clip {clip.id}: {what}" for what in _harmed_files(room, clip, results)]
    parts = [p for p in room.folders.patients.rglob("*") if p.name.endswith((".part", ".tmp"))]
    return [*found, *(f"{path} is left" for path in parts)]


def _harmed_files(room: Room, clip: Clip, results: list[Result]) -> Iterator[str]:
    folder = room.folders.clip(clip.patient_id, clip.sha256)
    if folder.work.exists():
        yield "its folder of work is left"
    for path in (folder.review_copy, folder.frames):
        if not path.is_file():
            yield f"{path.name} is not there"
    try:
        report = json.loads((folder.machine / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield f"its report cannot be read: {error}"
        return
    for result in results:
        if (result.verdict, result.reps) != (report["grade"]["verdict"], len(report["reps"])):
            yield "its row says something else than its report"


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep everybody from writing to a database of SQLite."""
    connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    try:
        connection.execute("begin exclusive")
        yield
        connection.execute("rollback")
    finally:
        connection.close()
