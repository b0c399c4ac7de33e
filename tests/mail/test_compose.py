import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import getaddresses
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.effects import Message
from desk.words import BlockKind, Span, TextBlock, Words
from locales.translator import translator_for
from mail.compose import compose
from mail.extraction import ABOVE
from mail.headers import POLICY
from mail.render import filled_in, rendered
from mail.templating import FOLDER, Loader, environment
from mail.wire import as_bytes
from tests.facts import NOW, a_person, a_public_entry, mail_facts
from tests.mail.cases import CASES, DEAF, IDENTITY, golden_file, part
from tests.pseudo import PseudoTranslator

ENGLISH = translator_for("en")
PLAIN = environment(Loader((FOLDER,), ""))


def composed(facts, identity=IDENTITY, t=ENGLISH):
    return compose(facts, identity=identity, t=t, row=7, at=NOW)


def raw_header(mail, name):
    """The header as it travels, unfolded."""
    head = mail.as_bytes().partition(b"\r\n\r\n")[0].decode("ascii")
    found = re.search(rf"^{name}: ([^\r]*(?:\r\n[ \t][^\r]*)*)", head, re.MULTILINE)
    return found[1].replace("\r\n", "") if found else None


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", CASES)
def test_a_mail_reads_as_its_golden_file(name, language, kind):
    mail = CASES[name].mail(translator_for(language))

    assert part(mail, kind) == golden_file(name, language, kind).read_text(encoding="utf-8")


def test_each_golden_file_has_its_mail():
    expected = {
        golden_file(name, language, kind)
        for name in CASES
        for language in ("en", "fr")
        for kind in ("plain", "html")
    }

    assert set(golden_file("x", "en", "plain").parent.iterdir()) == expected


def test_a_technicians_reply_comes_from_them_and_is_answered_to_the_ticket():
    mail = composed(mail_facts(Message.REPLY))

    assert mail["From"] == "Pierre Durand (Workstations) <support@desk.example>"
    assert mail["To"] == "Paul Smith <paul@example.org>"
    assert mail["Subject"] == "[R-000042] Printer on the 3rd floor jams"
    assert mail["Date"] == "Tue, 24 Nov 2026 13:00:00 +0000"
    assert IDENTITY.read_token(getaddresses([mail["Reply-To"]])[0][1]) == (42, 1)
    assert mail["Auto-Submitted"] is None
    assert mail["X-Auto-Response-Suppress"] is None


@pytest.mark.parametrize(
    ("message", "submitted", "suppressed"),
    [
        (Message.ACKNOWLEDGEMENT, "auto-replied", "All"),
        (Message.RESOLVED, "auto-generated", "OOF, AutoReply"),
    ],
)
def test_a_mail_of_the_desk_itself_asks_machines_to_be_silent(message, submitted, suppressed):
    mail = composed(mail_facts(message))

    assert mail["From"] == "Frontdesk <support@desk.example>"
    assert mail["Auto-Submitted"] == submitted
    assert mail["X-Auto-Response-Suppress"] == suppressed
    assert mail["X-Frontdesk-Loop"] == "desk.example"


def test_a_mail_hangs_on_the_tickets_root_and_answers_the_last_one():
    mail = composed(mail_facts(references=("<first@example.org>", "<last@example.org>")))

    assert mail["Message-ID"] == IDENTITY.message_id(7, 42)
    assert mail["In-Reply-To"] == "<last@example.org>"
    assert mail["References"].split() == [
        IDENTITY.root_id(42),
        "<first@example.org>",
        "<last@example.org>",
    ]


def test_the_first_mail_of_a_ticket_answers_the_root():
    mail = composed(mail_facts(references=()))

    assert mail["In-Reply-To"] == mail["References"] == IDENTITY.root_id(42)


def test_a_mail_tried_again_is_the_same_mail():
    facts = mail_facts()

    assert composed(facts).as_bytes() == composed(facts).as_bytes()


def test_a_mail_that_cannot_be_answered_has_no_reply_address():
    assert composed(mail_facts(), DEAF)["Reply-To"] is None


def test_an_acknowledgement_of_a_mail_repeats_nothing_of_it():
    facts = mail_facts(
        Message.ACKNOWLEDGEMENT,
        subject="Buy cheap things",
        entry=a_public_entry(words="at bad.example"),
        references=("<stranger@bad.example>",),
    )

    mail = composed(facts)

    whole = mail["Subject"] + part(mail, "plain") + part(mail, "html")
    assert "cheap" not in whole
    assert "bad.example" not in whole


