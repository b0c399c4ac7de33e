"""Files in words: what came, what goes along, and what is not where one expects it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from blocks.elements import MOST_BOXES, Option, context, field, option, section
from blocks.ids import Action, Field
from blocks.message import Block, Message
from blocks.text import file_size, inline, listed, one_line, person_name
from desk.files import FileProblem, FileState, TicketFile
from desk.journal import Entry, Kind
from locales.translator import Translator

LONGEST_NAME = 60  # characters of a file's name among words
NAMED = 8  # files in one line; the rest are counted
MOST_NEW = 10  # files Slack takes in one input
CLIP = "📎"


def came_with(entry: Entry, count: int, t: Translator) -> str:
    """Above files in the technicians' thread."""
    said = t.plural(
        "{n} file from {name}", "{n} files from {name}", count, name=person_name(entry.by, t)
    )
    return f"{CLIP} {said}"


def went_with(count: int, t: Translator) -> str:
    """Above files in a direct message to the requester."""
    return f"{CLIP} " + t.plural("{n} file for you", "{n} files for you", count)


def attached_line(entry: Entry, t: Translator) -> str:
    """The files that an entry came or goes with; "" where there are none."""
    names = [str(name) for name in entry.facts.get("files") or ()]
    if not names:
        return ""
    shown = [inline(name, LONGEST_NAME) for name in names[:NAMED]]
    more = len(names) - len(shown)
    if more:
        shown.append(t.plural("{n} more file", "{n} more files", more))
    files = listed(shown, t)
    if entry.kind is Kind.REPLY:
        return f"{CLIP} {t('Shared with the requester: {files}', files=files)}"
    return f"{CLIP} {files}"


def file_trouble(files: Iterable[TicketFile], t: Translator) -> Message:
    """Which files are not here, and why; each can be asked for again."""
    lines = [f"⚠️ {_trouble(file, t)}" for file in files]
    text = "\n".join(lines)
    return {"text": text.replace("*", ""), "blocks": [section(text)]}


def _trouble(file: TicketFile, t: Translator) -> str:
    name = f"*{inline(file.name, LONGEST_NAME)}*"
    size = file_size(file.size, t)
    kept = file.state is FileState.KEPT
    match file.problem:
        case FileProblem.TOO_LARGE if kept:
            return t(
                "{name} ({size}) is too large for Slack. It is kept, and can go with a reply.",
                name=name,
                size=size,
            )
        case FileProblem.TOO_LARGE:
            return t("{name} ({size}) is too large to be kept.", name=name, size=size)
        case FileProblem.ELSEWHERE:
            return t("{name} is not in Slack itself, so it is not kept here.", name=name)
        case FileProblem.UNFETCHED:
            return t("{name} could not be fetched from Slack, so it is not kept here.", name=name)
        case FileProblem.DECLINED:
            return t(
                "Slack does not take {name} ({size}). It is kept, and can go with a reply.",
                name=name,
                size=size,
            )
        case _:
            return t("{name} is gone: it could not be kept.", name=name)


def sharing(files: Sequence[TicketFile], shared: frozenset[int], t: Translator) -> list[Block]:
    """In the reply form: which of the ticket's files go along, and new ones that do."""
    blocks: list[Block] = []
    offered = [_offered(file, t) for file in files[:MOST_BOXES]]
    if offered:
        chosen = [o for o in offered if int(o["value"]) in shared]
        boxes: Block = {
            "type": "checkboxes",
            "action_id": Action.INPUT.value,
            "options": offered,
            **({"initial_options": chosen} if chosen else {}),
        }
        hint = t(
            "Of these files only those you tick are sent. The others stay between technicians."
        )
        label = t("Share with requester")
        blocks.append(field(Field.SHARE_FILES, label, boxes, optional=True, hint=hint))
    hint = t("They are sent with your message.")
    label = t("Other files to send") if offered else t("Files to send")
    blocks.append(new_files(Field.NEW_FILES, label, hint))
    return blocks


def new_files(name: Field, label: str, hint: str = "") -> Block:
    element: Block = {
        "type": "file_input",
        "action_id": Action.INPUT.value,
        "max_files": MOST_NEW,
    }
    return field(name, label, element, optional=True, hint=hint)


def _offered(file: TicketFile, t: Translator) -> Option:
    said = t("{size}, from {name}", size=file_size(file.size, t), name=one_line(file.by, 40))
    return option(one_line(file.name, 70), str(file.id), said)


def attached(entry: Entry, t: Translator) -> list[Block]:
    line = attached_line(entry, t)
    return [context(line)] if line else []
