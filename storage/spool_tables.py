"""The tables of mail that comes in. `migrations/` builds the same."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from storage.columns import Id, Json, UtcTime
from storage.tables import METADATA, partial_index

# Every mail that came in, once. Its bytes go after a while; that it came stays known. See spool.py.
spool = Table(
    "spool",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # what makes two copies one mail
    Column("way", Text, nullable=False),
    Column("team", Text),
    Column("strangers", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("envelope_from", Text, nullable=False),
    Column("envelope_to", Json, nullable=False),
    Column("raw", LargeBinary),
    Column("received_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),  # that failed by themselves
    Column("deaths", Integer, nullable=False),  # processes that ended while at work on it
    Column("lease_until", UtcTime),
    Column("leased_by", Text),
    Column("error", Text, nullable=False),
    Column("done_at", UtcTime),
    partial_index("ix_spool_next", "id", where="lower(state) = 'waiting' AND deaths >= 0"),
    partial_index("ix_spool_of_sender", "sender", "id", where="lower(state) = 'waiting'"),
    partial_index("ix_spool_of_thread", "thread", "id", where="lower(state) = 'waiting'"),
    partial_index("ix_spool_undecided", "state", "id", where="state IN ('held', 'set_aside')"),
    partial_index("ix_spool_forget", "done_at", where="done_at IS NOT NULL AND raw IS NOT NULL"),
    sqlite_autoincrement=True,
)

HOLDS_A_FLOOD = text("why = 'flood' AND fate = 'open'")

# What somebody is asked about mails that are held, and the answer. See held_mails.py.
held_cards = Table(
    "held_cards",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("why", Text, nullable=False),
    Column("team_id", BigInteger, nullable=False),  # that decides; 0: the administrators
    Column("address", Text, nullable=False),
    Column("fate", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("decided_by", BigInteger, ForeignKey("people.id")),
    Column("decided_at", UtcTime),
    Column("channel", Text),
    Column("ts", Text),
    Index("ix_held_cards_address", "address", "at"),
    Index(
        "ix_held_cards_flood",
        "address",
        "team_id",
        unique=True,
        sqlite_where=HOLDS_A_FLOOD,
        postgresql_where=HOLDS_A_FLOOD,
    ),
    sqlite_autoincrement=True,
)

# The mails that a card asks about, as far as they are shown until somebody decides.
held_mails = Table(
    "held_mails",
    METADATA,
    Column("mail_id", BigInteger, ForeignKey("spool.id"), primary_key=True, autoincrement=False),
    Column("card_id", BigInteger, ForeignKey("held_cards.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("files", Integer, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id")),
    Index("ix_held_mails_card", "card_id", "mail_id"),
)

# How far each mailbox has been read, and how it is. See mailboxes.py.
mailboxes = Table(
    "mailboxes",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("place", Text, nullable=False),  # another place is another mailbox, read from its start
    Column("uidvalidity", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),  # the highest UID that was claimed
    Column("since", UtcTime),  # when it was first looked at; null where all mails were wanted
    Column("old_below", BigInteger, nullable=False),  # lower UIDs may be from before that
    Column("trouble", Text, nullable=False),  # "" while it works
    Column("failing_since", UtcTime),
    Column("told", Boolean, nullable=False),  # administrators know of the trouble
)

# Mails that were seen in a mailbox: taken by one process alone, filed there when they are done.
claims = Table(
    "claims",
    METADATA,
    Column("mailbox", Text, primary_key=True),
    Column("uidvalidity", BigInteger, primary_key=True),
    Column("uid", BigInteger, primary_key=True),
    Column("spool_id", BigInteger, ForeignKey("spool.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("filed_at", UtcTime),
    partial_index("ix_claims_to_file", "mailbox", "uidvalidity", "uid", where="filed_at IS NULL"),
    partial_index("ix_claims_forget", "filed_at", where="filed_at IS NOT NULL"),
    sqlite_with_rowid=False,
)

# Mails whose Message-ID another one had before: the first one is what answers to it are about.
mail_repeats = Table(
    "mail_repeats",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("message_id", Text, nullable=False),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id")),
    Column("at", UtcTime, nullable=False),
    Index("ix_mail_repeats_ticket", "ticket_id"),
    sqlite_autoincrement=True,
)
