"""Teams say how their mails look, technicians how theirs end, and a ticket's mails stay together
in programs that go by an index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("teams", sa.Column("mail", sa.Text))
    op.add_column("people", sa.Column("signature", sa.Text))
    op.create_table(
        "mail_threads",
        sa.Column(
            "ticket_id",
            sa.BigInteger,
            sa.ForeignKey("tickets.id", name="fk_mail_threads_ticket_id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("outlook_index", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
    )
