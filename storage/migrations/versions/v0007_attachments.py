"""Files of tickets, and which of them go to the requester with which reply."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("slack_id", sa.Text),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_attachments_ticket_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_attachments_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attachments_ticket", "attachments", ["ticket_id", "id"])
    op.create_index("ix_attachments_entry", "attachments", ["entry_id", "id"])
    kept = sa.text("digest IS NOT NULL")
    op.create_index(
        "ix_attachments_digest",
        "attachments",
        ["digest"],
        sqlite_where=kept,
        postgresql_where=kept,
    )
    op.create_table(
        "attachment_shares",
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("attachment_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "attachment_id", name="pk_attachment_shares"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_attachment_shares_entry_id"),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name="fk_attachment_shares_attachment_id"
        ),
        sqlite_with_rowid=False,
    )
