"""Sorted words, and those that a word may stand for: its beginning, a part, or one slip away.

One slip is a letter too many, one missing, a wrong one, or two swapped. All words that begin alike
are neighbours, so a slip is looked for letter by letter, only among letters that do follow.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

Range = tuple[int, int]  # from, and up to but not including

LAST = "\U0010ffff"  # sorts after whatever continues a beginning
APART = "@"  # begins words that are found as they are, or not at all
_LETTERS = 400  # different ones after which nobody looks for a missing one: a script of thousands
_PARTS = 4  # words that were written as one


class Vocabulary:
    def __init__(self, words: list[str]) -> None:
        """`words` are sorted and each is there once."""
        self.words = words
        self._text = "\n".join(["", *words, ""])
        self._starts = array("I", [0])
        for word in words:
            self._starts.append(self._starts[-1] + len(word) + 1)

    def beginning(self, start: str, within: Range | None = None) -> Range:
        low, high = within or (0, len(self.words))
        low = bisect_left(self.words, start, low, high)
        return low, bisect_left(self.words, start + LAST, low, high)

    def whole(self, word: str) -> list[Range]:
        low = bisect_left(self.words, word)
        return [(low, low + 1)] if self.words[low : low + 1] == [word] else []

    def containing(self, part: str) -> list[Range]:
        """Words that have `part` further inside, but for those that stand apart."""
        found = []
        at = self._text.find(part)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            if at > self._starts[number] + 1 and not self.words[number].startswith(APART):
                found.append((number, number + 1))
            at = self._text.find(part, self._starts[number + 1])
        return found

    def parts(self, range_: Range, length: int) -> Iterator[Range]:
        """The words of a range, which begin alike in `length` letters, by the letter after those.
        Words that end there are left out."""
        at, high = range_
        while at < high:
            word = self.words[at]
            if len(word) == length:
                at += 1
                continue
            end = bisect_left(self.words, word[: length + 1] + LAST, at, high)
            yield at, end
            at = end

    def near(self, word: str) -> tuple[list[Range], list[Range]]:
        """Words one slip away from `word`, and those that only begin so."""
        whole, begun = set(), set()
        for start, low, within in self._near(word):
            if low == within[1] or not self.words[low].startswith(start) or start == word:
                continue
            if self.words[low] == start:
                whole.add((low, low + 1))
            if not start.startswith(word):
                begun.add(self.beginning(start, (low, within[1])))
        return sorted(whole), sorted(begun)

    def run_together(self, word: str) -> Iterator[list[Range]]:
        """Ways to read `word` as several that were written without blanks, each there as a whole
        but for the last, which may go on."""
        yield from self._read(word, _PARTS)

    def _read(self, word: str, most: int) -> Iterator[list[Range]]:
        for length in range(1, len(word)):
            first = self.whole(word[:length])
            if not first:
                continue
            rest = self.beginning(word[length:])
            if rest[0] < rest[1]:
                yield [*first, rest]
            elif most > 2:
                yield from ([*first, *rest] for rest in self._read(word[length:], most - 1))

    def _near(self, word: str) -> Iterator[tuple[str, int, Range]]:
        """What `word` may have been meant to begin, where that would be, and among which words."""
        begun = (0, len(self.words))
        for place in range(len(word) + 1):
            head, rest = word[:place], word[place:]
            begun = self.beginning(head, begun)
            if begun[0] == begun[1]:
                return
            for start in self._slips(head, rest, begun):
                yield start, bisect_left(self.words, start, *begun), begun

    def _slips(self, head: str, rest: str, begun: Range) -> Iterator[str]:
        if rest:
            yield head + rest[1:]  # one too many
        if len(rest) > 1 and rest[0] != rest[1]:
            yield head + rest[1] + rest[0] + rest[2:]
        for letter in self._letters_after(begun, len(head)):
            yield head + letter + rest  # one is missing
            if rest and letter != rest[0]:
                yield head + letter + rest[1:]

    def _letters_after(self, range_: Range, length: int) -> Iterator[str]:
        for _, (low, _) in zip(range(_LETTERS), self.parts(range_, length), strict=False):
            letter = self.words[low][length]
            if letter != APART:
                yield letter
