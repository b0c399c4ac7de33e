"""Who is looked for is among the options offered, whatever their name is and however it is typed.

Rates, not times: an average over a made-up directory of all scripts, and every odd name by itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from random import Random

import pytest

from bot.seeding.names import people as made_up
from desk.people import folded
from storage.store import SqlStore
from tests.storage.house import a_person

OFFERED = 20
SAMPLE = 400
LETTERS = "aeiourstnl"


@pytest.fixture
async def directory(directory_url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(directory_url)
    yield store
    store.close()


def everybody() -> list[tuple[str, str]]:
    """Names and addresses of a sample; people of the same name count as one."""
    people = made_up(Random("5"))
    some = [next(people) for _ in range(4000)]
    found = [(one.name, one.email) for one in some if one.email]
    return Random(1).sample(found, SAMPLE)


def typed(name: str, email: str) -> str:
    return name


def without_accents(name: str, email: str) -> str:
    return folded(name)


def the_other_way_round(name: str, email: str) -> str:
    return " ".join(reversed(name.upper().split()))


def cut_short(name: str, email: str) -> str:
    *given, family = name.split()
    return " ".join([*given, family[: max(3, len(family) - 2)]])


def inside(name: str, email: str) -> str:
    return " ".join(word[1:] if len(word) > 4 else word for word in folded(name).split())


def address(name: str, email: str) -> str:
    return email


def most_of_the_address(name: str, email: str) -> str:
    return email[: email.index("@") + 3]


@pytest.mark.parametrize(
    "way",
    [
        *(typed, without_accents, the_other_way_round, cut_short, inside, address),
        most_of_the_address,
    ],
)
async def test_everybody_is_found_by_what_is_right(
    directory: SqlStore, way: Callable[[str, str], str]
):
    assert await hits(directory, way) == 1.0


def missing(word: str, at: int, random: Random) -> str:
    return word[:at] + word[at + 1 :]


def doubled(word: str, at: int, random: Random) -> str:
    return word[:at] + word[at] + word[at:]


def swapped(word: str, at: int, random: Random) -> str:
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def wrong(word: str, at: int, random: Random) -> str:
    return word[:at] + random.choice(LETTERS) + word[at + 1 :]


@pytest.mark.parametrize("slip", [missing, doubled, swapped, wrong])
async def test_nearly_everybody_is_found_despite_a_slip(
    directory: SqlStore, slip: Callable[[str, int, Random], str]
):
    random = Random(2)

    def misspelt(name: str, email: str) -> str:
        words = name.split()
        place = max(range(len(words)), key=lambda number: len(words[number]))
        word = words[place]
        words[place] = slip(word, random.randrange(len(word) - 1), random)
        return " ".join(words)

    assert await hits(directory, misspelt) >= 0.85


async def hits(directory: SqlStore, way: Callable[[str, str], str]) -> float:
    found = 0
    for name, email in everybody():
        query = way(name, email)
        offered = await directory.read(lambda tx, q=query: tx.people.search(q, OFFERED))
        found += any(folded(one.name) == folded(name) for one in offered)
    return found / SAMPLE


ODD = {
    "Siân O'Brien": ["o'brien", "obrien", "O’Brien", "sian ob", "sina o'brien"],
    "Ana de la Cruz": ["de la cruz", "delacruz", "cruz ana", "dela cruz"],
    "Nguyễn Thị Hạnh": ["nguyen", "Nguyễn", "hanh nguyen", "nguyne"],
    "Jean-Luc Groß": ["jeanluc", "jean luc", "gross", "groß jean-l"],
    "Sœur Marie-Ève": ["soeur", "sœur", "marie eve", "marieeve"],
    "Łukasz Żuraw": ["lukasz", "zuraw", "luksaz"],
    "ليلى الحسن": ["ليلى", "الحسن", "حسن"],
    "王小明": ["王", "小明"],
    "김민준": ["김", "김민"],
    "Zoë 🎧 Müller (IT)": ["zoe muller", "müller zoë", "muler"],
    "Ægir Đặng": ["aegir", "dang", "agir"],
    "X Æ A-12": ["a-12", "12"],
}


@pytest.mark.parametrize("name", ODD)
async def test_odd_names_are_found(sqlite_url: str, name: str):
    store = SqlStore(sqlite_url)
    for other in ODD:
        await store.write(lambda tx, o=other: a_person(tx, o))

    missed = [
        query
        for query in ODD[name]
        if name
        not in [p.name for p in await store.read(lambda tx, q=query: tx.people.search(q, 9))]
    ]

    store.close()
    assert missed == []
