"""Where the templates of a mail come from: ours, or the administrator's own where there are such.

Of a folder of their own, the most particular file counts: for a team in a language, for a team, in
a language, for everybody. What the folder lacks is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from desk.effects import Message
from desk.words import Words
from mail.words_html import words_html
from mail.words_text import words_text

FOLDER = Path(__file__).parent / "templates"
TEAMS = "teams"  # the folder of templates for single teams
PARTS = ("subject.txt", "body.txt", "body.html")
FRAME = ("layout.html", "layout.txt", "style.css")  # what all messages share
NAMES = (*FRAME, *(f"{message}/{part}" for message in Message for part in PARTS))
LANGUAGES = ("en", "fr")


class Loader(BaseLoader):
    """The first of some folders that has the template, in this language if possible."""

    def __init__(self, folders: tuple[Path, ...], language: str) -> None:
        self._folders = folders
        self._language = language

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        path = self.find(template)
        if path is None:
            raise TemplateNotFound(template)
        return path.read_text(encoding="utf-8"), str(path), lambda: True

    def find(self, template: str) -> Path | None:
        stem, dot, ending = template.rpartition(".")
        names = (f"{stem}.{self._language}{dot}{ending}", template)
        paths = (folder / name for folder in self._folders for name in names)
        return next((path for path in paths if path.is_file()), None)


def environment(
    loader: BaseLoader,
    as_html: Callable[[Words], str] = words_html,
    as_text: Callable[[Words], str] = words_text,
) -> Environment:
    made = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters["as_html"] = as_html
    made.filters["as_text"] = as_text
    return made


@dataclass
class Templates:
    """`folder` is the administrator's; None: all templates are ours.

    `broken` are those combinations of message, team and language that are not to be used.
    """

    folder: Path | None = None
    broken: set[tuple[Message, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        # A shape's words are marks, and what our own templates make of them is theirs to say.
        self.environment = environment(
            Loader((FOLDER,), ""),
            lambda words: Markup(words) if isinstance(words, str) else words_html(words),  # noqa: S704
            lambda words: words if isinstance(words, str) else words_text(words),
        )
        self._own: dict[tuple[Message, str, str], Environment | None] = {}

    def own(self, message: Message, team: str, language: str) -> Environment | None:
        """What fills the administrator's templates for such a mail; None where ours do."""
        if self.folder is None:
            return None
        key = (message, team if self._has(team) else "", language)
        if key not in self._own:
            self._own[key] = None if key in self.broken else self._made(*key)
        return self._own[key]

    def set_aside(self, message: Message, team: str, language: str) -> None:
        """These are not to be used: they break off."""
        self.broken.add((message, team, language))
        self._own.clear()

    def files(self) -> Iterator[Path]:
        """Every file of the administrator's folder."""
        if self.folder is not None:
            yield from sorted(path for path in self.folder.rglob("*") if path.is_file())

    def teams(self) -> tuple[str, ...]:
        """The teams that have templates of their own, and "" for all others."""
        below = self.folder / TEAMS if self.folder is not None else Path()
        if self.folder is None or not below.is_dir():
            return ("",)
        return ("", *sorted(path.name for path in below.iterdir() if path.is_dir()))

    def _made(self, message: Message, team: str, language: str) -> Environment | None:
        assert self.folder is not None
        own = (self.folder / TEAMS / team, self.folder) if team else (self.folder,)
        seeker = Loader(own, language)
        wanted = (*FRAME, *(f"{message}/{part}" for part in PARTS))
        if not any(map(seeker.find, wanted)):
            return None
        return environment(Loader((*own, FOLDER), language), _strictly(words_html), words_text)

    def _has(self, team: str) -> bool:
        """Whether the team has a folder of its own. Its key must not lead anywhere else."""
        plain = bool(team) and Path(team).name == team and team not in (".", "..")
        return self.folder is not None and plain and (self.folder / TEAMS / team).is_dir()


def _strictly(as_html: Callable[[Words], Markup]) -> Callable[[Words], Markup]:
    """Whatever is no formatted text is escaped."""
    return lambda words: as_html(words) if isinstance(words, Words) else escape(words)


OURS = Templates()
