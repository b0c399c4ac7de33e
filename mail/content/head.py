"""The header of a mail or a part: where it ends, and its fields, however they were broken."""

from __future__ import annotations

import re

from mail.content.limits import HEADER_FIELDS, HEADER_LENGTH, HEADER_LINES

Fields = tuple[tuple[str, str], ...]  # lower-case name, value with bytes as surrogate escapes

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
# What a mail's header is recognised by. "Note:" may as well be the first line of a text.
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|sender|reply-to|received|return-path|message-id|in-reply-to|"
    rb"references|mime-version|content-[a-z-]{2,30}|delivered-to|envelope-to|importance|priority|"
    rb"precedence|organi[sz]ation|user-agent|errors-to|list-[a-z-]{2,30}|auto-submitted|"
    rb"thread-(?:topic|index)|dkim-signature|authentication-results|x-[\w-]{1,60}|arc-[a-z-]{2,30}|"
    rb"lines|status|apparently-to|resent-[a-z-]{2,20}|newsgroups|path)[ \t]*:",
    re.IGNORECASE,
)
_MBOX_LINE = re.compile(rb">?From [^\r\n]*\r?\n")
_BLANKS = re.compile(rb"[ \t]{1,80}")
_LINES_AHEAD = 2


def read_head(raw: bytes, start: int, end: int, whole_mail: bool = False) -> tuple[Fields, int]:
    """The fields, and where the body begins.

    `whole_mail`: without one field that a mail is known by, everything is the text of a mail
    without a header.
    """
    at = _first_line(raw, start, end) if whole_mail else start
    fields: list[tuple[bytes, list[bytes]]] = []
    recognised = False
    while at < end:
        after = _line_end(raw, at, end)
        line = raw[at : min(after, at + HEADER_LENGTH)].rstrip(b"\r\n")
        bare = line.strip(b" \t\0")
        if not bare:
            if not line or not _goes_on(raw, after, end):
                at = after
                break
        elif line[:1] in b" \t" and fields:
            _continue(fields[-1][1], line)
        elif found := _FIELD.match(line):
            recognised = recognised or bool(_KNOWN.match(line))
            fields.append((found[1], [line[found.end() :]]))
        elif fields and _goes_on(raw, after, end):
            _continue(fields[-1][1], line)  # without the blank that it should begin with
        else:
            break
        at = after
        if len(fields) > HEADER_FIELDS:
            fields.pop()
    if whole_mail and not recognised:
        return (), start
    return tuple(_field(name, lines) for name, lines in fields), at


def _first_line(raw: bytes, start: int, end: int) -> int:
    """Behind the blank lines and the `From ` lines of mailbox files."""
    at = start
    while (after := _line_end(raw, at, end)) < end and not raw[at:after].strip(b" \t\r\n\0"):
        at = after
    while found := _MBOX_LINE.match(raw, at, end):
        at = found.end()
    blanks = _BLANKS.match(raw, at, end)
    # Nothing goes on before the first field.
    return blanks.end() if blanks and _KNOWN.match(raw, blanks.end(), end) else at


def _line_end(raw: bytes, at: int, end: int) -> int:
    """Where the next line begins."""
    return raw.find(b"\n", at, end) + 1 or end


def _goes_on(raw: bytes, at: int, end: int) -> bool:
    """Whether a field that only headers have follows at once."""
    for _ in range(_LINES_AHEAD):
        if at >= end or raw[at] in b"\r\n" or raw.startswith(b"--", at):
            return False
        if _KNOWN.match(raw, at, end):
            return True
        at = _line_end(raw, at, end)
    return False


def _continue(lines: list[bytes], line: bytes) -> None:
    """No more than anybody looks at: a field may be folded a million times."""
    if len(lines) < HEADER_LINES:
        lines.append(line)


def _field(name: bytes, lines: list[bytes]) -> tuple[str, str]:
    value = b" ".join(lines)[:HEADER_LENGTH].replace(b"\r", b" ").replace(b"\0", b"").strip()
    return name.decode("ascii").lower(), value.decode("utf-8", "surrogateescape")
