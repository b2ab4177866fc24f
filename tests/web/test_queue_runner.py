"""The queue grades as ``posecheck grade`` does, and nothing that happens to it costs a clip."""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psutil
import pytest
from batch_fakes import make_clip, remember, run_inline
from queue_clips import arrived, clip_row, folder_of, job_row, wait_until
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from posecheck.apps.batch.tasks import Limits
from posecheck.apps.web.queue import runner
from posecheck.apps.web.queue.leases import NEVER_ENDED, free_former, take, try_again
from posecheck.apps.web.queue.room_on_disk import FULL, RoomOnDisk
from posecheck.apps.web.queue.runner import Queue
from posecheck.apps.web.queue.work import placed, work_on
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.database import Database
from posecheck.apps.web.store.results import save_result
from posecheck.apps.web.store.tables import (
    DONE,
    FAILED,
    MACHINE,
    RUNNING,
    Clip,
    Job,
    Patient,
    Result,
)

REMEMBER, SLOWLY, BLIND, BY_NAME = (
    f"batch_fakes:{name}" for name in ("remember", "remember_slowly", "do_not_look", "by_name")
)
DAY = datetime(2026, 3, 30, 9, tzinfo=timezone.utc)


@contextlib.contextmanager
def at_work(room: Room, runs: str = REMEMBER) -> Iterator[Queue]:
    queue = Queue(room, runs)
    queue.start()
    try:
        yield queue
    finally:
        queue.stop()


def ends(room: Room, clip_id: int, state: str = DONE) -> None:
    wait_until(lambda: clip_row(room, clip_id).state in (DONE, FAILED))
    clip = clip_row(room, clip_id)
    assert (clip.state, job_row(room, clip_id).state) == (state, state), clip.error


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "Knee, week 2.mp4", 220)


@pytest.mark.one_database
def test_the_report_is_that_of_grade(
    room: Room, patient_id: int, video: Path, tmp_path: Path
) -> None:
    clip_id = arrived(
        room, patient_id, video,
        recorded_at=DAY, symptoms_before=4, symptoms_after=2, note="Slept badly.",
    )  # fmt: skip
    with at_work(room):
        ends(room, clip_id)
    table = tmp_path / "clips.csv"
    table.write_text(
        "clip,subject,session_date,symptoms_before,symptoms_after,note\n"
        f'"{video.name}",K-204,2026-03-30,4,2,Slept badly.\n'
    )
    run_inline(table, tmp_path / "graded")
    folder, expected = folder_of(room, clip_id), tmp_path / "graded" / video.stem
    page = expected / "report.html"
    page.write_text(page.read_text().replace(' src="../plotly', ' src="../../../plotly'))
    assert {p.name: p.read_bytes() for p in folder.machine.iterdir()} == {
        p.name: p.read_bytes() for p in expected.iterdir()
    }
    library = re.search('src="([^"]*plotly[^"]*)"', page.read_text())
    assert library is not None
    assert (folder.machine / library[1]).resolve() == room.folders.plotly.resolve()
    assert room.folders.plotly.stat().st_size > 1 << 20
    with (folder.machine / "angles.csv").open() as stream:
        rows = [float(row["t_s"]) for row in csv.DictReader(stream)]
    assert json.loads(folder.frames.read_text())["t_s"] == rows
    assert folder.review_copy.stat().st_size
    assert sorted(p.name for p in folder.path.iterdir()) == [
        "clip.mp4", "frames.json", "machine", "review.mp4",
    ]  # fmt: skip
    report = json.loads((folder.machine / "report.json").read_text())
    with room.database.reading() as session:
        result = session.scalars(select(Result).where(Result.clip_id == clip_id)).one()
    assert (result.whose, result.verdict) == (MACHINE, report["grade"]["verdict"])
    assert result.reps == len(report["reps"]) > 0
    assert result.tension_knee_deg == report["tension"]["knee_flexion_deg"]


