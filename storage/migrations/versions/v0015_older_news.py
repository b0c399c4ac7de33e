"""Slack tells of people in any order, so of each it is kept how new the newest news is."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("told", sa.BigInteger, nullable=False, server_default="0"))
