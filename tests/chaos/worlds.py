"""Small worlds in which every promise was kept, made by hand: what the checker must find no fault
with, and what tests then spoil."""

from __future__ import annotations

import json
from typing import Any

from tests.chaos.check_slack import LEFT_BEHIND, NEW_ANSWER, STATES, TROUBLE
from tests.chaos.ledger import CLICKS, ENTRY_OF, SPOKEN, Fate, Ledger, Operation
from tests.chaos.seen import Letter, Post, Seen

Row = dict[str, Any]
SECRET = "zibeline"
PIERRE, PAUL = 1, 2
CHANNELS = {1: "C1", 2: "C2"}

# Which operations a ticket in each state takes here.
POSSIBLE = {
    "new": ("claim", "note", "reply", "hold", "resolve", "transfer", "answer"),
    "assigned": ("note", "reply", "hold", "resolve", "transfer", "answer"),
    "pending": ("note", "resume", "resolve"),
    "resolved": ("note", "reopen", "close"),
    "closed": ("note", "reopen"),
}


class Maker:
    """Does to its tables, channels and boxes what a faultless desk would."""

    def __init__(self) -> None:
        names = ("tickets", "entries", "cards", "messages", "mails", "outbox", "once")
        self.tables: dict[str, list[Row]] = {name: [] for name in names}
        self.tables["people"] = [
            {
                "id": PIERRE,
                "name": "Pierre Durand",
                "slack_id": "U1",
                "email": "pierre@x.example",
                "title": "",
            },
            {
                "id": PAUL,
                "name": "Paul Smith",
                "slack_id": "U2",
                "email": "paul@x.example",
                "title": "Clerk",
            },
        ]
        self.tables["teams"] = [{"id": n, "channel": c} for n, c in CHANNELS.items()]
        self.posts: list[Post] = []
        self.letters: list[Letter] = []
        self.ledger = Ledger(SECRET, titles={"U2": ["Trainee", "Clerk", "Manager"]})
        self.ledger.heard |= {("person", "U2", "Trainee"), ("person", "U2", "Clerk")}
        self._ts = 0

    def open(self) -> Row:
        operation = self._operation("open", None)
        ticket = self._add(
            "tickets",
            subject=f"Panne {operation.token}",
            requester_id=PAUL,
            team_id=1,
            assignee_id=None,
            state="new",
            new_answer=False,
            version=1,
        )
        entry = self._entry(ticket, "opened", operation.token, shown=False)
        self._card(ticket)
        self._mail(ticket, entry, f"[R-{ticket['id']:06d}] {ticket['subject']}")
        return ticket

    def do(self, ticket: Row, kind: str) -> None:
        operation = self._operation(kind, ticket["id"])
        if kind == "note":
            self._note(ticket, operation)
            return
        words = "" if kind in CLICKS else operation.token
        if kind not in CLICKS | {"reply", "resolve", "answer"}:
            words = f"{words} {SECRET}"
        ticket["version"] += 1
        ticket["new_answer"] = kind == "answer"
        self._change(ticket, kind)
        entry = self._entry(ticket, ENTRY_OF[kind], words, shown=True)
        if kind in ("reply", "resolve"):
            subject = f"[R-{ticket['id']:06d}] {ticket['subject']}"
            self._mail(ticket, entry, f"{subject}\n{operation.token}")

    def seen(self) -> Seen:
        for card in self.tables["cards"]:
            self._draw(card)
        return Seen(self.tables, self.posts, self.letters, {"paul": "home"})

    def _change(self, ticket: Row, kind: str) -> None:
        held = ticket["assignee_id"]
        match kind:
            case "claim":
                ticket.update(state="assigned", assignee_id=PIERRE)
            case "hold":
                ticket["state"] = "pending"
            case "resume" | "reopen":
                ticket["state"] = "assigned" if held else "new"
            case "resolve":
                ticket.update(state="resolved", assignee_id=held or PIERRE)
            case "close":
                ticket["state"] = "closed"
            case "transfer":
                team = 3 - ticket["team_id"]
                ticket.update(state="new", assignee_id=None, team_id=team)
                self._card(ticket)

    def _card(self, ticket: Row) -> None:
        for card in self.tables["cards"]:
            if card["ticket_id"] == ticket["id"]:
                card["active"] = False
        channel = CHANNELS[ticket["team_id"]]
        post = self._post(channel, None, "card")
        self._add(
            "cards",
            ticket_id=ticket["id"],
            team_id=ticket["team_id"],
            channel=channel,
            ts=post.ts,
            active=True,
        )
        row = self._row("OpenThread", ticket["id"])
        self._post(channel, post.ts, "Journal", row["id"])

    def _draw(self, card: Row) -> None:
        post = next(p for p in self.posts if (p.channel, p.ts) == (card["channel"], card["ts"]))
        ticket = self.tables["tickets"][card["ticket_id"] - 1]
        head = f"R-{ticket['id']:06d} · {ticket['subject']}"
        post.text = f"{head} · {STATES[ticket['state']]}"
        holder = "Pierre Durand" if ticket["assignee_id"] else ""
        news = NEW_ANSWER if ticket["new_answer"] else ""
        stuck = ("refused", "uncertain")
        troubled = any(
            row["state"] in stuck and row["ticket_id"] == ticket["id"]
            for row in self.tables["outbox"]
        )
        trouble = TROUBLE if troubled else ""
        post.shown = f"{post.text} {holder} {news} {trouble}"
        if not card["active"]:
            post.text = post.shown = f"{head} · {LEFT_BEHIND} →"

    def _note(self, ticket: Row, operation: Operation) -> None:
        card = next(c for c in reversed(self.tables["cards"]) if c["ticket_id"] == ticket["id"])
        text = f"{operation.token} {SECRET}"
        post = self._post(card["channel"], card["ts"], text, by_app=False)
        operation.place = (post.channel, post.ts)
        self.ledger.heard.add(("note", *operation.place))
        entry = self._entry(ticket, "note", text, shown=False)
        self._add("messages", entry_id=entry["id"], channel=post.channel, ts=post.ts, ours=False)

    def _entry(self, ticket: Row, kind: str, words: str, *, shown: bool) -> Row:
        entry = self._add(
            "entries",
            ticket_id=ticket["id"],
            kind=kind,
            words=words,
            facts="{}",
            by_id=PAUL if kind == "answer" else PIERRE,
            refers_to=None,
        )
        if shown:
            card = next(c for c in reversed(self.tables["cards"]) if c["ticket_id"] == ticket["id"])
            row = self._row("ShowEntry", ticket["id"])
            line = self._post(card["channel"], card["ts"], f"{kind} {words}", row["id"])
            place = {"channel": line.channel, "ts": line.ts}
            self._add("messages", entry_id=entry["id"], ours=True, **place)
        return entry

    def _mail(self, ticket: Row, entry: Row, text: str) -> None:
        row = self._row("SendMail", ticket["id"], entry_id=entry["id"], person_id=PAUL)
        self.letters.append(Letter("paul@x.example", f"<{row['id']}@x.example>", text, text))

    def _row(self, kind: str, ticket: int, **more: Any) -> Row:
        payload = json.dumps({"kind": kind, "ticket": ticket})
        values = {"entry_id": None, "person_id": None, **more}
        return self._add(
            "outbox", payload=payload, ticket_id=ticket, state="done", error="", **values
        )

    def _post(
        self,
        channel: str,
        thread: str | None,
        text: str,
        outbox: int | None = None,
        *,
        by_app: bool = True,
    ) -> Post:
        self._ts += 1
        post = Post(channel, f"{self._ts}.0", thread, by_app, text, text, outbox)
        self.posts.append(post)
        return post

    def _operation(self, kind: str, ticket: int | None) -> Operation:
        operation = self.ledger.begin(kind, "U1", ticket)
        operation.fate = Fate.UNHEARD if kind in SPOKEN else Fate.ACCEPTED
        return operation

    def _add(self, table: str, **values: Any) -> Row:
        row = {"id": len(self.tables[table]) + 1, **values}
        self.tables[table].append(row)
        return row
