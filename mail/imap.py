"""A mailbox on an IMAP server, for a thread of its own: every call here waits for the server.

Nothing here relies on flags that other programs change. What a mail is, its UID says, together with
the number (UIDVALIDITY) that the server changes when it has numbered its mails anew.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError
from imap_tools.utils import encode_folder

from mail.imap_url import ImapServer

PATIENCE = 30.0  # seconds for one answer of the server, or a part of it
_GLANCE = 0.5  # seconds between looks at whether to stop
_SEPARATOR = re.compile(rb'\) "\\?(.)" ')
_HEAD = "MESSAGE-ID FROM DATE SUBJECT REFERENCES IN-REPLY-TO"
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"UID (\d+)")
_AT = re.compile(rb'INTERNALDATE "[^"]*"')
# A server that has no time for anybody (RFC 5530), or too many of ours already.
_LATER = re.compile(r"\[(UNAVAILABLE|LIMIT|INUSE|SERVERBUG|OVERQUOTA)\]|too many|try again", re.I)


class Away(Exception):
    """The server is not to be had, or broke off. Later it may be."""


class Untrusted(Away):
    """The server's certificate is nobody's whom this machine trusts, or another server's."""


class Denied(Exception):
    """The server does not let us in with this password or token."""


class Unreadable(Away):
    """The server answers, but not with this mail."""


class NoFolder(Exception):
    """The folder cannot be opened, or cannot be made."""


class After(StrEnum):
    """What is done in the mailbox with a mail that the desk has taken."""

    KEEP = "keep"
    FLAG = "flag"
    MOVE = "move"
    DELETE = "delete"


@dataclass(frozen=True)
class Folder:
    """`next_uid` is what the next mail to come in will have, at least."""

    uidvalidity: int
    next_uid: int


@dataclass(frozen=True)
class Listed:
    """A mail as the server lists it: nothing large was fetched. `head` are some header fields.
    `size` is 0 where the server does not say it."""

    uid: int
    size: int
    at: datetime | None
    head: bytes


