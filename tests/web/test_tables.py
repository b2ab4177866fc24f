"""The tables of the database are those that the program knows."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from posecheck.apps.web.room import Room
from posecheck.apps.web.store.tables import Base


def test_the_migration_makes_the_tables_of_the_program(room: Room) -> None:
    with room.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
