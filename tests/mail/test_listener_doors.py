"""The door for mail when it is encrypted, crowded, or talked at."""

import asyncio
import ssl
from pathlib import Path

import pytest
import uvloop

from mail import listener as listening
from mail.listener import Reply
from tests.mail.test_listener import ANSWER, Client, Inbox, a_listener


@pytest.fixture
def certificate():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(__file__).parent / "localhost.pem")  # trusted by nobody
    return context


def trusting():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_mail_comes_in_over_starttls_and_nothing_before_it(certificate, loop):
    async def play():
        inbox = Inbox()
        async with (
            a_listener(inbox.take, tls="required", certificate=certificate) as listener,
            Client.connected(listener) as client,
        ):
            bare = await client.say("MAIL FROM:<paul@example.org>")
            assert (await client.say("STARTTLS")).startswith("220")
            await client.writer.start_tls(trusting())
            again = await client.say("EHLO client.example")
            return bare, client.features, again, await client.send("support@desk.example")

    with asyncio.Runner(loop_factory=loop) as runner:
        bare, before, after, reply = runner.run(play())

    assert bare.startswith("530")
    assert "STARTTLS" in before
    assert "STARTTLS" not in after
    assert reply == Reply.ACCEPTED.value


async def test_lmtp_may_insist_on_starttls(certificate):
    inbox = Inbox()
    async with a_listener(inbox.take, "lmtp", tls="required", certificate=certificate) as listener:
        client = Client(*await asyncio.open_connection("127.0.0.1", listener.port))
        await client.reply()
        hello = await client.say("LHLO client.example")
        bare = await client.say("MAIL FROM:<paul@example.org>")
        await client.say("STARTTLS")
        await client.writer.start_tls(trusting())
        await client.say("LHLO client.example")
        reply = await client.send("support@desk.example")
        client.writer.close()

    assert hello.startswith("250")
    assert bare.startswith("530")
    assert reply == Reply.ACCEPTED.value


async def test_a_door_may_be_encrypted_from_the_start(certificate):
    inbox = Inbox()
    async with a_listener(inbox.take, "lmtp", tls="implicit", certificate=certificate) as listener:
        streams = await asyncio.open_connection("127.0.0.1", listener.port, ssl=trusting())
        client = Client(*streams)
        await client.reply()
        await client.say("LHLO client.example")
        reply = await client.send("support@desk.example")
        client.writer.close()

    assert reply == Reply.ACCEPTED.value


async def test_commands_may_come_all_at_once():
    inbox = Inbox()
    async with a_listener(inbox.take) as listener, Client.connected(listener) as client:
        client.writer.write(
            b"MAIL FROM:<paul@example.org> BODY=8BITMIME SMTPUTF8\r\n"
            b"RCPT TO:<support@desk.example>\r\nDATA\r\n" + ANSWER + b".\r\nNOOP\r\n"
        )
        replies = [await client.reply() for _ in range(5)]

    assert "PIPELINING" in client.features
    assert "8BITMIME" in client.features
    assert [reply[:3] for reply in replies] == ["250", "250", "354", "250", "250"]


async def test_one_connection_too_many_is_asked_to_come_back(monkeypatch):
    monkeypatch.setattr(listening, "_CONNECTIONS", 1)
    async with a_listener(Inbox().take) as listener, Client.connected(listener):
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        said = await reader.read()
        writer.close()

    assert said.startswith(b"421")


async def test_too_many_recipients_are_asked_for_in_another_mail(monkeypatch):
    monkeypatch.setattr(listening, "_RECIPIENTS", 1)
    async with a_listener(Inbox().take) as listener, Client.connected(listener) as client:
        await client.say("MAIL FROM:<paul@example.org>")
        first = await client.say("RCPT TO:<a@desk.example>")
        second = await client.say("RCPT TO:<b@desk.example>")

    assert (first[:3], second[:3]) == ("250", "452")


async def test_who_only_talks_is_let_go(monkeypatch):
    monkeypatch.setitem(listening._IDLE_CHATTER, "NOOP", 3)
    async with a_listener(Inbox().take) as listener, Client.connected(listener) as client:
        replies = [await client.say("NOOP") for _ in range(4)]

    assert [reply[:3] for reply in replies] == ["250", "250", "250", "421"]
