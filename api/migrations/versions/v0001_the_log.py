"""The log: entries, its head, the documents it was folded under, and receipts of idempotency keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.tables import COUNT, guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "entries",
        sa.Column("sequence", COUNT, primary_key=True, autoincrement=False),
        sa.Column("batch", COUNT, nullable=False),
        sa.Column("recorded_at", COUNT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False, index=True),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    for statement in guards(op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "head",
        sa.Column(
            "only", sa.Integer, sa.CheckConstraint('"only" = 1', name="one"), primary_key=True, autoincrement=False
        ),
        sa.Column("sequence", COUNT, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("centre", sa.Text, nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "receipts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("recorded_at", COUNT, nullable=False, index=True),
    )
