"""Mails that came back, and how many acknowledgements each sender got of late."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "returned_mails",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("outbox_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("hard", sa.Boolean, nullable=False),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("cleared_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_returned_mails"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_returned_mails_ticket_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_returned_mails_person_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_returned_mails_entry_id"),
        sa.UniqueConstraint("outbox_id", "address", name="uq_returned_mails_outbox_id_address"),
        sqlite_autoincrement=True,
    )
    current = sa.text("cleared_at IS NULL")
    for name, column in (
        ("ix_returned_mails_person", "person_id"),
        ("ix_returned_mails_address", "address"),
    ):
        op.create_index(
            name, "returned_mails", [column], sqlite_where=current, postgresql_where=current
        )
    op.create_table(
        "acknowledgements",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgements"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_acknowledgements_address", "acknowledgements", ["address", "at"])
    op.create_index("ix_acknowledgements_domain", "acknowledgements", ["domain", "at"])
    op.create_index("ix_acknowledgements_at", "acknowledgements", ["at"])
    op.create_table(
        "mail_domains",
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("domain", name="pk_mail_domains"),
    )
