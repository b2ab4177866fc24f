"""A real PostgreSQL of the moment: its own folder, its own socket, nothing on the network.

::

    with running() as server:
        url = server.new_database("room")
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_USER = "posecheck"
# Nothing of it has to outlive the machine.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
_SMALL = ("shared_buffers=16MB", "max_connections=200", "listen_addresses=", "log_timezone=UTC")


def _programs() -> Path:
    """Return the folder of the newest server that is installed; Debian keeps it off the path."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if not places:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    return places[-1].parent


def _owner() -> int | None:
    """Return who is to run it: it refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise LookupError("There is nobody but root to run PostgreSQL.")


class Server:
    """A server that can be stopped and started again, and its databases."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._programs, self._owner = folder, _programs(), _owner()
        if self._owner is not None:
            os.chown(folder, self._owner, -1)
        self._run(
            "initdb", "-D", "data", "-U", _USER, "-A", "trust", "-E", "UTF8",
            "--locale", "C", "--no-sync", "--no-instructions",
        )  # fmt: skip
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], user=self._owner, cwd=self._folder,
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it answers; it is nobody's child."""
        options = " ".join(f"-c {value}" for value in (*_QUICK, *_SMALL))
        self._run(
            "pg_ctl", "-D", "data", "-l", "log", "-w", "-t", "60", "-o",
            f"-k {self._folder} {options}", "start",
        )  # fmt: skip

    def stop(self) -> None:
        """Break off every connection, and end it."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", "fast", "stop")

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Have it not run for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def url(self, name: str) -> str:
        """Return the address of a database, as SQLAlchemy takes it."""
        return f"postgresql+psycopg://{_USER}@/{name}?host={self._folder}"

    def new_database(self, name: str, template: str = "template0") -> str:
        """Make a database, a copy of another one's tables; return its address."""
        self.tell(f'create database "{name}" template "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Take a database away, whoever is still at it."""
        self.tell(f'drop database if exists "{name}" with (force)')

    def tell(self, statement: str) -> None:
        """Have the server do something that concerns whole databases."""
        import psycopg

        with psycopg.connect(
            f"host={self._folder} user={_USER} dbname=postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Lead a server in a folder of its own; a socket's path has to be short."""
    folder = Path(tempfile.mkdtemp(prefix="pg_"))
    try:
        server = Server(folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
