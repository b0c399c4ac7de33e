"""What people may write, for properties."""

from __future__ import annotations

from hypothesis import strategies as st

from desk.words import BlockKind, Span, TextBlock, Words

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
LINK = st.none() | st.sampled_from(["https://example.org/?a=1&b=2", "mailto:a@b.example"])
SPAN = st.builds(
    Span,
    text=TEXT,
    bold=st.booleans(),
    italic=st.booleans(),
    strike=st.booleans(),
    code=st.booleans(),
    link=LINK,
    user=st.none() | st.sampled_from(["U0PIERRE", "U0NOBODY"]),
)
BLOCK = st.builds(
    TextBlock,
    kind=st.sampled_from(BlockKind),
    spans=st.lists(SPAN, max_size=4).map(tuple),
    indent=st.integers(0, 8),
)
WORDS = st.builds(Words, st.lists(BLOCK, max_size=5).map(tuple))
