"""What changes is told to everybody who listens, by one look at the database, and it ends."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient
from queue_clips import wait_until
from queue_rows import add_clip
from sqlalchemy import delete

from posecheck.apps.web.app import create_app
from posecheck.apps.web.queue.changes import Changes
from posecheck.apps.web.queue.leases import beat, fail, finish, take
from posecheck.apps.web.queue.on_its_way import Change, Look
from posecheck.apps.web.room import Room
from posecheck.apps.web.store.database import Database
from posecheck.apps.web.store.tables import DONE, Clip, LoginSession, Patient

WAIT_S = 10.0


@pytest.fixture
def served(room: Room) -> Iterator[tuple[str, Changes]]:
    """The room behind a real server."""
    app = create_app(room)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", app.state.changes
        app.state.changes.close()  # whoever serves does it first, or the server waits for streams
        server.should_exit = True
        thread.join(WAIT_S)
        assert not thread.is_alive()


class Listener:
    """Reads a stream in a thread."""

    def __init__(self, address: str, browser: TestClient, query: str = "", last: str = "") -> None:
        self.got: list[dict[str, Any]] = []
        headers = {"Last-Event-ID": last} if last else {}
        client = httpx2.Client(base_url=address, cookies=dict(browser.cookies), timeout=WAIT_S)
        self._thread = threading.Thread(target=self._read, args=(client, query, headers))
        self._thread.start()

    def _read(self, client: httpx2.Client, query: str, headers: dict[str, str]) -> None:
        with client, client.stream("GET", f"/api/events{query}", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            event: dict[str, Any] = {}
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name:
                    event[name] = value
                    continue
                if "data" in event:
                    self.got.append(event | {"data": json.loads(event["data"])})
                event = {}

    def waits_for(self, count: int) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.got) >= count)
        return self.got

    def ended(self) -> bool:
        self._thread.join(WAIT_S)
        return not self._thread.is_alive()


def test_changes_are_told_as_they_happen_and_what_was_missed_is_told_again(
    room: Room, patient_id: int, therapist: TestClient, served: tuple[str, Changes]
) -> None:
    address, changes = served
    with room.database.writing() as session:
        other = Patient(name="L-9", search_name="l-9")
        session.add(other)
        session.flush()
        other_id = other.id
    mine, others = add_clip(room, patient_id), add_clip(room, other_id)
    all_, one = Listener(address, therapist), Listener(address, therapist, f"?patient={patient_id}")
    (now,) = all_.waits_for(1)
    assert now["event"] == "now"
    assert {change["clip"] for change in now["data"]} == {mine, others}
    assert [change["clip"] for change in one.waits_for(1)[0]["data"]] == [mine]

    with room.database.writing() as session:
        lease, other_lease = take(session, "a"), take(session, "a")
        assert lease is not None
        assert other_lease is not None
        beat(session, lease, 0.5, "looking")
    all_.waits_for(3)
    with room.database.writing() as session:
        finish(session, lease)
        fail(session, other_lease, "It is dark.")
    told = [event["data"] for event in all_.waits_for(5)[1:]]
    assert {"clip": mine, "patient": patient_id, "state": "running", "progress": 0.5,
            "stage": "looking", "error": None} in told  # fmt: skip
    assert {c["clip"]: (c["state"], c["error"]) for c in told[-2:]} == {
        mine: ("done", None), others: ("failed", "It is dark."),
    }  # fmt: skip
    assert [event["data"]["state"] for event in one.waits_for(3)[1:]] == ["running", "done"]

    late = Listener(address, therapist, last=all_.got[2]["id"])
    assert late.waits_for(2)[:2] == all_.got[3:5]
    unknown = Listener(address, therapist, last="feedbeef-3")
    assert unknown.waits_for(1)[0]["event"] == "now"

    taken_in = add_clip(room, patient_id, state=DONE)  # with its report
    gone = add_clip(room, patient_id)
    assert {event["data"]["clip"] for event in all_.waits_for(7)[5:]} == {taken_in, gone}
    with room.database.writing() as session:
        session.execute(delete(Clip).where(Clip.id == gone))
    assert all_.waits_for(8)[7]["data"]["state"] == "deleted"
    changes.close()
    assert all(listener.ended() for listener in (all_, one, late, unknown))


def test_many_listeners_cost_one_look(
    room: Room, patient_id: int, therapist: TestClient, served: tuple[str, Changes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    address, changes = served
    looks: list[Look] = []
    look = Look.look

    def counted(self: Look, database: Database) -> list[Change] | None:
        looks.append(self)
        return look(self, database)

    monkeypatch.setattr(Look, "look", counted)
    listeners = [Listener(address, therapist) for _ in range(30)]
    for listener in listeners:
        listener.waits_for(1)
    looks.clear()
    clip_id = add_clip(room, patient_id)
    for listener in listeners:
        assert listener.waits_for(2)[1]["data"]["clip"] == clip_id
    assert len(looks) <= 6
    changes.close()
    assert all(listener.ended() for listener in listeners)


@pytest.mark.one_database
def test_who_is_not_signed_in_hears_nothing(stranger: TestClient) -> None:
    assert stranger.get("/api/events").status_code == 401


def test_who_signs_out_hears_no_more(
    room: Room, therapist: TestClient, served: tuple[str, Changes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("posecheck.apps.web.queue.changes.CHECK_S", 0.2)
    listener = Listener(served[0], therapist)
    listener.waits_for(1)
    with room.database.writing() as session:
        session.execute(delete(LoginSession))
    assert listener.ended()
