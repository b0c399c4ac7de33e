"""rich_text blocks: sections, lists, quotes, preformatted text and what stands in them."""

from __future__ import annotations

from sandbox.blockkit.checks import (
    Check,
    anything,
    boolean,
    listing,
    one_of,
    shape,
    string,
    typed,
    whole_number,
)

STYLES = "bold italic strike underline code highlight client_highlight unlink"
STYLE = shape({}, dict.fromkeys(STYLES.split(), boolean))
MANY = 10_000


def _inline(kind: str, optional: dict[str, Check] | None = None, **required: Check) -> Check:
    return shape({"type": one_of(kind), **required}, {"style": STYLE, **(optional or {})})


INLINE = typed(
    {
        "text": _inline("text", text=string(MANY)),
        "link": _inline("link", {"text": string(MANY, 0), "unsafe": boolean}, url=string(3000)),
        "user": _inline("user", user_id=string(20)),
        "usergroup": _inline("usergroup", usergroup_id=string(20)),
        "channel": _inline("channel", channel_id=string(20)),
        "team": _inline("team", team_id=string(20)),
        "emoji": _inline(
            "emoji",
            {"unicode": string(100), "skin_tone": whole_number(1, 6), "url": string(3000)},
            name=string(100),
        ),
        "broadcast": _inline("broadcast", range=one_of("here", "channel", "everyone")),
        "color": _inline("color", value=string(20)),
        "date": _inline(
            "date",
            {"url": string(3000), "fallback": string(MANY)},
            timestamp=whole_number(0, 99_999_999_999),
            format=string(255),
        ),
    }
)
LINES = listing(INLINE, MANY, 0)
BORDER = whole_number(0, 1)
SECTION = shape({"type": one_of("rich_text_section"), "elements": LINES})
PIECE = typed(
    {
        "rich_text_section": SECTION,
        "rich_text_list": shape(
            {
                "type": one_of("rich_text_list"),
                "style": one_of("bullet", "ordered"),
                "elements": listing(typed({"rich_text_section": SECTION}), MANY),
            },
            {"indent": whole_number(0, 8), "offset": whole_number(0, MANY), "border": BORDER},
        ),
        "rich_text_quote": shape(
            {"type": one_of("rich_text_quote"), "elements": LINES}, {"border": BORDER}
        ),
        "rich_text_preformatted": shape(
            {"type": one_of("rich_text_preformatted"), "elements": LINES},
            {"border": BORDER, "language": anything},
        ),
    }
)
RICH_TEXT = shape(
    {"type": one_of("rich_text"), "elements": listing(PIECE, MANY, 0)}, {"block_id": string(255)}
)
