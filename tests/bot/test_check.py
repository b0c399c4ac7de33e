"""What `frontdesk check` says of templates, keys, addresses, files, and the mail server."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections import namedtuple
from pathlib import Path
from typing import Any

import dns.resolver
import pytest

from bot import check, check_mail
from bot.check_mail import (
    Fact,
    check_bounces,
    check_certificate,
    check_dkim,
    check_files,
    check_sender,
    check_templates,
    txt_records,
)
from bot.config import Settings, read_settings
from bot.files import FileStore
from desk.effects import Message
from mail.identity import MailIdentity
from mail.templating import FOLDER

OPENSSL = shutil.which("openssl")
PLACE = "desk._domainkey.example.org"


@pytest.fixture
def settings_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)

    def made(**changes: Any) -> Settings:
        needed = {
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
            "MAIL_FROM": "Support <support@example.org>",
        }
        return read_settings(**(needed | changes))

    return made


def only(facts: list[Fact]) -> Fact:
    (fact,) = facts
    return fact


# Templates


async def test_templates_of_our_own_are_fine(settings_with: Any) -> None:
    assert await check_templates(settings_with()) == [(True, "mail templates: ours")]


async def test_templates_that_hold_are_counted(settings_with: Any, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(FOLDER, own)

    good, words = only(await check_templates(settings_with(FRONTDESK_TEMPLATES=own)))

    assert good
    assert "12 of your own" in words


@pytest.mark.parametrize("message", Message)
@pytest.mark.parametrize("name", ["body.txt", "body.fr.txt", "subject.txt", "body.html"])
async def test_a_template_that_breaks_off_is_named_with_its_line(
    settings_with: Any, tmp_path: Path, message: Message, name: str
) -> None:
    broken = tmp_path / message / name
    broken.parent.mkdir()
    broken.write_text("one\n{{ nobody }}")

    facts = await check_templates(settings_with(FRONTDESK_TEMPLATES=tmp_path))

    good, words = only(facts)
    assert not good
    assert words.startswith(f"mail template {broken}:2: 'nobody' is undefined")


async def test_of_a_mail_with_several_broken_templates_each_is_named(
    settings_with: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "reply"
    folder.mkdir()
    (folder / "subject.txt").write_text("{% if %}")
    (folder / "body.txt").write_text("\n\n{{ x | nothing }}")
    (folder / "body.html").write_bytes(b"<body>\xe9</body>")

    facts = await check_templates(settings_with(FRONTDESK_TEMPLATES=tmp_path))

    told = "\n".join(words for _, words in facts)
    assert [good for good, _ in facts] == [False] * 3
    assert f"{folder}/subject.txt:1: " in told
    assert f"{folder}/body.txt:3: No filter named 'nothing'" in told
    assert f"{folder}/body.html: is not written in UTF-8" in told


# The DKIM key


def openssl(*words: str | Path) -> str:
    assert OPENSSL
    return subprocess.run([OPENSSL, *words], capture_output=True, check=True, text=True).stdout


def a_key(path: Path, bits: int = 1024) -> Path:
    openssl("genrsa", "-out", path, str(bits))
    return path


@pytest.fixture
def signing(settings_with: Any, tmp_path: Path) -> Settings:
    key = a_key(tmp_path / "dkim.pem")
    return settings_with(FRONTDESK_DKIM_KEY=key, FRONTDESK_DKIM_SELECTOR="desk")


async def wanted(settings: Settings) -> str:
    """The record, as an administrator copies it."""
    good, words = only(await check_dkim(settings, offline=True))
    assert good
    place, _, record = words.partition(" must be, as TXT: ")
    assert place.endswith(PLACE)
    return record


async def test_the_record_that_is_wanted_is_what_openssl_says(signing: Settings) -> None:
    public = openssl("rsa", "-in", str(signing.dkim_key), "-pubout")

    record = await wanted(signing)

    assert record == "v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1])


async def test_a_published_key_is_found_among_other_records(signing: Settings) -> None:
    record = (await wanted(signing)).replace("; ", " ;\t").replace("p=MI", "p = M I")
    asked = []

    def records(name: str) -> tuple[str, ...]:
        asked.append(name)
        return "something else", record

    assert only(await check_dkim(signing, offline=False, records=records)) == (
        True,
        f"DKIM key, published at {PLACE}",
    )
    assert asked == [PLACE]


async def test_another_key_is_told_from_ours(signing: Settings, tmp_path: Path) -> None:
    record = await wanted(signing)
    other = signing.model_copy(update={"dkim_key": a_key(tmp_path / "other.pem")})

    good, words = only(await check_dkim(other, offline=False, records=lambda _: (record,)))

    assert not good
    assert await wanted(other) in words


@pytest.mark.parametrize(
    "change",
    [
        lambda record: "v=DKIM1; p=",
        lambda record: record.replace("k=rsa", "k=ed25519"),
        lambda record: record.replace("v=DKIM1", "v=spf1"),
        lambda record: record[:-30],
        lambda record: record.replace("p=", "p=é"),
        lambda record: "",
    ],
    ids=["withdrawn", "other kind", "other record", "cut off", "no base64", "empty"],
)
async def test_what_is_no_key_of_ours_is_said_to_be_none(signing: Settings, change: Any) -> None:
    record = change(await wanted(signing))

    good, words = only(await check_dkim(signing, offline=False, records=lambda _: (record,)))

    assert not good
    assert "no key of ours" in words


async def test_a_record_that_is_missing_is_told_from_a_dns_that_does_not_answer(
    signing: Settings,
) -> None:
    missing = only(await check_dkim(signing, offline=False, records=lambda _: ()))
    silent = only(await check_dkim(signing, offline=False, records=lambda _: None))

    assert (missing[0], silent[0]) == (False, True)
    record = await wanted(signing)
    assert record in missing[1]
    assert record in silent[1]


def test_a_dns_that_does_not_answer_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = dns.resolver.Resolver(configure=False)
    nobody.nameservers, nobody.port = ["127.0.0.1"], 1
    monkeypatch.setattr(dns.resolver, "default_resolver", nobody)
    monkeypatch.setattr(check_mail, "PATIENCE", 0.3)

    assert txt_records(PLACE) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), ("", "no RSA key"), ("-----BEGIN PUBLIC KEY-----\n", "no RSA key")],
    ids=["missing", "empty", "public"],
)
async def test_a_key_that_signs_nothing_is_told_with_what_to_do(
    settings_with: Any, tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "dkim.pem"
    if content is not None:
        path.write_text(content)

    good, words = only(await check_dkim(settings_with(FRONTDESK_DKIM_KEY=path), offline=True))

    assert not good
    assert said in words
    assert "openssl genrsa" in words


async def test_a_key_of_another_kind_is_told(settings_with: Any, tmp_path: Path) -> None:
    path = tmp_path / "dkim.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-out", path)

    good, words = only(await check_dkim(settings_with(FRONTDESK_DKIM_KEY=path), offline=True))

    assert not good
    assert "no RSA key" in words
    assert path.read_text().splitlines()[1] not in words


async def test_a_key_that_is_too_short_is_told(settings_with: Any, tmp_path: Path) -> None:
    key = a_key(tmp_path / "dkim.pem", 768)

    good, words = only(await check_dkim(settings_with(FRONTDESK_DKIM_KEY=key), offline=True))

    assert not good
    assert "768 bits" in words


@pytest.mark.parametrize("setting", ["FRONTDESK_DKIM_SELECTOR", "FRONTDESK_DKIM_DOMAIN"])
async def test_a_selector_or_domain_that_is_no_name_is_told(
    settings_with: Any, tmp_path: Path, setting: str
) -> None:
    key = a_key(tmp_path / "dkim.pem")
    settings = settings_with(FRONTDESK_DKIM_KEY=key, **{setting: "not a name"})

    good, words = only(await check_dkim(settings, offline=True))

    assert not good
    assert "no host name: 'not a name'" in words


# Who mails come from


def test_an_address_of_nobody_is_told(settings_with: Any) -> None:
    unset = settings_with(MAIL_FROM="Frontdesk <support@localhost>")

    assert check_sender(settings_with()) == []
    assert check_sender(unset) == [
        (False, "MAIL_FROM is not set: mails would come from support@localhost.")
    ]


# The certificate of the door for mail


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody vouches for, and its key."""
    return a_pair(tmp_path, "door")


