"""The database of a review room, whichever it is.

::

    database = Database("sqlite:///room.sqlite")
    database.migrate()
    with database.writing() as session:      # commits at the end, or takes everything back
        session.add(Patient(name="K-204", search_name="k-204"))
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from posecheck.errors import InputError

_PATIENCE_S = 12.0  # for another writer, or for a server that is gone
_POOL = 20  # connections that are kept; a request needs one
_MIGRATIONS = Path(__file__).with_name("migrations")
_WRITES = "posecheck_writes"  # of a connection: its transaction begins as a writing one


class Database:
    """An engine with its sessions; may be used by any thread.

    Parameters
    ----------
    url
        As SQLAlchemy takes it, of SQLite or PostgreSQL.

    Raises
    ------
    InputError
        It is neither.

    """

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
            self._engine = _sqlite(url) if self.is_sqlite else _server(url)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise InputError(
                "--database takes an address such as postgresql+psycopg://user@host/name."
            ) from error

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine."""
        return self._engine

    def migrate(self) -> None:
        """Bring the tables to the form that this Posecheck knows."""
        config = _migrations()
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def version(self) -> str:
        """Return the migration that the tables are at."""
        with self._engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that looks; what it changes is not kept."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that changes something: all of it, or nothing after an error."""
        options = {_WRITES: True}
        with (
            self._engine.connect().execution_options(**options) as connection,
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def is_there(self) -> bool:
        """Return whether the database answers."""
        try:
            with self._engine.connect() as connection:
                connection.execute(text("select 1"))
        except OperationalError:
            return False
        return True

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def newest_version() -> str:
    """Return the migration that this Posecheck brings tables to."""
    return ScriptDirectory.from_config(_migrations()).get_current_head() or ""


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def reason_of(error: SQLAlchemyError) -> str:
    """Return what the database itself says of an error, in one line."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url, pool_size=_POOL, max_overflow=_POOL, connect_args={"timeout": _PATIENCE_S}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the module would begin transactions of its own
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # One that reads first and writes then could find that somebody has written between.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def _server(url: str) -> Engine:
    return create_engine(
        url, pool_size=_POOL, max_overflow=_POOL, pool_pre_ping=True, pool_timeout=_PATIENCE_S,
        connect_args={"connect_timeout": int(_PATIENCE_S)},
    )  # fmt: skip
