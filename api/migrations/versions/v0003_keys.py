"""Keys: who may come in, and as what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.tables import COUNT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("issued_at", COUNT, nullable=False),
        sa.Column("issued_by", sa.Text, nullable=False),
        sa.Column("expires_at", COUNT, nullable=False),
        sa.Column("revoked_at", COUNT, nullable=True),
    )
