"""Where mail programs say in HTML that a quote begins."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mail.extraction.html_text import Plan
from mail.extraction.marker import ABOVE

# Elements that hold the quote.
_QUOTES = ", ".join(
    (
        "div.gmail_quote",
        "blockquote.gmail_quote",
        "blockquote[type='cite' i]",
        "div.yahoo_quoted",
        "div.protonmail_quote",
        "blockquote.protonmail_quote",
        "blockquote.tutanota_quote",
        "div[name='quote']",
        "blockquote#isReplyContent",
        "blockquote.front-blockquote",
        "div.zmail_extra",
        "div.quoted_by_mailspring",
    )
)
# Elements after which all the rest is the older mail.
_ENDS = ", ".join(
    (
        "#appendonsend",
        "#divRplyFwdMsg",
        "#mail-editor-reference-message-container",
        ".ms-outlook-mobile-reference-message",
        "#ms-outlook-mobile-reference-message",
        "#OLK_SRC_BODY_SECTION",
        "#stopSpelling",
        "div[style*='border-top:solid #E1E1E1' i]",
        "div[style*='border-top:solid #B5C4DF' i]",
        "div[style*='border-top: 1pt solid rgb(225, 225, 225)' i]",
    )
)
_MOST_QUOTES = 200
_ATTRIBUTIONS = ".moz-cite-prefix, .gmail_attr, .protonmail_quote_attribution, .tutanota_quote_info"


def plan_of(tree: LexborHTMLParser) -> Plan | None:
    """How to read this mail without its quotes; None where no mail program marked one.

    Answers typed inside a quoting element, between the quotes proper, keep that element whole.
    """
    if tree.body is None:
        return None
    found = tree.css(_QUOTES)[:_MOST_QUOTES]
    ids = {node.mem_id for node in found}
    quotes = [node for node in found if not _is_inside(node, ids) and not _is_forward(node)]
    if any(_holds_answers(node) for node in quotes):
        return Plan()
    end = tree.css_first(_ENDS)
    if end is None and not quotes:
        end = _marked(tree)
    if end is None and not quotes:
        return None
    return Plan(
        quotes=frozenset(node.mem_id for node in quotes),
        dropped=frozenset(node.mem_id for node in tree.css(_ATTRIBUTIONS)),
        end=end.mem_id if end is not None else None,
    )


def _is_inside(node: LexborNode, others: set[int]) -> bool:
    # Not `css_matches`: that one also finds what lies below a node.
    return any(parent.mem_id in others for parent in _ancestors(node))


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """At most the nearest fifty: deeper is nobody's answer."""
    parent = node.parent
    for _ in range(50):
        if parent is None or parent.tag in ("body", "html", None):
            return
        yield parent
        parent = parent.parent


def _is_forward(node: LexborNode) -> bool:
    """Gmail wraps what is forwarded as it wraps what is answered, below a dashed line."""
    return (node.text(deep=True) or "")[:200].lstrip().startswith("-----")


def _holds_answers(node: LexborNode) -> bool:
    """Whether a wrapping element has text of its own between the quotes it wraps."""
    if node.tag == "blockquote" or not node.css("blockquote"):
        return False
    seen_quote = False
    child = node.child
    while child is not None:
        if child.tag == "blockquote":
            seen_quote = True
        elif seen_quote and (child.text(deep=True) or "").strip():
            return True
        child = child.next
    return False


def _marked(tree: LexborHTMLParser) -> LexborNode | None:
    """The element that begins with our own mark."""
    if ABOVE not in (tree.html or ""):
        return None
    for node in tree.css("div"):
        if ABOVE in (node.text(deep=False) or ""):
            return node
    return None
