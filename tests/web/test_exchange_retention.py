"""Clips go after so many days, and a clock that was set deletes nothing."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from posecheck.apps.web.exchange.retention import Sweeper, set_retention
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import (
    AuditEntry,
    Clip,
    LoginSession,
    PatientLink,
    Upload,
    User,
)

DAY = timedelta(days=1)
START = datetime.fromisoformat("2030-01-10T08:00:00+00:00")


class Clock:
    """A wall clock that can be set, beside a monotonic one that cannot."""

    def __init__(self) -> None:
        self.at, self.passed_s = START, 0.0

    def wait(self, time: timedelta) -> None:
        self.at += time
        self.passed_s += time.total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sweeper(room: Room, clock: Clock, patient_id: int) -> Sweeper:
    """Of a room with a clip 40 days old and one of today."""
    with room.database.writing() as session:
        set_retention(session, 30)
        for sha, age in (("aa" * 32, 40), ("bb" * 32, 0)):
            at = START - age * DAY
            session.add(
                Clip(
                    patient_id=patient_id, sha256=sha, name="a.mp4", size=1,
                    recorded_at=at, received_at=at,
                )
            )  # fmt: skip
            folder = room.folders.clip(patient_id, sha).path
            folder.mkdir(parents=True)
            (folder / "clip.mp4").write_text("x")
    return started(room, clock)


def started(room: Room, clock: Clock) -> Sweeper:
    return Sweeper(room, lambda: clock.at, lambda: clock.passed_s)


def kept(room: Room) -> list[str]:
    with room.database.reading() as session:
        rows = [sha[:2] for sha in session.scalars(select(Clip.sha256).order_by(Clip.sha256))]
    files = sorted(path.parent.name[:2] for path in room.folders.patients.rglob("clip.mp4"))
    assert rows == files
    return rows


def test_what_is_too_old_goes_and_the_log_says_so(room: Room, sweeper: Sweeper) -> None:
    assert sweeper.sweep() == 1
    assert kept(room) == ["bb"]
    with room.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "clip.delete")).one()
    assert (entry.who, entry.detail) == ("system", "kept for 30 days")


def test_nothing_goes_unless_the_owner_wants_it(room: Room, sweeper: Sweeper) -> None:
    with room.database.writing() as session:
        set_retention(session, None)
    assert sweeper.sweep() == 0
    assert kept(room) == ["aa", "bb"]


@pytest.mark.parametrize("jump", [60 * DAY, -3 * DAY])
@pytest.mark.parametrize("again", [False, True])
def test_a_clock_that_was_set_deletes_nothing_for_a_day(
    room: Room, sweeper: Sweeper, clock: Clock, jump: timedelta, again: bool
) -> None:
    sweeper.sweep()
    clock.wait(DAY)
    clock.at += jump
    if again:  # the server was started anew meanwhile
        sweeper = started(room, clock)
    assert sweeper.sweep() == 0
    clock.wait(timedelta(hours=1))
    assert sweeper.sweep() == 0
    clock.at -= jump  # it was put right
    assert sweeper.sweep() == 0
    assert kept(room) == ["bb"]
    for _ in range(2):
        clock.wait(DAY)
        assert sweeper.sweep() == 0
    clock.wait(31 * DAY)
    assert sweeper.sweep() == 1


def test_a_room_that_was_closed_for_long_waits_for_one_more_day(
    room: Room, sweeper: Sweeper, clock: Clock
) -> None:
    sweeper.sweep()
    clock.wait(60 * DAY)
    later = started(room, clock)
    assert later.sweep() == 0
    clock.wait(DAY)
    assert later.sweep() == 1
    assert kept(room) == []


def test_what_has_run_out_goes_too(
    room: Room, sweeper: Sweeper, clock: Clock, patient_id: int
) -> None:
    def long_ago(days: float) -> datetime:
        return clock.at - days * DAY

    with room.database.writing() as session:
        user = User(login="a", name="a", role="owner", password_hash="-")
        session.add(user)
        session.flush()
        for i, days in enumerate((1, -1)):
            session.add_all(
                [
                    LoginSession(token_hash=f"s{i}", user_id=user.id, expires_at=long_ago(days)),
                    PatientLink(
                        token_hash=f"l{i}", patient_id=patient_id, expires_at=long_ago(40 * days)
                    ),
                    Upload(
                        id=f"u{i}", patient_id=patient_id, name="a", size=1,
                        touched_at=long_ago(8 * days),
                    ),
                ]
            )  # fmt: skip
            (room.folders.uploads / f"u{i}").write_text("x")
    sweeper.sweep()
    with room.database.reading() as session:
        assert session.scalars(select(LoginSession.token_hash)).all() == ["s1"]
        assert session.scalars(select(PatientLink.token_hash)).all() == ["l1"]
        assert session.scalars(select(Upload.id)).all() == ["u1"]
    assert [path.name for path in room.folders.uploads.iterdir()] == ["u1"]


def test_the_owner_says_for_how_long(owner: TestClient, therapist: TestClient) -> None:
    assert therapist.put("/api/room/retention", json={"days": 30}).status_code == 403
    assert owner.put("/api/room/retention", json={"days": 0}).status_code == 422
    assert owner.put("/api/room/retention", json={"days": 30}).json()["days"] == 30
    assert owner.get("/api/room/retention").json() == {"days": 30, "swept_at": None}
    owner.put("/api/room/retention", json={"days": None})
    assert owner.get("/api/room/retention").json()["days"] is None


def test_it_runs_by_itself(room: Room, sweeper: Sweeper) -> None:
    sweeper.start()
    for _ in range(100):
        if kept_now(room) == ["bb"]:
            break
        time.sleep(0.05)
    sweeper.stop()
    assert kept(room) == ["bb"]


def kept_now(room: Room) -> list[str]:
    with room.database.reading() as session:
        return [sha[:2] for sha in session.scalars(select(Clip.sha256).order_by(Clip.sha256))]
