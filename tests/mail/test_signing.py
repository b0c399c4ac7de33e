"""Signatures that other servers can check, with a key that nobody sees."""

from __future__ import annotations

import base64
import shutil
import subprocess

import dkim
import pytest

from mail.sending import SmtpCourier
from mail.signing import DkimSigner
from mail.wire import as_bytes
from tests.facts import a_public_entry, mail_facts
from tests.mail.cases import STEPS, Case
from tests.mail.smtp_server import SmtpDouble
from tests.pseudo import PseudoTranslator

MAIL = Case(mail_facts(subject="Füße — 名前", entry=a_public_entry(words=STEPS))).mail(
    PseudoTranslator()
)
OPENSSL = shutil.which("openssl")
# For tests only: a key that signs nothing anywhere.
WEAK_BITS = 1024


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("dkim") / "key.pem"
    assert OPENSSL
    subprocess.run([OPENSSL, "genrsa", "-out", path, str(WEAK_BITS)], check=True)
    return path.read_bytes()


@pytest.fixture(scope="module")
def published(key: bytes):
    """What a server finds in the DNS."""
    assert OPENSSL
    command = [OPENSSL, "rsa", "-pubout", "-outform", "DER"]
    public = subprocess.run(command, input=key, capture_output=True, check=True).stdout
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    return lambda name, timeout=5: record if name == b"desk._domainkey.desk.example." else None


def test_a_signature_is_found_good(key, published):
    signed = DkimSigner(key, "desk", "Desk.example").signed(as_bytes(MAIL))

    assert dkim.verify(signed, dnsfunc=published, minkey=WEAK_BITS)
    assert signed.endswith(as_bytes(MAIL))


@pytest.mark.parametrize(
    ("mine", "theirs"), [(b"Subject: ", b"Subject: x"), (b"worn", b"torn"), (b"Date: ", b"Date: x")]
)
def test_a_changed_mail_is_found_out(key, published, mine, theirs):
    mail = b"From: a@desk.example\r\nSubject: s\r\nDate: today\r\n\r\nworn\r\n"
    signed = DkimSigner(key, "desk", "desk.example").signed(mail)

    assert not dkim.verify(signed.replace(mine, theirs), dnsfunc=published, minkey=WEAK_BITS)


async def test_what_leaves_is_signed(key, published):
    signer = DkimSigner(key, "desk", "desk.example")

    async def attempting() -> bool:
        return True

    async with SmtpDouble().running() as server:
        courier = SmtpCourier(server.url, "support@desk.example", sign=signer.signed)
        await courier.send(MAIL, "paul@example.org", attempting=attempting)
        await courier.close()

    (arrived,) = server.mails
    mail = arrived.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    assert dkim.verify(mail, dnsfunc=published, minkey=WEAK_BITS)


@pytest.mark.parametrize(
    ("selector", "domain"), [("", "x.example"), ("a b", "x.example"), ("desk", "x\r\ny"), ("a", "")]
)
def test_a_selector_or_domain_that_is_no_name_is_declined(key, selector, domain):
    with pytest.raises(ValueError):
        DkimSigner(key, selector, domain)


def test_a_key_that_is_none_is_declined_without_being_shown(key, tmp_path):
    spoiled = key.replace(b"MII", b"XII", 1)

    with pytest.raises(ValueError) as fault:
        DkimSigner(spoiled, "desk", "desk.example")
    with pytest.raises(ValueError, match="cannot be read"):
        DkimSigner.read(tmp_path / "none.pem", "desk", "desk.example")

    assert spoiled.splitlines()[1].decode() not in repr(fault.getrepr(chain=True))
    assert "BEGIN" not in repr(DkimSigner(key, "desk", "desk.example"))
