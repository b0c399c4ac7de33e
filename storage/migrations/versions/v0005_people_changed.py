"""Changes of people are numbered, so that each process keeps its index of them up to date.

The index that sorted everybody by requests goes: each new ticket moved somebody in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("changed", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("ix_people_changed", "people", ["changed"])
    op.drop_index("ix_people_popular", "people")
