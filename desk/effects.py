"""What the world should see after a command: intents for the outbox.

Intents are rendered at delivery, from the state of that moment; ten quick changes become one edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

from desk.held_mails import ShowHeldMail


class Message(StrEnum):
    """The mails the desk sends; each has a folder of templates by this name."""

    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    RESOLVED = "resolved"


class Notice(StrEnum):
    """Direct messages and ephemeral notes by subject."""

    ASSIGNED_TO_YOU = "assigned_to_you"
    OUTSIDER_IN_THREAD = "outsider_in_thread"


@dataclass(frozen=True)
class RefreshCard:
    """Every card of the ticket shows its present state; the team's channel has one."""

    ticket: int

    @property
    def key(self) -> str:
        return f"card:{self.ticket}"

    @property
    def lane(self) -> str:
        return f"slack:{self.ticket}"


@dataclass(frozen=True)
class OpenThread:
    """The thread below the ticket's active card in `team`'s channel begins with who can read it. A
    transfer asks for it, so that it comes before the rest, and so does each card that follows one.
    """

    ticket: int
    team: int

    @property
    def key(self) -> str:
        return f"thread:{self.ticket}:{self.team}"

    @property
    def lane(self) -> str:
        return f"slack:{self.ticket}"


@dataclass(frozen=True)
class ShowEntry:
    """The thread shows this journal entry as it stands now: posted once, edited afterwards."""

    ticket: int
    entry: int

    @property
    def key(self) -> str:
        return f"entry:{self.entry}"

    @property
    def lane(self) -> str:
        return f"slack:{self.ticket}"


@dataclass(frozen=True)
class MarkNoted:
    """The human message that became this note gets the discreet reaction."""

    ticket: int
    entry: int
    channel: str
    ts: str

    @property
    def key(self) -> str:
        return f"noted:{self.entry}"

    @property
    def lane(self) -> str:
        return f"noted:{self.entry}"


@dataclass(frozen=True)
class SendMail:
    """A mail to one person. `entry` is the public entry it carries; `version` makes it once."""

    message: Message
    ticket: int
    to: int
    entry: int
    version: int

    @property
    def key(self) -> str:
        return f"mail:{self.message}:{self.ticket}:{self.to}:v{self.version}"

    @property
    def lane(self) -> str:
        return f"mail:{self.ticket}:{self.to}"


@dataclass(frozen=True)
class SendDirect:
    """The same words by Slack, to a requester or beneficiary who has no address."""

    message: Message
    ticket: int
    to: int
    entry: int
    version: int

    @property
    def key(self) -> str:
        return f"direct:{self.message}:{self.ticket}:{self.to}:v{self.version}"

    @property
    def lane(self) -> str:
        return f"direct:{self.ticket}:{self.to}"


@dataclass(frozen=True)
class TellPerson:
    """A direct message to a technician."""

    notice: Notice
    ticket: int
    to: int
    version: int
    by: int | None = None

    @property
    def key(self) -> str:
        return f"tell:{self.notice}:{self.ticket}:{self.to}:v{self.version}"

    @property
    def lane(self) -> str:
        return f"tell:{self.to}"


@dataclass(frozen=True)
class Whisper:
    """A note only `user` (a Slack id) sees, in a thread."""

    notice: Notice
    ticket: int
    user: str
    channel: str
    thread: str
    ts: str  # of the message that caused it: makes it once

    @property
    def key(self) -> str:
        return f"whisper:{self.notice}:{self.user}:{self.ts}"

    @property
    def lane(self) -> str:
        return f"whisper:{self.user}"


@dataclass(frozen=True)
class LookUpPerson:
    """Ask Slack who this user is; they were seen before the directory knew them."""

    slack_id: str

    @property
    def key(self) -> str:
        return f"look-up:{self.slack_id}"

    @property
    def lane(self) -> str:
        return f"look-up:{self.slack_id}"


@dataclass(frozen=True)
class WarnAdministrators:
    """Tell the administrators' channel what is wrong with a team's channel.

    `warning` is "public", "shared", "absent" or "missing"; `channel` is its name or id. It is
    "files", without a channel, where the app may not handle files.
    """

    warning: str
    channel: str
    day: str  # "2026-11-24": once a day

    @property
    def key(self) -> str:
        return f"warn:{self.warning}:{self.channel}:{self.day}"

    @property
    def lane(self) -> str:
        return f"warn:{self.channel}"


