"""The tables; those of mails and of files stand beside. `migrations/` builds the same."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from desk.journal import PUBLIC_KINDS
from storage.columns import Id, Json, Numbers, UtcTime, Word, Written

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the few rows that a frequent question is about."""
    return Index(
        name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where)
    )


people = Table(
    "people",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),  # lower case
    Column("slack_id", Text),
    Column("language", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("sort_name", Word, nullable=False),  # folded, for the order of lists
    Column("requests", Integer, nullable=False, server_default="0"),
    # Found to be the same as somebody else: references met later lead there.
    Column("merged_into", BigInteger, ForeignKey("people.id")),
    Column("changed", BigInteger, nullable=False, server_default="0"),  # see changes.py
    Column("signature", Written),  # below replies; null: name and team
    Column("told", BigInteger, nullable=False, server_default="0"),  # see Person
    partial_index("ux_people_email", "email", where="email IS NOT NULL", unique=True),
    partial_index("ux_people_slack_id", "slack_id", where="slack_id IS NOT NULL", unique=True),
    Index("ix_people_changed", "changed"),
    sqlite_autoincrement=True,
)

person_words = Table(
    "person_words",
    METADATA,
    Column("word", Word, primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), primary_key=True),
    Index("ix_person_words_person", "person_id", "word"),
    sqlite_with_rowid=False,
)

teams = Table(
    "teams",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("en", Text, nullable=False),
    Column("fr", Text, nullable=False),
    Column("channel", Text),
    Column("language", Text, nullable=False),
    Column("lead_ref", Text),
    Column("lead_id", BigInteger, ForeignKey("people.id")),
    Column("position", Integer, nullable=False),
    Column("obsolete", Boolean, nullable=False),
    Column("mail", Json),  # how its mails look; null: as the whole desk's
    sqlite_autoincrement=True,
)

members = Table(
    "members",
    METADATA,
    Column("team_id", BigInteger, ForeignKey("teams.id"), primary_key=True),
    Column("ref", Text, primary_key=True),  # address or Slack id, as in the desk file
    Column("person_id", BigInteger, ForeignKey("people.id")),
    Column("position", Integer, nullable=False),
    Index("ix_members_person", "person_id"),
)

