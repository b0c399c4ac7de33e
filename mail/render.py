"""The words of each mail: templates filled with the facts, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desk.answers import MailFacts
from desk.effects import Message
from locales.translator import Translator
from mail.extraction import ABOVE
from mail.identity import MailIdentity
from mail.tidy import one_line, printable
from mail.words_html import words_html
from mail.words_text import words_text

TEMPLATES = Path(__file__).parent / "templates"
_PREVIEW = 120  # characters that a list of mails shows beside the subject

# At-rules stay, or there would be no dark mode; nothing is ever fetched.
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Parts:
    subject: str
    text: str
    html: str


def rendered(facts: MailFacts, identity: MailIdentity, t: Translator) -> Parts:
    """The parts of one mail, in the language of `t`. They say the same."""
    quotable = not _acknowledges_mail(facts, identity)
    preview = words_text(facts.entry.words) if quotable else ""
    values = {
        "t": t,
        "facts": facts,
        "above": ABOVE,
        "author": one_line(facts.author, 200),
        "team": facts.team.of(t.language),
        "subject": one_line(facts.subject, 200) if quotable else "",
        "words": facts.entry.words,
        "quotable": quotable,
        "preview": one_line(preview[: 8 * _PREVIEW], _PREVIEW),
        "can_answer": identity.can_receive,
        "in_slack": facts.to.slack_id is not None,
    }
    environment = _environment()

    def fill(name: str) -> str:
        template = environment.get_template(f"{facts.message}/{name}")
        return printable(template.render(values))

    return Parts(
        subject=fill("subject.txt"),
        text=fill("body.txt").strip("\n") + "\n",
        html=_INLINER.inline(fill("body.html")) + "\n",
    )


def _acknowledges_mail(facts: MailFacts, identity: MailIdentity) -> bool:
    """Whether this goes out because a mail came in.

    Its sender may be forged: what it said must not travel to somebody else in our name.
    """
    strangers = [found for found in facts.references if identity.read_message_id(found) is None]
    return facts.message is Message.ACKNOWLEDGEMENT and bool(strangers)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["as_html"] = words_html
    environment.filters["as_text"] = words_text
    return environment
