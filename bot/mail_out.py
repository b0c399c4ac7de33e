"""What mails leave with: who we are, the server and the key, and the templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from bot.config import Settings
from bot.secret import mail_secrets
from desk.ports import TeamSetup
from desk.service import Desk
from desk.setting_up import ReportChannel
from mail.identity import MailIdentity
from mail.proving import prove
from mail.sending import SmtpCourier
from mail.signing import DkimSigner
from mail.templating import Templates

log = structlog.get_logger(__name__)

TEMPLATE = "template"  # the warning that one of the administrator's is broken
TOLD = 5  # faults told to the administrators; the log has them all


def mail_identity(
    settings: Settings, *, can_receive: bool, teams: Iterable[TeamSetup] = ()
) -> MailIdentity:
    newest, *older = mail_secrets(settings)
    return MailIdentity(
        settings.mail_from,
        newest,
        can_receive=can_receive,
        older_secrets=tuple(older),
        bounces=settings.bounce_address,
        teams=[team.mail.address for team in teams],
    )


def dkim_signer(settings: Settings, identity: MailIdentity) -> DkimSigner | None:
    """Raises ValueError for a key that will not do."""
    if settings.dkim_key is None:
        return None
    domain = settings.dkim_domain or identity.address.rpartition("@")[2]
    return DkimSigner.read(settings.dkim_key, settings.dkim_selector, domain)


def smtp_courier(settings: Settings, identity: MailIdentity) -> SmtpCourier:
    """Raises ValueError."""
    signer = dkim_signer(settings, identity)
    return SmtpCourier(
        settings.smtp_url.get_secret_value(),
        identity.address,
        sign=signer.signed if signer else None,
    )


async def proven_templates(
    settings: Settings, desk: Desk, clock: Callable[[], datetime]
) -> Templates:
    """The administrator's, without those that break off: of these the administrators are told."""
    templates = Templates(settings.templates)
    faults = prove(templates)
    for fault in faults:
        log.warning("template_broken", fault=fault, advice="our own is used instead")
    for fault in faults[:TOLD]:
        await desk.handle(ReportChannel(TEMPLATE, fault, f"{clock():%Y-%m-%d}"))
    return templates
