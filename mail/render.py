"""The words of each mail: templates filled with the facts, as text and as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import css_inline
import structlog
from jinja2 import Environment

from desk.answers import MailFacts
from desk.effects import Message
from desk.words import NO_WORDS, Words
from locales.translator import Translator
from mail.extraction import ABOVE
from mail.identity import MailIdentity
from mail.shapes import LONGEST, Shape, Shapes, as_html, hold, mark
from mail.templating import OURS, Templates
from mail.tidy import one_line, printable
from mail.words_html import words_html
from mail.words_text import words_text

log = structlog.get_logger(__name__)

_PREVIEW = 120  # characters that a list of mails shows beside the subject

# At-rules stay, or there would be no dark mode; nothing is ever fetched.
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_SHAPES = Shapes()


@dataclass(frozen=True)
class Parts:
    subject: str
    text: str
    html: str


def rendered(
    facts: MailFacts, identity: MailIdentity, t: Translator, templates: Templates = OURS
) -> Parts:
    """The parts of one mail, in the language of `t`. They say the same.

    Should the administrator's own templates break off, the mail goes out in ours.
    """
    own = templates.own(facts.message, facts.team_key, t.language)
    if own is not None:
        try:
            return filled_in(own, facts, identity, t)
        except Exception:
            # Whatever is wrong with a template, the mail must not wait for it.
            log.exception("own_template_failed", message=facts.message.value)
    return _from_shapes(facts, identity, t)


def filled_in(
    environment: Environment, facts: MailFacts, identity: MailIdentity, t: Translator
) -> Parts:
    """Everything anew: what an administrator's template depends on is not known."""
    values = _values(facts, identity, t)
    html = _INLINER.inline(_fill(environment, facts.message, "body.html", values))
    if ABOVE not in html:  # without it, answers would be searched for our words
        html = html.replace("<body>", f"<body>{ABOVE}", 1)
    return Parts(
        subject=_fill(environment, facts.message, "subject.txt", values),
        text=_text(_fill(environment, facts.message, "body.txt", values)),
        html=html + "\n",
    )


def _from_shapes(facts: MailFacts, identity: MailIdentity, t: Translator) -> Parts:
    """From our templates, of which `key` names all that they depend on beside the texts."""
    values = _values(facts, identity, t)
    texts = _texts(facts, values)
    author, team = values["author"], values["team"]
    is_requesters = author == facts.requester_name
    flags = tuple(bool(values[name]) for name in _FLAGS)
    signed = (facts.signature, facts.style)
    key = (facts.message, id(t), team, facts.desk_name, is_requesters, signed, flags)
    subject, text = _SHAPES.get(key, lambda: _plain_shapes(facts, values), t)
    structure, held = hold(words_html(facts.entry.words), "words_")
    if len(structure) > LONGEST:
        (html,) = _html_shape(facts, values, structure)
    else:
        (html,) = _SHAPES.get((key, structure), lambda: _html_shape(facts, values, structure), t)
    texts["words"] = words_text(facts.entry.words)
    escaped = {name: as_html(found) for name, found in texts.items()}
    return Parts(
        subject=subject.with_texts(texts),
        text=_text(text.with_texts(texts)),
        html=html.with_texts(escaped | held),
    )


# What our templates ask about: whether it is there, not what it is.
_FLAGS = (
    "author",
    "subject",
    "preview",
    "quotable",
    "can_answer",
    "in_slack",
    "for_beneficiary",
    "in_copy",
)


def _texts(facts: MailFacts, values: Mapping[str, Any]) -> dict[str, str]:
    """What is another one in each mail, by the name of its mark."""
    found = {
        "author": values["author"],
        "subject": values["subject"],
        "preview": values["preview"],
        "code": values["code"],
        "reference": facts.reference,
        "requester": facts.requester_name,
    }
    return {name: printable(text) for name, text in found.items()}


def _marked(facts: MailFacts, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with marks for texts. What is empty stays empty, and what is equal equal."""
    same = values["author"] == facts.requester_name
    marks = {
        name: mark(name) if values[name] else ""
        for name in ("author", "subject", "preview", "code")
    }
    held = replace(
        facts, reference=mark("reference"), requester_name=mark("author" if same else "requester")
    )
    return {**values, **marks, "facts": held}


def _plain_shapes(facts: MailFacts, values: Mapping[str, Any]) -> tuple[Shape, ...]:
    marked = {**_marked(facts, values), "words": mark("words")}
    return tuple(
        Shape.of(_fill(OURS.environment, facts.message, name, marked))
        for name in ("subject.txt", "body.txt")
    )


def _html_shape(facts: MailFacts, values: Mapping[str, Any], structure: str) -> tuple[Shape, ...]:
    marked = {**_marked(facts, values), "words": structure}
    html = _fill(OURS.environment, facts.message, "body.html", marked)
    return (Shape.of(_INLINER.inline(html) + "\n"),)


def _values(facts: MailFacts, identity: MailIdentity, t: Translator) -> dict[str, Any]:
    quotable = not _acknowledges_mail(facts, identity)
    preview = words_text(facts.entry.words) if quotable else ""
    signed = facts.style.signature
    return {
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
        "code": identity.body_mark(facts.ticket) if identity.can_receive else "",
        "in_slack": facts.to.slack_id is not None,
        "for_beneficiary": facts.for_beneficiary,
        "in_copy": facts.in_copy,
        "signature": facts.signature,
        "team_signature": Words.plain(signed.of(t.language)) if signed else NO_WORDS,
    }


def _fill(environment: Environment, message: Message, name: str, values: Mapping[str, Any]) -> str:
    return printable(environment.get_template(f"{message}/{name}").render(values))


def _text(text: str) -> str:
    return text.strip("\n") + "\n"


def _acknowledges_mail(facts: MailFacts, identity: MailIdentity) -> bool:
    """Whether this goes out because a mail came in.

    Its sender may be forged: what it said must not travel to somebody else in our name.
    """
    if facts.message is not Message.ACKNOWLEDGEMENT:
        return False
    return any(identity.read_message_id(found) is None for found in facts.references)
