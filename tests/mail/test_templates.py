"""Templates of the administrator's own: the most particular counts, a broken one stops nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError

from desk.effects import Message
from desk.words import Words
from locales.translator import translator_for
from mail.extraction import ABOVE
from mail.proving import prove
from mail.render import rendered
from mail.specimens import specimen
from mail.templating import FOLDER, NAMES, Templates
from tests.facts import a_public_entry, mail_facts
from tests.mail.cases import IDENTITY

ENGLISH, FRENCH = translator_for("en"), translator_for("fr")
BODY = '{% extends "layout.txt" %}{% block lead %}MARK\n{% endblock %}'


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def text_of(templates, t=ENGLISH, message=Message.RESOLVED, **changes):
    return rendered(mail_facts(message, **changes), IDENTITY, t, templates).text


def test_every_template_of_ours_can_be_one_of_theirs():
    ours = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}

    assert ours == set(NAMES)


def test_a_copy_of_ours_makes_the_same_mails(tmp_path):
    for name in NAMES:
        put(tmp_path, name, (FOLDER / name).read_text())
    theirs = Templates(tmp_path)

    assert prove(theirs) == ()
    for message in Message:
        facts = specimen(message, FRENCH)
        assert rendered(facts, IDENTITY, FRENCH, theirs) == rendered(facts, IDENTITY, FRENCH)


def test_the_most_particular_template_counts(tmp_path):
    put(tmp_path, "resolved/body.txt", BODY.replace("MARK", "for all"))
    put(tmp_path, "resolved/body.fr.txt", BODY.replace("MARK", "pour tous"))
    put(tmp_path, "teams/network/resolved/body.txt", BODY.replace("MARK", "the network's"))
    theirs = Templates(tmp_path)

    assert prove(theirs) == ()
    assert text_of(theirs).startswith("for all")
    assert text_of(theirs, FRENCH).startswith("pour tous")
    assert text_of(theirs, team_key="network").startswith("the network's")
    assert text_of(theirs, team_key="other").startswith("for all")
    assert text_of(theirs, message=Message.REPLY) == text_of(Templates(), message=Message.REPLY)


@pytest.mark.parametrize("key", ["..", ".", "../resolved", "/etc", "a/b", "\\x"])
def test_a_teams_key_leads_to_no_other_folder(tmp_path, key):
    put(tmp_path, "resolved/body.txt", BODY)

    assert text_of(Templates(tmp_path), team_key=key).startswith("MARK")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("one\n{% if %}", 2, "Expected an expression"),
        ("one\ntwo\n{{ nobody }}", 3, "'nobody' is undefined"),
        ("{{ facts.nothing }}", 1, "has no attribute 'nothing'"),
        ("\n{{ facts.__class__.__mro__ }}", 2, "is unsafe"),
        ('{% extends "nowhere.txt" %}', 1, "nowhere.txt"),
        ("\n\n{{ 1 / 0 }}", 3, "division by zero"),
    ],
    ids=["syntax", "name", "attribute", "escape", "parent", "arithmetic"],
)
def test_a_fault_is_told_with_file_and_line_and_the_mail_goes_out_in_ours(
    tmp_path, text, line, said
):
    path = put(tmp_path, "resolved/body.txt", text)
    theirs = Templates(tmp_path)

    (fault,) = prove(theirs)

    assert fault.startswith(f"{path}:{line}: ")
    assert said in fault
    assert text_of(theirs) == text_of(Templates())


def test_a_fault_in_one_language_leaves_the_other_one_alone(tmp_path):
    put(tmp_path, "resolved/body.txt", BODY)
    put(tmp_path, "resolved/body.fr.txt", "{{ rien }}")
    theirs = Templates(tmp_path)

    assert len(prove(theirs)) == 1
    assert text_of(theirs).startswith("MARK")
    assert text_of(theirs, FRENCH) == text_of(Templates(), FRENCH)


def test_a_fault_that_no_proof_met_still_stops_no_mail(tmp_path):
    put(tmp_path, "resolved/body.txt", "{% if facts.ticket == 99 %}{{ nobody }}{% endif %}")
    theirs = Templates(tmp_path)

    assert prove(theirs) == ()
    assert text_of(theirs, ticket=99) == text_of(Templates(), ticket=99)


def test_a_mistyped_name_is_told(tmp_path):
    path = put(tmp_path, "teams/network/resolved/boddy.txt", "x")

    (fault,) = prove(Templates(tmp_path))

    assert fault.startswith(f"{path}: is the name of no template")


def test_what_people_write_is_escaped_in_their_templates_too(tmp_path):
    evil = "<script>alert(1)</script>"
    put(
        tmp_path,
        "reply/body.html",
        "<body>{{ subject }}{{ words | as_html }}{{ subject | as_html }}</body>",
    )
    facts = mail_facts(subject=evil, entry=a_public_entry(words=Words.plain(evil)))

    html = rendered(facts, IDENTITY, ENGLISH, Templates(tmp_path)).html

    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 3
    assert ABOVE in html


def test_a_template_cannot_reach_behind_its_facts(tmp_path):
    put(tmp_path, "reply/body.txt", "{{ t.__init__.__globals__ }}")
    own = Templates(tmp_path).own(Message.REPLY, "", "en")

    with pytest.raises(SecurityError):
        own.get_template("reply/body.txt").render(t=ENGLISH)
