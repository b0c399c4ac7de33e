"""Some tickets in different states, so that a newcomer sees a living desk."""

from __future__ import annotations

from bot.app import Bot
from desk.assign_ticket import ClaimTicket
from desk.hold_ticket import HoldTicket
from desk.open_ticket import OpenTicket
from desk.people import NewPerson
from desk.reply import Reply
from desk.resolve_ticket import ResolveTicket
from desk.ticket import HoldReason, Origin
from desk.words import Words

CAMILLE, NOE, SOLENE = "U01CAMILLE", "U01NOE", "U01SOLENE"


async def open_some_tickets(bot: Bot) -> None:
    """Once: a desk that has tickets already is left alone."""
    if await bot.store.read(lambda tx: tx.tickets.count()):
        return
    desk = bot.desk
    wifi = await _open(
        bot,
        NOE,
        "U01INES",
        ("reseau", "reseau/connexion", "reseau/connexion/wifi"),
        "Wi-Fi très lent en salle Garonne",
        "Depuis lundi, la connexion tombe toutes les dix minutes pendant les entretiens.",
    )
    await desk.handle(ClaimTicket(wifi, NOE))
    screen = await _open(
        bot,
        CAMILLE,
        "U01LUC",
        ("poste", "poste/ordinateur", "poste/ordinateur/ecran"),
        "Écran qui clignote à l'atelier",
        "L'écran du poste 4 clignote quand la presse démarre.",
    )
    await desk.handle(ClaimTicket(screen, CAMILLE))
    question = "Bonjour Luc,\n\nLe câble est-il bien vissé des deux côtés ?"
    await desk.handle(Reply(screen, CAMILLE, Words.plain(question)))
    await desk.handle(HoldTicket(screen, CAMILLE, HoldReason.REQUESTER))
    export = await _open(
        bot,
        SOLENE,
        "U01ZOE",
        ("applis", "applis/erp", "applis/erp/export"),
        "Export comptable au format CSV",
        "Could you add the cost centre to the monthly export?",
    )
    solution = "The cost centre is now the last column of the monthly export."
    await desk.handle(ResolveTicket(export, SOLENE, "patch", Words.plain(solution)))
    await _open(
        bot,
        CAMILLE,
        NewPerson("Jeanne Martin", "jeanne.martin@client.example"),
        ("acces", "acces/droits", "acces/droits/dossier"),
        "Accès au dossier « Appel d'offres »",
        "Je n'arrive plus à ouvrir le dossier partagé depuis ce matin.",
    )
    await _open(
        bot,
        CAMILLE,
        "U01NOUR",
        ("poste", "poste/impression", "poste/impression/bourrage"),
        "L'imprimante du 3e étage bourre",
        "Elle s'arrête toutes les deux pages depuis ce matin.\n\nJ'ai déjà ouvert le bac 2.",
    )


async def _open(
    bot: Bot,
    by: str,
    requester: str | NewPerson,
    keys: tuple[str, ...],
    subject: str,
    description: str,
) -> int:
    entries = await bot.store.read(
        lambda tx: {entry.key: entry.id for entry in tx.organisation.catalogue().entries}
    )
    result = await bot.desk.handle(
        OpenTicket(
            by=by,
            requester=requester,
            subject=subject,
            description=Words.plain(description),
            path=tuple(entries[key] for key in keys),
            origin=Origin.PHONE,
        )
    )
    assert result.ticket is not None
    return result.ticket
