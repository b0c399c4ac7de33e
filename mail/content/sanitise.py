"""HTML of a stranger that a browser can show: it runs nothing, loads nothing, and stays inside."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Collection
from dataclasses import dataclass

import nh3

from mail.content.limits import LINKS
from mail.extraction import LONGEST_HTML

_TAGS = {
    "a", "abbr", "address", "article", "aside", "b", "big", "blockquote", "br", "caption",
    "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt",
    "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "s", "samp",
    "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_WITH_CONTENT = {"script", "style", "title", "noscript", "template", "object", "select", "textarea"}
_CELL = {"align", "valign", "colspan", "rowspan", "width", "height", "bgcolor", "style"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"},
    "table": {"align", "width", "border", "cellpadding", "cellspacing", "bgcolor", "style"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"align", "valign", "bgcolor", "style"},
    "col": {"span", "width"},
    "ol": {"start", "type"},
    "li": {"value"},
    "time": {"datetime"},
}
# None of these can load anything, cover what surrounds the mail, or hide text from its reader.
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-right", "border-style", "border-top", "border-width", "color", "direction",
    "font-family", "font-size", "font-style", "font-weight", "letter-spacing", "line-height",
    "list-style-type", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top",
    "text-align", "text-decoration", "text-indent", "vertical-align", "white-space", "word-break",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_ODD_STYLE = re.compile(r"[\\@<]|url|expression|/\*|image|!ie|var\(|env\(|attr\(", re.IGNORECASE)
_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_SOURCE = re.compile(r"\bsrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_MOST_WORK = 4_000_000  # depth times tags: cleaning costs that much
_MOST_REFERENCES = 20_000  # each costs the cleaner as much as there is of the others
# Void elements, and those that the next one of their kind closes.
_FLAT = {"br", "img", "hr", "meta", "link", "input", "col", "p", "li", "td", "th", "tr", "wbr"}


def safe_html(html: str, content_ids: Collection[str] = ()) -> str:
    """`html` as harmless HTML; images remain that the mail itself holds, by `cid:`."""
    html = html[:LONGEST_HTML]
    if _is_too_much(html):
        text = entities.unescape(re.sub(r"<[^<>]*>", "", html))
        return f"<pre>{entities.escape(text)}</pre>"
    filtered = _Attributes(frozenset(content_ids))
    cleaned: str = nh3.clean(
        _IMAGE.sub(_image, html),
        tags=_TAGS,
        clean_content_tags=_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=filtered,
        url_schemes=_SCHEMES | {"cid"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return cleaned.replace("\0", "")


def links_in(html: str) -> int:
    return len(re.findall(r"<a\s[^<>]*href", html, re.IGNORECASE))


@dataclass
class _Attributes:
    """Which attributes stay, asked for each one in order."""

    content_ids: frozenset[str]
    links: int = 0

    def __call__(self, tag: str, name: str, value: str) -> str | None:
        if name == "href":
            self.links += 1
            found = _SCHEME.match(value)
            allowed = found is not None and found[1].lower() in _SCHEMES
            return value if allowed and self.links <= LINKS else None
        if name == "src":
            bare = value.strip()
            inside = bare[:4].lower() == "cid:" and bare[4:] in self.content_ids
            return bare if inside else None
        if name == "style":
            return None if _ODD_STYLE.search(value) else value
        return value


def _image(found: re.Match[str]) -> str:
    """An image from elsewhere tells its sender who reads when: it becomes a link, or nothing."""
    attributes = found[1]
    source, alt = _given(_SOURCE, attributes).strip(), _given(_ALT, attributes).strip()
    if source[:4].lower() == "cid:":
        return found[0]
    if not alt:
        return ""
    words = f"[{entities.escape(entities.unescape(alt))}]"
    if not source.lower().startswith(("http://", "https://")):
        return words
    return f'<a href="{entities.escape(entities.unescape(source))}">{words}</a>'


def _given(pattern: re.Pattern[str], attributes: str) -> str:
    found = pattern.search(attributes)
    return next((group for group in found.groups() if group), "") if found else ""


def _is_too_much(html: str) -> bool:
    """Whether cleaning would take many seconds."""
    if html.count("&") > _MOST_REFERENCES:
        return True
    depth = deepest = tags = 0
    for closing, name in _TAG.findall(html):
        tags += 1
        if name.lower() not in _FLAT:
            depth = max(depth - 1, 0) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest * tags > _MOST_WORK
