"""What tickets are about, in words of no meaning for anybody real."""

from __future__ import annotations

from random import Random

from desk.words import Words
from storage.columns import to_text

_THINGS = {
    "fr": (
        "L'imprimante du 3e étage",
        "Le poste 4",
        "La messagerie",
        "Mon accès au dossier partagé",
        "Le VPN",
        "L'export comptable",
        "L'écran de la salle Garonne",
        "Le téléphone de l'accueil",
        "La mise à jour",
        "Le badge",
    ),
    "en": (
        "The printer on floor 3",
        "My laptop",
        "The shared folder",
        "The VPN",
        "The monthly export",
        "The screen in the meeting room",
        "My password",
        "The badge reader",
        "The phone at the desk",
        "The update",
    ),
}
_TROUBLES = {
    "fr": (
        "ne répond plus",
        "est très lent depuis lundi",
        "affiche une erreur 0x80",
        "redémarre sans cesse",
        "a disparu après la mise à jour",
        "demande un mot de passe inconnu",
        "fonctionne un jour sur deux",
    ),
    "en": (
        "does not answer",
        "is very slow since Monday",
        "shows error 0x80",
        "restarts again and again",
        "is gone since the update",
        "asks for a password nobody knows",
        "works every other day",
    ),
}
_MORE = {
    "fr": (
        "Cela empêche toute l'équipe de travailler.",
        "J'ai déjà redémarré deux fois.",
        "Est-ce possible avant vendredi ?",
        "Merci d'avance pour votre aide !",
        "Rien n'a changé de mon côté, sauf peut-être le câble.",
        "Le problème est apparu ce matin vers neuf heures.",
    ),
    "en": (
        "The whole team cannot work.",
        "I have restarted it twice already.",
        "Could you look at it before Friday?",
        "Thank you for your help!",
        "Nothing changed on my side, except perhaps the cable.",
        "It began this morning at about nine.",
    ),
}


def subject(random: Random, language: str) -> str:
    return f"{random.choice(_THINGS[language])} {random.choice(_TROUBLES[language])}"


class Sentences:
    """A stock of words as they are stored, since making each anew would take longest of all."""

    def __init__(self, random: Random, size: int = 600) -> None:
        self._stock = {
            language: [_words(random, language) for _ in range(size)] for language in _THINGS
        }

    def some(self, random: Random, language: str) -> str:
        return random.choice(self._stock[language])


def _words(random: Random, language: str) -> str:
    parts = [f"{subject(random, language)}."]
    parts += random.sample(_MORE[language], random.randint(0, 4))
    return to_text(Words.plain("\n\n".join(parts)).to_json())


NOTHING = to_text(Words().to_json())
