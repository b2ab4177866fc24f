"""What happens to a room that is served: nothing is lost, nothing is there twice, it goes on."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx2
import pytest
from batch_fakes import make_clip
from queue_clips import arrived
from sqlalchemy.engine import make_url
from web_room import SignIn

from benchmarks.postgres import Server
from benchmarks.web_faults import harms, is_over, is_under_way, locked, states, wait_until
from benchmarks.web_process import RoomProcess
from benchmarks.web_room import sign_in as sign_in_to
from posecheck.apps.web.queue.room_on_disk import FULL
from posecheck.apps.web.queue.runner import Queue
from posecheck.apps.web.room import Room
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store import tables

pytestmark = pytest.mark.slow
TESTS = Path(__file__).resolve().parents[1]
GONE_S = 2.0
SLOWLY = "batch_fakes:remember_slowly"


@contextlib.contextmanager
def served(room: Room) -> Iterator[RoomProcess]:
    """The room in a process of its own, which grades slowly enough to be caught at it."""
    process = RoomProcess(
        room.settings.data, room.settings.database_url, SLOWLY,
        (TESTS / "apps", TESTS / "vision"),
    )  # fmt: skip
    process.start()
    try:
        yield process
    finally:
        process.end()


def two_clips(room: Room, patient_id: int, folder: Path) -> None:
    for seed in (1, 2):
        arrived(room, patient_id, make_clip(folder / f"{seed}.mp4", 250, seed))


def in_the_middle(room: Room) -> None:
    """Wait until a clip is looked at."""
    wait_until(lambda: is_under_way(room))
    time.sleep(0.5)


def asks(process: RoomProcess, cookie: dict[str, str]) -> httpx2.Response:
    return httpx2.get(f"{process.address}/api/queue", cookies=cookie, timeout=30)


@pytest.mark.parametrize("killed", ["server", "worker"])
def test_kill_in_the_middle_of_grading(
    room: Room, patient_id: int, tmp_path: Path, killed: str
) -> None:
    two_clips(room, patient_id, tmp_path)
    with served(room) as process:
        in_the_middle(room)
        if killed == "worker":
            for worker in process.workers():
                worker.kill()
        else:
            process.end(signal.SIGKILL)
            assert "running" in states(room).values()
            process.start()
        wait_until(lambda: is_over(room))
    assert harms(room) == []


@pytest.mark.root
@pytest.mark.one_database
def test_a_disk_that_is_full(
    small_disk: Callable[[str], Path], database_url: str, tmp_path: Path
) -> None:
    """The folder of the data is on it; the database is not, as with a server of one's own."""
    data = small_disk("12m") / "data"
    with contextlib.closing(Room.opened(Settings(data=data, database=database_url))) as room:
        with room.database.writing() as session:
            session.add(tables.Patient(name="D", search_name="d"))
        two_clips(room, 1, tmp_path)
        cookie = sign_in_to(room, 1)
        filler = data.parent / "filler"
        with served(room) as process:
            in_the_middle(room)
            with contextlib.suppress(OSError), filler.open("wb") as stream:
                while True:
                    stream.write(bytes(4096))
                    stream.flush()
            wait_until(lambda: asks(process, cookie).json()["paused"] == FULL)
            assert "failed" not in states(room).values()
            filler.unlink()
            wait_until(lambda: is_over(room))
        assert harms(room) == []


@pytest.fixture
def is_gone(room: Room, request: pytest.FixtureRequest) -> Callable[[], Any]:
    """Takes the database away: SQLite is locked, a server does not run."""
    if room.database.is_sqlite:
        file = make_url(room.settings.database_url).database
        assert file is not None
        return lambda: locked(Path(file))
    server: Server = request.getfixturevalue("postgres_server")
    return server.away


def test_a_database_that_is_gone_for_a_while(
    room: Room, patient_id: int, tmp_path: Path, is_gone: Callable[[], Any]
) -> None:
    client = sign_in_to(room, 1)
    two_clips(room, patient_id, tmp_path)
    with served(room) as process:
        in_the_middle(room)
        with is_gone():
            answer = asks(process, client)
            if not room.database.is_sqlite:  # readers of SQLite see what was there before
                assert answer.status_code == 503
                assert "Nothing was lost" in answer.json()["detail"]
                assert "Retry-After" in answer.headers
            time.sleep(GONE_S)
        wait_until(lambda: is_over(room))
        assert asks(process, client).status_code == 200
    assert harms(room) == []


class _Clock(datetime):
    """The time of day, as far off as somebody has set it."""

    off = timedelta(0)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz or timezone.utc) + cls.off


@pytest.mark.one_database
def test_a_clock_that_is_set_back(
    room: Room, patient_id: int, tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a day, in the middle of grading: who is signed in stays so, each clip is graded once."""
    monkeypatch.setattr(_Clock, "off", timedelta(0))
    monkeypatch.setattr(tables, "datetime", _Clock)
    client = sign_in("therapist")
    two_clips(room, patient_id, tmp_path)
    queue = Queue(room, SLOWLY)
    queue.start()
    try:
        in_the_middle(room)
        monkeypatch.setattr(_Clock, "off", timedelta(days=-1))
        assert client.get("/api/queue").status_code == 200
        wait_until(lambda: is_over(room))
    finally:
        queue.stop()
    assert harms(room) == []
    assert client.get("/api/queue").json()["waiting"] == 0
