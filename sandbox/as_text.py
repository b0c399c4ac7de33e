"""Block Kit as text: what somebody sees of a message or a form, for a terminal."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.inputs import SLOTS
from sandbox.world import Person, World

Json = dict[str, Any]
State = Mapping[str, Mapping[str, Json]]

LONGEST_LABEL = 24  # characters a form keeps for the names of its fields
WIDTH = 88  # characters a form has for a name and what is typed beside it
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2068\u2069"))  # joints and directions of the app's
MARK = r"(?<![\w{0}]){0}(?=\S)(.+?)(?<=\S){0}(?![\w{0}])"
STYLES = tuple(re.compile(MARK.format(re.escape(mark))) for mark in "*_~")
SPECIAL = re.compile(r"<([^<>]+)>")
SHORT_MONTHS = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."


@dataclass(frozen=True)
class Reader:
    """Through whose eyes: their language and time zone, and the names that ids stand for."""

    french: bool
    zone: ZoneInfo
    now: datetime
    names: Mapping[str, str]

    @classmethod
    def of(cls, person: Person, world: World, at: float) -> Reader:
        zone = ZoneInfo(person.tz)
        names = {one.id: f"@{one.name}" for one in world.people.values()}
        names |= {one.id: f"#{one.name}" for one in world.channels.values() if one.name}
        french = person.locale.startswith("fr")
        return cls(french, zone, datetime.fromtimestamp(at, zone), names)

    def word(self, english: str, french: str) -> str:
        return french if self.french else english


@dataclass(frozen=True)
class Sheet:
    """A message (nothing can be typed) or a form with what was typed and what is wrong."""

    reader: Reader
    state: State
    errors: Mapping[str, str]
    margin: int = 0  # of the fields' names


def message_lines(text: str, blocks: list[Json], reader: Reader) -> list[str]:
    """An app's message by its blocks; without blocks, by its text."""
    if not blocks:
        return mrkdwn(text, reader)
    return block_lines(blocks, reader)


def block_lines(
    blocks: list[Json],
    reader: Reader,
    *,
    state: State | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[str]:
    labels = [len(_label(b, reader)) for b in blocks if b["type"] == "input"]
    margin = min(max(labels, default=0), LONGEST_LABEL)
    sheet = Sheet(reader, state or {}, errors or {}, margin)
    return [line for block in blocks for line in _block(block, sheet)]


def mrkdwn(text: str, reader: Reader) -> list[str]:
    """Slack's markup as plain lines: marks of style gone, mentions and dates in words."""
    shown = SPECIAL.sub(lambda found: _special(found[1], reader), text)
    for style in STYLES:
        shown = style.sub(r"\1", shown)
    lines = html.unescape(shown.translate(INVISIBLE)).split("\n")
    return [re.sub(r"^> ?", "▎ ", line) for line in lines]


def rich_lines(block: Json, reader: Reader) -> list[str]:
    """A rich_text block, as typed into a field."""
    lines: list[str] = []
    for part in block.get("elements", []):
        if part["type"] == "rich_text_list":
            numbered = part.get("style") == "ordered"
            for number, item in enumerate(part["elements"], 1):
                lines.append(f"{f'{number}.' if numbered else '•'} {_spoken(item, reader)}")
            continue
        front = "▎ " if part["type"] == "rich_text_quote" else ""
        lines += [front + line for line in _spoken(part, reader).split("\n")]
    return lines


def _spoken(part: Json, reader: Reader) -> str:
    return "".join(_run(element, reader) for element in part.get("elements", []))


def _run(element: Json, reader: Reader) -> str:
    match element["type"]:
        case "link":
            return str(element.get("text") or element["url"])
        case "user":
            return reader.names.get(element["user_id"], element["user_id"])
        case "channel":
            return reader.names.get(element["channel_id"], element["channel_id"])
        case "emoji":
            return f":{element['name']}:"
        case _:
            return str(element.get("text", ""))


def _special(inside: str, reader: Reader) -> str:
    target, _, shown = inside.partition("|")
    if target.startswith("!date^"):
        return _date(target, shown, reader)
    if target[:1] in "@#!":
        return shown or reader.names.get(target[1:], target)
    return shown or target


def _date(token: str, fallback: str, reader: Reader) -> str:
    """`!date^1700000000^{date_short_pretty} {time}` as the reader's Slack writes it."""
    _, stamp, shape, *_ = token.split("^")
    if not stamp.isdigit():
        return fallback
    at = datetime.fromtimestamp(int(stamp), reader.zone)
    short, long = _day(at, reader), at.strftime("%d/%m/%Y" if reader.french else "%d %B %Y")
    values = {
        "date_short_pretty": short,
        "date_long": long,
        "time": f"{at:%H:%M}",
        "ago": _ago(at, reader),
    }
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], short), shape)


