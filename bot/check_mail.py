"""The part of `frontdesk check` about what mails are made of: templates, keys, addresses, files."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path

from bot.config import Settings
from bot.files import FileStore, StoreUnusable
from bot.mail_out import dkim_signer
from mail.identity import MailIdentity
from mail.proving import prove
from mail.signing import DkimSigner
from mail.templating import Templates

Fact = tuple[bool, str]
Records = Callable[[str], tuple[str, ...] | None]  # what the DNS says; None: it does not answer

PATIENCE = 3.0  # seconds for the DNS
FEWEST_BITS = 1024  # servers do not look at shorter keys (RFC 8301)
_ANY_ROW = 1
_UNSET = parseaddr(Settings.model_fields["mail_from"].default)[1]


def txt_records(name: str) -> tuple[str, ...] | None:
    """Waits for the network: not for the event loop."""
    import dns.exception  # here, since a bot that only runs needs neither
    import dns.resolver

    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError):
        return None
    return tuple(b"".join(one.strings).decode("utf-8", "replace") for one in found)


async def check_templates(settings: Settings) -> list[Fact]:
    """Each file of the administrator's, filled in as for a preview, in every language."""
    if settings.templates is None:
        return [(True, "mail templates: ours")]
    templates = Templates(settings.templates)
    faults = await asyncio.to_thread(prove, templates)
    if faults:
        return [(False, f"mail template {fault} (mails go out in ours)") for fault in faults]
    number = len(tuple(templates.files()))
    return [(True, f"mail templates: {number} of your own in {settings.templates}")]


async def check_dkim(
    settings: Settings, *, offline: bool, records: Records = txt_records
) -> list[Fact]:
    """Whether the key signs, and others find its public half."""
    if settings.dkim_key is None:
        return [(True, "DKIM: your mail server signs, or nobody does")]
    try:
        signer = dkim_signer(settings, MailIdentity(settings.mail_from, "check"))
        assert signer is not None
    except ValueError as wrong:
        return [(False, f"DKIM: {wrong}. Make one: openssl genrsa -out dkim.pem 2048")]
    if signer.bits < FEWEST_BITS:
        return [(False, f"DKIM: a key of {signer.bits} bits convinces nobody; take 2048.")]
    if offline:
        return [(True, f"DKIM key; {_wanted(signer)}")]
    return [_published(signer, await asyncio.to_thread(records, signer.place))]


def _published(signer: DkimSigner, found: tuple[str, ...] | None) -> Fact:
    if found is None:
        return True, f"DKIM key; the DNS does not answer: {_wanted(signer)}"
    if any(map(signer.is_published_by, found)):
        return True, f"DKIM key, published at {signer.place}"
    if found:
        return False, f"DKIM: what is published is no key of ours: {_wanted(signer)}"
    return False, f"DKIM: the key is not published: {_wanted(signer)}"


def _wanted(signer: DkimSigner) -> str:
    return f"{signer.place} must be, as TXT: {signer.record}"


def check_sender(settings: Settings) -> list[Fact]:
    """Only what is wrong: other lines show the address."""
    if parseaddr(settings.mail_from)[1] != _UNSET:
        return []
    return [(False, f"MAIL_FROM is not set: mails would come from {_UNSET}.")]


async def check_certificate(settings: Settings) -> list[Fact]:
    """Whether the door for mail can be encrypted with what is named for it."""
    certificate, key = settings.mail_certificate, settings.mail_certificate_key
    if certificate is None:
        return []
    wrong = await asyncio.to_thread(_why_no_certificate, certificate, key)
    return [(False, f"{wrong}.")] if wrong else [(True, f"certificate of mail in: {certificate}")]


def _why_no_certificate(certificate: Path, key: Path | None) -> str:
    """By its setting; "" where all is well."""
    named = {"FRONTDESK_MAIL_TLS_CERT": certificate, "FRONTDESK_MAIL_TLS_KEY": key or certificate}
    for setting, path in named.items():
        try:
            path.read_bytes()
        except OSError as fault:
            return f"{setting}: {path}: {fault.strerror}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_verify_locations(certificate)
    except ssl.SSLError:
        return f"FRONTDESK_MAIL_TLS_CERT: {certificate} holds no certificate in PEM"
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as fault:
        return _why_no_key(fault, certificate, key)
    return ""


def _why_no_key(fault: ssl.SSLError, certificate: Path, key: Path | None) -> str:
    if fault.reason == "KEY_VALUES_MISMATCH":
        why = "holds the key of another certificate"
    else:
        why = "holds no private key in PEM without a password"
    if key is None:
        return f"FRONTDESK_MAIL_TLS_KEY is not set, and {certificate} {why}"
    return f"FRONTDESK_MAIL_TLS_KEY: {key} {why}"


def _no_password() -> str:
    """Else it is asked for on the terminal."""
    return ""


def check_bounces(settings: Settings, *, way_in: bool) -> list[Fact]:
    """Whether each mail comes back to an address that tells which one it was, and to us."""
    ours = MailIdentity(settings.mail_from, "check", bounces=settings.bounce_address)
    made = ours.envelope_sender(_ANY_ROW)
    if not settings.bounce_address:
        return [(True, f"mails come back to {made}; FRONTDESK_BOUNCE_ADDRESS tells them apart")]
    if ours.read_bounce(made) != _ANY_ROW:
        return [(False, f"mails would come back to {made}: it does not carry their mark.")]
    address = settings.bounce_address.replace("@", "+b.…@")
    if not way_in:
        return [(False, f"mails come back to {address}, but no mail comes in. See docs/mail.md.")]
    return [(True, f"mails come back to {address}")]


async def check_files(settings: Settings, *, offline: bool) -> list[Fact]:
    """Whether the store keeps, gives back and forgets; and how much room there is."""
    try:
        store = FileStore(settings.files_url)
        if offline and store.folder is None:
            return []
        await store.prepare()
        await store.try_out()
    except StoreUnusable as fault:
        return [(False, f"{fault}.")]
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        return [(False, f"files: {reason}. May the bot write, read and delete there?")]
    except Exception as fault:
        # Stores raise many kinds here; their texts may quote the URL, so only the kind is said.
        return [(False, f"files: {type(fault).__name__}. Is FRONTDESK_FILES right?")]
    if store.folder is None:
        return [(True, "files: kept, read and deleted")]
    free = shutil.disk_usage(store.folder).free
    room = f"files: {store.folder}, {free / 1e9:.1f} GB free"
    if free < settings.file_max_bytes:
        return [(False, f"{room}: no room for a file of FRONTDESK_FILE_MAX_BYTES.")]
    return [(True, room)]
