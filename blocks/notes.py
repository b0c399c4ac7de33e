"""What the desk says to one person or to the administrators."""

from __future__ import annotations

from blocks.card import headline, people_line, summary
from blocks.deeds import deed
from blocks.elements import actions, button, context, modal, section
from blocks.formatted import mrkdwn, quotations
from blocks.ids import Action, Form
from blocks.message import Block, Message, View
from blocks.refusals import field_problem, out_of_date, refusal, trouble
from blocks.text import inline, name_of, when
from blocks.vocabulary import PUBLIC, move, priority
from desk.answers import MailFacts, NoticeFacts
from desk.effects import Message as Mail
from desk.journal import Entry, PublicEntry
from desk.lifecycle import Move
from desk.ticket import reference
from desk.words import Words
from locales.translator import Translator

__all__ = [
    "channel_warning",
    "direct_message",
    "direct_notice",
    "field_problem",
    "help_message",
    "notice_view",
    "out_of_date",
    "refusal",
    "trouble",
    "undelivered_warning",
    "whisper",
    "whole_entry",
]

EXCERPT = 300
REASON = 300  # characters of what Slack says is wrong


def direct_notice(facts: NoticeFacts, t: Translator) -> Message:
    """To a technician, about a ticket that is theirs now."""
    ticket = facts.facts.ticket
    if facts.by is not None:
        said = t("{name} assigned a ticket to you.", name=inline(name_of(facts.by)))
    else:
        said = t("A ticket was assigned to you.")
    details = f"{people_line(facts.facts, t)} · {priority(ticket.priority, t)}"
    excerpt = mrkdwn(ticket.description, EXCERPT, quoting=True)
    lines = [said, headline(facts.facts), details, excerpt]
    if facts.card is not None:
        lines.append(t("Its thread is in {channel}.", channel=f"<#{facts.card[0]}>"))
    return {
        "text": f"{said} {summary(facts.facts, t)}",
        "blocks": [
            section("\n".join(lines)),
            *actions(
                [
                    button(t("Open"), Action.TICKET_OPEN, ticket.id, "primary"),
                    button(move(Move.REPLY, t), Action.TICKET_REPLY, ticket.id),
                ]
            ),
        ],
    }


def whisper(facts: NoticeFacts, t: Translator) -> Message:
    """To somebody who wrote in a ticket's thread without being of a team."""
    ticket = facts.facts.ticket
    kept = t(
        "This thread is the technicians’ journal. Your message is kept there as an internal note."
    )
    if facts.reader is not None and facts.reader.id in (ticket.requester, ticket.beneficiary):
        said = f"{kept} {t('To answer the team, use this button.')}"
        reached = button(move(Move.ANSWER, t), Action.TICKET_ANSWER, ticket.id, "primary")
        return {"text": said, "blocks": [section(said), *actions([reached])]}
    name = inline(name_of(facts.facts.requester))
    said = f"{kept} {t('It is not sent to {name}: a technician can reply to them.', name=name)}"
    return {"text": said, "blocks": [section(said)]}


def direct_message(mail: MailFacts, t: Translator) -> Message:
    """What others receive as a mail, for somebody who has no address. Public words only."""
    said = _announced(mail, t)
    blocks: list[Block] = [section(f"{said}\n*{mail.reference} · {inline(mail.subject)}*")]
    if mail.message is not Mail.ACKNOWLEDGEMENT:
        texts, complete = quotations(mail.entry.words)
        blocks += [section(text) for text in texts]
        if not complete:
            blocks.append(context(t("The rest is too long for Slack.")))
    if mail.message is Mail.RESOLVED:
        blocks.append(context(t("Not solved? Answer, and the request is open again.")))
    blocks += actions(
        [
            button(move(Move.ANSWER, t), Action.TICKET_ANSWER, mail.ticket),
            button(t("Open"), Action.TICKET_OPEN, mail.ticket),
        ]
    )
    text = f"{said} {mail.reference} · {inline(mail.subject)}"
    return {"text": text.replace("*", ""), "blocks": blocks}


def _announced(mail: MailFacts, t: Translator) -> str:
    author = f"*{inline(mail.author)}*" if mail.author else f"*{inline(mail.desk_name)}*"
    team = inline(mail.team.of(t.language))
    asked_by = inline(mail.requester_name)
    if mail.in_copy and mail.message is not Mail.ACKNOWLEDGEMENT:
        return _announced_in_copy(mail, author, t)
    match mail.message, mail.for_beneficiary:
        case Mail.ACKNOWLEDGEMENT, _:
            return t(
                "We have received your request. The {team} team has it now; you will be told here"
                " as soon as there is news.",
                team=team,
            )
        case Mail.REPLY, True:
            return (
                PUBLIC
                + " "
                + t(
                    "{name} wrote about the request that {requester} made for you:",
                    name=author,
                    requester=asked_by,
                )
            )
        case Mail.REPLY, _:
            return PUBLIC + " " + t("{name} wrote about your request:", name=author)
        case _, True:
            return "✅ " + t(
                "{name} has solved the request that {requester} made for you:",
                name=author,
                requester=asked_by,
            )
        case _:
            return "✅ " + t("{name} has solved your request:", name=author)


