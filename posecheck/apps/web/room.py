"""A review room that is open: its settings, database and folders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from posecheck.apps.web.folders import Folders
from posecheck.apps.web.settings import Settings
from posecheck.apps.web.store.database import Database


@dataclass(frozen=True, slots=True)
class Room:
    """What every request needs."""

    settings: Settings
    database: Database
    folders: Folders

    @classmethod
    def opened(cls, settings: Settings) -> Room:
        """Make the folders and bring the database up to date."""
        folders = Folders(settings.data)
        folders.make()
        database = Database(settings.database_url)
        database.migrate()
        return cls(settings, database, folders)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def room_of(request: Request) -> Room:
    """Return the room that a request came into."""
    room: Room = request.app.state.room
    return room


TheRoom = Annotated[Room, Depends(room_of)]
