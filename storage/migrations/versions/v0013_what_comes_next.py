"""What comes next is found without looking at all that waits.

PostgreSQL plans by what it counted last, mostly when next to nothing waited, and takes any index of
what waits for as good as another. So each says its condition in words that only its own questions
use. The indexes of before stay for programs of before, which would look at every row without them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OF_ONE = "lower(state) = 'waiting'"
IN_TURN = f"{OF_ONE} AND asked > 0"


def upgrade() -> None:
    call = f"{IN_TURN} AND substr(lane, 1, 5) != 'mail:'"
    _partial("ix_outbox_next", "outbox", ["due_at", "id"], IN_TURN)
    _partial("ix_outbox_next_call", "outbox", ["due_at", "id"], call)
    _partial("ix_outbox_first", "outbox", ["lane", "id"], OF_ONE)
    _partial("ix_spool_next", "spool", ["id"], f"{OF_ONE} AND deaths >= 0")
    _partial("ix_spool_of_sender", "spool", ["sender", "id"], OF_ONE)
    _partial("ix_spool_of_thread", "spool", ["thread", "id"], OF_ONE)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    wanted = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=wanted, postgresql_where=wanted)
