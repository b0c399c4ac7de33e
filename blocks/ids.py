"""Every action, form, field, command and shortcut id that Slack will send back.

Blocks write them, handlers import them, nobody types them. `noun.verb`, no data inside: a button's
ticket travels in `value`, a form's in `private_metadata`.
"""

from __future__ import annotations

from enum import StrEnum


class Command(StrEnum):
    TICKET = "/ticket"


class Shortcut(StrEnum):
    TICKET_CREATE = "ticket.create"
    TICKET_FROM_MESSAGE = "ticket.from_message"


class Action(StrEnum):
    # On cards, pages and App Home; `value` is the ticket's id.
    TICKET_OPEN = "ticket.open"
    TICKET_ASSIGN = "ticket.assign"
    TICKET_REASSIGN = "ticket.reassign"
    TICKET_REPLY = "ticket.reply"
    TICKET_ANSWER = "ticket.answer"
    TICKET_RESOLVE = "ticket.resolve"
    TICKET_HOLD = "ticket.hold"
    TICKET_RESUME = "ticket.resume"
    TICKET_TRANSFER = "ticket.transfer"
    TICKET_DUPLICATE = "ticket.duplicate"
    TICKET_REOPEN = "ticket.reopen"
    TICKET_CLOSE = "ticket.close"
    TICKET_ABANDON = "ticket.abandon"
    TICKET_MORE = "ticket.more"  # the overflow; its option's value is "<action>:<ticket>"
    JOURNAL_SHOW = "journal.show"
    PEOPLE_SHOW = "people.show"
    PEOPLE_REMOVE = "people.remove"  # `value` is "<ticket>:<person>"
    # On a reply in the thread; `value` is "<ticket>:<entry>".
    REPLY_WITHDRAW = "reply.withdraw"
    MAIL_SHOW = "mail.show"  # the whole of an entry; `value` is "<ticket>:<entry>"
    MAIL_RETRY = "mail.retry"  # `value` is "<ticket>:<outbox row>"
    # In the form for a new ticket.
    FORM_REQUESTER = "form.requester"
    FORM_BENEFICIARY = "form.beneficiary"
    FORM_OTHER = "form.other"  # show the beneficiary
    FORM_FAMILY = "form.family"
    FORM_SERVICE = "form.service"
    FORM_ITEM = "form.item"
    FORM_DETAILS = "form.details"  # show impact and urgency
    FORM_IMPACT = "form.impact"
    FORM_URGENCY = "form.urgency"
    FORM_PERSON = "form.person"  # whom to add to a ticket
    FORM_AGAIN = "form.again"  # "Create another"
    # In App Home; `value` is "<tab>:<page>". One id a button: Slack wants them distinct in a row.
    HOME_TEAMS = "home.teams"
    HOME_MINE = "home.mine"
    HOME_SOLVED = "home.solved"
    HOME_PREVIOUS = "home.previous"
    HOME_NEXT = "home.next"
    HOME_NEW = "home.new"
    HOME_FIND = "home.find"
    HOME_SIGNATURE = "home.signature"
    # The mail queue, for administrators; `value` is "<ticket>:<outbox row>".
    QUEUE_OPEN = "queue.open"
    QUEUE_SEND = "queue.send"
    QUEUE_DROP = "queue.drop"
    # On the message of a held mail; `value` is the number of its card.
    HELD_LET_IN = "held.let_in"
    HELD_REFUSE = "held.refuse"
    HELD_OPEN = "held.open"
    # Inputs whose changes need no answer.
    INPUT = "input.value"


class Form(StrEnum):
    TICKET_NEW = "ticket.new"
    TICKET_CREATED = "ticket.created"
    TICKET_PAGE = "ticket.page"
    TICKET_FIND = "ticket.find"
    JOURNAL_PAGE = "journal.page"
    PEOPLE = "people.form"
    REPLY = "reply.form"
    ANSWER = "answer.form"
    RESOLVE = "resolve.form"
    HOLD = "hold.form"
    TRANSFER = "transfer.form"
    REASSIGN = "reassign.form"
    DUPLICATE = "duplicate.form"
    REOPEN = "reopen.form"
    ABANDON = "abandon.form"
    HOME = "home.view"
    MAIL_QUEUE = "queue.page"
    SIGNATURE = "signature.form"
    NOTICE = "notice.view"


class Field(StrEnum):
    """The `block_id` of each input; `#n` may follow (see `handlers/payload.py`)."""

    REQUESTER = "requester"
    NEW_NAME = "new_name"
    NEW_ADDRESS = "new_address"
    ADDRESS = "address"
    OTHER = "other"  # whether it is for somebody else than the requester
    BENEFICIARY = "beneficiary"
    PERSON = "person"
    TELL_BENEFICIARY = "tell_beneficiary"
    FAMILY = "family"
    SERVICE = "service"
    ITEM = "item"
    IMPACT = "impact"
    URGENCY = "urgency"
    SUBJECT = "subject"
    DESCRIPTION = "description"
    MESSAGE = "message"
    AFTERWARDS = "afterwards"
    CODE = "code"
    SOLUTION = "solution"
    REASON = "reason"
    HOLD_REASON = "hold_reason"
    UNTIL = "until"
    NOTE = "note"
    TEAM = "team"
    ASSIGNEE = "assignee"
    DUPLICATE_OF = "duplicate_of"
    QUERY = "query"
    SIGNATURE = "signature"
    FILES = "files"
    NEW_FILES = "new_files"
    SHARE_FILES = "share_files"


# Buttons live for years in old messages. An id retired from `Action` moves here and is answered
# with "this button is out of date".
RETIRED: frozenset[str] = frozenset()

SOMEBODY_NEW = "somebody.new"  # the option value that asks for a name and an address
HOLD_AFTERWARDS = "hold"
LEAVE_AFTERWARDS = "leave"
YES = "yes"
