"""The tables of files. Their bytes are in a store of their own; `migrations/` builds the same."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text

from storage.columns import Id, UtcTime
from storage.tables import METADATA, partial_index

attachments = Table(
    "attachments",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("tickets.id"), nullable=False),
    Column("entry_id", BigInteger, ForeignKey("entries.id"), nullable=False),  # it came with
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", Text),  # what the store calls its bytes; null until they are there
    Column("state", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("slack_id", Text),  # the file in Slack: where it came from, or how the thread shows it
    Column("shown", Boolean, nullable=False),
    Column("problem", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_attachments_ticket", "ticket_id", "id"),
    Index("ix_attachments_entry", "entry_id", "id"),
    partial_index("ix_attachments_digest", "digest", where="digest IS NOT NULL"),
    sqlite_autoincrement=True,
)

# Which files go to the requester, with which public reply. One taken back shares nothing.
attachment_shares = Table(
    "attachment_shares",
    METADATA,
    Column("entry_id", BigInteger, ForeignKey("entries.id"), primary_key=True),
    Column("attachment_id", BigInteger, ForeignKey("attachments.id"), primary_key=True),
    sqlite_with_rowid=False,
)