def test_what_was_written_but_not_committed_is_taken_up(
    room: Room, patient_id: int, video: Path
) -> None:
    clip_id = arrived(room, patient_id, video)
    with at_work(room, REMEMBER):
        ends(room, clip_id)
    before = (folder_of(room, clip_id).machine / "report.json").stat()
    # as after a kill just before the commit: the work is there, the database knows nothing
    with room.database.writing() as session:
        session.execute(delete(Result))
        assert try_again(session, clip_id)
        lease = take(session, "former")
        assert lease is not None
    with room.database.reading() as session:
        work = work_on(session, room, lease, REMEMBER)
    assert work is not None
    work.folder.work.mkdir()
    remember(work.grading)
    os.replace(work.folder.review_copy, work.folder.work / "review.mp4")  # noqa: PTH105
    os.replace(work.folder.frames, work.folder.work / "frames.json")  # noqa: PTH105
    with room.database.writing() as session:
        free_former(session, "former")
    with at_work(room, BLIND):  # who looks again fails
        ends(room, clip_id)
    after = (folder_of(room, clip_id).machine / "report.json").stat()
    assert after.st_ino != before.st_ino
    assert folder_of(room, clip_id).review_copy.is_file()
    assert not folder_of(room, clip_id).work.exists()


def test_a_stop_gives_back_and_the_next_start_goes_on(
    room: Room, patient_id: int, video: Path
) -> None:
    clip_id = arrived(room, patient_id, video)
    with at_work(room, SLOWLY):
        wait_until(lambda: job_row(room, clip_id).progress > 0)
        job = job_row(room, clip_id)
        assert (job.state, job.stage) == (RUNNING, "looking")
        assert 0 < job.progress < 0.8
    job = job_row(room, clip_id)
    assert (job.state, job.owner, job.tries) == ("waiting", None, 0)
    with at_work(room):
        ends(room, clip_id)


@pytest.mark.one_database
def test_a_worker_gives_way_and_one_that_is_killed_costs_nothing(
    room: Room, patient_id: int, video: Path
) -> None:
    clip_id = arrived(room, patient_id, video)
    with at_work(room, SLOWLY):
        wait_until(lambda: job_row(room, clip_id).progress > 0)
        # other children of this process, such as a database, are left alone
        (worker,) = (p for p in psutil.Process().children() if "worker_main" in str(p.cmdline()))
        assert worker.nice() >= 10
        worker.send_signal(signal.SIGKILL)
        ends(room, clip_id)
    assert job_row(room, clip_id).tries == 2
    with room.database.reading() as session:
        assert len(session.scalars(select(Result)).all()) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(("stem", "why"), [("crash", NEVER_ENDED), ("fail", "no such luck")])
def test_a_failed_clip_says_why_and_does_not_stop_the_others(
    room: Room, patient_id: int, tmp_path: Path, stem: str, why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("posecheck.apps.web.queue.runner._AGAIN_S", 0.01)
    monkeypatch.setattr("posecheck.apps.web.queue.leases.MOST_TRIES", 2)
    bad = arrived(room, patient_id, make_clip(tmp_path / f"{stem}.mp4", seed=1))
    good = arrived(room, patient_id, make_clip(tmp_path / "good.mp4", seed=2))
    (tmp_path / "none.mp4").write_bytes(b"no video at all")
    none = arrived(room, patient_id, tmp_path / "none.mp4")
    with at_work(room, BY_NAME):
        ends(room, bad, FAILED)
        ends(room, good)
        ends(room, none, FAILED)
    assert why in (clip_row(room, bad).error or "")
    assert "none.mp4" in (clip_row(room, none).error or "")
    assert not folder_of(room, none).machine.exists()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("stem", "limits", "why"),
    [
        ("hang", Limits(time_s=2), "It took longer than 2 s and was stopped; send a shorter clip."),
        ("swell", Limits(memory_mib=700), "It took more than 700 MiB of memory and was stopped"),
    ],
)
def test_a_clip_that_takes_too_much_is_stopped(
    tmp_path: Path, database_url: str, stem: str, limits: Limits, why: str
) -> None:
    room = Room.opened(Settings(tmp_path / "data", database_url, limits=limits))
    with room.database.writing() as session:
        patient = Patient(name="K-204", search_name="k-204")
        session.add(patient)
        session.flush()
        patient_id = patient.id
    clip_id = arrived(room, patient_id, make_clip(tmp_path / f"{stem}.mp4"))
    queue = Queue(room, "batch_fakes:by_name")
    queue.start()
    wait_until(lambda: clip_row(room, clip_id).state == "failed")
    queue.stop()
    assert why in (clip_row(room, clip_id).error or "")
    room.close()


