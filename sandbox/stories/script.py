"""What people write in the stories, once in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    path: tuple[str, str, str]  # family, service, sub-service, as the catalogue names them
    subject: str
    description: str
    note: str
    question: str
    answer: str
    code: str
    solution: str

    @property
    def secret(self) -> str:
        """A word of the internal note that nobody says anywhere else."""
        return "Zébulon"


ENGLISH = Script(
    path=("Workstation", "Printing", "Paper jam"),
    subject="Printer on the 3rd floor jams",
    description="It stops after every second page since this morning.",
    note="Probably the pickup roller again. Old Zébulon has seen better days…",
    question="Hello Paul,\n\nCould you tell me the model? It is written on the front.",
    answer="It is a LaserJet M404, on the left of the lift.",
    code="Hardware repair",
    solution="New pickup roller. Please print a test page before the meeting.",
)

FRENCH = Script(
    path=("Poste de travail", "Impression", "Bourrage papier"),
    subject="L’imprimante du 3e étage bourre",
    description="Elle s’arrête toutes les deux pages depuis ce matin.",
    note="Sûrement le rouleau d’entraînement, encore. Ce vieux Zébulon est fatigué…",
    question="Bonjour Paul,\n\nPouvez-vous me donner le modèle\u202f? Il est écrit devant.",
    answer="C’est une LaserJet M404, à gauche de l’ascenseur.",
    code="Réparation matériel",
    solution="Rouleau d’entraînement remplacé. Imprimez une page d’essai avant la réunion.",
)

SCRIPTS = {"en": ENGLISH, "fr": FRENCH}