def test_nobody_without_an_address_is_written_to():
    with pytest.raises(ValueError):
        composed(mail_facts(to=a_person(email=None)))


IDS = st.lists(st.from_regex(r"<[!-;=?A-Z^-~]{3,250}@[a-z.-]{1,40}>", fullmatch=True), max_size=60)


@settings(deadline=None)
@given(IDS)
def test_ids_are_never_encoded_and_never_too_many(ids):
    mail = composed(mail_facts(references=tuple(ids)))

    for name in ("Message-ID", "In-Reply-To", "References"):
        raw = raw_header(mail, name)
        assert raw is not None
        assert raw == str(mail[name])
        assert len(raw) <= 1_500
    others = [found for found in ids if found not in (mail["Message-ID"], IDENTITY.root_id(42))]
    if others:
        kept = mail["References"].split()[1:]
        assert kept[0] == others[0]
        assert kept[-1] == others[-1]


@pytest.mark.parametrize(
    "hostile",
    ["<a b@c>", "no brackets", "<a@b>\r\nBcc: <x@y>", "<é@b>", "<" + "x" * 400 + "@b>", ""],
    ids=["blank", "bare", "injection", "not ASCII", "endless", "empty"],
)
def test_a_strangers_malformed_id_is_left_out(hostile):
    mail = composed(mail_facts(references=("<good@example.org>", hostile)))

    assert mail["In-Reply-To"] == "<good@example.org>"
    assert mail["References"].split()[1:] == ["<good@example.org>"]
    assert mail["Bcc"] is None


@settings(deadline=None)
@given(name=st.text(max_size=150), subject=st.text(max_size=300), author=st.text(max_size=80))
def test_no_name_or_subject_breaks_the_headers(name, subject, author):
    facts = mail_facts(to=a_person(name=name), subject=subject, author=author)

    raw = composed(facts).as_bytes()

    read = message_from_bytes(raw, policy=default)
    assert [address for _, address in getaddresses([str(read["To"])])] == ["person9@example.org"]
    assert str(read["Subject"]).startswith("[R-000042]")
    assert set(read.keys()) <= {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
        "Content-Language", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "name",
    ["Zoë Müller, Dr.", 'Paul "PJ" Smith', "Smith, Paul", "=?utf-8?q?x?=", "Łukasz " * 12, "名前"],
)
def test_a_name_arrives_as_it_was(name):
    mail = composed(mail_facts(to=a_person(name=name)))

    ((shown, address),) = getaddresses([raw_header(mail, "To")])
    assert str(make_header(decode_header(shown))) == name.strip()
    assert address == "person9@example.org"


@pytest.mark.parametrize(
    "subject",
    [
        "L'imprimante du 3ᵉ étage bourre encore",
        "a " * 70 + "b",
        "=?utf-8?b?eA==?=",
        "プリンター" * 9,
    ],
)
def test_a_subject_arrives_as_it_was(subject):
    mail = composed(mail_facts(subject=subject))

    shown = str(make_header(decode_header(raw_header(mail, "Subject"))))
    assert shown == f"[R-000042] {subject}"


def test_an_address_in_a_foreign_script_travels_in_its_ascii_form():
    mail = composed(mail_facts(to=a_person(email="paul@bücher.example")))

    assert raw_header(mail, "To").endswith("<paul@xn--bcher-kva.example>")


SPANS = st.builds(
    Span,
    text=st.text(max_size=60),
    bold=st.booleans(),
    italic=st.booleans(),
    strike=st.booleans(),
    code=st.booleans(),
    link=st.none() | st.text(max_size=30) | st.just("https://desk.example/?a=1&b=2"),
)
WORDS = st.lists(
    st.builds(
        TextBlock,
        kind=st.sampled_from(BlockKind),
        spans=st.lists(SPANS, max_size=3).map(tuple),
        indent=st.integers(0, 12),
    ),
    max_size=6,
).map(lambda blocks: Words(tuple(blocks)))


@settings(deadline=None, max_examples=60)
@given(WORDS, st.sampled_from(Message))
def test_any_words_make_a_whole_mail(words, message):
    mail = composed(mail_facts(message, entry=a_public_entry(words=words), references=()))

    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert not read.defects
    assert [p.get_content_type() for p in read.iter_parts()] == ["text/plain", "text/html"]
    assert "R-000042" in part(read, "plain")
    assert part(read, "html").rstrip().endswith("</html>")


