"""What comes next is found without looking at all that waits.

PostgreSQL plans by what it counted last, mostly when next to nothing waited, and takes any index of
what waits for as good as another. So each says its condition in words that only its own questions
use.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

IN_TURN = "state = 'waiting' AND asked > 0"


def upgrade() -> None:
    _partial("ix_outbox_next", ["due_at", "id"], IN_TURN)
    _partial(
        "ix_outbox_next_call", ["due_at", "id"], f"{IN_TURN} AND substr(lane, 1, 5) != 'mail:'"
    )
    _partial("ix_outbox_first", ["lane", "id"], "lower(state) = 'waiting'")
    op.drop_index("ix_outbox_due", "outbox")
    op.drop_index("ix_outbox_lane", "outbox")


def _partial(name: str, columns: list[str], where: str) -> None:
    wanted = sa.text(where)
    op.create_index(name, "outbox", columns, sqlite_where=wanted, postgresql_where=wanted)
