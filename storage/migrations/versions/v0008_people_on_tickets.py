"""Tickets know who takes part in them, who was taken off, and which ticket they follow.

Each list is a text of ids between commas, empty ones are null: whoever saves a ticket without
knowing these columns leaves them as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Index: the column it is over, and the one that must be filled.
FEW = {
    "ix_tickets_follows": ("follows", "follows"),
    "ix_tickets_participants": ("id", "participants"),
    "ix_tickets_removed": ("id", "removed"),
}


def upgrade() -> None:
    follows = sa.ForeignKey("tickets.id", name="fk_tickets_follows")
    if op.get_bind().dialect.name == "sqlite":
        # Without a name: with one the whole table would have to be written anew.
        op.execute("ALTER TABLE tickets ADD COLUMN follows BIGINT REFERENCES tickets (id)")
    else:
        op.add_column("tickets", sa.Column("follows", sa.BigInteger, follows))
    op.add_column("tickets", sa.Column("participants", sa.Text))
    op.add_column("tickets", sa.Column("removed", sa.Text))
    for name, (column, filled) in FEW.items():
        where = sa.text(f"{filled} IS NOT NULL")
        op.create_index(name, "tickets", [column], sqlite_where=where, postgresql_where=where)
