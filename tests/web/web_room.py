"""A review room of the moment, empty, on each database that there is, and who asks it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import postgres
from benchmarks.postgres import Server

if TYPE_CHECKING:  # a plugin of all tests: most of them need nothing of this
    from fastapi.testclient import TestClient

    from posecheck.apps.web.room import Room

ADDRESS = "http://127.0.0.1"
SignIn = Callable[..., "TestClient"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have what asks a database run on each, unless one is enough for what it shows."""
    if "database_url" in metafunc.fixturenames:
        kinds: list[Any] = ["sqlite"]
        if not any(metafunc.definition.get_closest_marker(m) for m in ("one_database", "browser")):
            kinds.append(pytest.param("postgresql", marks=pytest.mark.postgres))
        metafunc.parametrize("database_url", kinds, indirect=True)


def _migrated(url: str) -> None:
    from posecheck.apps.web.store.database import Database

    with contextlib.closing(Database(url)) as database:
        database.migrate()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A real server, which has the tables in its database "empty"."""
    with postgres.running() as server:
        _migrated(server.new_database("empty"))
        yield server


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite that has the tables."""
    path = tmp_path_factory.mktemp("empty") / "room.sqlite"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in its tables: one after the other of those that there are."""
    if request.param == "sqlite":
        path = tmp_path / "room.sqlite"
        path.write_bytes(request.getfixturevalue("empty_file").read_bytes())
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = f"room_{secrets.token_hex(6)}"
    yield server.new_database(name, template="empty")
    server.drop(name)


@pytest.fixture
def room(tmp_path: Path, database_url: str) -> Iterator[Room]:
    """A room that nobody has entered yet."""
    from posecheck.apps.web.room import Room
    from posecheck.apps.web.settings import Settings

    with contextlib.closing(
        Room.opened(Settings(data=tmp_path / "data", database=database_url))
    ) as opened:
        yield opened


@pytest.fixture
def stranger(room: Room) -> TestClient:
    """Somebody who has not signed in."""
    return browser(room)


def browser(room: Room) -> TestClient:
    """Return a browser that knows nothing of the room yet."""
    from fastapi.testclient import TestClient

    from posecheck.apps.web.app import create_app

    return TestClient(create_app(room), base_url=ADDRESS, follow_redirects=False)


@pytest.fixture
def sign_in(room: Room) -> SignIn:
    """Makes an account of a role and returns a browser that is signed in with it."""
    from posecheck.apps.web.access import COOKIE
    from posecheck.apps.web.secrets_of_links import hash_of, new_secret
    from posecheck.apps.web.store.tables import LoginSession, User, now

    made = 0

    def signed_in(role: str = "therapist") -> TestClient:
        nonlocal made
        made += 1
        secret = new_secret()
        with room.database.writing() as session:
            user = User(login=f"{role}{made}", name=f"{role} {made}", role=role, password_hash="-")
            session.add(user)
            session.flush()
            session.add(
                LoginSession(
                    token_hash=hash_of(secret), user_id=user.id, expires_at=now() + timedelta(1)
                )
            )
        client = browser(room)
        client.cookies.set(COOKIE, secret)
        return client

    return signed_in


@pytest.fixture
def owner(sign_in: SignIn) -> TestClient:
    """The browser of the room's owner."""
    return sign_in("owner")


@pytest.fixture
def therapist(sign_in: SignIn) -> TestClient:
    """The browser of a therapist."""
    return sign_in("therapist")


@pytest.fixture
def patient_id(room: Room) -> int:
    """A patient who is there already."""
    from posecheck.apps.web.store.tables import Patient

    with room.database.writing() as session:
        patient = Patient(name="K-204", search_name="k-204")
        session.add(patient)
        session.flush()
        return patient.id
