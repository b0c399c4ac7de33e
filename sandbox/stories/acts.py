"""The three stories: a request for somebody else, a talk with the requester, and the end of it."""

from __future__ import annotations

import re
import time

from sandbox.person import HOME
from sandbox.stories.play import (
    CHANNEL,
    Play,
    flat,
    has_input,
    no_mail_has_the_note,
    option_for,
    thread_actions,
)

REFERENCE = re.compile(r"\b[A-Z]-\d{6}\b")

# -- A. create a request for somebody else ---------------------------------------------------


async def create(play: Play) -> None:
    tell = play.tell
    tell.act("A", "Create a request for somebody else", "Créer une demande pour quelqu’un d’autre")
    await _open_the_form(play)
    await _say_for_whom(play)
    await _say_what(play)
    await _press_create(play)


async def _open_the_form(play: Play) -> None:
    tell, pierre = play.tell, play.pierre
    tell.does(
        pierre.profile.name, f"types /ticket in #{CHANNEL}.", f"tape /ticket dans #{CHANNEL}."
    )
    await pierre.command("/ticket", "", channel=CHANNEL)
    await tell.until("The form opens", "Le formulaire s’ouvre", lambda: pierre.modal)
    tell.form(pierre)


async def _say_for_whom(play: Play) -> None:
    tell, pierre = play.tell, play.pierre
    began = time.perf_counter()
    offered = await pierre.options("requester", "pau")
    took = f"{(time.perf_counter() - began) * 1000:.0f} ms"
    tell.does(
        pierre.profile.name,
        f"types “pau” as the requester; the list is there in {took}:",
        f"tape « pau » comme demandeur\u202f; la liste est là en {took}\u00a0:",
    )
    for option in offered:
        tell.aside(f"      {option['text']['text']}", f"      {option['text']['text']}")
    await pierre.fill({"requester": option_for(offered, play.paul)})
    await pierre.fill({"form.other": ["yes"]})
    await tell.until(
        "The form asks for the beneficiary",
        "Le formulaire demande le bénéficiaire",
        lambda: has_input(pierre, "form.beneficiary"),
    )
    await pierre.fill(
        {"beneficiary": option_for(await pierre.options("beneficiary", "cur"), play.marie)}
    )


async def _say_what(play: Play) -> None:
    tell, pierre, script = play.tell, play.pierre, play.script
    for level, name in zip(("family", "service", "item"), script.path, strict=True):
        await tell.until(
            f"The catalogue offers {name}",
            f"Le catalogue propose {name}",
            lambda level=level: has_input(pierre, f"form.{level}"),  # type: ignore[misc]
        )
        await pierre.fill({level: name})
    await tell.until(
        "The team is filled in by itself",
        "L’équipe se remplit toute seule",
        lambda: "→" in tell.shown(pierre.modal, pierre),
    )
    await pierre.fill({"subject": script.subject, "description": script.description})
    tell.does(
        pierre.profile.name,
        "chooses in the catalogue and writes; the team fills itself in:",
        "choisit dans le catalogue et rédige\u202f; l’équipe se remplit toute seule\u00a0:",
    )
    tell.form(pierre)


async def _press_create(play: Play) -> None:
    tell, pierre = play.tell, play.pierre
    tell.does(pierre.profile.name, "presses Create.", "appuie sur Créer.")
    errors = await pierre.submit()
    tell.must("The form is accepted", "Le formulaire est accepté", not errors)
    found = await tell.until(
        "The form becomes the confirmation",
        "Le formulaire devient la confirmation",
        lambda: REFERENCE.search(tell.shown(pierre.modal, pierre)),
    )
    play.reference = found[0]
    tell.form(pierre)
    await pierre.close()
    card = await tell.until("The card appears", "La carte apparaît", lambda: play.card)
    tell.sees("The team sees in its channel:", "L’équipe voit dans son canal\u00a0:")
    tell.message(card, pierre)
    tell.sees(
        "Paul is told by mail, in his language:",
        "Paul est prévenu par courriel, dans sa langue\u00a0:",
    )
    await play.mail_to(play.paul, "Paul is told by mail", "Paul est prévenu par courriel")


