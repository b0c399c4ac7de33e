"""What the indexes of step 13 replaced goes from SQLite.

One process writes there, and the next one starts when it has ended: nobody asks for them any more.
On PostgreSQL programs of before may still run beside those of now, and they go a release later.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

REPLACED = {
    "outbox": ("ix_outbox_due", "ix_outbox_lane"),
    "spool": ("ix_spool_due", "ix_spool_sender", "ix_spool_thread"),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, names in REPLACED.items():
        for name in names:
            op.drop_index(name, table)
