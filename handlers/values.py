"""What a form holds, and how single values of Slack's dictionaries are taken out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.files import NewFile
from desk.words import Words
from handlers.richtext import kept, words_from_rich_text

Body = Mapping[str, Any]
LONGEST_NAME = 120  # characters of a file's name


class Malformed(Exception):
    """Not a payload that Slack sends."""


def field_of(block_id: str) -> str:
    """The field behind a block id: `service#3` is the third service input of one form."""
    return block_id.partition("#")[0]


@dataclass(frozen=True)
class Values:
    """What a form holds now, by field. Absent and empty inputs read as ""."""

    texts: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rich: Mapping[str, Words] = field(default_factory=dict)
    blocks: Mapping[str, str] = field(default_factory=dict)  # field → block id as Slack knows it
    uploads: Mapping[str, tuple[NewFile, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    def ticked(self, name: str) -> tuple[str, ...]:
        return self.chosen.get(name, ())

    def files(self, name: str) -> tuple[NewFile, ...]:
        return self.uploads.get(name, ())

    def words(self, name: str) -> Words:
        return self.rich.get(name) or Words.plain(self[name])

    def shows(self, name: str) -> bool:
        """Whether the form has this input at all."""
        return name in self.blocks


def text_in(value: Any) -> str:
    """A text, "" where Slack sends none; without what no database keeps."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed("text")
    return kept(value)


def name_in(value: Any) -> str:
    """A text that must be there: an id, or the time that serves as one."""
    text = text_in(value)
    if not text:
        raise Malformed("name")
    return text


def single_in(state: Body) -> str:
    """The value of an input or action that holds one."""
    option = state.get("selected_option")
    if isinstance(option, dict):
        return text_in(option.get("value"))
    for key in ("value", "selected_date", "selected_user", "selected_time"):
        if state.get(key) is not None:
            return text_in(state[key])
    return ""


def files_in(files: Any) -> tuple[NewFile, ...]:
    """Files as Slack tells of them; what it shows of one that we may not see has no id."""
    return tuple(
        NewFile(
            name=file_name(text_in(file.get("name")) or text_in(file.get("title"))),
            media_type=text_in(file.get("mimetype")) or "application/octet-stream",
            size=size if isinstance(size := file.get("size"), int) and size > 0 else 0,
            slack_id=text_in(file["id"]),
        )
        for file in files or ()
        if isinstance(file, Mapping) and file.get("id") and file.get("mode") != "tombstone"
    )


def file_name(name: str) -> str:
    """On one line and without folders: it will be a name on somebody's disk."""
    bare = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    bare = bare.strip(" .")
    stem, dot, ending = bare.rpartition(".")
    if len(bare) > LONGEST_NAME and dot and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return bare[:LONGEST_NAME] or "file"


def values_in(view: Body) -> Values:
    texts: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    rich: dict[str, Words] = {}
    uploads: dict[str, tuple[NewFile, ...]] = {}
    blocks: dict[str, str] = {
        field_of(block["block_id"]): block["block_id"]
        for block in view.get("blocks") or ()
        if block.get("block_id")
    }
    for block_id, actions in ((view.get("state") or {}).get("values") or {}).items():
        name = field_of(block_id)
        if blocks.setdefault(name, block_id) != block_id:
            continue  # of an input that is no longer in the form
        for state in actions.values():
            texts[name] = single_in(state)
            if "selected_options" in state:
                options = state.get("selected_options") or ()
                chosen[name] = tuple(text_in(option["value"]) for option in options)
            if state.get("files"):
                uploads[name] = files_in(state["files"])
            if state.get("rich_text_value"):
                rich[name] = words_from_rich_text(state["rich_text_value"])
    return Values(texts, chosen, rich, blocks, uploads)
