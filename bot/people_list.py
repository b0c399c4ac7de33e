"""People without Slack, from a CSV file."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import chain

from bot.app import utc_now
from bot.config import Settings
from bot.deskfile import read_desk_file
from desk.people import Person, looks_like_address
from desk.setting_up import LearnPeople, learn_people
from desk.trying_again import persistently
from storage.migrate import upgrade
from storage.store import SqlStore
from storage.transaction import SqlTransaction

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
COLUMNS = ("name", "email", "language", "title")
SEPARATORS = (",", ";", "\t")  # spreadsheets of many countries write a semicolon
AT_ONCE = 100  # people in one transaction: the bot writes in between


class ListFault(Exception):
    """The file cannot be taken: one line a fault."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def text_of(file: bytes) -> io.StringIO:
    """A file as spreadsheets save it: UTF-8, UTF-16 with its mark, or Windows' western alphabet.

    Raises ListFault for what is none of these.
    """
    for encoding in ("utf-16" if file[:2] in UTF_16 else "utf-8-sig", "cp1252"):
        try:
            return io.StringIO(file.decode(encoding), newline="")
        except UnicodeDecodeError:
            continue
    raise ListFault(["The file is no text that we can read. Save it as “CSV UTF-8”."])


def read(file: Iterable[str]) -> list[Person]:
    """Raises ListFault with every fault, by line number."""
    lines = iter(file)
    head = next(lines, "")
    # Strict: a quotation mark that nobody closes would swallow all the lines below it.
    rows = csv.DictReader(chain([head], lines), strict=True, delimiter=_separator(head))
    faults: list[str] = []
    try:
        names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
        if "name" not in names or "email" not in names:
            raise ListFault(["The first line must name the columns: name,email,language,title"])
        rows.fieldnames = names
        people = [person for row in rows if (person := _person(row, rows.line_num, faults))]
    except csv.Error as fault:
        raise ListFault([*faults, f"Line {rows.line_num}: {str(fault).split(' - ')[0]}."]) from None
    if faults:
        raise ListFault(faults)
    return people


def _separator(head: str) -> str:
    """The one that makes most columns of the first line."""
    return max(SEPARATORS, key=head.count)


def _person(row: dict[str, str], line: int, faults: list[str]) -> Person | None:
    values = {name: " ".join((row.get(name) or "").split()) for name in COLUMNS}
    if not any(values.values()):
        return None
    if not values["name"]:
        faults.append(f"Line {line}: the name is missing.")
    if not "".join(values.values()).isprintable():
        faults.append(f"Line {line}: has characters that are no text.")
    if not looks_like_address(values["email"]):
        faults.append(f"Line {line}: {values['email'][:100] or 'nothing'} is no e-mail address.")
    if values["language"] not in ("", "en", "fr"):
        faults.append(f"Line {line}: the language must be en or fr.")
    return Person(
        0, values["name"], values["email"].lower(), None, values["language"], values["title"]
    )


async def store(
    settings: Settings, people: list[Person], progress: Callable[[int, int], None]
) -> int:
    """Raises DeskFileFault, where the bot never ran and the file is needed for the language."""
    await asyncio.to_thread(upgrade, settings.database_url)
    database = SqlStore(settings.database_url)
    done = 0
    try:
        await _furnish(settings, database)
        for start in range(0, len(people), AT_ONCE):
            portion = people[start : start + AT_ONCE]
            await persistently(database, partial(_learn, tuple(portion)))
            done += len(portion)
            progress(done, len(people))
    finally:
        database.close()
    return done


async def _furnish(settings: Settings, database: SqlStore) -> None:
    """Before the bot's first start there is no house whose language people could be given. It finds
    the channels itself, when it starts."""
    try:
        await database.read(lambda tx: tx.organisation.house())
    except LookupError:
        setup = read_desk_file(settings.desk_file)
        teams = tuple(replace(team, channel=None) for team in setup.teams)
        found = replace(setup, teams=teams, admin_channel=None)
        # The bot may be starting just now.
        await persistently(database, lambda tx: tx.organisation.load(found, first=True))


def _learn(people: tuple[Person, ...], tx: SqlTransaction) -> None:
    learn_people(LearnPeople(people), tx, utc_now())
