"""Every refusal in words: what happened and what to do next.

These sentences stand in forms (plain text) and in private notes (markup) alike, so nothing in them
means something to Slack.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blocks.text import file_size, one_line
from desk.errors import (
    AdministratorsOnly,
    AlreadyDecided,
    AlreadySent,
    AlreadyTaken,
    Busy,
    DeskError,
    InvalidField,
    InvalidFields,
    MoveNotAllowed,
    NoSuchTicket,
    NotPublic,
    NotYourMail,
    NotYours,
    TechniciansOnly,
)
from desk.lifecycle import Move, State
from desk.ticket import reference
from locales.translator import Translator

SAFE = str.maketrans({"<": "‹", ">": "›"})  # reads the same in plain text and in markup


def refusal(
    error: DeskError | Busy, t: Translator, zone: str | None = None, *, in_form: bool = False
) -> str:
    """With `zone`, sentences about time say when, as the reader's clock shows it. `in_form`: the
    reader's own words still stand there."""
    match error:
        case InvalidField():
            return field_problem(error, t)
        case InvalidFields(faults):
            return " ".join(field_problem(fault, t) for fault in faults)
        case MoveNotAllowed():
            return _not_allowed(error, t, zone, in_form)
        case NotYours() if in_form and error.move is not Move.ANSWER:
            return f"{_elsewhere(error, t)} {_kept(t)}"
        case Busy():
            return trouble(t)
        case _:
            return REFUSALS[type(error)](error, t)


def _not_allowed(error: MoveNotAllowed, t: Translator, zone: str | None, in_form: bool) -> str:
    name = reference(error.ticket)
    said = {
        State.NEW: t("{reference} is new, and nobody holds it.", reference=name),
        State.ASSIGNED: t("{reference} is being worked on.", reference=name),
        State.PENDING: t("{reference} is on hold.", reference=name),
        State.RESOLVED: t("{reference} is resolved already.", reference=name),
        State.CLOSED: t("{reference} is closed already.", reference=name),
    }[error.state]
    if zone is not None:
        said += " " + t("(Since {date}.)", date=t.datetime(error.since, zone))
    if in_form:
        return f"{said} {_kept(t)}"
    return f"{said} {t('Nothing was changed; open the ticket to see where it stands.')}"


def _kept(t: Translator) -> str:
    return t("Nothing was sent or changed; your text is kept here.")


def _not_yours(error: NotYours, t: Translator) -> str:
    name = reference(error.ticket)
    if error.move is Move.ANSWER:
        return t("Only the person whom {reference} is for can answer it.", reference=name)
    return f"{_elsewhere(error, t)} {t('Only they can do this.')}"


def _elsewhere(error: NotYours, t: Translator) -> str:
    return t("{reference} is with another team.", reference=reference(error.ticket))


def _already_taken(error: AlreadyTaken, t: Translator) -> str:
    holder = one_line(error.holder, 100).translate(SAFE)
    name = reference(error.ticket)
    return t("{reference} is assigned to {name} already.", name=holder, reference=name)


def _already_sent(error: AlreadySent, t: Translator) -> str:
    return t("Too late: this reply is already on its way. You can write another one.")


def _no_such_ticket(error: NoSuchTicket, t: Translator) -> str:
    if error.ticket < 1:
        return t("This ticket does not exist, or it is not yours to see.")
    name = reference(error.ticket)
    return t("{reference} does not exist, or it is not yours to see.", reference=name)


def _technicians_only(error: TechniciansOnly, t: Translator) -> str:
    return t("Only technicians can do this. Your own requests are in the Home tab.")


def _administrators_only(error: AdministratorsOnly, t: Translator) -> str:
    return t("Only administrators of the desk can do this.")


def _not_your_mail(error: NotYourMail, t: Translator) -> str:
    return t("The team this mail came to decides about it, or an administrator.")


def _already_decided(error: AlreadyDecided, t: Translator) -> str:
    name = one_line(error.by, 100).translate(SAFE) or t("an administrator")
    if error.let_in:
        return t("{name} decided a moment ago: this mail is let in.", name=name)
    return t("{name} decided a moment ago: this mail is refused.", name=name)


def _not_public(error: NotPublic, t: Translator) -> str:
    return t("This is for technicians only. Nothing was sent.")


REFUSALS: dict[type[Any], Callable[[Any, Translator], str]] = {
    NotYours: _not_yours,
    AlreadyTaken: _already_taken,
    AlreadySent: _already_sent,
    NoSuchTicket: _no_such_ticket,
    TechniciansOnly: _technicians_only,
    AdministratorsOnly: _administrators_only,
    NotYourMail: _not_your_mail,
    AlreadyDecided: _already_decided,
    NotPublic: _not_public,
}


def field_problem(fault: InvalidField, t: Translator) -> str:
    """What is wrong with one field, to stand right below it."""
    match fault.problem:
        case "too_long":
            n = fault.limit or 0
            return t.plural("At most {n} character, please.", "At most {n} characters, please.", n)
        case "files_too_large":
            return t(
                "These files are {size} together; a mail takes {limit}. Choose fewer, or send a"
                " link.",
                size=file_size(fault.size or 0, t),
                limit=file_size(fault.limit or 0, t),
            )
        case "too_many_people":
            n = fault.limit or 0
            return t.plural("At most {n} person, please.", "At most {n} people, please.", n)
        case "too_many_files":
            n = fault.limit or 0
            return t.plural("At most {n} file, please.", "At most {n} files, please.", n)
        case problem:
            return _problems(t).get(problem) or t("This cannot be used. Please check it.")


def _problems(t: Translator) -> dict[str, str]:
    return {
        "blank": t("Please fill this in."),
        "not_an_address": t("This does not look like an e-mail address."),
        "address_taken": t("Somebody else has this address. Choose them as the requester."),
        "no_such_person": t("We do not know this person. Please choose somebody from the list."),
        "nobody_named": t("Please choose somebody, or type an address below."),
        "takes_part": t("This person is on the ticket already."),
        "no_such_entry": t("This does not belong to the choice above. Please choose again."),
        "entry_gone": t("This is no longer offered. Please choose something else."),
        "no_such_code": t("This code is no longer used. Please choose another one."),
        "no_such_team": t("This team no longer exists. Please choose another one."),
        "not_a_member": t("This person is not in the ticket’s team. Transfer the ticket first."),
        "same_team": t("The ticket is with this team already."),
        "no_such_ticket": t("There is no such ticket. References look like R-000042."),
        "same_ticket": t("A ticket cannot be its own duplicate."),
        "duplicate_of_this": t("That ticket is itself closed as a duplicate of this one."),
        "not_in_future": t("Please choose a day that is still to come."),
        "no_such_file": t("One of these files is no longer there. Please choose again."),
        "date_missing": t("Until when? Please choose a day."),
    }


def out_of_date(t: Translator) -> str:
    return t("This button is out of date. Open the ticket again and use the one you find there.")


def trouble(t: Translator) -> str:
    """Said where a command could not be taken, to clicks and forms alike; a form keeps its text."""
    return t("That did not work just now; please try again. Nothing you typed is lost.")
