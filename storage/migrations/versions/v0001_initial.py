"""The first shape of the database.

Constraints are named by the convention in `storage.tables`. Column types are written out rather
than taken from there: this step stays as it is when the tables move on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Ref = sa.BigInteger
Time = sa.BigInteger
Word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _people()
    _organisation()
    _tickets()
    _journal()
    _surfaces()
    _outbox()
    _keep_the_journal()


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("slack_id", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("sort_name", Word, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False, server_default="0"),
        sa.Column("merged_into", Ref, sa.ForeignKey("people.id")),
        sqlite_autoincrement=True,
    )
    _partial("ux_people_email", "people", "email", where="email IS NOT NULL", unique=True)
    _partial("ux_people_slack_id", "people", "slack_id", where="slack_id IS NOT NULL", unique=True)
    op.create_index(
        "ix_people_popular", "people", ["active", sa.text("requests DESC"), "sort_name", "id"]
    )
    op.create_table(
        "person_words",
        sa.Column("word", Word, primary_key=True),
        sa.Column("person_id", Ref, sa.ForeignKey("people.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_person_words_person", "person_words", ["person_id", "word"])


def _organisation() -> None:
    op.create_table(
        "teams",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("fr", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("lead_ref", sa.Text),
        sa.Column("lead_id", Ref, sa.ForeignKey("people.id")),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("obsolete", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "members",
        sa.Column("team_id", Ref, sa.ForeignKey("teams.id"), primary_key=True),
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("person_id", Ref, sa.ForeignKey("people.id")),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_index("ix_members_person", "members", ["person_id"])
    op.create_table(
        "administrators",
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("person_id", Ref, sa.ForeignKey("people.id")),
    )
    op.create_index("ix_administrators_person", "administrators", ["person_id"])
    op.create_table(
        "catalogue",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("fr", sa.Text, nullable=False),
        sa.Column("parent_id", Ref, sa.ForeignKey("catalogue.id")),
        sa.Column("team_id", Ref, sa.ForeignKey("teams.id")),
        sa.Column("request_type", sa.Text),
        sa.Column("impact", sa.Text),
        sa.Column("urgency", sa.Text),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("obsolete", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "codes",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("fr", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("obsolete", sa.Boolean, nullable=False),
    )
    op.create_table(
        "house",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("fallback_team_id", Ref, sa.ForeignKey("teams.id"), nullable=False),
        sa.Column("admin_channel", sa.Text),
        sa.CheckConstraint("id = 1", name="only_one"),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", Id, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("requester_id", Ref, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("team_id", Ref, sa.ForeignKey("teams.id"), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("state_since", Time, nullable=False),
        sa.Column("changed_at", Time, nullable=False),
        sa.Column("beneficiary_id", Ref, sa.ForeignKey("people.id")),
        sa.Column("tell_beneficiary", sa.Boolean, nullable=False),
        sa.Column("catalogue_id", Ref, sa.ForeignKey("catalogue.id")),
        sa.Column("assignee_id", Ref, sa.ForeignKey("people.id")),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("impact", sa.Text, nullable=False),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("request_type", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("hold_reason", sa.Text),
        sa.Column("hold_until", Time),
        sa.Column("new_answer", sa.Boolean, nullable=False),
        sa.Column("code", sa.Text, sa.ForeignKey("codes.key")),
        sa.Column("solution", sa.Text),
        sa.Column("duplicate_of", Ref, sa.ForeignKey("tickets.id")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_open", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    _partial(
        "ix_tickets_team_open",
        "tickets",
        "team_id",
        "rank",
        "created_at",
        "id",
        where="is_open = 1",
    )
    _partial(
        "ix_tickets_assignee_open",
        "tickets",
        "assignee_id",
        "rank",
        "created_at",
        "id",
        where="is_open = 1",
    )
    _partial(
        "ix_tickets_team_solved", "tickets", "team_id", "state_since", "id", where="is_open = 0"
    )
    _partial(
        "ix_tickets_assignee_solved",
        "tickets",
        "assignee_id",
        "state_since",
        "id",
        where="is_open = 0",
    )
    op.create_index("ix_tickets_requester", "tickets", ["requester_id", "is_open", "id"])
    _partial(
        "ix_tickets_beneficiary",
        "tickets",
        "beneficiary_id",
        "is_open",
        "id",
        where="beneficiary_id IS NOT NULL",
    )
    _partial("ix_tickets_due", "tickets", "hold_until", where="hold_until IS NOT NULL")


def _journal() -> None:
    op.create_table(
        "entries",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Ref, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("by_id", Ref, sa.ForeignKey("people.id")),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("public_from", Time),
        sa.Column("refers_to", Ref, sa.ForeignKey("entries.id")),
        sa.CheckConstraint(
            "visibility = 'internal' OR (visibility = 'public'"
            " AND kind IN ('answer', 'opened', 'reply', 'resolved'))",
            name="public_kinds",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_ticket", "entries", ["ticket_id", "id"])
    _partial("ix_entries_refers_to", "entries", "refers_to", where="refers_to IS NOT NULL")


def _surfaces() -> None:
    op.create_table(
        "cards",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Ref, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("team_id", Ref, sa.ForeignKey("teams.id"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.UniqueConstraint("channel", "ts"),
    )
    op.create_index("ix_cards_ticket", "cards", ["ticket_id"])
    _partial("ux_cards_active", "cards", "ticket_id", where="active", unique=True)
    op.create_table(
        "messages",
        sa.Column("id", Id, primary_key=True),
        sa.Column("entry_id", Ref, sa.ForeignKey("entries.id"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("ours", sa.Boolean, nullable=False),
        sa.UniqueConstraint("channel", "ts"),
    )
    op.create_index("ix_messages_entry", "messages", ["entry_id"])
    op.create_table(
        "mails",
        sa.Column("id", Id, primary_key=True),
        sa.Column("message_id", sa.Text, nullable=False, unique=True),
        sa.Column("ticket_id", Ref, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("entry_id", Ref, sa.ForeignKey("entries.id")),
        sa.Column("incoming", sa.Boolean, nullable=False),
        sa.Column("at", Time, nullable=False),
    )
    op.create_index("ix_mails_ticket", "mails", ["ticket_id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", Id, primary_key=True),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("lease_until", Time),
        sa.Column("leased_by", sa.Text),
        sa.Column("leased_asked", sa.Integer),
        sa.Column("attempted_at", Time),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("ticket_id", Ref),
        sa.Column("entry_id", Ref, sa.ForeignKey("entries.id")),
        sa.Column("person_id", Ref, sa.ForeignKey("people.id")),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("done_at", Time),
        sa.Column("remote", sa.Text),
        sqlite_autoincrement=True,
    )
    _partial("ux_outbox_key", "outbox", "key", where="state = 'waiting'", unique=True)
    _partial("ix_outbox_due", "outbox", "due_at", where="state = 'waiting'")
    _partial("ix_outbox_lane", "outbox", "lane", "id", where="state = 'waiting'")
    _partial("ix_outbox_stuck", "outbox", "state", "id", where="state IN ('refused', 'uncertain')")
    _partial("ix_outbox_entry", "outbox", "entry_id", where="entry_id IS NOT NULL")
    _partial("ix_outbox_deliveries", "outbox", "ticket_id", "id", where="entry_id IS NOT NULL")
    _partial("ix_outbox_done", "outbox", "done_at", where="done_at IS NOT NULL")
    op.create_table(
        "once",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("ticket_id", Ref),
        sa.Column("entry_id", Ref),
        sa.Column("changed", sa.Boolean, nullable=False),
        sa.Column("at", Time, nullable=False),
    )
    op.create_index("ix_once_at", "once", ["at"])


def _partial(name: str, table: str, *columns: str, where: str, unique: bool = False) -> None:
    op.create_index(
        name,
        table,
        list(columns),
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _keep_the_journal() -> None:
    """Nobody rewrites what was said, not even by hand."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER entries_no_{verb.lower()} BEFORE {verb} ON entries"
                " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION entries_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries"
            " FOR EACH STATEMENT EXECUTE FUNCTION entries_append_only()"
        )
