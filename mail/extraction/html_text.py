"""HTML of a mail as plain text that keeps its paragraphs, lists and quotes."""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

LONGEST_HTML = 2_000_000  # characters that are parsed
LONGEST_TEXT = 200_000  # characters of text that are kept
DELIMITER = "-- "  # above a signature; its blank tells it from a dash
QUOTE_HERE = "\x00quote\x00"  # a line standing for a quote that was left out

_SKIPPED = {"head", "script", "style", "title", "template", "noscript", "object", "svg", "math"}
_PARAGRAPHS = {"p", "blockquote", "pre", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
_LINES = {"div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "hr", "center"}
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_DEEPEST_QUOTE = 20
_TAGS = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_STYLES = {"a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"}
# Void elements, and those that the next one of their kind closes.
_NEVER_DEEP = {
    "br",
    "img",
    "hr",
    "meta",
    "link",
    "input",
    "col",
    "p",
    "li",
    "td",
    "th",
    "tr",
    "wbr",
}
_MOST_WORK = 20_000_000  # about a second; a long thread needs a tenth of that


@dataclass(frozen=True)
class Plan:
    """Which elements (by `mem_id`) stand for a quote, are left out, or end the text."""

    quotes: frozenset[int] = frozenset()
    dropped: frozenset[int] = frozenset()
    end: int | None = None


def parsed(html: str) -> LexborHTMLParser:
    """The tree of a mail's HTML; where that would take minutes, of its bare text instead."""
    html = html[:LONGEST_HTML]
    if _is_too_deep(html):
        html = f"<pre>{entities.escape(_bare(html))}</pre>"
    return LexborHTMLParser(html)


def _is_too_deep(html: str) -> bool:
    """Parsing costs depth times tags, and open formatting is copied into every block after it."""
    depth = deepest = styles = most_styles = tags = 0
    for closing, name in _TAGS.findall(html):
        name, step = name.lower(), -1 if closing else 1
        tags += 1
        if name in _NEVER_DEEP:
            continue
        depth = max(depth + step, 0)
        deepest = max(deepest, depth)
        if name in _STYLES:
            styles = max(styles + step, 0)
            most_styles = max(most_styles, styles)
    return deepest * tags > _MOST_WORK or most_styles * tags > _MOST_WORK // 10


def _bare(html: str) -> str:
    broken = re.sub(r"(?i)<(?:br|/?p|/?div|/?tr|/?li)\b[^<>]*>", "\n", html)
    return entities.unescape(re.sub(r"<[^<>]*>", "", broken))


def html_text(html: str) -> str:
    return tree_text(parsed(html), Plan())


def tree_text(tree: LexborHTMLParser, plan: Plan) -> str:
    """The text, in document order. Iterative: hostile mails are nested a hundred thousand deep."""
    writer = _Writer()
    stack: list[tuple[LexborNode, bool]] = [(tree.body, False)] if tree.body else []
    while stack and writer.size < LONGEST_TEXT:
        node, leaving = stack.pop()
        if leaving:
            writer.leave(node.tag or "", node)
            continue
        if node.mem_id == plan.end:
            break
        if node.next is not None and node.mem_id != getattr(tree.body, "mem_id", None):
            stack.append((node.next, False))
        if node.tag == "-text":
            writer.text(node.text_content or "")
        elif node.mem_id in plan.quotes:
            writer.quote_here()
        elif node.mem_id not in plan.dropped and not _is_hidden(node):
            writer.enter(node.tag or "", node)
            stack.append((node, True))
            if node.child is not None:
                stack.append((node.child, False))
    return writer.finish()


def _is_hidden(node: LexborNode) -> bool:
    if node.tag in _SKIPPED or (node.tag or "").startswith("-"):
        return True
    return bool(_HIDDEN.search(node.attributes.get("style") or ""))


def _breaks_twice(tag: str, node: LexborNode) -> bool:
    # Outlook writes every line as a paragraph of this class, without space between them.
    return tag in _PARAGRAPHS and "MsoNormal" not in (node.attributes.get("class") or "")


@dataclass
class _Writer:
    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    quotes: int = 0
    verbatim: int = 0
    lists: list[int] = field(default_factory=list)  # the next number, or -1 for bullets
    mark: str = ""  # of a list item not yet begun
    begun: bool = False  # the line has something on it
    size: int = 0

    def text(self, text: str) -> None:
        if self.verbatim:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self.words.append(first)
            for line in others:
                self.end_line(always=True)
                self.words.append(line)
        else:
            self.words.append(_BLANKS.sub(" ", text))
        self.size += len(text)
        self.begun = self.begun or bool(text.strip())

    def enter(self, tag: str, node: LexborNode) -> None:
        match tag:
            case "br":
                self.end_line(always=True)
            case "td" | "th":
                self.words.append("  " if self.begun else "")
            case _ if _breaks_twice(tag, node):
                self.end_line()
                self.blank()
            case _ if tag in _LINES or tag in _PARAGRAPHS:
                self.end_line()
        match tag:
            case "blockquote":
                self.quotes = min(self.quotes + 1, _DEEPEST_QUOTE)
            case "pre":
                self.verbatim += 1
            case "ul" | "ol":
                self.lists.append(1 if tag == "ol" else -1)
            case "li":
                self.mark = self._next_mark()

    def leave(self, tag: str, node: LexborNode) -> None:
        if tag in _LINES or tag in _PARAGRAPHS:
            empty = tag == "p" and bool(self.words) and not self.begun
            self.end_line()
            if empty:
                self.blank()
        match tag:
            case "blockquote":
                self.quotes = max(self.quotes - 1, 0)
            case "pre":
                self.verbatim -= 1
            case "ul" | "ol" if self.lists:
                self.lists.pop()
            case "li":
                self.mark = ""
            case "a":
                self._address(node)
        if _breaks_twice(tag, node):
            self.blank()

    def quote_here(self) -> None:
        self.end_line()
        self.lines += ["", QUOTE_HERE, ""]

    def blank(self) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append("> " * self.quotes)

    def end_line(self, always: bool = False) -> None:
        line = "".join(self.words)
        delimits = line.lstrip() == DELIMITER and not self.quotes
        line = line.rstrip() if self.verbatim else " ".join(line.split(" ")).strip()
        self.words.clear()
        self.begun = False
        if delimits:
            self.lines.append(DELIMITER)
        elif line or always:
            margin = "  " * max(len(self.lists) - 1, 0) if self.mark else ""
            self.lines.append("> " * self.quotes + margin + self.mark + line)
            self.mark = ""

    def finish(self) -> str:
        self.end_line()
        while self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        text = "\n".join(line if line == DELIMITER else line.rstrip() for line in self.lines)
        return re.sub(r"\n{3,}", "\n\n", text)[:LONGEST_TEXT].strip("\n")

    def _next_mark(self) -> str:
        if not self.lists or self.lists[-1] < 0:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1] - 1}. "

    def _address(self, node: LexborNode) -> None:
        """A link whose words hide where it leads shows the address as well."""
        link = node.attributes.get("href") or ""
        shown = node.text(deep=True) or ""
        hides = bool(shown.strip()) and "://" not in shown and shown.strip() not in link
        if hides and link.startswith(("http://", "https://")) and len(link) <= 500:
            self.words.append(f" <{link}>")
            self.size += len(link)
