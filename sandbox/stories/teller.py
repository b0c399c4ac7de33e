"""Tells in the terminal who does what and who sees what; knows when something did not happen."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from email.utils import getaddresses
from typing import TextIO, TypeVar

from sandbox.as_text import Reader, block_lines, message_lines, mrkdwn
from sandbox.changes import NeverHappened
from sandbox.mail import Mail
from sandbox.modals import View
from sandbox.person import Person
from sandbox.server import Sandbox
from sandbox.world import Channel, Message

T = TypeVar("T")

WIDTH = 96
PATIENCE = 30.0  # seconds until something expected counts as not happening
EMOJI = {"memo": "📝", "eyes": "👀", "white_check_mark": "✅", "warning": "⚠️"}
PAINT = {"bold": "1", "dim": "2", "act": "1;35", "who": "1;36", "good": "1;32", "bad": "1;31"}
BUTTON = re.compile(r"\[ [^\]]+ \]")


class DidNotHappen(Exception):
    """What the story expected, in words, and what there is instead."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.what, self.instead = what, instead


class Teller:
    def __init__(self, slack: Sandbox, language: str, out: TextIO | None = None) -> None:
        self.slack = slack
        self.language = language
        self._out = out or sys.stdout
        self._colours = self._out.isatty()
        self._told: dict[str, str] = {}  # thread lines told already

    def word(self, english: str, french: str) -> str:
        return french if self.language == "fr" else english

    # -- between the pictures ---------------------------------------------------------------

    def title(self, english: str, french: str) -> None:
        self._line(self._paint(self.word(english, french), "bold"))

    def aside(self, english: str, french: str) -> None:
        for line in textwrap.wrap(self.word(english, french), WIDTH, break_on_hyphens=False):
            self._line(self._paint(line, "dim"))

    def act(self, letter: str, english: str, french: str) -> None:
        head = f"━━ {letter}. {self.word(english, french)} "
        self._line("\n" + self._paint(head.ljust(WIDTH, "━"), "act"))

    def does(self, who: str, english: str, french: str) -> None:
        said = f"{who} {self.word(english, french)}"
        first, *rest = textwrap.wrap(said, WIDTH - 2, break_on_hyphens=False)
        first = self._paint(who, "who") + first.removeprefix(who)
        self._line(f"\n{self._paint('▶', 'who')} {first}")
        for line in rest:
            self._line(f"  {line}")

    def sees(self, english: str, french: str) -> None:
        self._line(f"\n  {self._paint(self.word(english, french), 'bold')}")

    def sure(self, english: str, french: str) -> None:
        self._line(f"\n  {self._paint('✔ ' + self.word(english, french), 'good')}")

    def wrong(self, words: str) -> None:
        self._line("\n" + self._paint(f"✘ {words}", "bad"))

    # -- pictures ---------------------------------------------------------------------------

    def reader(self, person: Person) -> Reader:
        return Reader.of(person.profile, self.slack.world, self.slack.workspace.clock())

    def form(self, person: Person, errors: Mapping[str, str] | None = None) -> None:
        """The form in front of somebody, with what is typed and what is wrong."""
        view, reader = person.form, self.reader(person)
        lines = block_lines(view.blocks, reader, state=view.state, errors=errors)
        parts = (view.definition.get("close"), view.definition.get("submit"))
        feet = [f"[ {part['text']} ]" for part in parts if part]
        self._frame(view.title, lines, "  ".join(feet))

    def home(self, person: Person, view: View) -> None:
        app = self.slack.world.app.name
        self._frame(f"{app} · {self.word('Home', 'Accueil')}", self._blocks(view, person))

    def message(self, message: Message, reader_: Person) -> None:
        reader = self.reader(reader_)
        self._frame(self._author(message), self._message(message, reader))

    def thread(self, card: Message, person: Person) -> None:
        """The lines under a card that are new, or that changed since they were told."""
        channel = self.slack.world.channels[card.channel]
        reader = self.reader(person)
        for reply in channel.replies(card.ts):
            lines = self._message(reply, reader)
            told = "\n".join(lines)
            if self._told.get(reply.ts) == told:
                continue
            self._told[reply.ts] = told
            self._frame(f"↳ {self._author(reply)}", lines)

    def mail(self, mail: Mail) -> None:
        heads = (
            (self.word("From", "De"), _named(mail.header("From"))),
            (self.word("To", "À"), _named(mail.header("To"))),
            (self.word("Subject", "Objet"), mail.subject),
        )
        lines = [f"{name:<8} {value}" for name, value in heads]
        self._frame("✉", [*lines, "", *mail.text.strip().split("\n")])

    def _blocks(self, view: View, person: Person) -> list[str]:
        return block_lines(view.blocks, self.reader(person), state=view.state)

    def _message(self, message: Message, reader: Reader) -> list[str]:
        blocks = message.blocks if message.by_app else []
        lines = message_lines(message.text, blocks, reader)
        marks = [EMOJI.get(name, f":{name}:") for name in message.reactions]
        return [*lines, *([" ".join(marks)] if marks else [])]

    def _author(self, message: Message) -> str:
        place = self.slack.world.channels[message.channel]
        who = self.slack.world.people[message.user].name
        return f"{who} · {_place(place)}" if not message.is_reply else who

    def _frame(self, head: str, lines: list[str], foot: str = "") -> None:
        self._line(f"    {self._paint('┌─', 'dim')} {self._paint(head, 'bold')}")
        for line in lines:
            for part in _wrapped(line):
                self._line(f"    {self._paint('│', 'dim')} {self._buttons(part)}".rstrip())
        self._line(f"    {self._paint('└─', 'dim')} {self._buttons(foot)}".rstrip())

    def _buttons(self, line: str) -> str:
        return BUTTON.sub(lambda found: self._paint(found[0], "who"), line)

    def _paint(self, text: str, how: str) -> str:
        return f"\x1b[{PAINT[how]}m{text}\x1b[0m" if self._colours and text else text

    def _line(self, text: str) -> None:
        print(text, file=self._out, flush=True)

    # -- what must be true ------------------------------------------------------------------

    async def until(self, english: str, french: str, condition: Callable[[], T | None]) -> T:
        """Wait for it. Raises DidNotHappen in these words."""
        try:
            found = await self.slack.until(condition, PATIENCE)
        except NeverHappened as never:
            raise DidNotHappen(self.word(english, french), str(never)) from None
        assert found is not None
        return found

    def must(self, english: str, french: str, fact: object) -> None:
        if not fact:
            raise DidNotHappen(self.word(english, french), "")

    def shown(self, message: Message | View | None, person: Person) -> str:
        """All the words of a message or view, for looking something up in them."""
        if message is None:
            return ""
        reader = self.reader(person)
        if isinstance(message, View):
            return "\n".join(block_lines(message.blocks, reader, state=message.state))
        text = "\n".join(mrkdwn(message.text, reader))
        return "\n".join([text, *self._message(message, reader)])


def _named(header: str) -> str:
    """The people of a header as mail programs show them, without its quotes."""
    people = getaddresses([header])
    return ", ".join(f"{name} <{address}>" if name else address for name, address in people)


def _place(channel: Channel) -> str:
    return f"#{channel.name}" if channel.name else "✉"


def _wrapped(line: str) -> list[str]:
    """Long lines go on under themselves; a quotation keeps its bar."""
    bar = "▎ " if line.startswith("▎ ") else ""
    indent = bar or " " * (len(line) - len(line.lstrip()))
    parts = textwrap.wrap(
        line.removeprefix(bar).strip(),
        WIDTH - 6,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return parts or [bar.rstrip()]
