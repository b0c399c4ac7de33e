"""The desk file, loaded: as it says, and without forgetting what tickets still point at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.labels import Label
from desk.organisation import (
    PLAIN_STYLE,
    CatalogueEntry,
    House,
    MailStyle,
    ResolutionCode,
    Team,
)
from desk.people import Person
from desk.ports import EntrySetup
from desk.ticket import Impact, Urgency
from storage.store import SqlStore
from tests.storage.house import SETUP, a_person


async def test_the_house_is_as_the_desk_file_says(desk: SqlStore):
    assert await desk.read(lambda tx: tx.organisation.house()) == House("fr", 2, "Acme", "C0ADMIN")


async def test_a_database_without_a_desk_file_has_no_house(store: SqlStore):
    with pytest.raises(LookupError, match="desk file"):
        await store.read(lambda tx: tx.organisation.house())


async def test_teams_come_in_the_files_order_with_their_lead(desk: SqlStore):
    network, front = await desk.read(lambda tx: tx.organisation.teams())
    eve = await desk.read(lambda tx: tx.people.by_handle("eve@acme.example"))

    assert eve is not None
    assert network == Team(1, "network", Label("Network", "Réseau"), "C0NET", "en")
    assert front == Team(2, "desk", Label("Desk", "Accueil"), None, "fr", lead=eve.id)
    assert await desk.read(lambda tx: tx.organisation.team(2)) == front


async def test_a_team_keeps_how_its_mails_look_until_the_file_says_otherwise(desk: SqlStore):
    style = MailStyle("[N]", Label("Wires", "Fils"), "n@acme.example", Label("Bye", "À bientôt"))
    network, front = SETUP.teams

    styled = replace(SETUP, teams=(replace(network, mail=style), front))
    await desk.write(lambda tx: tx.organisation.load(styled))
    told = await desk.read(lambda tx: tx.organisation.team(1))
    await desk.write(lambda tx: tx.organisation.load(SETUP))

    assert told.mail == style
    assert (await desk.read(lambda tx: tx.organisation.team(1))).mail == PLAIN_STYLE


async def test_a_team_that_never_was_is_not_found(desk: SqlStore):
    with pytest.raises(LookupError):
        await desk.read(lambda tx: tx.organisation.team(9))


async def test_catalogue_and_codes_come_whole_and_in_order(desk: SqlStore):
    catalogue = await desk.read(lambda tx: tx.organisation.catalogue())
    codes = await desk.read(lambda tx: tx.organisation.codes())

    child, parent = catalogue.entries
    assert child == CatalogueEntry(
        child.id, "wifi.slow", Label("Slow", "Lent"), parent.id, urgency=Urgency.LOW
    )
    assert parent == CatalogueEntry(
        parent.id, "wifi", Label("Wi-Fi", "Wi-Fi"), None, team=1, impact=Impact.SERVICE
    )
    assert codes == (
        ResolutionCode("fixed", Label("Fixed", "Réparé")),
        ResolutionCode("advice", Label("Advice", "Conseil")),
    )


async def test_members_known_by_address_only_have_a_readable_name(desk: SqlStore):
    (ada,) = await desk.read(lambda tx: tx.organisation.members(1))

    assert (ada.name, ada.email, ada.language) == ("Ada King", "ada.king@acme.example", "fr")


async def test_members_are_matched_with_people_learned_later(desk: SqlStore):
    def learn(tx):
        tx.people.learn(Person(0, "Ada Lovelace", "ada.king@acme.example", "U1"))
        tx.people.learn(Person(0, "Zoe", None, "U2"))
        tx.people.rejoin_teams()

    await desk.write(learn)

    members = await desk.read(lambda tx: tx.organisation.members(1))
    assert [(m.name, m.slack_id) for m in members] == [("Ada Lovelace", "U1"), ("Zoe", "U2")]


async def test_members_who_left_are_not_shown(desk: SqlStore):
    await desk.write(
        lambda tx: tx.people.learn(Person(0, "Ada", "ada.king@acme.example", "U1", active=False))
    )

    assert await desk.read(lambda tx: tx.organisation.members(1)) == ()


async def test_loading_again_keeps_ids_and_changes_names(desk: SqlStore):
    renamed = replace(SETUP.teams[0], en="Networks", channel="C0NEW")
    changed = replace(SETUP, name="Acme Ltd", teams=(SETUP.teams[1], renamed))

    await desk.write(lambda tx: tx.organisation.load(changed))

    teams = await desk.read(lambda tx: tx.organisation.teams())
    assert [(team.id, team.label.en, team.channel) for team in teams] == [
        (2, "Desk", None),
        (1, "Networks", "C0NEW"),
    ]
    assert (await desk.read(lambda tx: tx.organisation.house())).name == "Acme Ltd"


async def test_what_vanishes_is_obsolete_and_what_returns_is_in_use(desk: SqlStore):
    smaller = replace(
        SETUP,
        teams=SETUP.teams[1:],
        catalogue=(EntrySetup("wifi", None, "Wi-Fi", "Wi-Fi"),),
        codes=SETUP.codes[:1],
    )

    await desk.write(lambda tx: tx.organisation.load(smaller))

    assert [t.key for t in await desk.read(lambda tx: tx.organisation.teams())] == ["desk"]
    assert (await desk.read(lambda tx: tx.organisation.team(1))).obsolete
    catalogue = await desk.read(lambda tx: tx.organisation.catalogue())
    assert {e.key: e.obsolete for e in catalogue.entries} == {"wifi": False, "wifi.slow": True}
    codes = await desk.read(lambda tx: tx.organisation.codes())
    assert {code.key: code.obsolete for code in codes} == {"fixed": False, "advice": True}
    assert (await desk.read(lambda tx: tx.people.actor("ada.king@acme.example"))).teams == set()

    await desk.write(lambda tx: tx.organisation.load(SETUP))

    assert not (await desk.read(lambda tx: tx.organisation.team(1))).obsolete


async def test_administrators_are_those_the_file_names_now(desk: SqlStore):
    await desk.write(
        lambda tx: tx.organisation.load(replace(SETUP, administrators=("U9", "U9 ", "")))
    )

    assert (await desk.read(lambda tx: tx.people.actor("U9"))).is_administrator
    boss = await desk.read(lambda tx: tx.people.actor("boss@acme.example"))
    assert not boss.is_administrator


async def test_the_person_behind_a_member_is_not_made_twice(desk: SqlStore):
    await desk.write(lambda tx: a_person(tx, "Gus", email="gus@acme.example"))
    team = replace(SETUP.teams[0], members=("GUS@acme.example",))
    before = await desk.read(lambda tx: tx.people.count())

    await desk.write(lambda tx: tx.organisation.load(replace(SETUP, teams=(team, SETUP.teams[1]))))

    assert await desk.read(lambda tx: tx.people.count()) == before
    assert [m.name for m in await desk.read(lambda tx: tx.organisation.members(1))] == ["Gus"]
