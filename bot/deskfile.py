"""Read the desk file: teams, catalogue and resolution codes, checked with line numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from desk.labels import Label
from desk.organisation import PLAIN_STYLE, MailStyle
from desk.people import looks_like_address
from desk.ports import CodeSetup, EntrySetup, HouseSetup, TeamSetup
from desk.ticket import Impact, RequestType, Urgency

DEFAULT_CODES = (
    CodeSetup("assistance", "Assistance", "Assistance"),
    CodeSetup("bug_fixed", "Bug fixed", "Résolution de bug"),
    CodeSetup("hardware_repair", "Hardware repair", "Réparation matériel"),
    CodeSetup("software_patch", "Software patch", "Patch logiciel"),
    CodeSetup("system_update", "System update", "Mise à jour système"),
    CodeSetup("training", "Training", "Formation"),
    CodeSetup("other", "Other", "Autre"),
)
LEVELS = ("family", "service", "sub-service")
LONGEST_LABEL = 75  # an option's text in Slack
LONGEST_PREFIX = 30  # leaves room for the subject itself
LONGEST_SIGNATURE = 1_000
MOST_VALUES = 100_000  # a large catalogue has a few thousand


class DeskFileFault(Exception):
    """The desk file cannot be used: one line a fault, each with its line number."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class TooManyValues(Exception):
    """More than any desk has."""


class Node:
    """A YAML value that remembers its line."""

    def __init__(self, value: Any, line: int, twice: tuple[str, ...] = ()) -> None:
        self.value = value
        self.line = line
        self.twice = twice  # names that a mapping gives a second time


def read_desk_file(path: Path) -> HouseSetup:
    """Raises DeskFileFault with every fault found. What concerns mail that comes in
    is read apart (mailboxes.py, mail_addresses.py)."""
    return Reader(path).house(root_of(path))


def root_of(path: Path) -> Node:
    """Raises DeskFileFault where it is no file of names and values at all."""
    try:
        text = path.read_text(encoding="utf-8")
        root = _composed(text)
        return _node(root, iter(range(MOST_VALUES))) if root else Node({}, 1)
    except OSError as fault:
        advice = "copy desk.example.yml and make it yours"
        raise DeskFileFault([f"{path}: cannot be read ({fault.strerror}); {advice}."]) from None
    except UnicodeDecodeError:
        raise DeskFileFault([f"{path}: is not UTF-8 text."]) from None
    except TooManyValues:
        raise DeskFileFault([f"{path}: holds more than {MOST_VALUES} values."]) from None
    except RecursionError:
        raise DeskFileFault([f"{path}: is nested too deeply."]) from None
    except yaml.YAMLError as fault:
        raise DeskFileFault([f"{path}:{_said(fault)}."]) from None


@lru_cache(maxsize=1)
def _composed(text: str) -> yaml.Node | None:
    """A start reads the file for the house, its mailboxes and its addresses. In Python, since
    libyaml takes the process down where something is nested a hundred thousand deep."""
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _said(fault: yaml.YAMLError) -> str:
    """What the parser says, on one line, behind the number of the line it stumbled over."""
    mark = getattr(fault, "problem_mark", None)
    words = [getattr(fault, "context", None), getattr(fault, "problem", None)]
    said = " ".join(filter(None, words)) or str(fault).splitlines()[0]
    return f"{mark.line + 1 if mark else 1}: {' '.join(said.split())}"


def _node(node: yaml.Node, room: Iterator[int]) -> Node:
    """An alias is one node to the parser and another value each time here: `room` runs out where a
    few lines would become millions."""
    if next(room, None) is None:
        raise TooManyValues
    line = node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            names = [str(name.value) for name, _ in node.value]
            twice = tuple(name for name, times in Counter(names).items() if times > 1)
            return Node({str(k.value): _node(v, room) for k, v in node.value}, line, twice)
        case yaml.SequenceNode():
            return Node([_node(item, room) for item in node.value], line)
        case _:
            return Node(None if node.tag.endswith(":null") else str(node.value), line)


