"""People by the words of their names and addresses, in memory: 200,000 of them in some 20 MB.

A word of a query may begin a word of the person's, be inside one, or be one slip of the keyboard
away from one. Words are sorted, so that whatever begins alike is one range; people are numbered by
how often they ask, so that the first few found are the ones to show.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from heapq import nsmallest
from itertools import chain

from storage.spelling import Range, Vocabulary

# A range with more people than one in so many is kept as a bitmap too: putting two such ranges
# together, person by person, is what would take long.
_COMMON_SHARE = 32
_FEWEST_COMMON = 1000
_INSIDE = 3  # letters a word needs, before one looks for it inside others
_SPELLED = 4  # and before one believes that it was misspelt

Choice = Sequence[Range]  # ranges of words, any of which will do


class PeopleIndex:
    """Never changes. `people` are ids, the most frequent requesters first."""

    def __init__(self, people: Sequence[int], words: Iterable[tuple[str, Iterable[int]]]) -> None:
        """`words` come sorted, with the places in `people` of those who have them."""
        self._people = array("q", people)
        self._order = array("I", sorted(range(len(people)), key=people.__getitem__))
        self._ends = array("I", [0])
        self._places = array("I")
        sorted_words: list[str] = []
        for word, places in words:
            sorted_words.append(word)
            self._places.extend(places)
            self._ends.append(len(self._places))
        self.vocabulary = Vocabulary(sorted_words)
        self._common: dict[Range, bytes] = {}
        self._keep_common((0, len(sorted_words)), 0)

    def __len__(self) -> int:
        return len(self._people)

    def find(self, words: Sequence[str], limit: int, hidden: Set[int]) -> list[list[int]]:
        """Ids of people, those that match best in the first list. `hidden` are places left out.

        Once `limit` are found no worse matches are looked for.
        """
        found: list[list[int]] = []
        seen: set[int] = set()
        for places in self._ever_less_exact(words, limit, hidden):
            new = [place for place in places if place not in seen][: limit - len(seen)]
            seen.update(new)
            found.append([self._people[place] for place in new])
            if len(seen) == limit:
                break
        return found

    def places_of(self, people: Iterable[int]) -> frozenset[int]:
        """Of those who are in here."""
        found = set()
        for person in people:
            at = bisect_left(self._order, person, key=self._people.__getitem__)
            if at < len(self._order) and self._people[self._order[at]] == person:
                found.add(self._order[at])
        return frozenset(found)

    def _ever_less_exact(
        self, words: Sequence[str], limit: int, hidden: Set[int]
    ) -> Iterator[Iterable[int]]:
        if not words:
            places = (place for place in range(len(self._people)) if place not in hidden)
            yield [place for place, _ in zip(places, range(limit), strict=False)]
            return
        begun: list[Choice] = [[self.vocabulary.beginning(word)] for word in words]
        found = self._first(begun, limit, hidden)
        yield found
        if found and self._first([self.vocabulary.whole(word) for word in words], 1, hidden):
            return  # somebody's name is typed to its end
        inside = [self._inside(word, range_) for word, range_ in zip(words, begun, strict=True)]
        further = self._first(inside, 2 * limit, hidden)  # half of which may have been found
        yield further
        if not further:
            yield from self._misspelt(words, inside, limit, hidden)

    def _misspelt(
        self, words: Sequence[str], inside: Sequence[Choice], limit: int, hidden: Set[int]
    ) -> Iterator[list[int]]:
        """First where one word is, then where any may be."""
        near = [self.vocabulary.near(w) if len(w) >= _SPELLED else ((), ()) for w in words]
        for slips in zip(*near, strict=True):
            for n, slip in enumerate(slips):
                yield self._first([*inside[:n], slip, *inside[n + 1 :]], 2 * limit, hidden)
            if len(words) > 1:
                every = [[*i, *s] for i, s in zip(inside, slips, strict=True)]
                yield self._first(every, 2 * limit, hidden)
        for n, word in enumerate(words):
            for parts in self.vocabulary.run_together(word):
                apart = [[part] for part in parts]
                yield self._first([*inside[:n], *apart, *inside[n + 1 :]], 2 * limit, hidden)

    def _inside(self, word: str, begun: Choice) -> Choice:
        long_enough = len(word) >= (_INSIDE if word.isascii() else _INSIDE - 1)
        return [*begun, *self.vocabulary.containing(word)] if long_enough else begun

    def _first(self, choices: Sequence[Choice], limit: int, hidden: Set[int]) -> list[int]:
        """The first places whose people have a word of each choice."""
        choices = [[r for r in choice if self._ends[r[0]] < self._ends[r[1]]] for choice in choices]
        if not all(choices):
            return []
        common = [self._common[c[0]] for c in choices if len(c) == 1 and c[0] in self._common]
        rare = [c for c in choices if not (len(c) == 1 and c[0] in self._common)]
        if not rare:
            return _lowest(_together(common), limit, hidden)
        rare.sort(key=self._size)
        found = set(self._of(rare[0]))
        for choice in rare[1:]:
            found.intersection_update(self._of(choice))
        found -= hidden
        for bits in common:
            found = {place for place in found if bits[place >> 3] >> (place & 7) & 1}
        return nsmallest(limit, found)

    def _of(self, choice: Choice) -> Iterable[int]:
        slices = (self._places[self._ends[low] : self._ends[high]] for low, high in choice)
        return chain.from_iterable(slices)

    def _size(self, choice: Choice) -> int:
        return sum(self._ends[high] - self._ends[low] for low, high in choice)

    def _keep_common(self, range_: Range, length: int) -> None:
        """Bitmaps for what begins alike in `length` letters, and for its parts."""
        low, high = range_
        many = max(_FEWEST_COMMON, len(self._people) // _COMMON_SHARE)
        if self._ends[high] - self._ends[low] < many:
            return
        if length and range_ not in self._common:
            self._common[range_] = self._bitmap(range_)
        for part in self.vocabulary.parts(range_, length):
            self._keep_common(part, length + 1)

    def _bitmap(self, range_: Range) -> bytes:
        bits = bytearray(-(-len(self._people) // 64) * 8)
        for place in self._places[self._ends[range_[0]] : self._ends[range_[1]]]:
            bits[place >> 3] |= 1 << (place & 7)
        return bytes(bits)


def _together(bitmaps: Sequence[bytes]) -> bytes:
    if len(bitmaps) == 1:
        return bitmaps[0]
    all_of_them = int.from_bytes(bitmaps[0], "little")
    for bits in bitmaps[1:]:
        all_of_them &= int.from_bytes(bits, "little")
    return all_of_them.to_bytes(len(bitmaps[0]), "little")


def _lowest(bitmap: bytes, limit: int, hidden: Set[int]) -> list[int]:
    """The first places whose bit is set."""
    found: list[int] = []
    # In the order of the bytes, whatever the machine's own.
    for number, word in enumerate(memoryview(bitmap).cast("Q")):
        while word:
            low = word & -word
            word ^= low
            place = number * 64 + low.bit_length() - 1
            if place not in hidden:
                found.append(place)
                if len(found) == limit:
                    return found
    return found


def index_of(people: Sequence[tuple[int, Iterable[str]]]) -> PeopleIndex:
    """From few people with their words, the most frequent requesters first."""
    places: dict[str, list[int]] = {}
    for place, (_, words) in enumerate(people):
        for word in words:
            places.setdefault(word, []).append(place)
    return PeopleIndex([person for person, _ in people], sorted(places.items()))
