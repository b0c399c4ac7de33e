"""A store of files says which database it belongs to: another one has nothing to tidy there."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("house", sa.Column("identity", sa.Text))
