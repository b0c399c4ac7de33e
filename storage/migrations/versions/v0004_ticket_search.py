"""Tickets are found by their words.

Triggers note what is to be indexed, in the transaction that changed it: so nothing is missed,
neither where transactions end in another order than they began nor where an older version of the
program is still at work on the same database.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ticket_words",
        sa.Column("ticket_id", Id, primary_key=True, autoincrement=False),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("every", sa.Text, nullable=False),
    )
    op.create_table(
        "unindexed",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "indexing",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("below", sa.BigInteger),
        sa.CheckConstraint("id = 1", name="only_one"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()
    # Last: the triggers stand, so what is not below this number reaches the index by itself.
    op.execute("INSERT INTO indexing (id, below) SELECT 1, max(id) + 1 FROM tickets")


OF_PERSON = (
    "SELECT id, 0 FROM tickets WHERE requester_id = NEW.id"
    " UNION SELECT id, 0 FROM tickets WHERE beneficiary_id = NEW.id"
)
CHANGES = {  # trigger: what sets it off, under which condition, and what is noted then
    "entries_unindexed": ("INSERT ON entries", "", "VALUES (NEW.ticket_id, 0)"),
    "tickets_unindexed": (
        "UPDATE OF requester_id, beneficiary_id ON tickets",
        "OLD.requester_id <> NEW.requester_id"
        " OR coalesce(OLD.beneficiary_id, 0) <> coalesce(NEW.beneficiary_id, 0)",
        "VALUES (NEW.id, 0)",
    ),
    "people_unindexed": (
        "UPDATE OF name, email ON people",
        "OLD.name <> NEW.name OR coalesce(OLD.email, '') <> coalesce(NEW.email, '')",
        OF_PERSON,
    ),
}


def _sqlite() -> None:
    for name, (event, condition, rows) in CHANGES.items():
        when = f" WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event}{when}"
            f" BEGIN INSERT INTO unindexed (ticket_id, due_at) {rows}; END"
        )
    # The words come folded and apart, so the simplest tokenizer is the right one. The short
    # beginnings that somebody types first have indexes of their own.
    op.execute(
        "CREATE VIRTUAL TABLE ticket_index USING fts5(every, content='ticket_words',"
        " content_rowid='ticket_id', tokenize='ascii', detail='none', prefix='2 3 4 5 6 7 8 9 10')"
    )
    take = "INSERT INTO ticket_index (rowid, every) VALUES (NEW.ticket_id, NEW.every);"
    drop = (
        "INSERT INTO ticket_index (ticket_index, rowid, every)"
        " VALUES ('delete', OLD.ticket_id, OLD.every);"
    )
    for verb, steps in (("INSERT", take), ("UPDATE", drop + take), ("DELETE", drop)):
        op.execute(
            f"CREATE TRIGGER ticket_words_{verb.lower()} AFTER {verb} ON ticket_words"
            f" BEGIN {steps} END"
        )


def _postgresql() -> None:
    for name, (event, condition, rows) in CHANGES.items():
        when = f" WHEN ({condition})" if condition else ""
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" INSERT INTO unindexed (ticket_id, due_at) {rows}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} FOR EACH ROW{when} EXECUTE FUNCTION {name}()"
        )
    op.execute(
        "CREATE INDEX ix_ticket_words_every ON ticket_words"
        " USING gin (array_to_tsvector(string_to_array(btrim(every), ' ')))"
    )
