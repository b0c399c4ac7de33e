import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mail.identity import MailIdentity

IDS = st.integers(min_value=0, max_value=2**35 - 1)
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def an_identity(secret: str = "one secret", **changes) -> MailIdentity:
    return MailIdentity("Support <support@desk.example>", secret, **changes)


@given(IDS, IDS)
def test_a_reply_address_tells_ticket_and_person(ticket, person):
    identity = an_identity()

    address = identity.reply_to(ticket, person)

    assert identity.read_token(address) == (ticket, person)


@given(IDS, IDS)
def test_a_reply_address_fits_every_mail_server(ticket, person):
    identity = MailIdentity("a-support-address-of-29-lette@desk.example", "one secret")

    local = identity.reply_to(ticket, person).partition("@")[0]

    assert len(local) <= 64
    assert local.replace("+", "").replace(".", "").replace("-", "").isalnum()


@pytest.mark.parametrize(
    "dress",
    [str.upper, str.title, "<{}>".format, " {} ".format],
    ids=["upper case", "mixed case", "angle brackets", "blanks"],
)
def test_a_token_is_read_however_a_server_writes_the_address(dress):
    identity = an_identity()

    assert identity.read_token(dress(identity.reply_to(42, 1))) == (42, 1)


def test_a_token_is_read_under_another_domain_of_the_same_mailbox():
    identity = an_identity()
    local = identity.reply_to(42, 1).partition("@")[0]

    assert identity.read_token(f"{local}@support.example.org") == (42, 1)


@given(IDS, IDS, st.data())
def test_a_tampered_token_is_no_token(ticket, person, data):
    identity = an_identity()
    token = identity.token(ticket, person)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(BASE32))
    assume(letter != token[place])

    forged = token[:place] + letter + token[place + 1 :]

    assert identity.read_token(f"support+t.{forged}@desk.example") is None


@given(st.text(BASE32, min_size=20, max_size=40))
def test_a_guessed_token_is_no_token(guess):
    assert an_identity().read_token(f"support+t.{guess}@desk.example") is None


@given(st.text())
def test_any_other_address_has_no_token(address):
    assert an_identity().read_token(address) is None


def test_a_token_of_another_desk_is_no_token_but_looks_like_one():
    foreign = an_identity("another secret").reply_to(42, 1)

    assert an_identity().read_token(foreign) is None
    assert an_identity().carries_token(foreign)


def test_a_replaced_secret_still_opens_old_mails_and_signs_no_new_ones():
    old = an_identity("old")
    new = an_identity("new", older_secrets=("old",))

    assert new.read_token(old.reply_to(42, 1)) == (42, 1)
    assert new.read_message_id(old.message_id(7, 42)) == 42
    assert old.read_token(new.reply_to(42, 1)) is None


@given(st.integers(1, 10**12), st.integers(1, 10**11))
def test_a_message_id_is_stable_and_tells_its_ticket(row, ticket):
    identity = an_identity()

    message_id = identity.message_id(row, ticket)

    assert message_id == identity.message_id(row, ticket)
    assert identity.read_message_id(message_id) == ticket
    assert identity.read_message_id(message_id.upper()) == ticket


def test_all_mails_of_a_ticket_hang_on_one_root():
    identity = an_identity()

    assert identity.read_message_id(identity.root_id(42)) == 42
    assert identity.root_id(42) not in (identity.root_id(43), identity.message_id(1, 42))


@pytest.mark.parametrize(
    ("found", "put"), [(".42.", ".43."), (".7.", ".8."), ("fd.42.7", "fd.42.root")]
)
def test_a_message_id_with_another_number_is_not_ours(found, put):
    identity = an_identity()
    message_id = identity.message_id(7, 42)

    assert identity.read_message_id(message_id.replace(found, put)) is None


def test_a_token_cannot_be_used_as_the_signature_of_a_message_id():
    identity = an_identity()
    token = identity.token(42, 1)[-16:]

    assert identity.read_message_id(f"<fd.42.1.{token}@desk.example>") is None


@pytest.mark.parametrize("address", ["", "support", "@desk.example", "a" * 30 + "@desk.example"])
def test_an_address_that_cannot_be_ours_is_refused_at_the_start(address):
    with pytest.raises(ValueError):
        MailIdentity(address, "one secret")


def test_an_empty_secret_is_refused_at_the_start():
    with pytest.raises(ValueError):
        an_identity("")


def test_our_own_address_is_known_with_and_without_a_token():
    identity = an_identity()

    assert identity.is_ours("Support@Desk.Example")
    assert identity.is_ours(identity.reply_to(42, 1))
    assert not identity.is_ours("support@elsewhere.example")


def test_the_secret_is_not_printed():
    assert "one secret" not in f"{an_identity()!r} {an_identity()}"


BOUNCING = MailIdentity("support@desk.example", "new", bounces="bounces@desk.example")


@given(st.integers(0, 2**35 - 1))
def test_a_mails_own_bounce_address_leads_back_to_its_row(row):
    sender = BOUNCING.envelope_sender(row)

    assert sender.startswith("bounces+b.")
    assert len(sender.rpartition("@")[0]) <= 64
    assert BOUNCING.read_bounce(f"<{sender.upper()}>") == row


def test_without_a_bounce_address_mails_come_back_to_us():
    assert MailIdentity("support@desk.example", "x").envelope_sender(7) == "support@desk.example"


def test_a_bounce_address_of_an_older_secret_is_still_read_and_a_forged_one_never():
    older = MailIdentity("support@desk.example", "old", bounces="bounces@desk.example")
    both = MailIdentity("support@desk.example", "new", older_secrets=("old",))
    sender = older.envelope_sender(7)

    assert both.read_bounce(sender) == 7
    assert BOUNCING.read_bounce(sender) is None
    assert both.read_bounce(sender.replace("+b.a", "+b.b").replace("+b.q", "+b.b")) is None
    assert both.read_token(sender) is None


def test_the_address_a_team_writes_from_is_ours_too():
    identity = an_identity(teams=("Network@Desk.Example", ""))

    assert identity.is_ours("network+t.abc@desk.example")
    assert not identity.is_ours("printers@desk.example")
    assert not identity.is_ours("")
