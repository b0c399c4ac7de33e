"""What to know of a mail besides its words: invitations, risky files, what could not be shown.

The facts are those that the reading of a mail leaves with its entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from blocks.text import inline, time_of_day, when
from locales.translator import Translator

Facts = Mapping[str, Any]
_CUT = frozenset({"mail_cut", "text_cut", "too_deep", "too_many_parts"})


def notice_lines(notices: Iterable[Facts], t: Translator) -> list[str]:
    """One line of markup each; what is left out of a mail is said once."""
    return list(dict.fromkeys(filter(None, (_line(facts, t) for facts in notices))))


def _line(facts: Facts, t: Translator) -> str:
    kind, file = facts["kind"], f"`{inline(str(facts.get('file', '')), 120)}`"
    number = int(facts.get("number", 0))
    if kind == "invite":
        return _invite(facts, t)
    if kind == "mail_inside":
        subject = inline(str(facts.get("about", "")), 150)
        return f"📨 {t('{file} is a whole mail: {subject}', file=file, subject=subject or '–')}"
    if kind == "encrypted" and facts.get("file"):
        return f"🔐 {t('{file} is encrypted and cannot be read here.', file=file)}"
    if kind == "encrypted":
        return f"🔐 {t('The text of this mail is encrypted and cannot be read here.')}"
    if kind == "signature_unchecked":
        return f"✍️ {t('This mail is signed. Whose signature it is was not checked.')}"
    if kind == "risky_file":
        return f"⚠️ {t('{file} can run a program. Open it only if you expected it.', file=file)}"
    if kind == "unreadable_file":
        return f"📎 {t('{file} is damaged and could not be unpacked.', file=file)}"
    return _left_out(kind, number, t)


def _left_out(kind: str, number: int, t: Translator) -> str:
    if kind in _CUT:
        return f"✂️ {t('Part of this mail is not shown: it is too long, or has too many parts.')}"
    if kind == "too_many_links":
        return f"🔗 {t.plural('This mail holds {n} link.', 'This mail holds {n} links.', number)}"
    if kind == "files_too_large":
        told = t.plural(
            "{n} file was left out: it is too large.",
            "{n} files were left out: together they are too large.",
            number,
        )
    else:
        told = t.plural(
            "{n} file was left out: there are too many.",
            "{n} files were left out: there are too many.",
            number,
        )
    return f"✂️ {told}"


def _invite(facts: Facts, t: Translator) -> str:
    what = inline(str(facts.get("what", "")), 150) or "–"
    parts = [f"*{_title(str(facts.get('reply', '')), what, t)}*", _times(facts)]
    if facts.get("repeats"):
        parts.append(t("repeatedly"))
    if where := inline(str(facts.get("where", "")), 150):
        parts.append(where)
    if organiser := inline(str(facts.get("organiser", "")), 120):
        parts.append(t("organised by {person}", person=organiser))
    if others := int(facts.get("others", 0)):
        parts.append(t.plural("and {n} more event", "and {n} more events", others))
    return "📅 " + " · ".join(filter(None, parts))


def _title(reply: str, what: str, t: Translator) -> str:
    match reply:
        case "request":
            return t("Invitation: {what}", what=what)
        case "cancel":
            return t("Event cancelled: {what}", what=what)
        case "accepted":
            return t("Invitation accepted: {what}", what=what)
        case "declined":
            return t("Invitation declined: {what}", what=what)
        case "tentative":
            return t("Invitation perhaps accepted: {what}", what=what)
        case "counter":
            return t("Another time proposed: {what}", what=what)
        case _:
            return t("Event: {what}", what=what)


def _times(facts: Facts) -> str:
    """In each reader's own time, and as the invitation has it where it names a zone."""
    starts, ends = str(facts.get("starts", "")), str(facts.get("ends", ""))
    if not starts:
        return ""
    if facts.get("all_day"):
        return starts if ends in ("", starts) else f"{starts} – {ends}"
    begin, end = datetime.fromisoformat(starts), datetime.fromisoformat(ends or starts)
    until = time_of_day(end) if begin.date() == end.date() else when(end)
    shown = when(begin) + (f" – {until}" if ends else "")
    zone = inline(str(facts.get("zone", "")), 60)
    return f"{shown} ({begin:%H:%M} {zone})" if zone else shown