def a_pair(folder: Path, name: str) -> tuple[Path, Path]:
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"),
        *("-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key),
    )
    return certificate, key


async def said_of_certificate(
    settings_with: Any, certificate: Path, key: Path | None = None
) -> Fact:
    settings = settings_with(
        FRONTDESK_MAIL_TLS_CERT=certificate, **({"FRONTDESK_MAIL_TLS_KEY": key} if key else {})
    )
    return only(await check_certificate(settings))


async def test_without_a_certificate_nothing_is_said(settings_with: Any) -> None:
    assert await check_certificate(settings_with()) == []


async def test_a_certificate_with_its_key_is_named(
    settings_with: Any, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate, key = pair
    both = tmp_path / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())

    assert await said_of_certificate(settings_with, certificate, key) == (
        True,
        f"certificate of mail in: {certificate}",
    )
    assert await said_of_certificate(settings_with, both) == (
        True,
        f"certificate of mail in: {both}",
    )


async def test_a_certificate_or_key_that_is_not_there_is_told_by_its_setting(
    settings_with: Any, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    none = tmp_path / "none.pem"

    assert await said_of_certificate(settings_with, none, pair[1]) == (
        False,
        f"FRONTDESK_MAIL_TLS_CERT: {none}: No such file or directory.",
    )
    assert await said_of_certificate(settings_with, pair[0], none) == (
        False,
        f"FRONTDESK_MAIL_TLS_KEY: {none}: No such file or directory.",
    )


async def test_what_is_no_certificate_and_no_key_is_told(
    settings_with: Any, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate, key = pair
    text = tmp_path / "text.pem"
    text.write_text("a certificate")
    locked = tmp_path / "locked.key"
    openssl("rsa", "-in", key, "-aes128", "-passout", "pass:hunter2", "-out", locked)
    other = a_pair(tmp_path, "other")[1]

    no_key = "holds no private key in PEM without a password."
    for used, named in (
        ((text, key), f"FRONTDESK_MAIL_TLS_CERT: {text} holds no certificate in PEM."),
        ((certificate, text), f"FRONTDESK_MAIL_TLS_KEY: {text} {no_key}"),
        ((certificate, locked), f"FRONTDESK_MAIL_TLS_KEY: {locked} {no_key}"),
        ((certificate, None), f"FRONTDESK_MAIL_TLS_KEY is not set, and {certificate} {no_key}"),
        (
            (certificate, other),
            f"FRONTDESK_MAIL_TLS_KEY: {other} holds the key of another certificate.",
        ),
    ):
        assert await said_of_certificate(settings_with, *used) == (False, named)


async def test_a_mail_server_with_a_certificate_that_nobody_vouches_for_is_told_as_such(
    settings_with: Any, pair: tuple[Path, Path]
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*pair)
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", ssl=context)
    port = server.sockets[0].getsockname()[1]

    async with server:
        said = await check._mail(settings_with(SMTP_URL=f"smtps://127.0.0.1:{port}"))

    assert said == [
        (
            False,
            f"mail server 127.0.0.1:{port}: its certificate is not trusted. Check SMTP_URL.",
        )
    ]


# The address that mails come back to


def test_the_address_that_mails_come_back_to_is_shown_with_its_mark(settings_with: Any) -> None:
    settings = settings_with(FRONTDESK_BOUNCE_ADDRESS="bounces@example.org")

    good, words = only(check_bounces(settings, way_in=True))

    assert good
    assert words == "mails come back to bounces+b.…@example.org"


def test_without_one_they_come_back_to_whom_they_are_from(settings_with: Any) -> None:
    good, words = only(check_bounces(settings_with(), way_in=False))

    assert good
    assert words.startswith("mails come back to support@example.org")


def test_where_no_mail_comes_in_nobody_hears_of_what_comes_back(settings_with: Any) -> None:
    settings = settings_with(FRONTDESK_BOUNCE_ADDRESS="bounces@example.org")

    good, words = only(check_bounces(settings, way_in=False))

    assert not good
    assert "no mail comes in" in words


def test_an_address_without_its_mark_is_told(
    settings_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_with(FRONTDESK_BOUNCE_ADDRESS="bounces@example.org")
    monkeypatch.setattr(MailIdentity, "envelope_sender", lambda self, row: "bounces@example.org")

    good, words = only(check_bounces(settings, way_in=True))

    assert not good
    assert "does not carry" in words


# Files


async def test_a_folder_is_tried_and_left_as_it_was(settings_with: Any, tmp_path: Path) -> None:
    folder = tmp_path / "files"

    good, words = only(await check_files(settings_with(FRONTDESK_FILES=str(folder)), offline=True))

    assert good
    assert words.startswith(f"files: {folder}, ")
    assert words.endswith(" GB free")
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_a_folder_that_is_none_is_told(settings_with: Any, tmp_path: Path) -> None:
    (tmp_path / "files").write_text("x")

    good, words = only(
        await check_files(settings_with(FRONTDESK_FILES=str(tmp_path / "files")), offline=True)
    )

    assert not good
    assert "FRONTDESK_FILES" in words


@pytest.mark.parametrize(
    ("step", "fault", "said"),
    [
        ("_write", PermissionError(13, "Permission denied"), "Permission denied"),
        ("_read", ConnectionError(), "ConnectionError"),
        ("_read", KeyError("secret"), "KeyError"),
    ],
)
async def test_a_store_that_cannot_be_used_is_told(
    settings_with: Any, monkeypatch: pytest.MonkeyPatch, step: str, fault: Exception, said: str
) -> None:
    def fails(*_: object) -> None:
        raise fault

    monkeypatch.setattr(FileStore, step, fails)

    good, words = only(await check_files(settings_with(), offline=False))

    assert not good
    assert said in words
    assert "secret" not in words


async def test_a_folder_without_room_is_told(
    settings_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 99_999_999))

    good, words = only(await check_files(settings_with(), offline=True))

    assert not good
    assert "0.1 GB free: no room" in words


async def test_a_store_elsewhere_is_not_asked_offline(settings_with: Any) -> None:
    settings = settings_with(FRONTDESK_FILES="memory://files")

    assert await check_files(settings, offline=True) == []
    assert await check_files(settings, offline=False) == [(True, "files: kept, read and deleted")]