administrators = Table(
    "administrators",
    METADATA,
    Column("ref", Text, primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id")),
    Index("ix_administrators_person", "person_id"),
)

catalogue = Table(
    "catalogue",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("en", Text, nullable=False),
    Column("fr", Text, nullable=False),
    Column("parent_id", BigInteger, ForeignKey("catalogue.id")),
    Column("team_id", BigInteger, ForeignKey("teams.id")),
    Column("request_type", Text),
    Column("impact", Text),
    Column("urgency", Text),
    Column("position", Integer, nullable=False),
    Column("obsolete", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

codes = Table(
    "codes",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("en", Text, nullable=False),
    Column("fr", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("obsolete", Boolean, nullable=False),
)

house = Table(
    "house",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("fallback_team_id", BigInteger, ForeignKey("teams.id"), nullable=False),
    Column("admin_channel", Text),
    Column("revision", BigInteger, nullable=False, server_default="0"),  # see known_house.py
    Column("identity", Text),  # of this database, which its files are marked with
    CheckConstraint("id = 1", name="only_one"),
)

tickets = Table(
    "tickets",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("description", Written, nullable=False),
    Column("requester_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("team_id", BigInteger, ForeignKey("teams.id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state_since", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("beneficiary_id", BigInteger, ForeignKey("people.id")),
    Column("tell_beneficiary", Boolean, nullable=False),
    Column("catalogue_id", BigInteger, ForeignKey("catalogue.id")),
    Column("assignee_id", BigInteger, ForeignKey("people.id")),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("impact", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("request_type", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("hold_reason", Text),
    Column("hold_until", UtcTime),
    Column("new_answer", Boolean, nullable=False),
    Column("code", Text, ForeignKey("codes.key")),
    Column("solution", Written),
    Column("duplicate_of", BigInteger, ForeignKey("tickets.id")),
    Column("follows", BigInteger, ForeignKey("tickets.id")),
    Column("participants", Numbers),
    Column("removed", Numbers),
    Column("version", Integer, nullable=False),
    # Derived from the above, so that each list is one walk along an index.
    Column("is_open", Integer, nullable=False),  # 1 or 0
    Column("rank", Integer, nullable=False),  # the priority; ten more where somebody holds it
    partial_index(
        "ix_tickets_team_open", "team_id", "rank", "created_at", "id", where="is_open = 1"
    ),
    partial_index(
        "ix_tickets_assignee_open", "assignee_id", "rank", "created_at", "id", where="is_open = 1"
    ),
    partial_index("ix_tickets_team_solved", "team_id", "state_since", "id", where="is_open = 0"),
    partial_index(
        "ix_tickets_assignee_solved", "assignee_id", "state_since", "id", where="is_open = 0"
    ),
    Index("ix_tickets_requester", "requester_id", "is_open", "id"),
    partial_index(
        "ix_tickets_beneficiary",
        "beneficiary_id",
        "is_open",
        "id",
        where="beneficiary_id IS NOT NULL",
    ),
    partial_index("ix_tickets_follows", "follows", where="follows IS NOT NULL"),
    partial_index("ix_tickets_participants", "id", where="participants IS NOT NULL"),
    partial_index("ix_tickets_removed", "id", where="removed IS NOT NULL"),
    partial_index("ix_tickets_due", "hold_until", where="hold_until IS NOT NULL"),
    sqlite_autoincrement=True,
)

_PUBLIC = ", ".join(f"'{kind}'" for kind in sorted(PUBLIC_KINDS))

entries = Table(
    "entries",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by_id", BigInteger, ForeignKey("people.id")),
    Column("visibility", Text, nullable=False),
    Column("words", Written, nullable=False),
    Column("facts", Json, nullable=False),
    Column("public_from", UtcTime),
    Column("refers_to", BigInteger, ForeignKey("entries.id")),
    CheckConstraint(
        f"visibility = 'internal' OR (visibility = 'public' AND kind IN ({_PUBLIC}))",
        name="public_kinds",
    ),
    Index("ix_entries_ticket", "ticket_id", "id"),
    partial_index("ix_entries_refers_to", "refers_to", where="refers_to IS NOT NULL"),
    sqlite_autoincrement=True,
)

cards = Table(
    "cards",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Column("team_id", BigInteger, ForeignKey("teams.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("channel", "ts"),
    Index("ix_cards_ticket", "ticket_id"),
    partial_index("ux_cards_active", "ticket_id", where="active", unique=True),
)

messages = Table(
    "messages",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("ours", Boolean, nullable=False),
    UniqueConstraint("channel", "ts"),
    Index("ix_messages_entry", "entry_id"),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("asked", Integer, nullable=False),  # how often, so that no wish is lost while sending
    Column("due_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("lease_until", UtcTime),
    Column("leased_by", Text),
    Column("leased_asked", Integer),
    Column("attempted_at", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("ticket_id", BigInteger),
    Column("entry_id", BigInteger, ForeignKey("entries.id")),  # of mails, and messages instead
    Column("person_id", BigInteger, ForeignKey("people.id")),  # who receives those
    Column("created_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
    Column("remote", Text),  # what the other side calls it
    Column("rank", Integer, nullable=False, server_default="1"),  # who goes first, of the paced
    Column("pace", Text),  # the budget whose next slot the row waits for
    partial_index("ux_outbox_key", "key", where="state = 'waiting'", unique=True),
    partial_index("ix_outbox_next", "due_at", "id", where="lower(state) = 'waiting' AND asked > 0"),
    partial_index(
        "ix_outbox_next_call",
        "due_at",
        "id",
        where="lower(state) = 'waiting' AND asked > 0 AND substr(lane, 1, 5) != 'mail:'",
    ),
    partial_index("ix_outbox_first", "lane", "id", where="lower(state) = 'waiting'"),
    partial_index("ix_outbox_stuck", "state", "id", where="state IN ('refused', 'uncertain')"),
    partial_index("ix_outbox_entry", "entry_id", where="entry_id IS NOT NULL"),
    partial_index("ix_outbox_deliveries", "ticket_id", "id", where="entry_id IS NOT NULL"),
    partial_index("ix_outbox_forget", "done_at", where="done_at IS NOT NULL AND entry_id IS NULL"),
    partial_index("ix_outbox_paced", "pace", "id", where="state = 'waiting' AND pace IS NOT NULL"),
    sqlite_autoincrement=True,
)

# What Slack has said is too fast, until it has been quiet for a while. See pace.py.
budgets = Table(
    "budgets",
    METADATA,
    Column("name", Text, primary_key=True),  # a method, and the channel where it counts
    Column("every", BigInteger, nullable=False),  # microseconds between two calls
    Column("next_at", UtcTime, nullable=False),
    Column("waited_at", UtcTime, nullable=False),  # when something last had to wait for it
    Column("refusals", Integer, nullable=False),  # 429s although we were paced
)

# Periodic work that any number of processes share. See leases.py.
leases = Table(
    "leases",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("done_at", UtcTime),
)

# How far a list of Slack's that takes many pages has been read. See syncs.py.
syncs = Table(
    "syncs",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("cursor", Text, nullable=False),  # "" where nothing is half read
    Column("seen", Integer, nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),  # of the last one that came to its end
)

once = Table(
    "once",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("ticket_id", BigInteger),
    Column("entry_id", BigInteger),
    Column("changed", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_once_at", "at"),
)

# What tickets are found by (see ticket_index.py); beside these stands an index of words that each
# kind of database has its own of.
ticket_words = Table(
    "ticket_words",
    METADATA,
    Column("ticket_id", Id, primary_key=True, autoincrement=False),
    Column("public", Text, nullable=False),  # folded words, a blank around each
    Column("every", Text, nullable=False),  # those of technicians too
)

unindexed = Table(  # filled by triggers, so that no change escapes
    "unindexed",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("ticket_id", BigInteger, nullable=False),
    Column("due_at", UtcTime, nullable=False),
)

indexing = Table(
    "indexing",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("below", BigInteger),  # older tickets are still to be indexed; null when none are
    CheckConstraint("id = 1", name="only_one"),
)
