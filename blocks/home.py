"""App Home: a technician's queue, a requester's requests."""

from __future__ import annotations

from collections.abc import Iterable

from blocks.card import headline, offered, people_line
from blocks.elements import actions, button, context, divider, heading, section
from blocks.ids import Action, Form
from blocks.mail_queue import queue_button
from blocks.message import Block, View
from blocks.text import age, inline, name_of, when
from blocks.vocabulary import ANSWERED, for_requester, move, priority, situation
from desk.answers import RequesterHome, RequesterLine, TechnicianHome, TicketFacts
from desk.lifecycle import Move, State
from desk.ports import Extent, Tab
from locales.translator import Translator

SUBJECT, NAME = 100, 50  # characters shown in a list, where a page of rows must fit into one view
MANY = 1000  # counts stop here

TABS: dict[Tab, Action] = {
    Tab.TEAMS: Action.HOME_TEAMS,
    Tab.MINE: Action.HOME_MINE,
    Tab.SOLVED: Action.HOME_SOLVED,
}


def technician_home(facts: TechnicianHome, t: Translator) -> View:
    return _home(
        facts.tab,
        facts.page,
        [
            heading(t("Welcome, {name}", name=name_of(facts.viewer))),
            *actions(
                [
                    button(t("New ticket"), Action.HOME_NEW, "new", "primary"),
                    button(t("Find a ticket"), Action.HOME_FIND, "find"),
                    button(t("My signature"), Action.HOME_SIGNATURE, "signature"),
                    *([queue_button(facts.mails, t)] if facts.mails is not None else []),
                ]
            ),
            *actions(_tabs(facts, t)),
            divider(),
            *(_rows(facts, t) if facts.rows else [section(_empty(facts.tab, t))]),
            *_pager(facts.page, facts.tab, t),
            *_own(facts.own, t),
        ],
    )


def _tabs(facts: TechnicianHome, t: Translator) -> Iterable[Block]:
    for tab, action in TABS.items():
        mark = "●" if tab is facts.tab else "○"
        count = facts.counts.get(tab, 0)
        shown = f"{MANY}+" if count >= MANY else str(count)
        yield button(f"{mark} {_tab_name(tab, t)} ({shown})", action, f"{tab}:0")


def _tab_name(tab: Tab, t: Translator) -> str:
    return {
        Tab.TEAMS: t("Assigned to my teams"),
        Tab.MINE: t("Mine"),
        Tab.SOLVED: t("Recently resolved"),
    }[tab]


def _empty(tab: Tab, t: Translator) -> str:
    return {
        Tab.TEAMS: t("Nothing is waiting for your teams. Enjoy the quiet."),
        Tab.MINE: t(
            "No ticket is assigned to you. “Assigned to my teams” shows what waits for somebody."
        ),
        Tab.SOLVED: t("Nothing has been resolved lately."),
    }[tab]


def _rows(facts: TechnicianHome, t: Translator) -> list[Block]:
    """The queue of teams is grouped by team, in the order of the desk; other tabs are one list."""
    if facts.tab is not Tab.TEAMS:
        return [block for row in facts.rows for block in _row(row, facts, t)]
    order = {team.id: place for place, team in enumerate(facts.teams)}
    teams = {row.team.id: row.team for row in facts.rows}
    blocks: list[Block] = []
    for team in sorted(teams.values(), key=lambda team: order.get(team.id, len(order))):
        blocks.append(section(f"*{inline(team.label.of(t.language))}*"))
        for row in facts.rows:
            if row.team.id == team.id:
                blocks += _row(row, facts, t)
    return blocks


def _row(row: TicketFacts, facts: TechnicianHome, t: Translator) -> list[Block]:
    """Two buttons below what nobody holds; one at the side of everything else."""
    ticket = row.ticket
    open_it = button(t("Open"), Action.TICKET_OPEN, ticket.id)
    text = f"{headline(row, SUBJECT)}\n{_details(row, facts.tab, t)}"
    if Move.ASSIGN in offered(ticket, facts.moves.get(ticket.id, ())):
        take = button(move(Move.ASSIGN, t), Action.TICKET_ASSIGN, ticket.id)
        return [section(text), *actions([take, open_it])]
    return [section(text, open_it)]


def _details(row: TicketFacts, tab: Tab, t: Translator) -> str:
    ticket = row.ticket
    parts = [situation(row, t)]
    if ticket.new_answer:
        parts.append(f"{ANSWERED} *{t('New answer')}*")
    if tab is not Tab.SOLVED:
        parts.append(priority(ticket.priority, t))
    since = ticket.state_since if tab is Tab.SOLVED else ticket.created_at
    parts += [people_line(row, t, NAME), age(since)]
    return " · ".join(parts)


def _pager(page: Extent, tab: Tab, t: Translator) -> list[Block]:
    if page.pages == 1:
        return []
    buttons = []
    if page.number > 0:
        buttons.append(button(t("‹ Previous"), Action.HOME_PREVIOUS, f"{tab}:{page.number - 1}"))
    if page.number + 1 < page.pages:
        buttons.append(button(t("Next ›"), Action.HOME_NEXT, f"{tab}:{page.number + 1}"))
    where = t("Page {page} of {pages}", page=page.number + 1, pages=page.pages)
    return [context(where), *actions(buttons)]


def _own(lines: tuple[RequesterLine, ...], t: Translator) -> list[Block]:
    if not lines:
        return []
    head = section(f"*{t('Requests of your own')}*")
    return [divider(), head, *(request_line(line, t) for line in lines)]


def requester_home(facts: RequesterHome, t: Translator) -> View:
    empty = t("You have no request yet. When something does not work, tell us here.")
    return _home(
        Tab.MINE,
        facts.page,
        [
            heading(t("Welcome, {name}", name=name_of(facts.viewer))),
            *actions(_requesters_buttons(facts, t)),
            divider(),
            *([request_line(line, t) for line in facts.rows] if facts.rows else [section(empty)]),
            *_pager(facts.page, Tab.MINE, t),
        ],
    )


def _requesters_buttons(facts: RequesterHome, t: Translator) -> Iterable[Block]:
    """Who sees all their requests at once needs no search."""
    yield button(t("New request"), Action.HOME_NEW, "new", "primary")
    if facts.page.pages > 1:
        yield button(t("Find a request"), Action.HOME_FIND, "find")


def request_line(line: RequesterLine, t: Translator) -> Block:
    """A request as its requester sees it in a list."""
    title = f"*{line.reference} · {inline(line.subject, SUBJECT)}*"
    is_over = line.state in (State.RESOLVED, State.CLOSED)
    at = when(line.state_since) if is_over else t("sent {date}", date=when(line.created_at))
    text = f"{title}\n{for_requester(line, t)} · {at}"
    return section(text, button(t("Open"), Action.TICKET_OPEN, line.id))


def _home(tab: Tab, page: Extent, blocks: list[Block]) -> View:
    """It remembers its place, so that it can be drawn again where it was."""
    return {
        "type": "home",
        "callback_id": Form.HOME.value,
        "private_metadata": f"{tab}:{page.number}",
        "blocks": blocks,
    }
