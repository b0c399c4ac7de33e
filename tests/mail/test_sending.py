import asyncio
from contextlib import asynccontextmanager

import pytest
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings
from hypothesis import given
from hypothesis import strategies as st

from mail import sending
from mail.sending import LeaseLost, Refused, SmtpCourier, Uncertain, Unreachable
from mail.smtp_url import SmtpServer
from tests.facts import mail_facts
from tests.mail.cases import Case
from tests.mail.smtp_server import DROP, HANG, NONSENSE, SmtpDouble
from tests.pseudo import PseudoTranslator

MAIL = Case(mail_facts()).mail(PseudoTranslator())


class Lease:
    """Notes when the courier asked for the right to send."""

    def __init__(self, server, granted=True):
        self.server, self.granted, self.asked_after = server, granted, None

    async def attempting(self):
        self.asked_after = list(self.server.stages)
        return self.granted


@asynccontextmanager
async def a_courier(server, **changes):
    """A courier that loses patience within a test's time."""
    times = {"connect": 0.3, "command": 0.3, "data": 0.3, "taking": 0.3, **changes}
    courier = SmtpCourier(server.url, "support@desk.example", **times)
    try:
        yield courier
    finally:
        await courier.close()


async def sent(server, to="paul@example.org", granted=True):
    """What sending one mail came to, and the lease that was asked for."""
    lease = Lease(server, granted)
    async with a_courier(server) as courier:
        try:
            result = await courier.send(MAIL, to, attempting=lease.attempting)
        except (Unreachable, Refused, Uncertain, LeaseLost) as fault:
            result = fault
    return result, lease


@given(st.text("\r\n.a").map(str.encode), st.booleans())
def test_lines_leave_as_smtp_wants_them(body, as_we_write_it):
    if as_we_write_it:
        body = body.replace(b"\r", b"").replace(b"\n", b"\r\n") + b"\r\n"

    leaves = sending._stuffed(body)

    assert leaves == PERIOD_REGEX.sub(b"..", normalize_message_line_endings(body))


async def test_a_mail_is_sent_from_our_address_to_one_person():
    async with SmtpDouble().running() as server:
        result, _ = await sent(server)

    assert result.reply == "2.0.0 queued as 4Z"
    assert server.seen[:3] == [
        "EHLO desk.example",
        "MAIL FROM:<support@desk.example>",
        "RCPT TO:<paul@example.org>",
    ]
    assert server.mails == [MAIL.as_bytes().replace(b"\r\n.", b"\r\n..") + b".\r\n"]


async def test_the_lease_is_confirmed_after_the_recipient_and_before_the_mail():
    async with SmtpDouble().running() as server:
        _, lease = await sent(server)

    assert lease.asked_after == ["EHLO", "MAIL", "RCPT"]
    assert server.stages[3:5] == ["DATA", "END"]


async def test_a_lost_lease_sends_nothing():
    async with SmtpDouble().running() as server:
        result, _ = await sent(server, granted=False)

    assert isinstance(result, LeaseLost)
    assert server.mails == []
    assert "RSET" in server.stages


@pytest.mark.parametrize("stage", ["CONNECT", "EHLO", "MAIL", "RCPT"])
@pytest.mark.parametrize("trouble", ["451 4.3.0 later", "421 4.3.2 closing", HANG, DROP, NONSENSE])
async def test_before_the_mail_any_trouble_but_a_refusal_is_tried_again(stage, trouble):
    async with SmtpDouble(**{stage: trouble, "HELO": trouble}).running() as server:
        result, lease = await sent(server)

    assert isinstance(result, Unreachable)
    assert lease.asked_after is None
    assert server.mails == []


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
async def test_a_refused_sender_or_recipient_is_final(stage):
    async with SmtpDouble(**{stage: "550 5.1.1 no such user"}).running() as server:
        result, lease = await sent(server)

    assert isinstance(result, Refused)
    assert (result.code, result.reason) == (550, "550 5.1.1 no such user")
    assert lease.asked_after is None


