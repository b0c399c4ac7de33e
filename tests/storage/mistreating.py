"""Ways to make a PostgreSQL server fail at a chosen moment."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

TWICE, ALWAYS = 2, 1_000_000

_FAIL = """
CREATE SEQUENCE failed;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF nextval('failed') <= {times} THEN {how}; END IF; RETURN NEW; END $$;
CREATE {kind} TRIGGER fail {moment} INSERT ON people {deferred} FOR EACH ROW EXECUTE FUNCTION fail()
"""
# A sequence counts on when its transaction is undone.
_RECOVER = "DROP FUNCTION fail CASCADE; DROP SEQUENCE failed"


@contextmanager
def new_people_fail(
    url: str, how: str, times: int = TWICE, *, at_commit: bool = False
) -> Iterator[None]:
    """`how` is what the server does, in its own words, when somebody is added."""
    kind, moment, deferred = "", "BEFORE", ""
    if at_commit:
        kind, moment, deferred = "CONSTRAINT", "AFTER", "DEFERRABLE INITIALLY DEFERRED"
    values = {"how": how, "times": times, "kind": kind, "moment": moment, "deferred": deferred}
    _run(url, _FAIL.format(**values))
    try:
        yield
    finally:
        _run(url, _RECOVER)


def raises(code: str) -> str:
    return f"RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'"


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


class Passage:
    """A way to the server that can lose the answer to a COMMIT: it was done, and nobody knows."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self.losses = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(self._server))
        lost = False

        async def forth() -> None:
            nonlocal lost
            while data := await reader.read(65536):
                if b"COMMIT\0" in data and self.losses > 0:
                    self.losses -= 1
                    lost = True
                back.write(data)

        async def home() -> None:
            while data := await there.read(65536):
                if lost:
                    break
                writer.write(data)

        going = [asyncio.create_task(forth()), asyncio.create_task(home())]
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(going, return_when=asyncio.FIRST_COMPLETED)
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        for end in (back, writer):
            end.close()


@asynccontextmanager
async def a_passage(url: str) -> AsyncIterator[tuple[Passage, str]]:
    """And the URL that leads through it."""
    parsed = make_url(url)
    passage = Passage(Path(str(parsed.query["host"])) / ".s.PGSQL.5432")
    server = await asyncio.start_server(passage.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = parsed.set(host="127.0.0.1", port=port, query={})
    async with server:
        yield passage, through.render_as_string(hide_password=False)
