"""Runs the steps on the connection that the caller has open, in the caller's transaction."""

from __future__ import annotations

from alembic import context

from api.tables import tables

context.configure(connection=context.config.attributes["connection"], target_metadata=tables)
context.run_migrations()
