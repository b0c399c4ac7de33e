"""Which team each address at the door for mail belongs to, as the desk file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.deskfile import DeskFileFault, Node, Reader, root_of
from desk.people import looks_like_address
from mail.ways import Strangers, Way

KNOWN = {"address", "team", "strangers"}


@dataclass(frozen=True)
class Addresses:
    """`otherwise` is the way of every address that the desk file does not name."""

    otherwise: Way
    named: Mapping[str, Way]

    def way(self, recipient: str) -> Way:
        """A mark behind a + makes no difference, unless the file names the address with it."""
        address = recipient.strip().strip("<>").lower()
        local, _, domain = address.rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        return self.named.get(address) or self.named.get(plain) or self.otherwise

    def ways(self, recipients: Sequence[str]) -> tuple[Way, ...]:
        """One for each recipient, in their order; one as well where there is none."""
        return tuple(map(self.way, recipients)) or (self.otherwise,)


def read_addresses(path: Path, strangers: Strangers) -> Addresses:
    """`strangers`: where the file does not say. Raises DeskFileFault with every fault found."""
    return _Addresses(path, strangers).read(root_of(path))


class _Addresses(Reader):
    def __init__(self, path: Path, strangers: Strangers) -> None:
        super().__init__(path)
        self._strangers = strangers

    def read(self, root: Node) -> Addresses:
        desk = self.mapping(root)
        teams = (
            [self.mapping(team) for team in self.items(desk["teams"])] if "teams" in desk else []
        )
        named = dict(self._of_teams(teams))
        keys = {self.text(team.get("key")) for team in teams}
        seen: set[str] = set()
        for item in self.items(desk["addresses"]) if "addresses" in desk else ():
            entry = self.mapping(item)
            self.only(item, entry, KNOWN)
            address = self.text(entry.get("address")).lower()
            if not looks_like_address(address) or address in seen:
                told = f"address is missing, named twice, or no mail address: {address[:60]}"
                self.fault(item, told)
            seen.add(address)
            named[address] = self._way(address, entry, keys)
        if self.faults:
            raise DeskFileFault(self.faults)
        return Addresses(Way("listener", strangers=self._strangers), named)

    def _of_teams(self, teams: Sequence[dict[str, Node]]) -> Iterator[tuple[str, Way]]:
        """Whoever writes to the address that a team writes from means that team."""
        for team in teams:
            style = self.mapping(team["mail"]) if "mail" in team else {}
            address = self.text(style.get("address")).lower()
            if address:
                yield address, Way(address, self.text(team.get("key")), self._strangers)

    def _way(self, address: str, entry: dict[str, Node], teams: set[str]) -> Way:
        team = self.text(entry.get("team")) or None
        if team is not None and team not in teams:
            self.fault(entry["team"], "team is none of the teams above")
        strangers = self.one_of(entry.get("strangers"), tuple(Strangers), "strangers")
        return Way(address, team, Strangers(strangers or self._strangers))
