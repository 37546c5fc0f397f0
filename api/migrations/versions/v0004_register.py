"""The register of procedures: drafts, and what people did about each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.tables import COUNT

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "drafts",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("written_at", COUNT, nullable=False, index=True),
        sa.Column("follows", sa.Text, sa.ForeignKey("drafts.fingerprint"), nullable=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "acts",
        sa.Column("number", COUNT, primary_key=True, autoincrement=True),
        sa.Column("fingerprint", sa.Text, sa.ForeignKey("drafts.fingerprint"), nullable=False, index=True),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", COUNT, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column("due_at", COUNT, nullable=True),
        sa.CheckConstraint("step <> 'approval' OR who <> author", name="another_approves"),
    )
    approval = sa.text("step = 'approval'")
    op.create_index(
        "one_approval", "acts", ["fingerprint"], unique=True, sqlite_where=approval, postgresql_where=approval
    )