def test_a_clip_that_is_deleted_meanwhile_leaves_nothing(
    room: Room, patient_id: int, video: Path
) -> None:
    clip_id = arrived(room, patient_id, video)
    folder = folder_of(room, clip_id)
    with at_work(room, SLOWLY):
        wait_until(lambda: job_row(room, clip_id).progress > 0)
        with room.database.writing() as session:
            session.execute(delete(Clip))
        (folder.path / "clip.mp4").unlink()
        wait_until(lambda: not folder.path.exists())
    assert not folder.path.exists()
    with room.database.reading() as session:
        assert session.scalars(select(Job)).all() == []


@pytest.mark.one_database
def test_a_full_disk_pauses_and_goes_on_by_itself(
    room: Room, patient_id: int, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip_id = arrived(room, patient_id, video)
    full = threading.Event()
    full.set()
    probed, put = RoomOnDisk._probed, placed

    def placed_if_there_is_room(*asked: Any) -> Any:
        if full.is_set():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return put(*asked)

    monkeypatch.setattr(
        RoomOnDisk, "_probed", lambda self: FULL if full.is_set() and self.paused else probed(self)
    )
    monkeypatch.setattr(runner, "placed", placed_if_there_is_room)
    with at_work(room) as queue:
        wait_until(lambda: queue.paused == FULL)
        wait_until(lambda: job_row(room, clip_id).state == "waiting")
        assert job_row(room, clip_id).tries == 0  # it is not the clip's fault
        full.clear()
        ends(room, clip_id)
        assert queue.paused is None
    assert job_row(room, clip_id).tries == 1


def test_a_database_that_is_gone_for_a_while_is_waited_for(
    room: Room, patient_id: int, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip_id = arrived(room, patient_id, video)
    gone = threading.Event()

    @contextlib.contextmanager
    def there(begin: Any, database: Database) -> Iterator[Session]:
        if gone.is_set() and threading.current_thread().name.startswith("posecheck-queue"):
            raise OperationalError("select 1", None, Exception("the server closed the connection"))
        with begin(database) as session:
            yield session
            if gone.is_set():  # at the worst moment: everything was done but the commit
                raise OperationalError("commit", None, Exception("it has gone away"))

    monkeypatch.setattr("posecheck.apps.web.queue.patience._AGAIN_S", 0.05)
    for name in ("reading", "writing"):
        begin = getattr(Database, name)
        monkeypatch.setattr(Database, name, lambda self, begin=begin: there(begin, self))
    kept = save_result

    def goes_away(*values: Any) -> None:
        if not tried:
            gone.set()
        tried.append(1)
        kept(*values)

    tried: list[int] = []
    monkeypatch.setattr(runner, "save_result", goes_away)
    with at_work(room) as queue:
        wait_until(gone.is_set)
        wait_until(lambda: queue.paused is not None)
        time.sleep(0.5)
        gone.clear()
        ends(room, clip_id)
        wait_until(lambda: queue.paused is None)
    assert job_row(room, clip_id).tries == 1
    assert len(tried) == 2
    assert (folder_of(room, clip_id).machine / "report.json").is_file()
