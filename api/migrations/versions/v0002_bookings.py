"""Bookings: what every resource's room is held by, so that the database itself refuses a second booking."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; a control room that opens the log fills the table from it."""
    op.create_table(
        "bookings",
        sa.Column("resource", sa.Text, primary_key=True),
        sa.Column("piece", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("room", sa.Integer, nullable=False),
        sa.Column("need", sa.Text, nullable=False, index=True),
        sa.CheckConstraint("piece >= 0 AND piece < room", name="within_room"),
    )