def _ago(at: datetime, reader: Reader) -> str:
    minutes = max(int((reader.now - at).total_seconds() // 60), 0)
    if not minutes:
        return reader.word("just now", "à l’instant")
    if minutes < 60:
        return reader.word(f"{minutes} min ago", f"il y a {minutes} min")
    if minutes < 60 * 24:
        return reader.word(f"{minutes // 60} h ago", f"il y a {minutes // 60} h")
    days = minutes // (60 * 24)
    return reader.word(f"{days} d ago", f"il y a {days} j")


def _day(at: datetime, reader: Reader) -> str:
    near = {0: ("today", "aujourd’hui"), -1: ("yesterday", "hier"), 1: ("tomorrow", "demain")}
    away = (at.date() - reader.now.date()).days
    if away in near:
        return reader.word(*near[away])
    french = f"{at.day} {SHORT_MONTHS.split()[at.month - 1]} {at.year}"
    return reader.word(at.strftime("%d %b %Y"), french)


# -- blocks ---------------------------------------------------------------------------------


def _block(block: Json, sheet: Sheet) -> Iterator[str]:
    draw = BLOCKS.get(block["type"])
    if draw is None:
        yield f"({block['type']})"
        return
    yield from draw(block, sheet)


def _section(block: Json, sheet: Sheet) -> Iterator[str]:
    if "text" in block:
        yield from _words(block["text"], sheet.reader)
    for fact in block.get("fields", []):
        name, *values = _words(fact, sheet.reader)
        yield f"{name} · {' · '.join(values)}" if values else name
    if "accessory" in block:
        yield _element(block["accessory"])


def _context(block: Json, sheet: Sheet) -> Iterator[str]:
    texts = [element for element in block["elements"] if element["type"] != "image"]
    for text in texts:
        yield from _words(text, sheet.reader)


def _actions(block: Json, sheet: Sheet) -> Iterator[str]:
    yield "  ".join(_element(element) for element in block["elements"])


def _input(block: Json, sheet: Sheet) -> Iterator[str]:
    label = _label(block, sheet.reader)
    first, *rest = _held(block, sheet)
    gap = " " * (sheet.margin + 2)
    if len(label) > sheet.margin:
        yield label
        yield gap + first
    else:
        yield f"{label.ljust(sheet.margin)}  {first}"
    yield from (gap + line for line in rest)
    if block["block_id"] in sheet.errors:
        yield f"{gap}⚠ {sheet.errors[block['block_id']]}"


def _label(block: Json, reader: Reader) -> str:
    text = str(block["label"]["text"])
    return text if block.get("optional") else f"{text} *"


def _words(text: Json, reader: Reader) -> list[str]:
    if text["type"] == "plain_text":
        return str(text["text"]).translate(INVISIBLE).split("\n")
    return mrkdwn(text["text"], reader)


def _element(element: Json) -> str:
    if element["type"] == "button":
        return f"[ {element['text']['text']} ]"
    if element["type"] == "overflow":
        return "[ ⋯ ]"
    return f"[ {_hint(element)} ▾ ]"


def _held(block: Json, sheet: Sheet) -> list[str]:
    """What is in the field now."""
    element = block["element"]
    kind = element["type"]
    held = sheet.state.get(block["block_id"], {}).get(element["action_id"], {})
    value = held.get(SLOTS[kind].key)
    if kind == "radio_buttons":
        return _ticks(element, [value], "(•)", "( )")
    if kind == "checkboxes":
        return _ticks(element, value or [], "[x]", "[ ]")
    if kind.endswith("_select"):
        chosen = value if isinstance(value, list) else [value]
        return [f"[ {', '.join(_chosen(v) for v in chosen if v) or _hint(element)} ▾ ]"]
    if isinstance(value, dict):
        return _typed(rich_lines(value, sheet.reader), element, sheet)
    return _typed(str(value or "").split("\n"), element, sheet)


def _typed(lines: list[str], element: Json, sheet: Sheet) -> list[str]:
    if not any(line.strip() for line in lines):
        return [f"[ {_hint(element)} ]"]
    room = WIDTH - sheet.margin - 2
    return [part for line in lines for part in textwrap.wrap(line, room) or [""]]


def _ticks(element: Json, chosen: list[Any], on: str, off: str) -> list[str]:
    values = {option["value"] for option in chosen if option}
    return [
        f"{on if option['value'] in values else off} {option['text']['text']}"
        for option in element["options"]
    ]


def _chosen(value: Any) -> str:
    return str(value["text"]["text"] if isinstance(value, dict) else value).translate(INVISIBLE)


def _hint(element: Json) -> str:
    return str((element.get("placeholder") or {}).get("text", "")) or "…"


BLOCKS: dict[str, Callable[[Json, Sheet], Iterator[str]]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "header": lambda block, sheet: iter([block["text"]["text"]]),
    "divider": lambda block, sheet: iter(["─" * 24]),
    "rich_text": lambda block, sheet: iter(rich_lines(block, sheet.reader)),
}
