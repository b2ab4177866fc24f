"""Alembic's way to the tables: by the connection that `Database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from posecheck.apps.web.store.tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
