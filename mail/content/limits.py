"""How much of one mail is looked at. Beyond that a notice says so; the raw mail is kept."""

from __future__ import annotations

MAIL_BYTES = 64 * 2**20
PARTS = 500
DEPTH = 30  # multiparts within multiparts, and mails within mails
FILES = 100
FILE_BYTES = 64 * 2**20  # of all files together, unpacked
LINKS = 5_000
HEADER_FIELDS = 2_000
HEADER_LENGTH = 20_000  # bytes of one field
HEADER_LINES = 2_000  # of one field
INNER_MAILS = 3  # mails within mails within … that are read
