import asyncio
from contextlib import asynccontextmanager

import pytest

from mail.listener import MailListener, Reply
from mail.reading import read_mail
from mail.sending import SmtpCourier
from tests.facts import mail_facts
from tests.mail.cases import Case
from tests.pseudo import PseudoTranslator

ANSWER = (
    b"From: Paul <paul@example.org>\r\nTo: support@desk.example\r\n"
    b"Message-ID: <1@example.org>\r\n\r\nIt is the LX-9.\r\n..and a dot\r\n"
)


@asynccontextmanager
async def a_listener(handle, protocol="smtp", **changes):
    listener = MailListener("127.0.0.1", 0, protocol, handle=handle, **changes)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop()


class Inbox:
    """Takes mails in with one verdict."""

    def __init__(self, verdict=Reply.ACCEPTED):
        self.verdict, self.mails = verdict, []

    async def take(self, raw, to, sender):
        self.mails.append(read_mail(raw, to, sender))
        return self.verdict


class Client:
    """Speaks line by line, so that a test sees each reply."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    @asynccontextmanager
    async def connected(cls, listener, hello="EHLO"):
        client = cls(*await asyncio.open_connection("127.0.0.1", listener.port))
        try:
            await client.reply()
            client.features = await client.say(f"{hello} client.example")
            yield client
        finally:
            client.writer.close()

    async def say(self, line):
        self.writer.write(line.encode() + b"\r\n")
        return await self.reply()

    async def reply(self):
        lines = []
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 2)).decode().rstrip("\r\n")
            lines.append(line)
            if line[3:4] != "-":
                return "\n".join(lines)

    async def send(self, *recipients, sender="paul@example.org", data=ANSWER):
        """The first reply after the mail."""
        await self.say(f"MAIL FROM:<{sender}>")
        for recipient in recipients:
            assert (await self.say(f"RCPT TO:<{recipient}>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")
        self.writer.write(data + b".\r\n")
        return await self.reply()


async def test_a_mail_is_handed_over_read_with_its_envelope():
    inbox = Inbox()
    async with a_listener(inbox.take) as listener, Client.connected(listener) as client:
        reply = await client.send("support+t.abc@desk.example", "support@desk.example")

    (mail,) = inbox.mails
    assert reply == "250 2.0.0 Received"
    assert mail.to == ("support+t.abc@desk.example", "support@desk.example")
    assert mail.envelope_from == "paul@example.org"
    assert mail.reply_text == "It is the LX-9.\n.and a dot"


@pytest.mark.parametrize("verdict", Reply)
async def test_the_sender_hears_the_verdict(verdict):
    async with (
        a_listener(Inbox(verdict).take) as listener,
        Client.connected(listener) as client,
    ):
        reply = await client.send("support@desk.example")

    assert reply == verdict.value
    assert verdict.value.isascii()
    assert len(verdict.value) <= 500


async def test_nothing_is_confirmed_before_it_is_kept():
    kept = asyncio.Event()

    async def slow(*mail):
        await kept.wait()
        return Reply.ACCEPTED

    async with a_listener(slow) as listener, Client.connected(listener) as client:
        sending = asyncio.create_task(client.send("support@desk.example"))
        await asyncio.sleep(0.1)
        early = sending.done()
        kept.set()
        reply = await sending

    assert not early
    assert reply.startswith("250")


async def test_a_failure_of_ours_keeps_the_mail_with_its_sender():
    async def failing(*mail):
        raise LookupError("a secret detail")

    async with a_listener(failing) as listener, Client.connected(listener) as client:
        reply = await client.send("support@desk.example")

    assert reply == Reply.TRY_LATER.value


async def test_a_client_that_hangs_up_does_not_stop_a_mail_half_taken_in():
    begun, finished = asyncio.Event(), asyncio.Event()

    async def slow(*mail):
        begun.set()
        await asyncio.sleep(0.1)
        finished.set()
        return Reply.ACCEPTED

    async with a_listener(slow) as listener:
        async with Client.connected(listener) as client:
            sending = asyncio.create_task(client.send("support@desk.example"))
            await asyncio.wait_for(begun.wait(), 2)
            client.writer.close()
        await asyncio.wait_for(finished.wait(), 2)
        sending.cancel()

    assert finished.is_set()


async def test_a_stop_waits_for_the_mail_being_taken_in():
    begun, finished = asyncio.Event(), asyncio.Event()

    async def slow(*mail):
        begun.set()
        await asyncio.sleep(0.1)
        finished.set()
        return Reply.ACCEPTED

    async with a_listener(slow) as listener, Client.connected(listener) as client:
        sending = asyncio.create_task(client.send("support@desk.example"))
        await asyncio.wait_for(begun.wait(), 2)
        await listener.stop()
        sending.cancel()

    assert finished.is_set()


async def test_lmtp_answers_once_for_each_recipient():
    inbox = Inbox()
    async with (
        a_listener(inbox.take, "lmtp") as listener,
        Client.connected(listener, "LHLO") as client,
    ):
        first = await client.send("a@desk.example", "b@desk.example", "c@desk.example")
        others = [await client.reply(), await client.reply()]
        after = await client.say("NOOP")

    assert [first, *others] == [Reply.ACCEPTED.value] * 3
    assert after.startswith("250")
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("protocol", "hello", "owed"),
    [("lmtp", "LHLO", ["250 2.0.0", "550 5.7.1", "250 2.0.0"]), ("smtp", "EHLO", ["250 2.0.0"])],
)
async def test_recipients_may_be_treated_differently(protocol, hello, owed):
    inbox = Inbox((Reply.ACCEPTED, Reply.UNKNOWN_SENDER, Reply.ACCEPTED))
    async with (
        a_listener(inbox.take, protocol) as listener,
        Client.connected(listener, hello) as client,
    ):
        replies = [await client.send("a@desk.example", "b@desk.example", "c@desk.example")]
        replies += [await client.reply() for _ in owed[1:]]
        after = await client.say("NOOP")

    assert [reply[:9] for reply in replies] == owed
    assert after.startswith("250")


async def test_over_smtp_nobody_is_refused_while_somebody_else_must_come_again():
    inbox = Inbox((Reply.UNKNOWN_SENDER, Reply.TRY_LATER))
    async with a_listener(inbox.take) as listener, Client.connected(listener) as client:
        reply = await client.send("a@desk.example", "b@desk.example")

    assert reply == Reply.TRY_LATER.value


@pytest.mark.parametrize(("protocol", "hello", "owed"), [("smtp", "EHLO", 1), ("lmtp", "LHLO", 2)])
async def test_a_mail_beyond_the_announced_size_is_refused(protocol, hello, owed):
    inbox = Inbox()
    async with (
        a_listener(inbox.take, protocol, max_bytes=1_000) as listener,
        Client.connected(listener, hello) as client,
    ):
        big = ANSWER + (b"y" * 78 + b"\r\n") * 20
        replies = [await client.send("a@desk.example", "b@desk.example", data=big)]
        replies += [await client.reply() for _ in range(owed - 1)]
        after = await client.say("NOOP")

    assert "SIZE 1000" in client.features
    assert [reply[:3] for reply in replies] == ["552"] * owed
    assert after.startswith("250")
    assert inbox.mails == []


async def test_lines_longer_than_the_standard_allows_are_taken():
    inbox = Inbox()
    async with a_listener(inbox.take) as listener, Client.connected(listener) as client:
        reply = await client.send("support@desk.example", data=ANSWER + b"x" * 50_000 + b"\r\n")

    assert reply.startswith("250")
    assert inbox.mails[0].text.endswith("x" * 100)


async def test_a_bounce_comes_from_nobody():
    inbox = Inbox()
    async with a_listener(inbox.take) as listener, Client.connected(listener) as client:
        await client.send("support@desk.example", sender="")

    assert inbox.mails[0].envelope_from == "<>"
    assert "null-sender" in inbox.mails[0].automatic_reasons


async def test_our_courier_and_our_listener_understand_each_other():
    inbox = Inbox()
    mail = Case(mail_facts()).mail(PseudoTranslator())

    async def granted():
        return True

    async with a_listener(inbox.take) as listener:
        courier = SmtpCourier(f"smtp://127.0.0.1:{listener.port}", "support@desk.example")
        await courier.send(mail, "zoë@example.org", attempting=granted)
        await courier.close()

    assert inbox.mails[0].message_id == mail["Message-ID"]
    assert inbox.mails[0].to[0] == "zoë@example.org"


async def test_a_taken_port_is_said_at_the_start():
    async with a_listener(Inbox().take) as listener:
        with pytest.raises(OSError, match="address already in use"):
            await MailListener("127.0.0.1", listener.port, handle=Inbox().take).start()
