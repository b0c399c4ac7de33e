"""A mail that somebody passes on: who wrote it first, what they wrote, and what was written above.

Programs copy the header of the mail into the text, in the language of whoever forwards, or attach
the mail whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.addresses import mailboxes
from mail.reading import Incoming

_LOOKED_AT = 500  # lines
_BLOCK = 12  # lines in which the copied header must stand
_SUBJECT = re.compile(
    r"^\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|fw|tr|wg|wtr|rv|enc|i|inoltro|doorst|vs|vb|pd|ilt)\s*:\s*",
    re.IGNORECASE,
)
# Lines that programs put above the copied header. Where none stands, the header itself must be
# complete.
_RULE = re.compile(
    r"^[>\s]*(?:(?:-{2,}|_{5,}|={5,})\s*)?(?:begin forwarded message|forwarded message|"
    r"original message|"
    r"d[ée]but du message (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])|message (?:transf[ée]r[ée]|"
    r"transmis|"
    r"r[ée]exp[ée]di[ée]|d['’]origine|original)|mensaje (?:reenviado|original)|inicio del mensaje "
    r"reenviado|weitergeleitete nachricht|anfang der weitergeleiteten (?:nachricht|e-?mail)|"
    r"urspr[üu]ngliche nachricht|messaggio (?:inoltrato|originale)|inizio messaggio inoltrato|"
    r"(?:mensagem|in[íi]cio da mensagem) (?:encaminhada|reencaminhada|original)|"
    r"doorgestuurd bericht|"
    r"oorspronkelijk bericht|begin doorgestuurd bericht)\s*:?\s*(?:-{2,}|_{5,})?\s*$",
    re.IGNORECASE,
)
_RULED = re.compile(r"(?<![-_])(?:_{5,}|-{5,})$")
_LINE = re.compile(r"^\*?\s*([^\W\d_][\w’' .-]{0,24}?)\s*\*?\s*[:：]\s*\*?\s*(.*)$")
_FROM = {"from", "de", "von", "da", "van", "fra", "från", "od", "expéditeur", "exp"}
_ABOUT = {"subject", "objet", "sujet", "betreff", "asunto", "oggetto", "assunto", "onderwerp"}
_OTHERS = {
    *{"date", "sent", "to", "cc", "reply-to", "envoyé", "date d’envoi", "à", "a", "pour", "copie"},
    *{"gesendet", "datum", "an", "kopie", "cc", "fecha", "enviado", "enviado el", "para"},
    *{"data", "inviato", "inviato il", "a", "per", "enviada", "enviada em", "enviado em"},
    *{"verzonden", "aan", "répondre à", "antwort an", "rispondi a", "responder a", "importance"},
}


@dataclass(frozen=True)
class Forward:
    """`own` are the words of who passes it on; they are for those who read the mail alone."""

    name: str
    address: str
    subject: str
    text: str
    own: str


def forwarded(mail: Incoming) -> Forward | None:
    """The mail passed on, or None where none is, or where nobody can tell who wrote it."""
    if not _SUBJECT.match(mail.subject) and not _is_all_attached(mail):
        return None
    found = _in_text(mail.text)
    if found is not None:
        return _with_subject(found, mail.subject)
    inner = mail.inner
    if inner is None or not inner.from_address:
        return None
    subject = inner.subject or bare_subject(mail.subject)
    return Forward(inner.from_name, inner.from_address, subject, inner.text, mail.text.strip())


def bare_subject(subject: str) -> str:
    """The subject without what forwarding put before it."""
    while (found := _SUBJECT.match(subject)) is not None and found.end() < len(subject):
        subject = subject[found.end() :]
    return subject.strip()


def _is_all_attached(mail: Incoming) -> bool:
    return mail.inner is not None and not mail.reply_text.strip()


def _with_subject(found: Forward, subject: str) -> Forward:
    about = found.subject or bare_subject(subject)
    return Forward(found.name, found.address, about, found.text, found.own)


def _in_text(text: str) -> Forward | None:
    lines = text.splitlines()
    for at, line in enumerate(lines[:_LOOKED_AT]):
        if _RULE.match(line):
            begin = next((n for n in range(at + 1, min(at + 4, len(lines))) if lines[n].strip()), 0)
            found = _header_at(lines, begin, at, needed=1) if begin else None
        else:
            found = _header_at(lines, at, at, needed=3)
        if found is not None:
            return found
    return None


def _header_at(lines: list[str], begin: int, above: int, needed: int) -> Forward | None:
    """The copied header that begins there, if it has a sender and `needed` more of its lines."""
    sender, subject, known, at, last = "", "", 0, begin, ""
    while at < min(begin + _BLOCK, len(lines)):
        line = _unquoted(lines[at])
        if not line.strip():
            if sender:
                break
            return None
        name, value = _named(line)
        if name in _FROM and not sender:
            sender = value
        elif name in _ABOUT:
            subject = value
        elif name not in _OTHERS and not (last and (line[:1].isspace() or "@" in line)):
            break
        known += 1
        last = name or last
        at += 1
    boxes = mailboxes((sender,)) if sender else []
    if not boxes or known <= needed:
        return None
    name, address = boxes[0]
    body = "\n".join(_unquoted_all(lines[at:])).strip()
    own = _RULED.sub("", "\n".join(lines[:above]).strip()).rstrip()
    return Forward(name, address, subject.strip("* "), body, own)


def _named(line: str) -> tuple[str, str]:
    found = _LINE.match(line.replace("\u202f", " ").replace("\u00a0", " "))
    return (found[1].strip().lower(), found[2].strip()) if found else ("", "")


def _unquoted(line: str) -> str:
    return re.sub(r"^>\s?", "", line)


def _unquoted_all(lines: list[str]) -> list[str]:
    """Without the quote marks that stand before every line, if they do."""
    marked = [line.startswith(">") for line in lines if line.strip()]
    return [_unquoted(line) for line in lines] if marked and all(marked) else lines
