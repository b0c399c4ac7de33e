"""Mail that comes in is kept as it came until it is worked on, whichever way it took."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "spool",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("team", sa.Text),
        sa.Column("strangers", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("envelope_from", sa.Text, nullable=False),
        sa.Column("envelope_to", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("leased_by", sa.Text),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_spool"),
        sa.UniqueConstraint("key", name="uq_spool_key"),
        sqlite_autoincrement=True,
    )
    waiting = "state = 'waiting'"
    _partial("ix_spool_due", "spool", ["due_at", "id"], waiting)
    _partial("ix_spool_sender", "spool", ["sender", "id"], waiting)
    _partial("ix_spool_thread", "spool", ["thread", "id"], waiting)
    undecided = "state IN ('held', 'set_aside')"
    _partial("ix_spool_undecided", "spool", ["state", "id"], undecided)
    _partial("ix_spool_forget", "spool", ["done_at"], "done_at IS NOT NULL AND raw IS NOT NULL")
    _mailboxes()
    op.create_table(
        "mail_repeats",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("entry_id", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_repeats"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_mail_repeats_ticket_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_mail_repeats_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mail_repeats_ticket", "mail_repeats", ["ticket_id"])


def _mailboxes() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("old_below", sa.BigInteger, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_mailboxes"),
    )
    op.create_table(
        "claims",
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger, nullable=False),
        sa.Column("uid", sa.BigInteger, nullable=False),
        sa.Column("spool_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("filed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("mailbox", "uidvalidity", "uid", name="pk_claims"),
        sa.ForeignKeyConstraint(["spool_id"], ["spool.id"], name="fk_claims_spool_id"),
        sqlite_with_rowid=False,
    )
    uid = ["mailbox", "uidvalidity", "uid"]
    _partial("ix_claims_to_file", "claims", uid, "filed_at IS NULL")
    _partial("ix_claims_forget", "claims", ["filed_at"], "filed_at IS NOT NULL")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    wanted = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=wanted, postgresql_where=wanted)