@dataclass(frozen=True)
class WarnUndelivered:
    """Tell the administrators' channel that this row of the outbox was given up."""

    row: int

    @property
    def key(self) -> str:
        return f"undelivered:{self.row}"

    @property
    def lane(self) -> str:
        return self.key


@dataclass(frozen=True)
class FetchFile:
    """Get a file that is in Slack into our store."""

    ticket: int
    file: int

    @property
    def key(self) -> str:
        return f"fetch:{self.file}"

    @property
    def lane(self) -> str:
        return self.key


@dataclass(frozen=True)
class ShowFiles:
    """The thread shows the files that came with this entry.

    `later`: Slack did not take them at first. They come behind nothing then, or the ticket's card
    would have to wait for them as well. `version`: of the ticket that a transfer has just moved. An
    older wish for them comes before the new team's card, so this one is a row of its own.
    """

    ticket: int
    entry: int
    later: bool = False
    version: int = 0

    @property
    def key(self) -> str:
        moved = f":v{self.version}" if self.version else ""
        return f"{'late-' if self.later else ''}files:{self.entry}{moved}"

    @property
    def lane(self) -> str:
        return self.key if self.later else f"slack:{self.ticket}"


@dataclass(frozen=True)
class SendFiles:
    """The files of a public reply, behind its words, to somebody who has no address."""

    ticket: int
    to: int
    entry: int

    @property
    def key(self) -> str:
        return f"direct-files:{self.entry}:{self.to}"

    @property
    def lane(self) -> str:
        return f"direct:{self.ticket}:{self.to}"


@dataclass(frozen=True)
class WarnMailSetAside:
    """Tell the administrators' channel that the desk fails at this mail of the spool."""

    mail: int

    @property
    def key(self) -> str:
        return f"mail-set-aside:{self.mail}"

    @property
    def lane(self) -> str:
        return self.key


@dataclass(frozen=True)
class WarnMailbox:
    """Tell the administrators' channel how a mailbox is that we fetch from.

    `trouble` is "denied", "away", "no_folder", "untrusted", or "" where it works again; `since` is
    when that began, in ISO's form.
    """

    mailbox: str
    trouble: str
    since: str

    @property
    def key(self) -> str:
        return f"mailbox:{self.mailbox}:{self.trouble}:{self.since}"

    @property
    def lane(self) -> str:
        return f"mailbox:{self.mailbox}"


@dataclass(frozen=True)
class WarnFiles:
    """The thread says which files of this entry are not where one expects them, and why."""

    ticket: int
    entry: int

    @property
    def key(self) -> str:
        return f"file-trouble:{self.entry}"

    @property
    def lane(self) -> str:
        return f"slack:{self.ticket}"


Effect = (
    RefreshCard
    | OpenThread
    | ShowEntry
    | MarkNoted
    | SendMail
    | SendDirect
    | TellPerson
    | Whisper
    | LookUpPerson
    | WarnAdministrators
    | WarnUndelivered
    | FetchFile
    | ShowFiles
    | SendFiles
    | WarnFiles
    | WarnMailSetAside
    | WarnMailbox
    | ShowHeldMail
)

# What administrators are told; that one of these was not delivered, nobody is told.
WARNINGS = WarnAdministrators | WarnUndelivered | WarnFiles | WarnMailSetAside | WarnMailbox

_BY_NAME: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Effect)}


def rank(effect: Effect) -> int:
    """Who goes first where Slack takes one message a second: what somebody has just written or
    waits for, then new cards, then the lines that open their threads."""
    match effect:
        case RefreshCard() | WarnAdministrators() | WarnUndelivered():
            return 1
        case WarnMailSetAside() | WarnMailbox():
            return 1
        case OpenThread():
            return 2
        case _:
            return 0


def effect_to_json(effect: Effect) -> dict[str, Any]:
    said = {"kind": type(effect).__name__, **vars(effect)}
    if isinstance(effect, ShowFiles):
        # The key has it, and a process of an older version must be able to read the row.
        del said["version"]
    return said


def effect_from_json(data: dict[str, Any]) -> Effect:
    """Raises KeyError for a kind this version does not know."""
    fields = {name: value for name, value in data.items() if name != "kind"}
    for name, words in (("message", Message), ("notice", Notice)):
        if name in fields:
            fields[name] = words(fields[name])
    effect: Effect = _BY_NAME[data["kind"]](**fields)
    return effect
