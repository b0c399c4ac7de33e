"""The tables of mails that came and went; `migrations/` builds the same."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import Id, UtcTime
from storage.tables import METADATA, partial_index

mails = Table(
    "mails",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id")),
    Column("incoming", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_mails_ticket", "ticket_id"),
)

# What keeps a ticket's mails together in programs of the Outlook family.
mail_threads = Table(
    "mail_threads",
    METADATA,
    Column(
        "ticket_id", BigInteger, ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    ),
    Column("outlook_index", Text, nullable=False),
    Column("topic", Text, nullable=False),
)

# Mails that a mail system reported as not delivered. See returned_mails.py.
returned_mails = Table(
    "returned_mails",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Column("outbox_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("address", Text, nullable=False),
    Column("reason", Text, nullable=False),  # "delayed" is none: it may still arrive
    Column("hard", Boolean, nullable=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("times", Integer, nullable=False),
    Column("cleared_at", UtcTime),  # when it stopped being true
    UniqueConstraint("outbox_id", "address"),
    partial_index("ix_returned_mails_person", "person_id", where="cleared_at IS NULL"),
    partial_index("ix_returned_mails_address", "address", where="cleared_at IS NULL"),
    sqlite_autoincrement=True,
)

# Acknowledgements of the last hours, so that two machines cannot keep each other busy.
acknowledgements = Table(
    "acknowledgements",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("address", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("words", Text, nullable=False),  # a digest of what was acknowledged
    Column("at", UtcTime, nullable=False),
    Index("ix_acknowledgements_address", "address", "at"),
    Index("ix_acknowledgements_domain", "domain", "at"),
    Index("ix_acknowledgements_at", "at"),
    sqlite_autoincrement=True,
)

mail_domains = Table(  # a row to lock while the above are counted
    "mail_domains",
    METADATA,
    Column("domain", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)