class Imap:
    """One connection. After Away it is of no use any more."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box
        self._client: Any = box.client
        self._idle: Any = box.idle
        self._told_before = 0  # how often it was said how many mails there are, by then

    @classmethod
    def open(cls, server: ImapServer, *, password: str = "", token: str = "") -> Imap:
        """`token` is of OAuth 2; otherwise the password counts."""
        with _told():
            box = _connected(server)
        try:
            with _told(asking=True):
                if token:
                    _bring(box, server.user, token)
                elif password.isascii() and server.user.isascii():
                    box.login(server.user, password, initial_folder=None)
                else:
                    box.login_utf8(server.user, password, initial_folder=None)
        except (Away, Denied):
            _hang_up(box)
            raise
        # Some servers tell of more, such as IDLE and MOVE, once they know who asks.
        with suppress(Exception):
            box.client._get_capabilities()
        return cls(box)

    def select(self, folder: str) -> Folder:
        with _told():
            answer, _ = self._client.select(self._named(folder))
            if answer != "OK":
                raise NoFolder(folder)
            uidvalidity = self._number("UIDVALIDITY")
            next_uid = self._number("UIDNEXT")
            self._told_before = self._times_told()
            return Folder(uidvalidity, next_uid or max(self._above("*"), default=0) + 1)

    def after(self, uid: int) -> list[int]:
        """UIDs above that one, in order."""
        with _told():
            # "n:*" is never empty: it names the last mail, whatever its number.
            return sorted({found for found in self._above(f"{uid + 1}:*") if found > uid})

    def listed(self, uids: Sequence[int]) -> list[Listed]:
        """Those that are still there; only by their number where the server tells less of them."""
        if not uids:
            return []
        wanted = f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS ({_HEAD})])"
        with _told():
            answer = self._ask("FETCH", _sets(uids), wanted)
            told = (_listed(item, tail) for item, tail in _items(answer))
            found = {one.uid: one for one in told if one is not None}
            for uid in self._there(set(uids) - set(found)):
                found[uid] = Listed(uid, 0, None, b"")
        return [found[uid] for uid in sorted(found)]

    def raw(self, uid: int) -> bytes | None:
        """The mail as it came; it is not marked as read. None where it is gone."""
        with _told():
            said, answer = self._client.uid("FETCH", str(uid), "(UID BODY.PEEK[])")
            found = next((item[1] for item in answer if isinstance(item, tuple)), None)
            if said != "OK" or (found is None and self._there({uid})):
                raise Unreadable(f"UID {uid}")
        return found

    def file(self, uids: Sequence[int], after: After, name: str) -> None:
        """Put away what is done. Those that are gone already are no fault."""
        with _told():
            match after:
                case After.FLAG:
                    self._ask("STORE", _sets(uids), "+FLAGS.SILENT", f"({name})")
                case After.MOVE:
                    self._move(uids, name)
                case After.DELETE:
                    self._remove(uids)
                case After.KEEP:
                    pass

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        """Until something comes in, or the time is over; whether something did. Where the server
        has no IDLE it is asked nothing meanwhile."""
        until = time.monotonic() + seconds
        if "IDLE" not in self._client.capabilities:
            while not stopped() and (left := until - time.monotonic()) > 0:
                time.sleep(min(_GLANCE, left))
            return False
        with _told():
            self._idle.start()
            # What came in since the folder was looked at may have been told already.
            told = self._times_told() > self._told_before or self._told_meanwhile(until, stopped)
            self._idle.stop()
            return told

    def close(self) -> None:
        _hang_up(self._box)

    def cut(self) -> None:
        """From another thread: whatever waits for the server ends at once, with Away."""
        with suppress(Exception):
            self._client.sock.shutdown(socket.SHUT_RDWR)

    def _told_meanwhile(self, until: float, stopped: Callable[[], bool]) -> bool:
        while not stopped() and (left := until - time.monotonic()) > 0:
            # What came together with the server's "+ idling" waits in a buffer, not at the socket.
            glance = min(_GLANCE, left)
            begun = time.monotonic()
            lines = self._buffered() or self._idle.poll(timeout=glance)
            if not lines and time.monotonic() - begun < glance / 2 and self._has_ended():
                raise Away("the connection ended")
            if any(b"BYE" in line for line in lines):
                raise Away("the server said goodbye")
            if any(b"EXISTS" in line or b"RECENT" in line for line in lines):
                return True
        return False

    def _buffered(self) -> list[bytes]:
        sock, file = self._client.sock, self._client.file
        patience = sock.gettimeout()
        sock.settimeout(0)
        try:
            return [file.readline()] if b"\n" in file.peek() else []
        except (OSError, ValueError):
            return []
        finally:
            sock.settimeout(patience)

    def _has_ended(self) -> bool:
        """The library takes an end of the connection for silence, and would look again at once."""
        sock, patience = self._client.sock, self._client.sock.gettimeout()
        sock.settimeout(0)
        try:
            if isinstance(sock, ssl.SSLSocket):
                return not self._client.file.peek()
            return not sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            sock.settimeout(patience)

    def _named(self, folder: str) -> str:
        """As the server writes it: a path is given with `/`, and many servers have a dot there."""
        if "/" in folder:
            _, answer = self._client.list('""', '""')
            found = _SEPARATOR.search(answer[0]) if isinstance(answer[0], bytes) else None
            folder = folder.replace("/", found[1].decode("ascii", "replace") if found else "/")
        return _encoded(folder)

    def _times_told(self) -> int:
        # Not the number itself: one mail moved away and one come in leave it as it was.
        return len(self._client.untagged_responses.get("EXISTS") or ())

    def _number(self, name: str) -> int:
        _, values = self._client.response(name)
        return int(values[0]) if values and values[0] else 0

    def _above(self, uids: str) -> list[int]:
        # SEARCH tells all on one line, which of a large mailbox is longer than the library reads.
        answer = self._ask("FETCH", uids, "(UID)")
        lines = (line for line in answer if isinstance(line, bytes))
        return [int(found[1]) for line in lines if (found := _UID.search(line))]

    def _there(self, uids: set[int]) -> set[int]:
        return uids & set(self._above(_sets(uids))) if uids else set()

    def _deleted(self) -> set[int]:
        return {
            int(uid) for line in self._ask("SEARCH", "DELETED") for uid in (line or b"").split()
        }

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        answer, data = self._client.uid(command, *arguments)
        if answer != "OK":
            raise Away(f"{command} was answered {answer}")
        return list(data)

    def _move(self, uids: Sequence[int], folder: str) -> None:
        name = self._named(folder)
        can_move = "MOVE" in self._client.capabilities
        command = "MOVE" if can_move else "COPY"
        answer, _ = self._client.uid(command, _sets(uids), name)
        if answer != "OK":
            made, _ = self._client.create(name)
            answer, _ = self._client.uid(command, _sets(uids), name)
            if answer != "OK":
                raise NoFolder(folder) if made != "OK" else Away(f"{command} was answered {answer}")
        if not can_move:
            self._remove(uids)

    def _remove(self, uids: Sequence[int]) -> None:
        self._ask("STORE", _sets(uids), "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._client.capabilities:
            self._ask("EXPUNGE", _sets(uids))
        elif self._deleted() <= set(uids):
            # Here EXPUNGE takes every mail that is marked, also those of other people's programs:
            # while there are any, ours only stay marked, until somebody tidies up.
            self._client.expunge()


def _bring(box: BaseMailBox, user: str, token: str) -> None:
    """A server that does not take the token says why, and wants to hear nothing before it says no;
    the library would send the token again."""
    said = iter((f"user={user}\1auth=Bearer {token}\1\1".encode(),))
    box.client.authenticate("XOAUTH2", lambda _: next(said, b""))


def _connected(server: ImapServer) -> BaseMailBox:
    context = ssl.create_default_context()
    if not server.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    where: dict[str, Any] = {"host": server.host, "port": server.port, "timeout": PATIENCE}
    if server.tls:
        return MailBox(**where, ssl_context=context)
    if server.starttls:
        return MailBoxStartTls(**where, ssl_context=context)
    return MailBoxUnencrypted(**where)


@contextmanager
def _told(*, asking: bool = False) -> Iterator[None]:
    """What the library, the system and the server say, in our words and without secrets. `asking`
    to be let in, a no means that we are not, unless the server says that it is a matter of time."""
    try:
        yield
    except imaplib.IMAP4.abort as broken:
        raise Away(type(broken).__name__) from None
    except (MailboxLoginError, imaplib.IMAP4.error) as refused:
        if asking and not _LATER.search(str(refused)):
            raise Denied from None
        raise Away(type(refused).__name__) from None
    except ssl.SSLCertVerificationError as wrong:
        raise Untrusted(wrong.verify_message) from None
    except (ImapToolsError, OSError, EOFError, ValueError) as fault:
        raise Away(type(fault).__name__) from None


def _hang_up(box: BaseMailBox) -> None:
    with suppress(Exception):
        box.client.sock.settimeout(2.0)
        box.client.logout()
    with suppress(Exception):
        box.client.shutdown()


def _encoded(folder: str) -> str:
    return '"' + encode_folder(folder).decode("ascii").strip('"') + '"'


def _sets(uids: Iterable[int]) -> str:
    """`1:3,7`: many UIDs on one line."""
    parts: list[list[int]] = []
    for uid in sorted(uids):
        if parts and uid == parts[-1][1] + 1:
            parts[-1][1] = uid
        else:
            parts.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in parts)


def _items(answer: list[Any]) -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    """Each literal with what stands behind it: some servers tell the UID there."""
    for number, item in enumerate(answer):
        if isinstance(item, tuple):
            following = answer[number + 1] if number + 1 < len(answer) else b""
            yield item, following if isinstance(following, bytes) else b""


def _listed(item: tuple[bytes, bytes], tail: bytes) -> Listed | None:
    said = item[0] + tail
    uid, size = _UID.search(said), _SIZE.search(said)
    if uid is None or size is None:
        return None
    at = _AT.search(said)
    moment = imaplib.Internaldate2tuple(at[0]) if at else None
    when = datetime.fromtimestamp(time.mktime(moment), UTC) if moment else None
    return Listed(int(uid[1]), int(size[1]), when, item[1])