# -- B. talk with the requester --------------------------------------------------------------


async def talk(play: Play) -> None:
    play.tell.act("B", "Talk with the requester", "Échanger avec le demandeur")
    await _take_it(play)
    await _write_a_note(play)
    await _ask_the_requester(play)
    await _answer_by_mail(play)
    await _look_as_the_requester(play)


async def _take_it(play: Play) -> None:
    tell, pierre = play.tell, play.pierre
    tell.does(
        pierre.profile.name,
        "opens his welcome page, sees what waits for his teams, and takes it.",
        "ouvre sa page Bienvenue, voit les demandes affectées à ses équipes, et prend celle-ci.",
    )
    await pierre.open_home()
    home = await tell.until(
        "The welcome page lists the ticket",
        "La page Bienvenue montre la demande",
        lambda: pierre.home if play.reference in tell.shown(pierre.home, pierre) else None,
    )
    tell.home(pierre, home)
    await pierre.press("ticket.assign", on=HOME)
    await play.card_says("🟢", "The card says who holds it", "La carte dit qui la tient")
    await play.thread_says("→", "The journal traces it", "Le journal en garde la trace")
    tell.sees("The same card, edited in place:", "La même carte, modifiée sur place\u00a0:")
    tell.message(play.card, pierre)


async def _write_a_note(play: Play) -> None:
    tell, camille = play.tell, play.camille
    tell.does(
        camille.profile.name,
        "writes in the thread, which is the technicians’ journal. Paul never sees it.",
        "écrit dans le fil, qui est le journal d’intervenant. Paul ne le voit jamais.",
    )
    note = await camille.say(CHANNEL, play.script.note, thread_ts=play.card)
    await tell.until(
        "The note is taken down", "La note est consignée", lambda: "memo" in note.reactions
    )
    tell.thread(play.card, camille)


async def _ask_the_requester(play: Play) -> None:
    tell, pierre, question = play.tell, play.pierre, play.script.question
    tell.does(
        pierre.profile.name,
        "presses Reply to requester on the card. This form, and it alone, writes to people.",
        "appuie sur Répondre au demandeur. Ce formulaire, et lui seul, écrit aux gens.",
    )
    await pierre.press("ticket.reply", on=play.card)
    await tell.until("The form opens", "Le formulaire s’ouvre", lambda: pierre.modal)
    await pierre.fill({"message": question})
    tell.form(pierre)
    tell.must("The reply is accepted", "La réponse est acceptée", not await pierre.submit())
    if play.undo:
        await tell.until(
            "The reply can be taken back",
            "La réponse peut être reprise",
            lambda: "reply.withdraw" in thread_actions(play),
        )
        tell.sees(
            f"For {play.undo} seconds he can take it back:",
            f"Pendant {play.undo} secondes il peut la reprendre\u00a0:",
        )
        tell.thread(play.card, pierre)
    tell.sees(
        "Then it leaves: to Paul, who reads English, and to Marie, who reads French.",
        "Puis elle part\u00a0: à Paul, qui lit l’anglais, et à Marie, qui lit le français.",
    )
    mail = await play.mail_to(play.paul, "Paul gets the reply", "Paul reçoit la réponse")
    said = " ".join(question.split())
    tell.must("It says what Pierre wrote", "Elle dit ce que Pierre a écrit", said in flat(mail))
    await play.mail_to(play.marie, "Marie gets it too", "Marie la reçoit aussi")
    await tell.until(
        "The thread tells that it was sent",
        "Le fil dit qu’elle est partie",
        lambda: "reply.withdraw" not in thread_actions(play),
    )


async def _answer_by_mail(play: Play) -> None:
    tell, paul, pierre, answer = play.tell, play.paul, play.pierre, play.script.answer
    tell.does(
        paul.profile.name,
        "answers the mail from his mail program, quotation and all.",
        "répond au courriel depuis sa messagerie, citation comprise.",
    )
    tell.mail(await play.slack.answer(paul.mailbox[-1], answer))
    await play.thread_says(answer, "The answer is in the thread", "La réponse est dans le fil")
    tell.sees(
        "Pierre reads it in the thread, without the quotation:",
        "Pierre la lit dans le fil, sans la citation\u00a0:",
    )
    tell.thread(play.card, pierre)
    await play.card_says("📩", "The card tells of it", "La carte le signale")
    tell.message(play.card, pierre)


