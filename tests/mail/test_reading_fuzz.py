"""Whatever happened to a mail on its way, it is read, in time, with what is left of its text."""

import random
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.reading import Incoming, read_mail
from tests.mail.specimens import HEAD, encoded, every_shape, letter, mail_of, part, several

SHAPES = every_shape()


def flip(raw, at, dice):
    place = at % max(len(raw), 1)
    return raw[:place] + bytes([dice.randrange(256)]) + raw[place + 1 :]


def cut(raw, at, dice):
    return raw[: at % max(len(raw), 1)]


def cut_out(raw, at, dice):
    place = at % max(len(raw), 1)
    return raw[:place] + raw[place + dice.randrange(200) :]


def repeat_a_line(raw, at, dice):
    lines = raw.split(b"\n")
    line = lines[at % len(lines)]
    lines.insert(dice.randrange(len(lines)), line)
    return b"\n".join(lines)


def damage_a_boundary(raw, at, dice):
    return raw.replace(b"=_", dice.choice([b"=", b"", b"_\r\n", b"--", b'"', b"\0"]), 1 + at % 4)


def lie(raw, at, dice):
    words = [b"utf-8", b"base64", b"quoted-printable", b"7bit", b"text/plain", b"multipart/mixed",
             b"message/rfc822", b"application/ms-tnef", b"application/pkcs7-mime", b"text/html",
             b"text/calendar", b"iso-2022-jp", b"utf-16", b"attachment", b"inline"]  # fmt: skip
    old, new = dice.sample(words, 2)
    return raw.replace(old, new, 1 + at % 3)


def wrap(raw, at, dice):
    return mail_of(several(dice.choice(["mixed", "digest", "related", "alternative", "signed"]),
                           part("message/rfc822", raw), raw))  # fmt: skip


MUTATIONS = [flip, cut, cut_out, repeat_a_line, damage_a_boundary, lie, wrap]


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from(sorted(SHAPES)),
    st.lists(
        st.tuples(st.sampled_from(MUTATIONS), st.integers(0, 100_000)), min_size=1, max_size=5
    ),
    st.integers(0, 10_000),
)
def test_a_damaged_mail_is_read(shape, mutations, seed):
    raw, dice = SHAPES[shape], random.Random(seed)
    for mutate, at in mutations:
        raw = mutate(raw, at, dice)

    mail = read_mail(raw)

    assert isinstance(mail, Incoming)
    assert not set("\n\r\0") & set(mail.subject + mail.from_name + mail.message_id)
    assert "\0" not in mail.text + mail.reply_text + mail.safe_html
    mail.text.encode()
    assert all(file.name and "/" not in file.name for file in mail.attachments)
    names = [file.name.casefold() for file in mail.attachments]
    assert len(names) == len(set(names))


WORDS = st.lists(st.sampled_from(["printer", "tray", "paper", "light", "floor"]), min_size=5)


@settings(deadline=None, max_examples=200)
@given(
    WORDS, st.sampled_from([flip, cut_out, damage_a_boundary]), st.integers(0, 300), st.integers()
)
def test_damage_to_the_head_of_a_part_loses_no_words_of_the_next(words, mutate, at, seed):
    last = part("text/plain; charset=utf-8", " ".join(words) + " the end")
    whole = mail_of(several("mixed", part("text/plain", "first"), last))
    start = whole.index(b"MIME-Version")
    raw = whole[:start] + mutate(whole[start : start + 120], at % 120, random.Random(seed))
    raw += whole[start + 120 :]

    mail = read_mail(raw)

    held = mail.text + "".join(f.data.decode("utf-8", "replace") for f in mail.attachments)
    assert "the end" in held


def flood(n):
    """Mails that cost the more the longer they are."""
    html = "Content-Type: text/html"
    return {
        "nested": HEAD.encode()
        + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (d, d)
                   for d in range(n)),
        "parts": mail_of(several("mixed", *[part("text/plain", "x")] * n)),
        "fields": letter(*[f"X-{i}: y" for i in range(n)]),
        "divs": letter(html, body="<div>" * n),
        "images": letter(html, body="<img src='cid:x" * n),
        "styles": letter(html, body="<b><font color=red><p>" * n),
        "words": letter("Subject: " + "=?utf-8?q?x?=" * n),
        "authors": letter("From: " + '"a' * n),
        "brackets": letter("From: " + "<(" * n),
        "parameters": letter("Content-Type: text/plain; " + 'a="' * n),
        "uuencoded": letter(body="begin 644 a\r\n#86)C\r\n" * n),
        "mails": HEAD.encode() + b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n" * n,
        "calendar": letter("Content-Type: text/calendar", body="BEGIN:VEVENT\r\n" * n),
        "tnef": mail_of(encoded("application/ms-tnef", b"\x78\x9f\x3e\x22" + b"\1\0\0" * n)),
        "der": mail_of(encoded("application/pkcs7-mime", b"\x30\x80" * n)),
        "enriched": letter("Content-Type: text/enriched", body="<param><" * n),
        "flowed": letter("Content-Type: text/plain; format=flowed", body="> x \r\n" * n),
        "quoted": letter("Content-Transfer-Encoding: quoted-printable", body="= \t" * n),
    }  # fmt: skip


def seconds(raw):
    """Of processor time, the least of three."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        read_mail(raw)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("kind", flood(1))
def test_a_longer_flood_costs_no_more_than_its_length(kind):
    once, four_times = (flood(n)[kind] for n in (4_000, 16_000))

    # A square would be 16 times as much; what is below a few milliseconds is noise.
    assert seconds(four_times) < max(seconds(once), 0.01) * 10


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(lambda n: "From: " + '"\\' * n, id="quotes-without-end"),
        pytest.param(lambda n: "Cc: " + "(" * n, id="comments-without-end"),
        pytest.param(lambda n: "References: " + "<" * n, id="ids-without-end"),
    ],
)
def test_a_short_header_costs_no_more_than_its_length(head):
    once, four_times = (letter(head(n)) for n in (2_400, 9_600))

    assert seconds(four_times) < max(seconds(once), 0.01) * 10


def test_html_full_of_ampersands_is_shown_as_text():
    """To clean it takes the square of their number: minutes for these."""
    mail = read_mail(letter("Content-Type: text/html", body="&#x" * 600_000 + "the end"))

    assert mail.safe_html.startswith("<pre>")
    assert mail.safe_html.endswith("the end</pre>")


def test_a_field_folded_again_and_again_is_not_kept_whole():
    raw = letter("Subject: x" + "\r\n y" * 100_000)

    tracemalloc.start()
    read_mail(raw)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < len(raw) * 4


def test_a_large_file_is_not_held_many_times():
    file = bytes(range(256)) * 16_000
    raw = mail_of(several("mixed", part("text/plain", "x"), encoded("application/pdf", file)))

    tracemalloc.start()
    mail = read_mail(raw)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert mail.attachments[0].data == file
    assert most < len(raw) * 4
