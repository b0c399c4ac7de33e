"""What was promised is there after the process is killed."""

from __future__ import annotations

import asyncio
import sys

from storage.store import SqlStore

_PROMISE_UNTIL_KILLED = """
import asyncio, sys
from storage.store import SqlStore

async def promise():
    store = SqlStore(sys.argv[1])
    while True:
        person = await store.write(lambda tx: tx.people.add("Ada", None, None, "en"))
        print(person.id, flush=True)

asyncio.run(promise())
"""


async def test_what_was_answered_survives_a_killed_process(database_url: str):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROMISE_UNTIL_KILLED, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    promised = [int(await process.stdout.readline()) for _ in range(20)]

    process.kill()
    promised += [int(line) for line in (await process.communicate())[0].split()]

    store = SqlStore(database_url)
    kept = await store.read(lambda tx: tx.people.many(promised))
    assert sorted(kept) == promised
    store.close()
