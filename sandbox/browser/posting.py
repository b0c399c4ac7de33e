"""Mailboxes in the browser: who has one, what is in it, and mails written there."""

from __future__ import annotations

from email.utils import getaddresses
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
    """A new mail; with `reply_to_id` an answer that quotes and threads; with `forward_id` one that
    takes along the files of another; with `raw` a file that is a whole mail, as it is.

    `files` and `raw` are ids of what was brought before.
    """
    sender, boxes = ask.text("from"), ask.slack.mailboxes
    if ask.fields.get("raw"):
        ((_, raw, _),) = _brought(ask, [ask.text("raw")])
        named = [address for _, address in getaddresses([ask.text("to")]) if address]
        return _sent(await boxes.send_raw(sender, raw, named))
    text, cc, files = ask.text("text"), ask.text("cc", ""), _brought(ask, ask.fields.get("files"))
    if ask.fields.get("reply_to_id"):
        original = _original(ask, "reply_to_id")
        to, subject = ask.fields.get("to"), ask.fields.get("subject")
        answer = await boxes.answer(
            original, text, sender, to=to, subject=subject, cc=cc, files=files
        )
        return _sent(answer)
    if ask.fields.get("forward_id"):
        files = _original(ask, "forward_id").files + files
    headers = {"Cc": cc} if cc else None
    subject = ask.text("subject", "")
    return _sent(
        await boxes.send(sender, ask.text("to"), subject, text, headers=headers, files=files)
    )


def _sent(mail: Mail) -> Json:
    return {"ok": True, "id": mail.id}


def _original(ask: Ask, name: str) -> Mail:
    original = ask.slack.mailboxes.find(ask.text("from"), ask.text(name))
    if original is None:
        raise Refused("the mail this is about is no longer there")
    return original


def _brought(ask: Ask, ids: list[str] | None) -> list[tuple[str, bytes, str]]:
    """Names, bytes and types of files that were brought."""
    files = [ask.slack.workspace.files.find(str(file)) for file in ids or ()]
    if None in files:
        raise Refused("a file of this mail is no longer there")
    return [(file.name, file.data, file.media_type) for file in files if file is not None]


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
