"""Where mail programs say in HTML that a quote, or a signature, begins."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mail.extraction.attribution import opens_with_attribution
from mail.extraction.header_block import begins_forward, begins_header_block, kind, label
from mail.extraction.html_text import Plan
from mail.extraction.marker import ABOVE
from mail.extraction.shapes import bare

# Elements that hold the quote. Webmails put "x_" or letters of their own before a foreign name.
_QUOTES = ", ".join(
    (
        "div.gmail_quote",
        "div.x_gmail_quote",
        "blockquote.gmail_quote",
        "blockquote.x_gmail_quote",
        "div.gmail_extra > blockquote",
        "blockquote[type='cite' i]",
        "[class*='yahoo_quoted']",
        "[id*='yahoo_quoted']",
        "div.protonmail_quote",
        "blockquote.protonmail_quote",
        "div.x_protonmail_quote",
        "blockquote.tutanota_quote",
        "div[name='quote']",
        "blockquote#isReplyContent",
        "blockquote.front-blockquote",
        "blockquote.history_container",
        "blockquote.clean_bq",
        "blockquote.cite",
        "blockquote[class^='cite']",
        "blockquote[id$='mailcontent']",
        "blockquote.iosymail",
        "div.zmail_extra",
        "div[class*='zmail_extra']:not([class*='_hr'])",
        "div.quoted_by_mailspring",
        "div.nylas-quote",
        "[data-marker='__QUOTED_TEXT__']",
        "[id^='AOLMsgPart']",
        "[id^='x_AOLMsgPart']",
        "div.sh-quoted-content",
        "div.cm_quote",
        "[fairemail='quote']",
        "div[name='messageReplySection']",
        "div.gmx_quote",
        "div.mail_quote",
        "div.moz-quote",
        "div.hcl-quote",
        "div#replybody",
        "div#original-content",
        "div#isReplyContent",
        "div#quoted-text",
        "div.ntes_not_fresh_mail",
    )
)
# Elements after which all the rest is the older mail.
_ENDS = ", ".join(
    (
        "[id$='appendonsend']",
        "[id$='divRplyFwdMsg']",
        "[id$='mail-editor-reference-message-container']",
        ".ms-outlook-mobile-reference-message",
        "#ms-outlook-mobile-reference-message",
        "[id$='OLK_SRC_BODY_SECTION']",
        "[id$='stopSpelling']",
        ".OutlookMessageHeader",
        "[data-marker='__DIVIDER__']",
        "[data-marker='__HEADERS__']",
        "[id$='zwchr']",
        "[id$='reply-intro']",
    )
)
_RULED = "div[style*='border-top' i], p[style*='border-top' i], hr"
_ATTRIBUTIONS = ", ".join(
    (
        ".moz-cite-prefix",
        ".x_moz-cite-prefix",
        ".gmail_attr",
        ".x_gmail_attr",
        ".protonmail_quote_attribution",
        ".tutanota_quote_info",
        ".zmail_extra_hr",
        "[id$='reply-intro']",
    )
)
_SIGNATURES = ", ".join(
    (
        ".gmail_signature",
        ".gmail_signature_prefix",
        "[data-smartmail='gmail_signature']",
        ".moz-signature",
        ".protonmail_signature_block",
        ".ms-outlook-mobile-signature",
        "#ms-outlook-mobile-signature",
        "div[id='Signature']",
        "div[id='x_Signature']",
        "div[id='signature']",
        "div[name='messageSignatureSection']",
        "[fairemail='signature']",
        "[data-marker='__SIG_PRE__']",
        "[data-marker='__SIG_POST__']",
        "#composer_signature",
        ".tutanota_signature",
        ".mb_sig",
        ".front-signature",
    )
)
_FORWARDS = ".moz-forward-container, #isForwardContent, .OutlookForward"
_GMAIL_ANSWER = "[class*='gmail_quote']:not(blockquote), [class*='gmail_attr'], .gmail_extra"
_MOST = 200
_LONGEST_HEAD = 600


def plan_of(tree: LexborHTMLParser) -> Plan | None:
    """How to read this mail without its quotes; None where no mail program marked one.

    Answers typed inside a quoting element, between the quotes proper, keep that element whole.
    """
    if tree.body is None:
        return None
    found = tree.css(_QUOTES)[:_MOST] + _citing(tree)
    if tree.css_first(_GMAIL_ANSWER) is None:
        found = [node for node in found if not _is_own_quote(node)]
    ids = {node.mem_id for node in found}
    outer = [node for node in found if not _is_inside(node, ids)]
    if tree.css_first(_FORWARDS) is not None or any(map(_is_forward, outer)):
        return None
    if any(map(_holds_answers, outer)):
        return Plan()
    end = tree.css_first(_ENDS) or _ruled_headers(tree)
    if end is None and not outer:
        end = _marked(tree)
    signatures = tree.css(_SIGNATURES)[:_MOST]
    if end is None and not outer and not signatures:
        return None
    left_out = [*tree.css(_ATTRIBUTIONS)[:_MOST], *signatures]
    return Plan(
        quotes=frozenset(node.mem_id for node in outer),
        dropped=frozenset(node.mem_id for node in left_out),
        end=end.mem_id if end is not None else None,
    )


def _is_own_quote(node: LexborNode) -> bool:
    """Gmail marks what people quote by hand as it marks what they answer, but wraps only that."""
    return node.tag == "blockquote" and node.attributes.get("class") == "gmail_quote"


def _citing(tree: LexborHTMLParser) -> list[LexborNode]:
    """Quoting elements without a known name that begin with an attribution inside them."""
    known = tree.css("blockquote:not([class]):not([type]):not([id])")[:_MOST]
    return [node for node in known if node.attributes.get("style") and _begins_older(_head(node))]


def _begins_older(head: list[str]) -> bool:
    return opens_with_attribution(head) or any(
        begins_header_block(head, index) for index in range(min(2, len(head)))
    )


def _head(node: LexborNode) -> list[str]:
    """The first lines of an element."""
    text = node.text(deep=True, separator="\n")[:_LONGEST_HEAD]
    return [line for line in map(bare, text.split("\n")) if line]


def _ruled_headers(tree: LexborHTMLParser) -> LexborNode | None:
    """A line drawn above "From:", as word processors that write mail do in many styles."""
    for node in tree.css(_RULED)[:_MOST]:
        head = _head(node) if node.tag != "hr" else _after(node)
        if head and kind(label(head[0] if ":" in head[0] else head[0] + ":")) == "from":
            return node
    return None


def _after(node: LexborNode) -> list[str]:
    following = node.next
    for _ in range(4):
        if following is None:
            return []
        head = _head(following) if following.tag != "-text" else [bare(following.text() or "")]
        if head and head[0]:
            return head
        following = following.next
    return []


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
    """Programs wrap what is passed on as they wrap what is answered, below a line that says so."""
    head = _head(node)[:2]
    return any(begins_forward(head, index) for index in range(len(head)))


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
