"""Transactions that wait for a database that is gone for a while."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from posecheck.apps.web.store.database import Database

_AGAIN_S = 1.0
_GONE = (OperationalError, InterfaceError, PoolTimeoutError)
_T = TypeVar("_T")


class StoppedError(Exception):
    """Waiting was given up: the queue is to stop."""


class Patience:
    """A database, and when to give up waiting for it; for any thread.

    Parameters
    ----------
    database
        It may be locked by somebody, full, or out of reach, and comes back.
    stop
        Is set when nothing is to be waited for any more.

    """

    def __init__(self, database: Database, stop: threading.Event) -> None:
        self._database, self._stop = database, stop
        self.waits = False  # whether it was gone when it was last asked

    def read(self, do: Callable[[Session], _T]) -> _T:
        """Return what ``do`` finds; StoppedError where the database is gone until we stop."""
        return self._until_done(self._database.reading, do)

    def write(self, do: Callable[[Session], _T]) -> _T:
        """Let ``do`` change something; it is called again where the database had gone."""
        return self._until_done(self._database.writing, do)

    def write_at_once(self, do: Callable[[Session], object]) -> None:
        """Let ``do`` change something, if the database is there."""
        with contextlib.suppress(*_GONE), self._database.writing() as session:
            do(session)

    def _until_done(
        self,
        begin: Callable[[], contextlib.AbstractContextManager[Session]],
        do: Callable[[Session], _T],
    ) -> _T:
        while True:
            try:
                with begin() as session:
                    done = do(session)
                self.waits = False
                return done
            except _GONE:
                self.waits = True
                if self._stop.wait(_AGAIN_S):
                    raise StoppedError from None