def test_nothing_a_person_wrote_acts_as_markup():
    evil = Words.plain("<script>alert(1)</script> {{ 7 * 7 }} &amp; <img src=x onerror=alert(1)>")
    facts = mail_facts(entry=a_public_entry(words=evil), subject="<b>x</b>", author="<i>Eve</i>")

    html = part(composed(facts), "html")

    assert "<script" not in html
    assert "<img" not in html
    assert "<b>x" not in html
    assert "<i>Eve" not in html
    assert "{{ 7 * 7 }}" in html


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://a b", "//x"]
)
def test_only_harmless_links_stay_links(link):
    words = Words((TextBlock(BlockKind.PARAGRAPH, (Span("press here", link=link),)),))

    html = part(composed(mail_facts(entry=a_public_entry(words=words))), "html")

    assert "press here" in html
    assert "<a " not in html


def test_dark_mode_survives_the_inlining():
    html = part(composed(mail_facts()), "html")

    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert 'lang="en"' in html
    assert 'dir="auto"' in html


def test_our_mark_stands_above_everything_that_is_shown():
    html = part(composed(mail_facts()), "html")

    assert html.index(ABOVE) < html.index("Could you tell me the model?")


@pytest.mark.parametrize("name", CASES)
def test_no_sentence_escapes_translation(name):
    case = CASES[name]
    facts = replace(case.facts, entry=a_public_entry(words="their words"))

    text = part(composed(facts, case.identity, PseudoTranslator()), "plain")

    said = re.sub(r"⟦[^⟧]*⟧", "", text)
    code = case.identity.body_mark(facts.ticket)
    for known in (facts.author, facts.team.en, facts.reference, facts.subject, "their words", code):
        said = said.replace(known, "") if known else said
    assert said.strip("-· \n") == ""


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_colour_of_text_can_be_read_in_light_and_in_dark():
    css = (golden_file("x", "en", "html").parents[3] / "mail/templates/style.css").read_text()
    light, dark = css.split("@media")

    for theme, grounds in ((light, ("#ffffff", "#f1f2f4")), (dark, ("#1b1c1f", "#2a2c30"))):
        colours = re.findall(r"[^-]color: (#[0-9a-f]{6})", theme)
        assert len(colours) >= 4
        for colour in colours:
            for ground in grounds:
                bright, dim = sorted((_luminance(colour), _luminance(ground)), reverse=True)
                assert (bright + 0.05) / (dim + 0.05) >= 4.5, (colour, ground)


@settings(deadline=None, max_examples=60)
@given(WORDS, st.sampled_from(Message), st.booleans())
def test_a_mail_travels_as_the_standard_library_would_write_it(words, message, utf8):
    mail = composed(mail_facts(message, entry=a_public_entry(words=words), subject="Füße & ‰"))

    assert as_bytes(mail, utf8=utf8) == mail.as_bytes(policy=POLICY.clone(utf8=utf8))


@settings(deadline=None, max_examples=100)
@given(
    WORDS,
    st.sampled_from(Message),
    st.sampled_from(["", "Paul Smith", "Eve \"<&'>"]),
    st.sampled_from(["", "A subject", "a & b <c>\u00a0d"]),
    st.sampled_from([(), ("<1@example.org>",)]),
    st.booleans(),
    st.sampled_from([IDENTITY, DEAF]),
)
def test_a_mail_from_a_shape_is_the_mail_that_its_template_makes(
    words, message, author, subject, references, for_beneficiary, identity
):
    facts = mail_facts(
        message,
        entry=a_public_entry(words=words),
        author=author,
        subject=subject,
        references=references,
        for_beneficiary=for_beneficiary,
    )

    quick = rendered(facts, identity, ENGLISH)

    slow = filled_in(PLAIN, facts, identity, ENGLISH)
    assert (quick.subject, quick.text) == (slow.subject, slow.text)
    assert_same_html(quick.html, slow.html)


def assert_same_html(one, other):
    """As a reader's program understands them."""
    assert events(one) == events(other)


def events(html):
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, attrs))

        def handle_endtag(self, tag):
            found.append(("/", tag))

        def handle_data(self, data):
            if found and found[-1][0] == "text":
                data = found.pop()[1] + data
            found.append(("text", data))

    reader = Reader()
    reader.feed(html)
    reader.close()
    return found
