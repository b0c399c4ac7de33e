"""An answer read once more, when it is known which mails of ours it may quote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from desk.journal import Entry, Kind
from mail.extraction import own_words, passes_on
from mail.reading import Incoming
from mail.tidy import printable
from mail.words_text import words_text

_SENT = (Kind.REPLY, Kind.RESOLVED)
_MOST = 20  # of the newest: an answer seldom quotes what is older


def knowing_sent(mail: Incoming, journal: Iterable[Entry]) -> Incoming:
    """The mail, its `reply_text` without what the ticket's journal says that we sent.

    Where a mail program left neither marks nor a line above what it quotes, only this tells.
    """
    said = [entry for entry in journal if entry.is_public and entry.kind in _SENT]
    sent = [words_text(entry.words) for entry in said[-_MOST:] if entry.words.blocks]
    if not sent:
        return mail
    own = own_words(mail.text, mail.html, sent, forwards=passes_on(mail.subject))
    return replace(mail, reply_text=printable(own))
