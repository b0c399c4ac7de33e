"""Who a header names: pairs of name and address, out of whatever stands there.

Read before encoded words are decoded: a comma in a name would make two of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mail.decoding import decoded_header

Mailbox = tuple[str, str]  # shown name, "" for none; address, lower-case

_MOST = 100
_LONGEST = 20_000  # characters of a header
_ADDRESS = re.compile(
    r"[^\s<>()\[\],;:\"\\@]{1,64}@(?:[^\s<>()\[\],;:\"\\@]{1,253}|\[[\w.:]{3,60}\])"
)
_QUOTED_LOCAL = re.compile(r'"([^"\\\r\n]{1,64})"@([^\s<>()\[\],;:"\\@]{1,253})')
_SPACED = re.compile(r"\s{0,20}([@.])\s{0,20}")
_ARCHIVED = re.compile(r"([\w.+-]{1,64}) at ([\w-]+(?:\.[\w-]+)+)")  # as list archives write it
# A quoted name is not longer; without end, each quote would look for its other one to the end.
_TOKEN = re.compile(r'"((?:[^"\\]|\\.){0,500}+)"|[,;:<>()]|[^,;:<>()"]+|"', re.DOTALL)


def mailboxes(values: Iterable[str], hint: str | None = None) -> list[Mailbox]:
    """Everybody these values of a header name, in order; groups give their members."""
    raw = ", ".join(values)[:_LONGEST]
    found: list[Mailbox] = []
    for name, spec in _split(raw):
        if len(found) >= _MOST:
            break
        address = bare_address(decoded_header(spec, hint))
        if address:
            shown = _shown(decoded_header(name, hint))
            found.append(("" if shown.lower() == address else shown, address))
    return found or _anywhere(decoded_header(raw, hint))


def names_in(values: Iterable[str], hint: str | None = None) -> str:
    """What to call somebody whose header holds no address at all."""
    return _shown(decoded_header(" ".join(values)[:_LONGEST], hint)).strip("<> ")


def bare_address(text: str) -> str:
    """The one address in `text`, in the form it is compared in; "" for none."""
    text = re.sub(r"(?i)^\s*<?(?:mailto|smtp):", "", text.strip()).strip("<>'` \t")
    text = text.rpartition(":")[2] if text.startswith("@") else text  # a route
    if quoted := _QUOTED_LOCAL.fullmatch(text):
        local = quoted[1]
        text = f"{local}@{quoted[2]}" if _ADDRESS.fullmatch(f"{local}@x") else ""
        if not text:
            return f'"{local}"@{_domain(quoted[2])}'.lower()
    if not _ADDRESS.fullmatch(text):
        text = _SPACED.sub(r"\1", text)
        if not _ADDRESS.fullmatch(text):
            return ""
    local, _, domain = text.rpartition("@")
    return f"{local}@{_domain(domain)}".lower()


def _domain(domain: str) -> str:
    """One form of the two that an international name has: the one that every server takes."""
    domain = domain.strip(".'").lower()
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except (UnicodeError, IndexError):
        return domain


def _shown(name: str) -> str:
    name = re.sub(r"\[?mailto:$", "", name).strip(" ,")
    while len(name) >= 2 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name


def _anywhere(text: str) -> list[Mailbox]:
    """No grammar held: an address that stands somewhere, and what stands before it as the name."""
    found: list[Mailbox] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        name = _shown(text[end : match.start()].strip("<>[](),; \t"))
        address = bare_address(match[0])
        if address:
            found.append((name if len(name) > 1 and not found else "", address))
        end = match.end()
    if not found and (archived := _ARCHIVED.search(text)):
        name = _shown(text[archived.end() :].strip(" ()"))
        found.append((name, f"{archived[1]}@{archived[2]}".lower()))
    return found[:_MOST]


@dataclass
class _Pending:
    """A mailbox being read: words before an angle bracket, what stands in it, comments."""

    words: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    comments: list[str] = field(default_factory=list)
    has_at: bool = False  # among the words

    def is_route(self) -> bool:
        return self.angle is not None and "".join(self.angle[:1]).startswith("@")

    def is_only_words(self) -> bool:
        return self.angle is None and not self.has_at

    def add(self, word: str) -> None:
        self.words.append(word)
        self.has_at = self.has_at or "@" in word

    def mailbox(self) -> Mailbox | None:
        words = "".join(self.words).strip()
        comment = " ".join("".join(self.comments).split())
        if self.angle is not None:
            return (_unquoted(words) or comment, "".join(self.angle))
        # `Paul Smith paul@example.org`: the name and the address without any mark between
        before, _, last = words.rpartition(" ")
        if words.count("@") == 1 and "@" in last[1:-1] and not bare_address(words):
            return (_unquoted(before) or comment, last)
        return (comment, words) if words else None


def _unquoted(words: str) -> str:
    return re.sub(r"\\(.)", r"\1", words.replace('"', "")) if '"' in words else words


def _split(raw: str) -> Iterator[Mailbox]:
    pending, depth, in_angle = _Pending(), 0, False
    for token in _TOKEN.finditer(raw):
        text = token[0]
        if depth or (text == "(" and not in_angle):
            depth += (text == "(") - (text == ")")
            if depth and not (depth == 1 and text == "("):
                pending.comments.append(text)
        elif text == "<":
            in_angle = True
            pending.angle = pending.angle or []
        elif text == ">":
            in_angle = False
        elif in_angle and pending.angle is not None and (text not in ",;" or pending.is_route()):
            pending.angle.append(text)
        elif text == "," and pending.is_only_words():
            pending.add(text)  # `Smith, Paul <paul@example.org>`, not quoted
        elif text in ",;":
            in_angle = False
            if box := pending.mailbox():
                yield box
            pending = _Pending()
        elif text == ":" and not pending.angle:
            if not pending.has_at:
                pending = _Pending()  # the name of a group, or `mailto:`
        else:
            pending.add(text)
    if box := pending.mailbox():
        yield box
