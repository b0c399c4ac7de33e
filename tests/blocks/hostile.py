"""People as they are at their worst: names, subjects and words that try to break out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from desk.labels import Label
from desk.words import BlockKind, Span, TextBlock, Words
from tests import facts as f
from tests.blocks.scenes import Cast

PIECES = st.sampled_from(
    [
        "&", "<", ">", "*", "_", "~", "`", "```", "|", "\n", "\r\n", "\t", "\x00", "\u2028",
        "\u202e", "\u202d", "\u2066", "\u2068", "\u200f", "\u200b", "\ufeff", "🌻", "👩‍🔧", "é",
        "漢字", "نور الهدى", "עברית", "{name}", "{0}", "%s", " ", "a", "Zoë", "<!channel>",
        "<!here>", "<@U0PAUL>", "<!subteam^S1>", "@channel", "<https://evil.example|click>",
        "&lt;!channel&gt;", ":white_check_mark:", "> ", "• ", "#general",
    ]
)  # fmt: skip
ANY = st.one_of(PIECES, st.characters(exclude_categories=["Cs"]))


def texts(longest: int) -> st.SearchStrategy[str]:
    """A few pieces, often repeated until they are far too long for Slack."""
    few = st.lists(ANY, min_size=1, max_size=12).map("".join)
    return st.builds(lambda text, times: (text * times)[:longest], few, st.integers(1, longest))


LINKS = st.one_of(
    st.none(),
    st.sampled_from(["javascript:alert(1)", "https://a.example/<>|x y", "mailto:a@b.example"]),
    texts(3000).map(lambda text: "https://a.example/" + text),
)
STYLE = st.booleans()
SPANS = st.builds(
    Span,
    text=texts(4000),
    bold=STYLE,
    italic=STYLE,
    strike=STYLE,
    code=STYLE,
    link=LINKS,
    user=st.one_of(st.none(), st.just("U0PAUL")),
)
BLOCKS = st.builds(
    TextBlock,
    kind=st.sampled_from(BlockKind),
    spans=st.lists(SPANS, max_size=4).map(tuple),
    indent=st.integers(0, 6),
)
WORDS = st.lists(BLOCKS, max_size=6).map(lambda blocks: Words(tuple(blocks)))


def _cast(
    name: str, other: str, subject: str, label: str, error: str, words: Words, typed: str
) -> Cast:
    address = "".join(c for c in other if c.isalnum())[:200] + "@example.org"
    return Cast(
        requester=replace(f.PAUL, name=name, email=address, title=other),
        beneficiary=replace(f.MARIE, name=other, email=name[:250] or None),
        technician=replace(f.PIERRE, name=other),
        subject=subject,
        words=words,
        label=Label(label, label),
        error=error,
        typed=typed,
        unreachable=replace(f.NOBODY_TO_MAIL, slack_id=None, name=name),
    )


# A label is the administrator's: longer than an option it is refused when the desk file is read.
CASTS = st.builds(
    _cast,
    name=texts(300),
    other=texts(300),
    subject=texts(400),
    label=texts(75),
    error=texts(2000),
    words=WORDS,
    typed=texts(200),
)
