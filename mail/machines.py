"""Is it a machine that wrote? No single sign is enough; each one found is a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

Headers = Mapping[str, Sequence[str]]  # by lower-case name; values decoded, in order

_PRECEDENCE = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_ROBOTS = re.compile(
    r"(mailer-?daemon|postmaster|no-?reply|do-?not-?reply|ne-?pas-?repondre|noreply|bounces?|"
    r"listserv|majordomo|autoreply|auto-?responder)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^\W*+(?:(?:re|r|aw|sv|rép|ref)\s*+:\W*+)?(?:"  # "+": no sign is tried twice
    r"auto(?:matic|mated)?[ -]?(?:reply|response|answer)\b|out of (?:the )?office|"
    r"réponse automatique|absence du bureau|absent du bureau|message d'absence|"
    r"automatische (?:antwort|abwesenheit)|abwesenheits(?:notiz|nachricht)|"
    r"respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori sede|"
    r"resposta automática|ausência|automatisch antwoord|afwezig|autosvar|automatiskt svar|"
    r"automaattinen vastaus|automatyczna odpowiedź|автоматический ответ|автоответ|"
    r"自动回复|自動回覆|自動返信|undeliver(?:able|ed)|delivery status notification|"
    r"mail delivery (?:failed|failure|system)|returned mail|échec de (?:la )?remise|"
    r"non remis|failure notice|message en attente"
    r")",
    re.IGNORECASE,
)


def automatic(headers: Headers, envelope_from: str, subject: str) -> tuple[str, ...]:
    """Why this looks like a machine's mail; empty for a person's."""
    return tuple(dict.fromkeys(_reasons(headers, envelope_from, subject)))


def asks_for_silence(headers: Headers) -> bool:
    """The sender wants no automatic answer. Exchange says so on people's mails too."""
    wanted = ",".join(headers.get("x-auto-response-suppress", ())).lower()
    return any(word.strip() in {"all", "autoreply", "oof"} for word in wanted.split(","))


def _reasons(headers: Headers, envelope_from: str, subject: str) -> Iterator[str]:
    if any(
        value.partition(";")[0].strip().lower() != "no" for value in _all(headers, "auto-submitted")
    ):
        yield "auto-submitted"
    if any(value.strip().lower() in _PRECEDENCE for value in _all(headers, "precedence")):
        yield "precedence"
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from"):
        if any(value.strip().lower() != "no" for value in _all(headers, name)):
            yield name
    for name in ("list-id", "list-unsubscribe", "feedback-id"):
        if name in headers:
            yield name
    if "x-frontdesk-loop" in headers:
        yield "loop"
    if _is_null(envelope_from) or any(map(_is_null, _all(headers, "return-path"))):
        yield "null-sender"
    if any(map(_is_robot, (envelope_from, *_all(headers, "from")))):
        yield "robot-address"
    if any(
        value.strip().lower().startswith("multipart/report")
        for value in _all(headers, "content-type")
    ):
        yield "report"
    if "x-failed-recipients" in headers:
        yield "report"
    if _SUBJECT.match(subject):
        yield "subject"


def _all(headers: Headers, name: str) -> Sequence[str]:
    return headers.get(name, ())


def _is_null(address: str) -> bool:
    return address.strip() == "<>"


def _is_robot(address: str) -> bool:
    """Whether the part before the @ names a machine."""
    bare = address.rpartition("<")[2].strip(" >")
    return bool(_ROBOTS.match(bare.partition("@")[0])) if "@" in bare else False
