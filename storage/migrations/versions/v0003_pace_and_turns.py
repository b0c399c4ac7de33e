"""Budgets for what Slack finds too fast, leases for shared work, and how far a sync has come."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("rank", sa.Integer, nullable=False, server_default="1"))
    op.add_column("outbox", sa.Column("pace", sa.Text))
    paced = sa.text("state = 'waiting' AND pace IS NOT NULL")
    op.create_index(
        "ix_outbox_paced",
        "outbox",
        ["pace", "id"],
        sqlite_where=paced,
        postgresql_where=paced,
    )
    op.create_table(
        "budgets",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("every", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("waited_at", sa.BigInteger, nullable=False),
        sa.Column("refusals", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_budgets"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "syncs",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("name", name="pk_syncs"),
    )
