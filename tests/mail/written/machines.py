"""Every mail of a machine: a word, the kind and the mail for each. Addresses are nobody's."""

from __future__ import annotations

from mail.verdict import Kind
from tests.mail.written.answers import AUTO_REPLIES
from tests.mail.written.bounces import BOUNCES
from tests.mail.written.delays import DELAYS
from tests.mail.written.others import LISTS, OWN, REPORTS

MACHINES: list[tuple[str, Kind, bytes]] = [
    (f"{kind}: {name}", kind, raw)
    for kind, mails in (
        (Kind.BOUNCE, BOUNCES),
        (Kind.DELAY, DELAYS),
        (Kind.AUTO_REPLY, AUTO_REPLIES),
        (Kind.REPORT, REPORTS),
        (Kind.LIST, LISTS),
        (Kind.OURS, OWN),
    )
    for name, raw in mails
]