@pytest.mark.parametrize("stage", ["CONNECT", "EHLO"])
async def test_a_server_that_refuses_us_altogether_says_nothing_about_the_mail(stage):
    async with SmtpDouble(**{stage: "554 go away", "HELO": "554 go away"}).running() as server:
        result, _ = await sent(server)

    assert isinstance(result, Unreachable)


async def test_a_server_that_wants_a_login_first_says_nothing_about_the_mail():
    async with SmtpDouble(MAIL="530 5.7.0 Authentication required").running() as server:
        result, _ = await sent(server)

    assert isinstance(result, Unreachable)


@pytest.mark.parametrize("stage", ["DATA", "END"])
@pytest.mark.parametrize(
    ("reply", "kind"), [("452 4.2.2 full", Unreachable), ("554 5.7.1 spam", Refused)]
)
async def test_a_number_from_the_server_settles_what_became_of_the_mail(stage, reply, kind):
    async with SmtpDouble(**{stage: reply}).running() as server:
        result, lease = await sent(server)

    assert isinstance(result, kind)
    assert lease.asked_after is not None


@pytest.mark.parametrize("trouble", [HANG, DROP, NONSENSE, "299 odd", "250 2.1.5 rcpt ok"])
async def test_a_mail_that_the_server_did_not_ask_for_has_not_left(trouble):
    async with SmtpDouble(DATA=trouble).running() as server:
        result, _ = await sent(server)

    assert isinstance(result, Unreachable)
    assert server.mails == []


@pytest.mark.parametrize("trouble", [HANG, DROP, NONSENSE, "299 odd"])
async def test_without_a_number_it_is_uncertain_whether_the_mail_left(trouble):
    async with SmtpDouble(END=trouble).running() as server:
        result, lease = await sent(server)

    assert isinstance(result, Uncertain)
    assert lease.asked_after is not None


async def test_a_server_that_looks_long_at_a_mail_is_waited_for():
    class Scanning(SmtpDouble):
        async def _say(self, stage, reader, writer):
            if stage == "END":
                await asyncio.sleep(0.6)
            return await super()._say(stage, reader, writer)

    async with Scanning().running() as server, a_courier(server, taking=10.0) as courier:
        lease = Lease(server)
        result = await courier.send(MAIL, "paul@example.org", attempting=lease.attempting)

    assert result.reply == "2.0.0 queued as 4Z"


def test_a_whole_mail_may_be_looked_at_for_minutes_and_not_for_ever():
    assert 120 <= sending.TAKING <= 600


async def test_a_server_that_is_not_there_is_tried_again():
    async with SmtpDouble().running() as server:
        pass

    result, _ = await sent(server)

    assert isinstance(result, Unreachable)


async def test_a_failing_lease_sends_nothing_and_is_not_hidden():
    async def failing():
        raise LookupError("database gone")

    async with SmtpDouble().running() as server, a_courier(server) as courier:
        with pytest.raises(LookupError):
            await courier.send(MAIL, "paul@example.org", attempting=failing)

    assert server.mails == []


async def test_one_connection_carries_many_mails():
    async with SmtpDouble().running() as server, a_courier(server) as courier:
        lease = Lease(server)
        for _ in range(3):
            await courier.send(MAIL, "paul@example.org", attempting=lease.attempting)

    assert server.connections == 1
    assert len(server.mails) == 3


async def test_a_connection_that_the_server_closed_meanwhile_costs_no_mail():
    async with SmtpDouble().running() as server, a_courier(server) as courier:
        lease = Lease(server)
        await courier.send(MAIL, "paul@example.org", attempting=lease.attempting)
        server.drop_all()
        await courier.send(MAIL, "paul@example.org", attempting=lease.attempting)

    assert server.connections == 2
    assert len(server.mails) == 2


