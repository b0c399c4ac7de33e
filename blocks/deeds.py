"""Journal entries and deliveries as sentences, for the thread and the ticket's page alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from blocks.elements import button, confirm
from blocks.ids import Action
from blocks.message import Block
from blocks.returned import failed_mail, returned_deed
from blocks.text import day, inline, left_to_right, listed, person_name, when, with_address
from blocks.vocabulary import ANSWERED, PUBLIC
from desk.journal import COMMAND_LINE, Entry, Kind
from desk.mails import Delivery, DeliveryState
from desk.people import Person
from desk.ticket import HoldReason, Origin, reference
from locales.translator import Translator


def deed(entry: Entry, t: Translator) -> str:
    """What happened and who did it, in one line of markup."""
    return left_to_right(DEEDS[entry.kind](entry, t))


def _opened(entry: Entry, t: Translator) -> str:
    by, follows = person_name(entry.by, t), entry.facts.get("follows")
    if follows:
        old = reference(int(follows))
        return t("→ Opened by a late answer of {name} to {reference}", name=by, reference=old)
    let_in = entry.facts.get("let_in")
    if let_in is not None:
        who = inline(str(let_in), 100) or t("an administrator")
        return t("→ Opened by {name}, from an e-mail that {who} let in", name=by, who=who)
    match entry.facts.get("origin"):
        case Origin.MAIL:
            return t("→ Opened by {name}, from an e-mail", name=by)
        case _:
            return t("→ Opened by {name}", name=by)


def _note(entry: Entry, t: Translator) -> str:
    line = _noted(entry, t)
    return f"{line} {t('(edited)')}" if entry.facts.get("edited") else line


def _noted(entry: Entry, t: Translator) -> str:
    by = person_name(entry.by, t)
    if entry.facts.get("outsider"):
        return t("📝 Note by {name}, who is not in the team", name=by)
    if entry.facts.get("origin") == "mail":
        return t("📝 Note by {name}, by e-mail", name=by)
    return t("📝 Note by {name}", name=by)


def _note_edited(entry: Entry, t: Translator) -> str:
    return t("📝 Note edited by {name}", name=person_name(entry.by, t))


def _note_deleted(entry: Entry, t: Translator) -> str:
    if entry.by is None:
        return t("📝 Note deleted")
    # Slack tells whose note it was, not who deleted it.
    return t("📝 Note by {name} deleted", name=person_name(entry.by, t))


def _reply(entry: Entry, t: Translator) -> str:
    by = person_name(entry.by, t)
    if entry.withdrawn:
        return t("↩︎ Reply by {name}, withdrawn before it was sent", name=by)
    return f"{PUBLIC} *{t('Public reply by {name}', name=by)}*"


def _withdrawn(entry: Entry, t: Translator) -> str:
    return t("↩︎ Reply withdrawn by {name} before it was sent", name=person_name(entry.by, t))


def _answer(entry: Entry, t: Translator) -> str:
    by = person_name(entry.by, t)
    if entry.facts.get("automatic"):
        return t("🤖 Automatic answer from {name}, by e-mail", name=by)
    if entry.facts.get("thanks"):
        return t("🙏 Thanks from {name}, by e-mail", name=by)
    if entry.facts.get("origin") == "mail":
        said = t("Answer from {name}, by e-mail", name=by)
    else:
        said = t("Answer from {name}", name=by)
    return f"{ANSWERED} *{said}*"


def _assigned(entry: Entry, t: Translator) -> str:
    to = inline(str(entry.facts.get("to", "")))
    if entry.facts.get("to_self"):
        return t("→ Assigned to {name}", name=to)
    return t("→ Assigned to {name} by {by}", name=to, by=person_name(entry.by, t))


def _transferred(entry: Entry, t: Translator) -> str:
    return t(
        "→ Transferred from {from_team} to {team} by {by}",
        from_team=_label(entry.facts.get("from_team"), t),
        team=_label(entry.facts.get("team"), t),
        by=person_name(entry.by, t),
    )


def _held(entry: Entry, t: Translator) -> str:
    by = person_name(entry.by, t)
    match entry.facts.get("reason"), entry.facts.get("until"):
        case HoldReason.DATE, str(until):
            date = day(datetime.fromisoformat(until))
            return t("→ Put on hold until {date} by {by}", date=date, by=by)
        case HoldReason.REQUESTER, until:
            return t("→ Put on hold by {by}, waiting for the requester", by=by) + _latest(until, t)
        case HoldReason.SUPPLIER, until:
            return t("→ Put on hold by {by}, waiting for a supplier", by=by) + _latest(until, t)
        case _:
            return t("→ Put on hold by {by}", by=by)


def _latest(until: Any, t: Translator) -> str:
    if not isinstance(until, str):
        return ""
    return " " + t("(until {date} at the latest)", date=day(datetime.fromisoformat(until)))


def _resumed(entry: Entry, t: Translator) -> str:
    if entry.facts.get("by_itself"):
        return t("→ Resumed: its date has come")
    if entry.facts.get("by_requester"):
        return t("→ Resumed by the answer")
    return t("→ Resumed by {by}", by=person_name(entry.by, t))


def _resolved(entry: Entry, t: Translator) -> str:
    said = t("Resolved by {name}", name=person_name(entry.by, t))
    code = _label(entry.facts.get("code"), t)
    return f"✅ *{said}*" + (f" · {code}" if code else "")


def _reopened(entry: Entry, t: Translator) -> str:
    if entry.facts.get("by_requester"):
        return t("→ Reopened by the answer")
    return t("→ Reopened by {by}", by=person_name(entry.by, t))


def _closed(entry: Entry, t: Translator) -> str:
    return t("→ Closed by {by}", by=person_name(entry.by, t))


def _abandoned(entry: Entry, t: Translator) -> str:
    return t("→ Closed without follow-up by {by}", by=person_name(entry.by, t))


def _duplicate(entry: Entry, t: Translator) -> str:
    return t(
        "→ Closed as a duplicate of {reference} by {by}",
        reference=reference(int(entry.facts.get("of", 0))),
        by=person_name(entry.by, t),
    )


def _joined(entry: Entry, t: Translator) -> str:
    names, by = _names(entry, t), person_name(entry.by, t)
    if entry.facts.get("origin") == "mail":
        return t("→ In copy of the e-mail from {by}: {names}", by=by, names=names)
    return t("→ Added to the ticket by {by}: {names}", by=by, names=names)


def _left(entry: Entry, t: Translator) -> str:
    by = person_name(entry.by, t)
    return t("→ Taken off the ticket by {by}: {names}", by=by, names=_names(entry, t))


def _followed(entry: Entry, t: Translator) -> str:
    new = reference(int(entry.facts.get("of", 0)))
    by = person_name(entry.by, t)
    return t("→ A late answer of {by} opened {reference}", by=by, reference=new)


def _mail_retried(entry: Entry, t: Translator) -> str:
    by, name = person_name(entry.by, t), inline(str(entry.facts.get("to", "")), 100)
    if entry.facts.get("origin") == COMMAND_LINE:
        return f"🔁 {t('The mail to {name} was sent again from the command line', name=name)}"
    return f"🔁 {t('{by} had the mail to {name} sent again', by=by, name=name)}"


def _mail_dropped(entry: Entry, t: Translator) -> str:
    by, name = person_name(entry.by, t), inline(str(entry.facts.get("to", "")), 100)
    if entry.facts.get("origin") == COMMAND_LINE:
        said = t(
            "The mail to {name} was given up from the command line: nobody will get it", name=name
        )
    else:
        said = t("{by} gave up the mail to {name}: nobody will get it", by=by, name=name)
    return f"🗑️ {said}"


def _names(entry: Entry, t: Translator) -> str:
    return listed([inline(str(name), 100) for name in entry.facts.get("names", ())], t)


def _label(names: Any, t: Translator) -> str:
    """A name kept in both languages as it was when the entry was written."""
    if not isinstance(names, Mapping):
        return ""
    return inline(str(names.get(t.language) or names.get("en") or ""))


DEEDS: dict[Kind, Callable[[Entry, Translator], str]] = {
    Kind.OPENED: _opened,
    Kind.NOTE: _note,
    Kind.NOTE_EDITED: _note_edited,
    Kind.NOTE_DELETED: _note_deleted,
    Kind.REPLY: _reply,
    Kind.WITHDRAWN: _withdrawn,
    Kind.ANSWER: _answer,
    Kind.ASSIGNED: _assigned,
    Kind.TRANSFERRED: _transferred,
    Kind.HELD: _held,
    Kind.RESUMED: _resumed,
    Kind.RESOLVED: _resolved,
    Kind.REOPENED: _reopened,
    Kind.CLOSED: _closed,
    Kind.ABANDONED: _abandoned,
    Kind.DUPLICATE: _duplicate,
    Kind.JOINED: _joined,
    Kind.LEFT: _left,
    Kind.FOLLOWED: _followed,
    Kind.MAIL_RETRIED: _mail_retried,
    Kind.MAIL_DROPPED: _mail_dropped,
    Kind.RETURNED: returned_deed,
}


def is_trouble(delivery: Delivery) -> bool:
    return delivery.state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def progress(deliveries: Iterable[Delivery], t: Translator) -> str:
    """Who was sent it and when, in one line; who had trouble is told apart, by `trouble_line`."""
    waiting = [d for d in deliveries if d.state is DeliveryState.WAITING]
    sent = [d for d in deliveries if d.state is DeliveryState.SENT]
    times = [d.at for d in sent if d.at is not None]
    parts = []
    if sent and times:
        parts.append(t("Sent to {name} {date}", name=_recipients(sent, t), date=when(max(times))))
    elif sent:
        parts.append(t("Sent to {name}", name=_recipients(sent, t)))
    if waiting:
        parts.append(t("Being sent to {name}", name=_recipients(waiting, t)))
    return " · ".join(parts)


def trouble_line(delivery: Delivery, t: Translator) -> str:
    who = recipient(delivery)
    if delivery.state is DeliveryState.UNCERTAIN:
        said = t("This may not have reached {name}: nothing confirmed it.", name=who)
    elif delivery.reason:
        said = failed_mail(delivery, t)
    else:
        error = inline(delivery.error) or t("no reason was given")
        said = t("Not delivered to {name}: {error}", name=who, error=error)
    return f"⚠️ {said}"


def _recipients(deliveries: list[Delivery], t: Translator) -> str:
    return listed([recipient(delivery) for delivery in deliveries], t)


def recipient(delivery: Delivery) -> str:
    """The name, with the address that the mail went to: it may have changed since."""
    name = inline(delivery.person.name or delivery.person.handle, 100)
    return f"{name} ({inline(delivery.address, 120)})" if delivery.address else name


def retry_button(delivery: Delivery, ticket: int, t: Translator) -> Block | None:
    if delivery.outbox is None or not is_trouble(delivery):
        return None
    pressed = button(t("Send again"), Action.MAIL_RETRY, f"{ticket}:{delivery.outbox}")
    if delivery.state is DeliveryState.UNCERTAIN:
        pressed["confirm"] = confirm(
            t("Send again?"),
            t("It may have arrived the first time; then they receive it twice."),
            t("Send again"),
            t("Cancel"),
        )
    return pressed


def whole_button(ticket: int, entry: int, t: Translator) -> Block:
    """Leads to what there is no room for."""
    return button(t("Show full message"), Action.MAIL_SHOW, f"{ticket}:{entry}")


def told(people: tuple[Person, ...], t: Translator) -> str:
    """Who receives a public message now, with the addresses it goes to."""
    return listed([with_address(person) for person in people], t)
