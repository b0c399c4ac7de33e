"""Mailboxes in the browser: who has one, what is in it, and mails written there."""

from __future__ import annotations

from typing import Any

from sandbox.browser.requests import Ask, Json, Refused
from sandbox.mail import Mail


async def mailboxes(ask: Ask) -> list[Json]:
    """Everybody with an address, then any other address mail was sent to."""
    world, boxes = ask.slack.world, ask.slack.mailboxes
    known = {p.email.casefold(): p.name for p in world.people.values() if p.email}
    others = {address: "" for address in boxes.boxes if address not in known}
    return [
        {"address": address, "name": name, "unread": boxes.unread(address)}
        for address, name in {**known, **others}.items()
    ]


async def mailbox(ask: Ask) -> Json:
    mails = ask.slack.mailboxes.both_ways(ask.text("address"))
    return {"mails": [mail_sight(m) for m in reversed(mails)]}


async def send(ask: Ask) -> Json:
    """A new mail, or with `reply_to_id` an answer that quotes and threads."""
    sender, text = ask.text("from"), ask.text("text")
    boxes = ask.slack.mailboxes
    original_id = ask.fields.get("reply_to_id")
    if not original_id:
        sent = await boxes.send(sender, ask.text("to"), ask.text("subject", ""), text)
        return {"ok": True, "id": sent.id}
    original = boxes.find(sender, str(original_id))
    if original is None:
        raise Refused("the mail this answers is no longer there")
    sent = await boxes.answer(
        original, text, sender, to=ask.fields.get("to"), subject=ask.fields.get("subject")
    )
    return {"ok": True, "id": sent.id}


async def read(ask: Ask) -> Json:
    address = ask.text("address")
    mail = ask.slack.mailboxes.find(address, ask.text("id"))
    if mail is None:
        raise Refused("this mail is no longer there")
    ask.slack.mailboxes.read(mail, address)
    return {"ok": True}


def mail_sight(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "from": mail.header("From"),
        "to": mail.header("To"),
        "cc": mail.header("Cc"),
        "envelope_from": mail.envelope_from,
        "envelope_to": mail.envelope_to,
        "subject": mail.subject,
        "date": mail.at,
        "text": mail.text,
        "html": mail.html,
        "headers": [[name, value] for name, value in mail.headers],
        "direction": mail.direction,
        "files": [{"name": name, "size": len(data)} for name, data, _ in mail.files],
        "read": mail.read,
        "status": mail.status,
    }