async def test_after_a_refusal_the_connection_serves_the_next_mail():
    async with SmtpDouble(RCPT="550 no").running() as server, a_courier(server) as courier:
        lease = Lease(server)
        with pytest.raises(Refused):
            await courier.send(MAIL, "gone@example.org", attempting=lease.attempting)
        server.replies["RCPT"] = "250 ok"
        await courier.send(MAIL, "paul@example.org", attempting=lease.attempting)

    assert server.connections == 1
    assert len(server.mails) == 1


async def test_a_hanging_server_holds_back_no_more_mails_than_there_are_connections():
    double = SmtpDouble(RCPT=HANG)
    async with double.running() as server, a_courier(server, connections=2) as courier:
        lease = Lease(server)
        sending = [
            courier.send(MAIL, "paul@example.org", attempting=lease.attempting) for _ in range(4)
        ]
        outcomes = await asyncio.gather(*sending, return_exceptions=True)

    assert all(isinstance(outcome, Unreachable) for outcome in outcomes)
    assert server.connections == 4


async def test_an_address_in_a_foreign_script_is_sent_where_the_server_can():
    async with SmtpDouble(EHLO="250-double\r\n250-8BITMIME\r\n250 SMTPUTF8").running() as server:
        result, _ = await sent(server, to="jürgen@example.org")

    assert result.reply
    assert "RCPT TO:<jürgen@example.org>" in server.seen
    assert server.seen[1].endswith("SMTPUTF8 BODY=8BITMIME")


async def test_an_address_in_a_foreign_script_is_refused_in_words_where_it_cannot():
    async with SmtpDouble().running() as server:
        result, lease = await sent(server, to="jürgen@example.org")

    assert isinstance(result, Refused)
    assert "SMTPUTF8" in result.reason
    assert lease.asked_after is None


async def test_an_address_cannot_smuggle_a_command():
    async with SmtpDouble().running() as server:
        result, _ = await sent(server, to="paul@example.org>\r\nDATA")

    assert isinstance(result, Refused)
    assert server.mails == []


async def test_a_refused_login_is_about_us_and_never_shows_the_password():
    replies = {"EHLO": "250-double\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 bad credentials"}
    async with SmtpDouble(**replies).running() as server:
        url = f"smtp://desk:s3cr%25t@127.0.0.1:{server.port}"
        courier = SmtpCourier(url, "support@desk.example")
        with pytest.raises(Unreachable) as fault:
            await courier.send(MAIL, "paul@example.org", attempting=Lease(server).attempting)
        await courier.close()

    assert "535" in fault.value.reason
    assert "s3cr" not in repr(fault.value) + repr(SmtpServer.read(url))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost", SmtpServer("localhost", 25, starttls=False)),
        ("smtp://mail.example:2525", SmtpServer("mail.example", 2525, starttls=None)),
        ("smtps://mail.example", SmtpServer("mail.example", 465, tls=True, starttls=False)),
        ("smtp+starttls://mail.example", SmtpServer("mail.example", 587, starttls=True)),
        ("smtp://m.example?starttls=required", SmtpServer("m.example", 25, starttls=True)),
        ("smtp://m.example?starttls=never", SmtpServer("m.example", 25, starttls=False)),
        ("smtps://m.example?verify=no", SmtpServer("m.example", 465, True, False, verify=False)),
        (
            "smtp://d%40desk:p%2Fw@mail.example:587",
            SmtpServer("mail.example", 587, starttls=True, username="d@desk", password="p/w"),
        ),
    ],
)
def test_an_smtp_url_says_where_and_how(url, expected):
    assert SmtpServer.read(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "http://x:pw@y", "smtp:///nowhere", "smtp://x?starttls=perhaps", "smtp://x?startls=never"],
)
def test_an_unusable_smtp_url_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError) as fault:
        SmtpServer.read(url)

    assert not url or url not in str(fault.value)
