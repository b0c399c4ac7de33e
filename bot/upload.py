"""One upload to Slack, as it is noted with the attempt to show it."""

from __future__ import annotations

from dataclasses import dataclass, field

from desk.files import FileProblem

NO_FILE = 0  # the number of none


@dataclass
class Upload:
    """What Slack calls each file, what it did not take, and the card below which they stand."""

    ids: dict[int, str] = field(default_factory=dict)
    problems: dict[int, FileProblem] = field(default_factory=dict)
    below: str = ""

    def encoded(self) -> str:
        # The card as the name of no file, and last: an older version of us reads this as well.
        pairs = [*self.ids.items(), *([(NO_FILE, self.below)] if self.below else ())]
        return " ".join(f"{file}:{name}" for file, name in pairs)

    @classmethod
    def decode(cls, text: str) -> Upload:
        pairs = (part.partition(":") for part in text.split())
        names = {int(file): name for file, _, name in pairs}
        below = names.pop(NO_FILE, "")
        return cls(names, below=below)