def _announced_in_copy(mail: MailFacts, author: str, t: Translator) -> str:
    asked_by = inline(mail.requester_name)
    if mail.message is Mail.REPLY:
        said = t("{name} wrote about the request of {requester}:", name=author, requester=asked_by)
        return f"{PUBLIC} {said}"
    said = t("{name} has solved the request of {requester}:", name=author, requester=asked_by)
    return f"✅ {said}"


def help_message(t: Translator, is_technician: bool) -> Message:
    lines = [
        ("/ticket", t("opens the form")),
        ("/ticket " + t("Printer jams"), t("opens it with this subject")),
        ("/ticket R-000042", t("shows this ticket")),
        (
            "/ticket " + t("find printer paul"),
            t("searches tickets by their words")
            if is_technician
            else t("finds your requests by their words"),
        ),
    ]
    if is_technician:
        lines.append(
            ("/ticket " + t("signature"), t("lets you write what stands below your replies"))
        )
    title = t("How to use Frontdesk")
    commands = "\n".join(f"`{command}`  {meaning}" for command, meaning in lines)
    if is_technician:
        home = t(
            "The Home tab has your teams’ tickets. In a team’s channel each ticket is one card;"
            " its thread is the technicians’ journal."
        )
    else:
        home = t("The Home tab has your requests and what became of them.")
    return {
        "text": title,
        "blocks": [section(f"*{title}*\n{commands}"), context(home)],
    }


def notice_view(text: str, t: Translator) -> View:
    """A sentence in a modal of its own, where there is no channel to whisper in."""
    return modal(Form.NOTICE, t("Please note"), [section(text)], close=t("Close window"))


def whole_entry(entry: Entry | PublicEntry, t: Translator) -> View:
    """All that somebody wrote; of a mail also what it quoted, for technicians."""
    if isinstance(entry, PublicEntry):
        who, words = inline(entry.by_name), entry.words
    else:
        quoted = str(entry.facts.get("whole", ""))
        who, words = deed(entry, t), Words.plain(quoted) if quoted else entry.words
    texts, complete = quotations(words)
    blocks = [context(f"{who} · {when(entry.at)}"), *(section(text) for text in texts)]
    if not complete:
        blocks.append(context(t("The rest is too long for Slack.")))
    return modal(Form.NOTICE, t("Full message"), blocks, close=t("Close window"))


def channel_warning(kind: str, channel: str, t: Translator) -> Message:
    """To the administrators: who can read the journals is whoever is in the channel.

    `kind` is "public", "shared", "absent", or "missing" where Slack shows no such channel; then
    `channel` is the name in the desk file. Of "silenced" it is an address.
    """
    place = f"<#{channel}>"
    match kind:
        case "public":
            said = t(
                "{channel} is public: everybody in the workspace can read its technicians’"
                " journals. Make it private.",
                channel=place,
            )
        case "shared":
            said = t(
                "{channel} is shared with another workspace: people there can read its"
                " technicians’ journals. Stop sharing it, or choose another channel.",
                channel=place,
            )
        case "template":
            said = t(
                "One of your mail templates is broken, and ours is used instead: {fault}",
                fault=f"`{inline(channel, 300)}`",
            )
        case "files":
            said = t(
                "I cannot read or show files. Give the app the scopes {scopes} and install it"
                " again; they come by themselves then.",
                scopes="`files:read`, `files:write`",
            )
        case "silenced":
            said = t(
                "{address} has sent many mails in a short time. For a while I confirm none of them"
                " any more; what comes in is treated as always.",
                address=inline(channel, 120),
            )
        case "missing":
            said = t(
                "I cannot find the channel {name}. If it is private, invite me there; otherwise"
                " correct its name in the desk file. Its tickets wait until then.",
                name=f"#{inline(channel)}",
            )
        case _:
            said = t(
                "I am not in {channel}, so its team sees no tickets. Invite me there.",
                channel=place,
            )
    return {"text": f"⚠️ {said}", "blocks": [section(f"⚠️ {said}")]}


def undelivered_warning(row: int, ticket: int | None, reason: str, t: Translator) -> Message:
    """To the administrators: something of ours stays unseen until they do something about it."""
    facts = {"reason": inline(reason[:REASON]), "command": f"`frontdesk outbox retry {row}`"}
    if ticket is None:
        said = t(
            "A message of mine could not be shown in Slack and will not be tried again ({reason})."
            " When the cause is gone, {command} sends it.",
            **facts,
        )
    else:
        said = t(
            "A message about {reference} could not be shown in Slack and will not be tried again"
            " ({reason}). When the cause is gone, {command} sends it.",
            reference=reference(ticket),
            **facts,
        )
    return {"text": f"⚠️ {said}", "blocks": [section(f"⚠️ {said}")]}
