"""Who acts, remembered for a minute, since each click asks for their language before all else.

Only words and forms are made from it. What somebody may do is read from the database within each
command, which may therefore refuse what a form offered them a minute ago.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desk.people import Actor

REMEMBERED = timedelta(minutes=1)  # another process may have learned something new about them
MOST = 10_000  # people; whoever comes after that many begins anew


class Viewers:
    def __init__(self) -> None:
        self._known: dict[str, tuple[Actor, datetime]] = {}
        self._times_forgotten = 0

    def get(self, handle: str, now: datetime) -> Actor | None:
        actor, since = self._known.get(handle, (None, now))
        return actor if timedelta(0) <= now - since < REMEMBERED else None

    @property
    def moment(self) -> int:
        """To be taken before reading, and handed to `keep`."""
        return self._times_forgotten

    def keep(self, handle: str, actor: Actor, now: datetime, moment: int) -> None:
        """Nothing is kept of what was read before everybody was forgotten, or of somebody of whom
        nobody knows yet who they are."""
        person = actor.person
        if moment != self._times_forgotten or person.id < 0 or person.name == person.slack_id:
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[handle] = (actor, now)

    def forget(self) -> None:
        """Something about people changed."""
        self._times_forgotten += 1
        self._known.clear()
