"""What a mail brings besides its words is kept with its entry, where technicians see it."""

from __future__ import annotations

from bot.mail_in import MailIn
from mail.identity import MailIdentity
from mail.reading import read_mail
from mail.ways import Way
from tests.desk.fixtures import furnished, furnished_postgresql, furnished_sqlite, office
from tests.desk.office import Office
from tests.mail.specimens import INVITATION, encoded, letter, part, several

__all__ = ["furnished", "furnished_postgresql", "furnished_sqlite", "office"]

PAUL = "From: paul.smith@meridien.example"


async def test_an_invitation_and_a_risky_file_are_kept_with_the_request(office: Office) -> None:
    taking = MailIn(office.store, office.desk, MailIdentity("Support <us@desk.example>", "secret"))
    entity = several(
        "mixed",
        part("text/plain", "Please come."),
        part("text/calendar; method=REQUEST", INVITATION),
        encoded("application/octet-stream; name=setup.exe", b"MZ"),
    )
    head, _, body = entity.partition(b"\r\n\r\n")
    mail = read_mail(letter(PAUL, head.decode(), body=body))

    await taking.take(mail, Way("door"))

    opened = (await office.store.read(lambda tx: tx.journal.of(1)))[0]
    assert [notice["kind"] for notice in opened.facts["notices"]] == ["invite", "risky_file"]
    assert opened.facts["notices"][0]["starts"] == "2026-12-01T09:00:00+01:00"
