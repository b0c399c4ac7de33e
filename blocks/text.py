"""Text on Slack: what people wrote never acts as markup, and no limit of Slack's is passed.

Texts that came from people are marked `verbatim`, or Slack would link channel names and parse
mentions in them by itself.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any

from desk.people import Person
from locales.translator import Translator

LONGEST = 2900  # characters of one text object; Slack refuses above 3,000

# Directional marks that reach beyond the text they stand in, and would turn around a whole line.
DIRECTIONS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
CONTROLS = frozenset({"Cc", "Zl", "Zp"})  # Unicode categories
RIGHT_TO_LEFT = frozenset({"R", "AL"})
MAY_BE_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U0001efff]"
)
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
LEFT_TO_RIGHT = "\u200e"

# Look-alikes: Slack has no escape for its own marks, and a title is bold from end to end.
TAMED = str.maketrans({"*": "\u2217", "`": "\u02cb", "~": "\u223c"})

# Within a word Slack leaves it alone, and so does whoever copies a name of a file.
AT_A_WORDS_EDGE, LOW_LINE = re.compile(r"(?<!\w)_+|_+(?!\w)"), "\u02cd"


def escape(text: str) -> str:
    """`text` so that Slack shows it as it is: no mention, no link, no entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ended by "…" where something was left out."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def one_line(text: str, limit: int = 1000) -> str:
    """A name or a subject on one line, unable to reorder what stands around it."""
    return _isolated(cut(_bare(text), limit))


def left_to_right(line: str) -> str:
    """A line of ours with somebody's right-to-left name in it still reads from the left."""
    return LEFT_TO_RIGHT + line if ISOLATE in line else line


def inline(text: str, limit: int = 200) -> str:
    """Somebody's words within a line of markup: escaped, without marks of style.

    `limit` is of the markup: an ampersand takes five characters of it.
    """
    line = _bare(text).translate(TAMED)
    if "_" in line:
        line = AT_A_WORDS_EDGE.sub(LOW_LINE, line)
    size = limit
    while len(said := escape(cut(line, size))) > limit:
        size -= max(1, (len(said) - limit) // 5)
    return _isolated(said)


def _bare(text: str) -> str:
    """Without line breaks, control characters and marks of direction."""
    if text.isprintable():  # then there are none: nearly always
        return " ".join(text.split())
    shown = (" " if unicodedata.category(c) in CONTROLS else c for c in text if c not in DIRECTIONS)
    return " ".join("".join(shown).split())


def _isolated(line: str) -> str:
    """A right-to-left line keeps its direction to itself."""
    if MAY_BE_RIGHT_TO_LEFT.search(line) and any(
        unicodedata.bidirectional(c) in RIGHT_TO_LEFT for c in line
    ):
        return ISOLATE + line + END_ISOLATE
    return line


def name_of(person: Person) -> str:
    """A person's name on one line, not escaped; something to call them by where it is empty."""
    return one_line(person.name, 100) or one_line(person.handle, 100)


def person_name(person: Person | None, t: Translator) -> str:
    """For use in markup; the desk itself where nobody acted."""
    return inline(name_of(person)) if person is not None else t("the desk")


def with_address(person: Person) -> str:
    """ "Paul Smith (paul@example.org)", for use in markup."""
    name = inline(name_of(person), 100)
    if person.email and name_of(person).casefold() == person.email.casefold():
        return inline(person.email, 120)  # known by it alone
    return f"{name} ({inline(person.email, 120)})" if person.email else name


def quoted(text: str) -> str:
    """Markup as a quotation, line by line."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


def when(at: datetime) -> str:
    """The moment as each reader's Slack writes it, in their own time zone."""
    return _date(at, "{date_short_pretty} {time}")


def time_of_day(at: datetime) -> str:
    """The same without the day."""
    return _date(at, "{time}")


def exactly(at: datetime) -> str:
    """The time of day to the second."""
    return _date(at, "{time_secs}")


def age(at: datetime) -> str:
    """How long ago that was: "12 minutes ago". Slack keeps it true on a card that nobody edits."""
    return _date(at, "{ago}")


def _date(at: datetime, shape: str) -> str:
    return f"<!date^{int(at.timestamp())}^{shape}|{at:%Y-%m-%d %H:%M} UTC>"


def day(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^{{date_long}}|{at:%Y-%m-%d}>"


def listed(names: list[str], t: Translator) -> str:
    """ "Paul", "Paul and Marie", "Paul, Marie and Camille"."""
    if len(names) < 2:
        return "".join(names)
    return t("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])


def file_size(size: int, t: Translator) -> str:
    """As people say it: 812 bytes, 40 kB, 1.2 MB."""
    if size < 1000:
        return t.plural("{n} byte", "{n} bytes", size)
    if size < 999_500:
        return t("{n} kB", n=str(round(size / 1000)))
    millions = f"{size / 1_000_000:.1f}"
    return t("{n} MB", n=millions.replace(".", ",") if t.language == "fr" else millions)


def plain(text: str, limit: int) -> dict[str, Any]:
    """A `plain_text` object; names in it must have passed `one_line`."""
    return {"type": "plain_text", "text": cut(text, limit), "emoji": True}


def md(text: str, limit: int = LONGEST) -> dict[str, Any]:
    """A `mrkdwn` object; people's words in it must have passed `escape` or `inline`.

    Cut as a last resort only: a cut may fall into an entity, so builders keep their parts short.
    """
    return {"type": "mrkdwn", "text": cut(text, limit), "verbatim": True}
