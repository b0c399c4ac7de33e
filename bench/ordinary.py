"""The build that a good developer makes in a week: Bolt as its tutorial shows it, and an ORM.

The same form, the same rows, the same two posts and mail, acknowledged after the commit. The ORM
works in threads, which on SQLite is quicker than its asyncio variant.
"""

from __future__ import annotations

import asyncio
import os
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.double import address_of
from bench.payloads import SECRET
from blocks.ids import Action, Field, Form

CHANNEL = "CBENCH00"
TOKEN = "xoxb-bench"  # noqa: S105 - of the double


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    slack_id: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    requests: Mapped[int] = mapped_column(default=0)


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    description: Mapped[str]
    requester_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[str] = mapped_column(default="new", index=True)
    impact: Mapped[str] = mapped_column(default="person")
    urgency: Mapped[str] = mapped_column(default="medium")
    family: Mapped[str]
    service: Mapped[str]
    channel: Mapped[str | None]
    ts: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    requester: Mapped[Person] = relationship(foreign_keys=[requester_id])
    entries: Mapped[list[Entry]] = relationship(back_populates="ticket")
    wishes: Mapped[list[Wish]] = relationship(back_populates="ticket")


class Entry(Base):
    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    words: Mapped[str]
    at: Mapped[datetime]
    ticket: Mapped[Ticket] = relationship(back_populates="entries")


class Wish(Base):
    """What the world was to see: kept, so that the rows are those of the others."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str]
    done: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    ticket: Mapped[Ticket] = relationship(back_populates="wishes")


class Once(Base):
    __tablename__ = "once"
    key: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]


class Ordinary:
    def __init__(self, database: str, slack: str, smtp_port: int) -> None:
        driver = database.replace("postgresql://", "postgresql+psycopg://")
        self._engine = create_engine(driver)
        Base.metadata.create_all(self._engine)
        self._smtp_port = smtp_port
        self.app = AsyncApp(token=TOKEN, signing_secret=SECRET)
        self.app.client.base_url = slack
        self.app.view(Form.TICKET_NEW)(self.on_created)
        self.app.action(Action.TICKET_ASSIGN)(self.on_claim)
        self.app.action(Action.INPUT)(self.on_input)

    async def on_input(self, ack: Any) -> None:
        await ack()

    async def on_created(self, ack: Any, view: dict[str, Any], body: Any, client: Any) -> None:
        values = view["state"]["values"]
        number, address, subject = await asyncio.to_thread(
            self._create, view["id"], body["user"]["id"], values
        )
        await ack(response_action="update", view=_created(number))
        card = await client.chat_postMessage(channel=CHANNEL, text=subject, blocks=_card(subject))
        await client.chat_postMessage(
            channel=CHANNEL, text="For the team only", thread_ts=card["ts"]
        )
        await asyncio.to_thread(self._shown, number, card["ts"])
        await asyncio.to_thread(self._mail, address, subject)

    async def on_claim(self, ack: Any, body: Any, action: Any, client: Any) -> None:
        subject, ts = await asyncio.to_thread(self._claim, int(action["value"]), body["user"]["id"])
        await ack()
        await client.chat_update(channel=CHANNEL, ts=ts, text=subject, blocks=_card(subject))
        await client.chat_postMessage(channel=CHANNEL, text="Assigned", thread_ts=ts)

    def _create(self, view: str, by: str, values: Any) -> tuple[int, str, str]:
        now = datetime.now(UTC)
        with Session(self._engine) as session, session.begin():
            author = _person(session, by)
            requester = _person(session, _option(values, Field.REQUESTER, Action.FORM_REQUESTER))
            requester.requests += 1
            ticket = Ticket(
                subject=values[Field.SUBJECT][Action.INPUT]["value"],
                description=values[Field.DESCRIPTION][Action.INPUT]["value"],
                requester=requester,
                family=_option(values, Field.FAMILY, Action.FORM_FAMILY),
                service=_option(values, f"{Field.SERVICE}#1", Action.FORM_SERVICE),
                created_at=now,
                changed_at=now,
            )
            session.add(ticket)
            session.flush()
            ticket.entries.append(
                Entry(kind="opened", by_id=author.id, words=ticket.description, at=now)
            )
            ticket.wishes += [Wish(kind=kind, at=now) for kind in ("card", "thread", "mail")]
            session.add(Once(key=f"view:{view}", ticket_id=ticket.id))
            return ticket.id, requester.email, ticket.subject

    def _claim(self, number: int, by: str) -> tuple[str, str | None]:
        now = datetime.now(UTC)
        with Session(self._engine) as session, session.begin():
            ticket = session.get_one(Ticket, number)
            ticket.assignee_id = _person(session, by).id
            ticket.state, ticket.changed_at = "assigned", now
            ticket.entries.append(
                Entry(kind="assigned", by_id=ticket.assignee_id, words="", at=now)
            )
            return ticket.subject, ticket.ts

    def _shown(self, number: int, ts: str) -> None:
        with Session(self._engine) as session, session.begin():
            ticket = session.get_one(Ticket, number)
            ticket.channel, ticket.ts = CHANNEL, ts
            for wish in ticket.wishes:
                wish.done = True

    def _mail(self, address: str, subject: str) -> None:
        message = EmailMessage()
        message["From"], message["To"] = "support@bench.example", address
        message["Subject"] = subject
        message.set_content(f"We have received your request: {subject}")
        with smtplib.SMTP("127.0.0.1", self._smtp_port) as smtp:
            smtp.send_message(message)


def _person(session: Session, slack_id: str) -> Person:
    person = session.scalars(select(Person).where(Person.slack_id == slack_id)).one_or_none()
    if person is None:
        person = Person(slack_id=slack_id, email=address_of(slack_id), requests=0)
        session.add(person)
        session.flush()
    return person


def _option(values: Any, block: str, action: str) -> str:
    return str(values[block][action]["selected_option"]["value"])


def _card(subject: str) -> list[dict[str, Any]]:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": f"*{subject}*\n" * 3}}
    return [section] * 4


def _created(number: int) -> dict[str, Any]:
    text = {"type": "mrkdwn", "text": f"Ticket {number} was created."}
    title = {"type": "plain_text", "text": "Ticket created"}
    return {"type": "modal", "title": title, "blocks": [{"type": "section", "text": text}]}


def main() -> None:
    ordinary = Ordinary(
        os.environ["BENCH_DATABASE"], os.environ["BENCH_SLACK"], int(os.environ["BENCH_SMTP"])
    )
    handler = AsyncSlackRequestHandler(ordinary.app)

    async def door(request: Request) -> Response:
        return await handler.handle(request)

    app = Starlette(routes=[Route("/slack/events", door, methods=["POST"])])
    uvicorn.run(app, port=int(os.environ["BENCH_PORT"]), log_config=None, access_log=False)


if __name__ == "__main__":
    main()
