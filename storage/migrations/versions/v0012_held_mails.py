"""Mails that are held, and the cards that ask what is to become of them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "held_cards",
        sa.Column("id", ID, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("team_id", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", sa.BigInteger),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("channel", sa.Text),
        sa.Column("ts", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_held_cards"),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name="fk_held_cards_decided_by"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_cards_address", "held_cards", ["address", "at"])
    flood = sa.text("why = 'flood' AND fate = 'open'")
    op.create_index(
        "ix_held_cards_flood",
        "held_cards",
        ["address", "team_id"],
        unique=True,
        sqlite_where=flood,
        postgresql_where=flood,
    )
    op.create_table(
        "held_mails",
        sa.Column("mail_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("card_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("doubtful", sa.Boolean, nullable=False),
        sa.Column("ticket_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("mail_id", name="pk_held_mails"),
        sa.ForeignKeyConstraint(["mail_id"], ["spool.id"], name="fk_held_mails_mail_id"),
        sa.ForeignKeyConstraint(["card_id"], ["held_cards.id"], name="fk_held_mails_card_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_held_mails_ticket_id"),
    )
    op.create_index("ix_held_mails_card", "held_mails", ["card_id", "mail_id"])
