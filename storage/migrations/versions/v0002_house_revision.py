"""The house says when it changed, so that processes may keep what the desk file says in memory."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("house", sa.Column("revision", sa.BigInteger, nullable=False, server_default="0"))
