"""What mail programs leave around a quotation: attribution lines, header blocks, signatures.

Everything here looks at a bounded number of short lines, so that no mail takes long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mail.extraction.marker import ABOVE

_LOOK = 400  # characters of a line that are looked at
_ATTRIBUTION_LINES = 4

_VERBS = (
    "wrote|writes|said|a écrit|escribió|schrieb|geschrieben|ha scritto|escreveu|schreef|"
    "skrev|napisał|napisała|написал|пишет|kirjoitti|yazdı|写道|寫道|のメール|작성"
)
_OPENER = re.compile(
    r"^(?:on|le|am|el|il|em|op|den|dnia|w dniu|a|på|вт|пн|ср|чт|пт|сб|вс|[a-zé]{2,4}[.,]),?"
    r"\s[^\n]*\d",
    re.IGNORECASE,
)
_SAYS = re.compile(rf"\b(?:{_VERBS})\b|写道|寫道", re.IGNORECASE)
_DATED = re.compile(r"\d{1,2}\s?[:hH.]\s?\d{2}|\b(?:19|20)\d{2}\b")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_DASHED = re.compile(r"^[-_*]{2,}\s?[^\W_][^-_*]{2,60}\s?[-_*]{2,}$")
_RULE = re.compile(r"^[_\-*=]{5,}$")
_LABEL = re.compile(r"^\*{0,2}(\w[\w'’ ]{0,18}?)\*{0,2}\s?[:：]\*{0,2}(?:\s|$)")
# What stands before the colon, in the languages that mail programs speak around us.
# fmt: off
_FROM = frozenset({
    "from", "de", "von", "da", "van", "od", "från", "fra", "от", "发件人", "寄件者", "差出人",
    "lähettäjä", "kimden", "expéditeur",
})
_SENT = frozenset({
    "sent", "date", "envoyé", "gesendet", "datum", "enviado", "data", "inviato", "verzonden",
    "skickat", "sendt", "wysłano", "отправлено", "дата", "发送时间", "日期", "送信日時",
    "lähetetty", "fecha", "gönderme",
})
_ABOUT = frozenset({
    "to", "à", "a", "an", "para", "aan", "till", "til", "do", "кому", "收件人", "宛先", "subject",
    "objet", "betreff", "asunto", "oggetto", "onderwerp", "ämne", "emne", "temat", "тема", "主题",
    "主旨", "件名", "aihe", "konu", "assunto",
})
# fmt: on
_OURS = re.compile(r"\bR-\d{6,}\b")
_MOBILE = re.compile(
    r"^(?:sent from (?:my|the|outlook|yahoo|mail|proton|samsung)|sent with proton|get outlook for|"
    r"envoyé (?:de|depuis|à partir de|avec) |obtenir outlook pour|télécharger outlook|"
    r"gesendet (?:von|mit) |von meinem .{1,30} gesendet|enviado (?:desde|do|a partir) |"
    r"inviato da|verstuurd vanaf|verzonden vanaf|skickat från|sendt fra)",
    re.IGNORECASE,
)
_LONGEST_MOBILE = 80


def is_quoted(line: str) -> bool:
    return line[:4].lstrip().startswith(">")


def last_mention_of_us(lines: Sequence[str]) -> int:
    """The last line that holds text we sent, our mark or a ticket's reference; -1 for none."""
    for index in range(len(lines) - 1, -1, -1):
        if ABOVE in lines[index] or _OURS.search(lines[index][:_LOOK]):
            return index
    return -1


def attribution_start(lines: Sequence[str], last: int) -> int | None:
    """Where the attribution that ends in line `last` begins ("On … Support <…> wrote:")."""
    if not lines[last].rstrip().endswith((":", "：")) or is_quoted(lines[last]):
        return None
    first = last
    while first > 0 and last - first < _ATTRIBUTION_LINES - 1 and lines[first - 1].strip():
        first -= 1
    for start in range(last, first - 1, -1):
        text = " ".join(line[:_LOOK].strip() for line in lines[start : last + 1])
        if _OPENER.match(lines[start][:_LOOK].strip()) and _is_attribution(text):
            return start
    return last if _is_attribution(lines[last][:_LOOK]) else None


def opens_with_attribution(run: Sequence[str]) -> bool:
    """Whether quoted lines begin with the attribution, as phones write it inside the quote."""
    bare = [line.lstrip().removeprefix(">").strip() for line in run[:_ATTRIBUTION_LINES]]
    return any(attribution_start(bare, last) == 0 for last in range(len(bare)))


def says_who_wrote(lines: Sequence[str], start: int, last: int) -> bool:
    """Whether an attribution has a verb too: needed where no quote mark follows it."""
    return bool(_SAYS.search(" ".join(line[:_LOOK] for line in lines[start : last + 1])))


def _is_attribution(text: str) -> bool:
    dated, addressed = bool(_DATED.search(text)), bool(_ADDRESS.search(text))
    return (dated and addressed) or ((dated or addressed) and bool(_SAYS.search(text)))


def begins_original(lines: Sequence[str], index: int) -> bool:
    """A line like "-----Original Message-----" above the headers of a mail."""
    if not _DASHED.match(lines[index][:_LOOK].strip()):
        return False
    labels = _labels(lines, index + 1)
    return bool(labels & _FROM) and len(labels) >= 2


def begins_header_block(lines: Sequence[str], index: int) -> bool:
    """ "From:", and below it "Sent:" and "To:" or "Subject:", as Outlook writes above a mail."""
    if _label(lines[index]) not in _FROM:
        return False
    labels = _labels(lines, index)
    return bool(labels & _SENT and labels & _ABOUT)


def is_rule(line: str) -> bool:
    return bool(_RULE.match(line.strip()))


def _labels(lines: Sequence[str], start: int) -> set[str]:
    """The labels of the header lines from `start` on; a line without one ends them."""
    found: set[str] = set()
    for line in lines[start : start + 8]:
        label = _label(line)
        if label is None and line.strip() and found:
            break
        if label is not None:
            found.add(label)
    return found


def _label(line: str) -> str | None:
    found = _LABEL.match(line[:_LOOK].strip())
    return found[1].strip().lower() if found else None


def without_signature(lines: Sequence[str]) -> list[str]:
    """The lines without a signature that is marked as one, or a phone's last line."""
    kept = _without_mobile(_stripped(lines))
    for index in range(len(kept) - 1, 0, -1):
        # "--" without its blank may also part two thoughts: only a short rest is a signature.
        line, rest = kept[index], len(kept) - index - 1
        if line in ("-- ", "--\xa0") or (line.strip() == "--" and rest <= 8):
            return _without_mobile(_stripped(kept[:index])) or kept
    return kept


def _without_mobile(lines: list[str]) -> list[str]:
    if len(lines) > 1 and len(lines[-1]) <= _LONGEST_MOBILE and _MOBILE.match(lines[-1].strip()):
        return _stripped(lines[:-1])
    return lines


def _stripped(lines: Sequence[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return list(lines[start:end])
