"""`frontdesk mail …`: what mails look like, and templates to begin one's own with."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import webbrowser
from pathlib import Path
from typing import Any, NoReturn

import click

from bot.command_group import Group
from bot.deskfile import DeskFileFault, read_desk_file
from bot.visible import visible
from desk.effects import Message
from desk.labels import Label
from desk.ports import HouseSetup
from locales.translator import CATALOGUES, translator_for
from mail.compose import compose
from mail.identity import MailIdentity
from mail.proving import prove
from mail.specimens import AT, specimen
from mail.templating import FOLDER, Templates
from mail.wire import as_bytes

ADDRESS = "Frontdesk <support@example.org>"


@click.group(cls=Group)
def mail() -> None:
    """Mails: what they look like, and what came in."""


@mail.command(
    epilog="frontdesk mail preview resolved --lang fr\n"
    "frontdesk mail preview reply --team reseau --open\n"
    "frontdesk mail preview reply --templates my-templates --out reply.html\n"
    "frontdesk mail preview acknowledgement --out mail.eml"
)
@click.argument("message", type=click.Choice([message.value for message in Message]))
@click.option(
    "--lang",
    type=click.Choice(list(CATALOGUES)),
    default="en",
    show_default=True,
    help="Language of the mail.",
)
@click.option("--team", default="", help="Key of a team in the desk file, e.g. reseau.")
@click.option(
    "--templates",
    type=click.Path(path_type=Path),
    envvar="FRONTDESK_TEMPLATES",
    help="Folder with templates of your own.",
)
@click.option(
    "--desk",
    type=click.Path(path_type=Path),
    envvar="FRONTDESK_DESK",
    default="desk.yml",
    help="The desk file that names the team.",
)
@click.option("--open", "opens", is_flag=True, help="Show the HTML in the browser.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write it there: .html, .txt, else the whole mail.",
)
def preview(
    message: str,
    lang: str,
    team: str,
    templates: Path | None,
    desk: Path,
    opens: bool,
    out: Path | None,
) -> None:
    """Show a mail filled with made-up facts. Needs no database and sends nothing."""
    own = _proved(templates)
    t = translator_for(lang)
    facts = specimen(Message(message), t, **_of_team(team, desk))
    sender = os.environ.get("MAIL_FROM") or ADDRESS
    try:
        identity = MailIdentity(sender, "preview")
    except ValueError as wrong:
        _fail(f"MAIL_FROM: {wrong}.")
    made = compose(facts, identity=identity, t=t, row=7, at=AT, templates=own)
    text, html = (
        str(part.get_payload(decode=True).decode())  # type: ignore[union-attr]
        for part in made.iter_parts()
    )
    if out is not None:
        whole = {".html": html.encode(), ".txt": text.encode()}
        try:
            out.write_bytes(whole.get(out.suffix.lower(), as_bytes(made)))
        except OSError as fault:
            _fail(f"{out}: {fault.strerror}.")
        click.echo(f"Written to {out}.")
    if opens:
        _show(html)
    if out is None and not opens:
        for name in ("From", "To", "Subject"):
            click.echo(visible(f"{name}: {made[name]}"))
        click.echo(f"\n{text}")


@mail.command(
    epilog="frontdesk mail templates --copy my-templates\n"
    "frontdesk mail templates --check my-templates"
)
@click.option("--copy", "target", type=click.Path(path_type=Path), help="Copy ours to this folder.")
@click.option("--check", "checked", type=click.Path(path_type=Path), help="Prove this folder's.")
def templates(target: Path | None, checked: Path | None) -> None:
    """Copy our templates to begin one's own with, or prove those of a folder.

    Keep the files you change and delete the others: what is missing is taken from ours.
    """
    if target is None and checked is None:
        _fail("Say --copy FOLDER or --check FOLDER.")
    if target is not None:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            _fail(f"{target} is no empty folder.")
        try:
            shutil.copytree(FOLDER, target, dirs_exist_ok=True)
        except (OSError, shutil.Error):
            _fail(f"Not everything could be copied to {target}. May this user write there?")
        click.echo(f"Copied. Change what you like, then set FRONTDESK_TEMPLATES={target}")
    if checked is not None:
        faults = prove(_folder(checked))
        for line in faults:
            click.echo(visible(line), err=True)
        if faults:
            sys.exit(1)
        click.echo("Nothing is wrong with them.")


def _proved(folder: Path | None) -> Templates:
    if folder is None:
        return Templates()
    own = _folder(folder)
    for line in prove(own):
        click.echo(visible(f"{line} (our own template is shown instead)"), err=True)
    return own


def _folder(folder: Path) -> Templates:
    if not folder.is_dir():
        _fail(f"{folder} is no folder.")
    return Templates(folder)


def _of_team(key: str, desk: Path) -> dict[str, Any]:
    """What the desk file says of a team's mails; of the first team where none is asked for."""
    if not key and not desk.exists():
        return {}
    try:
        setup: HouseSetup = read_desk_file(desk)
    except DeskFileFault as fault:
        _fail("\n".join(fault.lines))
    found = next((team for team in setup.teams if team.key == key or not key), None)
    if found is None:
        _fail(f"{desk} has no team {key}; it has {', '.join(team.key for team in setup.teams)}.")
    return {
        "team": Label(found.en, found.fr),
        "key": found.key,
        "style": found.mail,
        "desk": setup.name,
    }


def _show(html: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False, encoding="utf-8") as file:
        file.write(html)
    if not webbrowser.open(Path(file.name).as_uri()):
        click.echo(f"There is no browser here. The mail is in {file.name}")


def _fail(line: str) -> NoReturn:
    click.echo(visible(line), err=True)
    sys.exit(2)