async def _look_as_the_requester(play: Play) -> None:
    tell, paul, secret = play.tell, play.paul, play.script.secret
    tell.does(
        paul.profile.name,
        "can follow his request in Slack too:",
        "peut aussi suivre sa demande dans Slack\u00a0:",
    )
    await paul.open_home()
    await tell.until(
        "Paul’s page lists his request",
        "La page de Paul montre sa demande",
        lambda: play.reference in tell.shown(paul.home, paul),
    )
    await paul.press("ticket.open", on=HOME)
    await tell.until("The page opens", "La page s’ouvre", lambda: paul.modal)
    tell.form(paul)
    seen = tell.shown(paul.modal, paul) + tell.shown(paul.home, paul)
    tell.must("Paul sees no internal note", "Paul ne voit aucune note interne", secret not in seen)
    await paul.close()
    no_mail_has_the_note(play)


# -- C. resolve it ---------------------------------------------------------------------------


async def resolve(play: Play) -> None:
    play.tell.act("C", "Resolve it", "Résoudre")
    await _leave_a_form(play)
    await _resolve_without_words(play)
    await _resolve_with_a_solution(play)
    no_mail_has_the_note(play)


async def _leave_a_form(play: Play) -> None:
    tell, pierre = play.tell, play.pierre
    before = tell.shown(play.card, pierre)
    tell.does(
        pierre.profile.name,
        "opens Resolve, changes his mind, and presses Cancel.",
        "ouvre Résoudre, change d’avis, et appuie sur Annuler.",
    )
    await pierre.press("ticket.resolve", on=play.card)
    await tell.until("The form opens", "Le formulaire s’ouvre", lambda: pierre.modal)
    await pierre.close()
    same = tell.shown(play.card, pierre) == before
    tell.must("Cancel changes nothing", "Annuler ne change rien", same and not pierre.modal)
    tell.sure("Leaving a form changed nothing.", "Quitter un formulaire n’a rien changé.")


async def _resolve_without_words(play: Play) -> None:
    tell, pierre = play.tell, play.pierre
    tell.does(
        pierre.profile.name,
        "comes back, and sends the form too early: the field says so, nothing is lost.",
        "revient, et envoie trop tôt\u202f: le champ le dit, rien n’est perdu.",
    )
    await pierre.press("ticket.resolve", on=play.card)
    await tell.until("The form opens", "Le formulaire s’ouvre", lambda: pierre.modal)
    await pierre.fill({"code": play.script.code, "solution": " "})
    errors = await pierre.submit()
    tell.must("An empty solution is refused", "Une solution vide est refusée", errors)
    tell.form(pierre, errors)


async def _resolve_with_a_solution(play: Play) -> None:
    tell, pierre, script = play.tell, play.pierre, play.script
    tell.does(
        pierre.profile.name,
        "describes the solution and presses Resolve.",
        "décrit la solution et appuie sur Résoudre.",
    )
    await pierre.fill({"solution": script.solution})
    tell.form(pierre)
    tell.must("The solution is accepted", "La solution est acceptée", not await pierre.submit())
    await play.card_says("✅", "The card is folded", "La carte est repliée")
    tell.sees("The card folds to one line:", "La carte se replie sur une ligne\u00a0:")
    tell.message(play.card, pierre)
    tell.sees(
        "Paul receives the solution, and so does Marie:",
        "Paul reçoit la solution, et Marie aussi\u00a0:",
    )
    mail = await play.mail_to(play.paul, "Paul gets the solution", "Paul reçoit la solution")
    told = " ".join(script.solution.split()) in flat(mail)
    tell.must("The mail has the solution", "Le courriel contient la solution", told)
    seen = play.seen(play.marie)
    await tell.until(
        "Marie gets it too", "Marie la reçoit aussi", lambda: play.marie.mailbox[seen:]
    )
