"""Prove an administrator's templates before a mail needs them: each fault with file and line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

from jinja2 import BaseLoader, TemplateSyntaxError

from desk.effects import Message
from locales.translator import translator_for
from mail.render import filled_in
from mail.specimens import variants
from mail.templating import LANGUAGES, NAMES, TEAMS, Templates, environment

_LONGEST = 200  # characters of what is wrong


def prove(templates: Templates) -> tuple[str, ...]:
    """What is wrong, a line each. Mails that would need what is broken go out in ours."""
    found = [*_strangers(templates), *_unreadable(templates)]
    for team in templates.teams():
        for message in Message:
            for language in LANGUAGES:
                fault = _fault(templates, message, team, language)
                if fault is not None:
                    found += [fault] if fault else []
                    templates.set_aside(message, team, language)
    return tuple(dict.fromkeys(found))


def _strangers(templates: Templates) -> Iterator[str]:
    """Files that nothing would ever use: a name mistyped, most likely."""
    for path in templates.files():
        name = _name(path, templates)
        if not name.startswith(".") and name not in NAMES:
            yield f"{path}: is the name of no template; those are {', '.join(NAMES)}"


def _unreadable(templates: Templates) -> Iterator[str]:
    """Files that cannot be parsed, each by itself: of a mail with two of them, filling it in would
    meet the first one only."""
    parser = environment(BaseLoader())
    for path in (path for path in templates.files() if _name(path, templates) in NAMES):
        try:
            parser.compile(path.read_text(encoding="utf-8"), filename=str(path))
        except TemplateSyntaxError as fault:
            yield _line(fault)
        except UnicodeDecodeError:
            yield f"{path}: is not written in UTF-8"
        except OSError as fault:
            yield f"{path}: {fault.strerror or type(fault).__name__}"


def _line(fault: TemplateSyntaxError) -> str:
    return f"{fault.filename}:{fault.lineno}: {fault.message}"[:_LONGEST]


def _name(path: Path, templates: Templates) -> str:
    """What it would be a template of, in whatever language and for whichever team."""
    name = path.relative_to(templates.folder or Path()).as_posix()
    if name.startswith(f"{TEAMS}/"):
        name = name.partition("/")[2].partition("/")[2]
    return _without_language(name)


def _without_language(name: str) -> str:
    for language in LANGUAGES:
        stem, middle, ending = name.rpartition(f".{language}.")
        if middle:
            return f"{stem}.{ending}"
    return name


def _fault(templates: Templates, message: Message, team: str, language: str) -> str | None:
    """What is wrong with this mail; "" where its file was told already, None where nothing is."""
    t = translator_for(language)
    for facts, identity in variants(message, t, team):
        own = templates.own(message, team, language)
        if own is None:
            return None
        try:
            filled_in(own, facts, identity, t)
        except TemplateSyntaxError as fault:
            return _line(fault)
        except (UnicodeDecodeError, PermissionError):
            return ""
        except Exception as fault:
            # An administrator's template may raise anything at all.
            return f"{_place(fault, templates)}: {_said(fault)}"
    return None


def _said(fault: Exception) -> str:
    said = " ".join(str(fault).split())[:_LONGEST]
    return said or type(fault).__name__


def _place(fault: Exception, templates: Templates) -> str:
    """The innermost line of a template of theirs on the way to the fault."""
    folder = str(templates.folder)
    lines = [
        f"{frame.filename}:{frame.lineno}"
        for frame in traceback.extract_tb(fault.__traceback__)
        if frame.filename.startswith(folder)
    ]
    return lines[-1] if lines else folder