class Reader:
    """Collects every fault, so that the administrator corrects them in one go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []

    def house(self, root: Node) -> HouseSetup:
        desk = self.mapping(root)
        self.only(
            root,
            desk,
            {
                "name",
                "language",
                "fallback_team",
                "admin_channel",
                "administrators",
                "teams",
                "catalogue",
                "resolution_codes",
                "addresses",
                "mailboxes",
            },
        )
        language = self.one_of(desk.get("language"), ("en", "fr"), "language") or "en"
        teams = tuple(self.teams(desk.get("teams"), language, root))
        keys = {team.key for team in teams}
        fallback = self.text(desk.get("fallback_team"))
        if fallback not in keys:
            self.fault(
                desk.get("fallback_team") or root, f"fallback_team must be one of {_listed(keys)}"
            )
        entries = tuple(self.entries(desk.get("catalogue"), keys))
        codes = tuple(self.codes(desk.get("resolution_codes"))) or DEFAULT_CODES
        setup = HouseSetup(
            name=self.text(desk.get("name")) or "Frontdesk",
            language=language,
            fallback_team=fallback,
            admin_channel=self.text(desk.get("admin_channel")) or None,
            administrators=tuple(self.texts(desk.get("administrators"))),
            teams=teams,
            catalogue=entries,
            codes=codes,
        )
        if self.faults:
            raise DeskFileFault(self.faults)
        return setup

    def teams(self, node: Node | None, language: str, root: Node) -> Iterator[TeamSetup]:
        if not node or not self.items(node):
            self.fault(node or root, "teams: at least one team is needed")
            return
        seen: set[str] = set()
        for item in self.items(node):
            team = self.mapping(item)
            self.only(item, team, {"key", "name", "channel", "language", "members", "lead", "mail"})
            key = self.key(item, team, seen)
            label = self.label(item, team)
            channel = self.text(team.get("channel"))
            if not channel:
                self.fault(item, f"team {key}: channel is missing")
            yield TeamSetup(
                key=key,
                en=label[0],
                fr=label[1],
                channel=channel or None,
                language=self.one_of(team.get("language"), ("en", "fr"), "language") or language,
                members=tuple(self.texts(team.get("members"))),
                lead=self.text(team.get("lead")) or None,
                mail=self.style(team["mail"]) if "mail" in team else PLAIN_STYLE,
            )

    def style(self, node: Node) -> MailStyle:
        """How a team's mails look: `subject_prefix`, `from_name`, `address`, `signature`."""
        style = self.mapping(node)
        self.only(node, style, {"subject_prefix", "from_name", "address", "signature"})
        address = self.text(style.get("address"))
        if address and not (looks_like_address(address) and address.isascii()):
            self.fault(style["address"], f"address is no mail address: {address[:60]}")
        prefix = self.text(style.get("subject_prefix"))
        if len(prefix) > LONGEST_PREFIX or "\n" in prefix:
            told = f"subject_prefix must be one line of at most {LONGEST_PREFIX} characters"
            self.fault(style["subject_prefix"], told)
        return MailStyle(
            subject_prefix=prefix,
            from_name=self.words(style.get("from_name"), LONGEST_LABEL),
            address=address,
            signature=self.words(style.get("signature"), LONGEST_SIGNATURE),
        )

    def words(self, node: Node | None, longest: int) -> Label | None:
        """A text for both languages, or one for each."""
        if node is None or node.value is None:
            return None
        given = node.value if isinstance(node.value, dict) else {"en": node, "fr": node}
        if isinstance(node.value, dict):
            self.only(node, given, {"en", "fr"})
        english, french = self.text(given.get("en")), self.text(given.get("fr"))
        if max(len(english), len(french)) > longest:
            self.fault(node, f"longer than {longest} characters: {(english or french)[:30]}…")
        return Label(english or french, french or english) if english or french else None

    def entries(self, node: Node | None, teams: set[str]) -> Iterator[EntrySetup]:
        seen: set[str] = set()
        yield from self._level(node, None, 0, teams, seen)

    def _level(
        self, node: Node | None, parent: str | None, depth: int, teams: set[str], seen: set[str]
    ) -> Iterator[EntrySetup]:
        for item in self.items(node) if node else ():
            entry = self.mapping(item)
            below = "services" if depth == 0 else "items"
            self.only(item, entry, {"key", "name", "team", "type", "impact", "urgency", below})
            key = self.key(item, entry, seen, parent)
            label = self.label(item, entry)
            team = self.text(entry.get("team")) or None
            if team and team not in teams:
                self.fault(
                    entry["team"], f"{LEVELS[depth]} {key}: team must be one of {_listed(teams)}"
                )
            yield EntrySetup(
                key=key,
                parent=parent,
                en=label[0],
                fr=label[1],
                team=team,
                request_type=self.one_of(entry.get("type"), tuple(RequestType), "type"),
                impact=self.one_of(entry.get("impact"), tuple(Impact), "impact"),
                urgency=self.one_of(entry.get("urgency"), tuple(Urgency), "urgency"),
            )
            if below in entry and depth < 2:
                yield from self._level(entry[below], key, depth + 1, teams, seen)

    def codes(self, node: Node | None) -> Iterator[CodeSetup]:
        seen: set[str] = set()
        for item in self.items(node) if node else ():
            code = self.mapping(item)
            self.only(item, code, {"key", "name"})
            label = self.label(item, code)
            yield CodeSetup(self.key(item, code, seen), *label)

    def key(
        self, node: Node, entry: dict[str, Node], seen: set[str], parent: str | None = None
    ) -> str:
        """The entry's own name for good: renaming its labels keeps its tickets."""
        key = self.text(entry.get("key"))
        if not key:
            self.fault(node, "key is missing: a short name that never changes")
        whole = f"{parent}/{key}" if parent else key
        if whole in seen:
            self.fault(node, f"key {whole} is used twice")
        seen.add(whole)
        return whole

    def label(self, node: Node, entry: dict[str, Node]) -> tuple[str, str]:
        """`name: Network` for both languages, or `name: {en: Network, fr: Réseau}`."""
        name = entry.get("name")
        if name is None:
            self.fault(node, "name is missing")
            return "", ""
        both = (
            [self.text(name.value.get(language)) for language in ("en", "fr")]
            if isinstance(name.value, dict)
            else [self.text(name)] * 2
        )
        english, french = both[0] or both[1], both[1] or both[0]
        for label in {english, french}:
            if not label:
                self.fault(name, "name is empty")
            if len(label) > LONGEST_LABEL:
                self.fault(name, f"name is longer than {LONGEST_LABEL} characters: {label[:30]}…")
        return english, french

    def mapping(self, node: Node) -> dict[str, Node]:
        for name in node.twice:
            self.fault(node.value[name], f"{name} is given a second time here")
        if isinstance(node.value, dict):
            return node.value
        self.fault(node, "expected `name: value` lines here")
        return {}

    def items(self, node: Node) -> list[Node]:
        if node.value is None:
            return []
        if isinstance(node.value, list):
            return node.value
        self.fault(node, "expected a list here (lines that begin with a dash)")
        return []

    def text(self, node: Node | None) -> str:
        if node is None or node.value is None:
            return ""
        if isinstance(node.value, str):
            return node.value.strip()
        self.fault(node, "expected a text here")
        return ""

    def texts(self, node: Node | None) -> list[str]:
        return [text for item in (self.items(node) if node else ()) if (text := self.text(item))]

    def one_of(self, node: Node | None, allowed: tuple[str, ...], what: str) -> str | None:
        text = self.text(node)
        if not text:
            return None
        if node is not None and text not in allowed:
            self.fault(node, f"{what} must be one of {_listed(set(map(str, allowed)))}")
            return None
        return text

    def only(self, node: Node, entry: dict[str, Node], known: set[str]) -> None:
        for name in entry:
            if name not in known:
                self.fault(entry[name], f"{name} is not known here; known: {_listed(known)}")

    def fault(self, node: Node, what: str) -> None:
        self.faults.append(f"{self.path}:{node.line}: {what}.")


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words)) or "(none defined)"
