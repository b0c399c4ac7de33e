"""`python -m bench`: ours beside the floor and an ordinary build, in one run."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

import click

from bench.databases import databases
from bench.rounds import FULL, QUICK, Measured, Size, measure
from bench.servers import ROOT, Server, start
from bench.table import as_json, machine, ratio_lines, value_lines


@click.command()
@click.option("--quick", is_flag=True, help="Fewer of everything: about a minute.")
@click.option(
    "--database",
    type=click.Choice(["sqlite", "postgresql"]),
    default="sqlite",
    show_default=True,
    help="PostgreSQL is the server of DATABASE_URL, or one started for this.",
)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write everything here.")
def main(quick: bool, database: str, file: Path | None) -> None:
    """Measure the bot beside the floor under it and beside an ordinary build.

    Trust the ratios: each is of two neighbours in one round. Single times belong to this machine
    and this moment.
    """
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=build))
    try:
        with databases(database, folder) as urls:
            found = asyncio.run(_run(urls, QUICK if quick else FULL, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    click.echo(f"\n{machine()}, {database}\n")
    for line in (*ratio_lines(found, database), "", *value_lines(found)):
        click.echo(line)
    if file is not None:
        file.write_text(as_json(found, database) + "\n", encoding="utf-8")


async def _run(urls: dict[str, str], size: Size, folder: Path) -> Measured:
    servers: list[Server] = []
    try:
        for name, url in urls.items():
            own = folder / name
            own.mkdir()
            servers.append(await start(name, url, own))
        return await measure(servers, size, folder, lambda line: click.echo(line, err=True))
    finally:
        for server in servers:
            server.stop()
            await server.slack.stop()
            await server.mail.stop()


if __name__ == "__main__":
    main()
