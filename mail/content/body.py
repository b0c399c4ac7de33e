"""One walk through the parts of a mail: its text, its HTML, its files, what to say about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mail.attachment import Attachment
from mail.content import inline, plain, smime, tnef
from mail.content.calendar import invite_of
from mail.content.files import Files, Found
from mail.content.images import is_decoration
from mail.content.limits import INNER_MAILS, LINKS
from mail.content.names import split
from mail.content.sanitise import links_in, safe_html
from mail.content.structure import Part, parse
from mail.content.transfer import uu_files
from mail.decoding import decoded_header
from mail.extraction import LONGEST_HTML, LONGEST_TEXT, html_text
from mail.notices import Notice, NoticeKind
from mail.tidy import one_line, printable

_MESSAGES = {"message/rfc822", "message/global", "message/news"}
_SIGNATURES = {
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/pgp-encrypted",
}  # fmt: skip
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_CALENDARS = {"text/calendar", "application/ics", "text/x-vcalendar"}
_REPORTS = {
    "message/delivery-status", "message/disposition-notification", "message/feedback-report",
    "text/rfc822-headers", "message/global-delivery-status",
}  # fmt: skip
_TEXTS = {"text/plain", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"}
_FILES = {
    "text/vcard", "text/x-vcard", "text/directory", "text/x-amp-html", "text/css", "text/rtf",
    "text/csv",
}  # fmt: skip
_BY_EXTENSION = {
    ".ics": "text/calendar",
    ".eml": "message/rfc822",
    ".p7m": "application/pkcs7-mime",
}
_UNSAID = {"application/octet-stream", "application/x-octet-stream", "application/unknown"}


@dataclass(frozen=True)
class Content:
    text: str
    html: str | None  # with marks where images stood
    safe_html: str
    attachments: tuple[Attachment, ...]
    notices: tuple[Notice, ...]
    inner: tuple[bytes, ...]  # the mails inside this one


@dataclass
class _Piece:
    """A stretch of the mail in one or two versions, or the place of an image (`file`)."""

    text: str | None = None
    html: str | None = None
    file: int | None = None

    @property
    def is_blank(self) -> bool:
        return not (self.text or "").strip() and self.html is None and self.file is None


def content_of(mail: Part) -> Content:
    walk = _Walk()
    pieces = walk.visit(mail)
    if all(piece.is_blank for piece in pieces):
        pieces = walk.last_resort or pieces
    return walk.content(pieces)


@dataclass
class _Walk:
    files: Files = field(default_factory=Files)
    notices: list[Notice] = field(default_factory=list)
    inner: list[bytes] = field(default_factory=list)
    last_resort: list[_Piece] = field(default_factory=list)  # text of a mail that has no other
    depth: int = 0

    def visit(self, part: Part) -> list[_Piece]:
        if not part.children:
            return self._leaf(part)
        match part.kind:
            case "multipart/alternative":
                pieces = self._alternative(part.children)
            case "multipart/signed":
                pieces = self._each(part.children)
            case "multipart/encrypted":
                pieces = self._encrypted(part.children)
            case "multipart/digest":
                pieces = self._digest(part.children)
            case "multipart/appledouble":
                pieces = self._each(part.children[1:] or part.children)
            case "multipart/related":
                pieces = self._related(part)
            case _:
                pieces = self._each(part.children)
        behind = part.raw[slice(*part.epilogue)]
        if behind.strip():
            pieces.append(_Piece(text=part.text_of(behind, LONGEST_TEXT).strip("\r\n")))
        return pieces

    def _each(self, parts: Iterable[Part]) -> list[_Piece]:
        return [piece for part in parts for piece in self.visit(part)]

    def _alternative(self, parts: Iterable[Part]) -> list[_Piece]:
        """The plain version and the richest one, as two versions of the same piece."""
        versions = [pieces for part in parts if (pieces := self.visit(part))]
        rich = [v for v in versions if any(piece.html is not None for piece in v)]
        poor = [v for v in versions if v not in rich and not all(p.is_blank for p in v)]
        if not rich:
            distinct = {"".join(p.text or "" for p in v).strip(): v for v in reversed(poor)}
            return [piece for version in reversed(distinct.values()) for piece in version]
        html = "\n".join(_as_html(piece) for piece in rich[-1])
        text = "\n\n".join((p.text or "").strip("\r\n") for v in poor[:1] for p in v)
        if not poor or plain.only_points_at_html(text, html_text(html)):
            return rich[-1]
        return [_Piece(text=text, html=html)]

    def _related(self, part: Part) -> list[_Piece]:
        """The root first, wherever it stands: the others are what it refers to."""
        start = part.parameters.get("start", "").strip().strip("<>")
        named = [child for child in part.children if start and child.content_id == start]
        root = (named or list(part.children))[0]
        others = [child for child in part.children if child is not root]
        return self.visit(root) + [
            piece for piece in self._each(others) if piece.file is None and not piece.is_blank
        ]

    def _encrypted(self, parts: Iterable[Part]) -> list[_Piece]:
        for part in parts:
            if part.kind not in _SIGNATURES:
                name = part.file_name or "encrypted.asc"
                self._keep(part, name, ((NoticeKind.ENCRYPTED, ""),))
        return []

    def _digest(self, parts: Iterable[Part]) -> list[_Piece]:
        """Each mail as a file, and its text here: together they are what was sent."""
        pieces: list[_Piece] = []
        for part in parts:
            pieces += self.visit(part)
            if part.kind in _MESSAGES and self.depth < INNER_MAILS:
                mail, _ = parse(part.data)
                inside = _Walk(depth=self.depth + 1)
                text = inside.content(inside.visit(mail)).text
                pieces.append(_Piece(text=f"{_subject(mail)}\n\n{text}".strip()))
        return pieces

    def _leaf(self, part: Part) -> list[_Piece]:
        kind = _kind_of(part)
        name = part.file_name
        if kind in _SIGNATURES:
            return []
        if kind in _CALENDARS:
            return self._calendar(part)
        if kind in _TNEF or name.lower() == "winmail.dat":
            return self._tnef(part)
        if kind in _SEALED:
            return self._sealed(part)
        if kind in _MESSAGES:
            return self._message(part)
        if kind in _REPORTS:
            self.last_resort.append(_Piece(text=part.text(LONGEST_TEXT)))
            return []
        if _is_text(part, kind):
            return self._text(part, kind)
        number = self._keep(part, name)
        shown = part.disposition == "inline" and kind.startswith("image/") and not part.content_id
        return [_Piece(file=number)] if shown and number is not None else []

    def _keep(
        self, part: Part, name: str, notices: tuple[tuple[NoticeKind, str], ...] = ()
    ) -> int | None:
        shown = part.disposition == "inline"
        file = Found(name, _kind_of(part), part.data, part.content_id, shown, notices)
        return self.files.add(file)

    def _text(self, part: Part, kind: str) -> list[_Piece]:
        data = part.data
        if kind == "text/html":
            return [self._html(part.text_of(data, LONGEST_HTML * 2))]
        files, data = uu_files(data) if b"\nend" in data else ([], data)
        text = part.text_of(data, LONGEST_TEXT + 1)
        if kind == "text/plain" and plain.is_html(text):
            return [self._html(part.text_of(data, LONGEST_HTML * 2))]
        for name, inside in files:
            self.files.add(
                Found(decoded_header(name.decode("utf-8", "surrogateescape")), "", inside)
            )
        if len(text) > LONGEST_TEXT:
            self._say(Notice(NoticeKind.TEXT_CUT, limit=LONGEST_TEXT))
        if kind in ("text/enriched", "text/richtext"):
            text = plain.unenriched(text)
        elif part.parameters.get("format", "").lower() == "flowed":
            text = plain.unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
        if plain.is_encrypted(text):
            self._say(Notice(NoticeKind.ENCRYPTED))
        return [_Piece(text=plain.without_armour(text))]

    def _html(self, html: str) -> _Piece:
        html, images = inline.without_data(html)
        for content_id, media_type, data in images:
            self.files.add(Found("", media_type, data, content_id))
        if len(html) > LONGEST_HTML:
            self._say(Notice(NoticeKind.TEXT_CUT, limit=LONGEST_HTML))
        return _Piece(html=html[:LONGEST_HTML])

    def _calendar(self, part: Part) -> list[_Piece]:
        data = part.data
        invite = invite_of(part.text_of(data, LONGEST_HTML))
        if any(file.data == data for file in self.files.found):
            return []  # once as a version of the text and once as a file
        name = part.file_name or "invite.ics"
        self.files.add(Found(name, "text/calendar", data, invite=invite))
        return []

    def _message(self, part: Part) -> list[_Piece]:
        data = part.data
        if not data.strip():
            return []
        mail, _ = parse(data)
        subject = _subject(mail)
        name = part.file_name or (_as_file_name(subject) + ".eml" if subject else "mail.eml")
        if name and split(name)[1].lower() != ".eml":
            name += ".eml"
        self.inner.append(data)
        self.files.add(
            Found(name, "message/rfc822", data, notices=((NoticeKind.MAIL_INSIDE, subject),))
        )
        return []

    def _tnef(self, part: Part) -> list[_Piece]:
        name = part.file_name or "winmail.dat"
        try:
            inside = tnef.unwrapped(part.data)
        except tnef.NotTnef:
            self._keep(part, name, ((NoticeKind.UNREADABLE_FILE, ""),))
            return []
        if not inside.whole:
            self._keep(part, name, ((NoticeKind.UNREADABLE_FILE, ""),))
        elif inside.is_empty:
            self._keep(part, name)  # as it came: there may be what other programs find
        for file in inside.files:
            self.files.add(Found(file.name, file.media_type, file.data, file.content_id))
        if inside.html:
            self.last_resort.append(self._html(inside.html))
        elif inside.text.strip():
            self.last_resort.append(_Piece(text=inside.text))
        return []

    def _sealed(self, part: Part) -> list[_Piece]:
        data = part.data
        name = part.file_name or "smime.p7m"
        inside = smime.opened(data)
        if isinstance(inside, bytes) and self.depth < INNER_MAILS:
            mail, notices = parse(inside)
            self.notices += [*notices, Notice(NoticeKind.SIGNATURE_UNCHECKED)]
            self.depth += 1
            pieces = self.visit(mail)
            self.depth -= 1
            return pieces
        is_encrypted = inside is smime.Sealed.ENCRYPTED
        kind = NoticeKind.ENCRYPTED if is_encrypted else NoticeKind.UNREADABLE_FILE
        self._keep(part, name, ((kind, ""),))
        return []

    def _say(self, notice: Notice) -> None:
        if notice not in self.notices:
            self.notices.append(notice)

    def content(self, pieces: list[_Piece]) -> Content:
        htmls = [piece.html for piece in pieces if piece.html is not None]
        shown = {found for html in htmls for found in inline.content_ids(html)}
        attachments = self.files.attachments(shown)
        marks = {
            file.content_id: "" if is_decoration(file) else file.name
            for file in attachments
            if file.content_id and file.media_type.startswith("image/")
        }
        for file in attachments:  # where Outlook writes the name without its address
            if file.inline:
                marks.setdefault(file.name, marks.get(file.content_id, file.name))
        html = "\n".join(_as_html(p, attachments) for p in pieces) if htmls else None
        if html is not None and (number := links_in(html)) > LINKS:
            self._say(Notice(NoticeKind.TOO_MANY_LINKS, number=number, limit=LINKS))
        texts = [self._shown(piece, marks, attachments) for piece in pieces]
        return Content(
            text="\n\n".join(text for text in texts if text.strip())[:LONGEST_TEXT],
            html=printable(inline.marked(html, marks)) if html is not None else None,
            safe_html=safe_html(html, shown & marks.keys()) if html is not None else "",
            attachments=attachments,
            notices=(*self.notices, *self.files.notices(attachments)),
            inner=tuple(self.inner),
        )

    def _shown(self, piece: _Piece, marks: dict[str, str], files: tuple[Attachment, ...]) -> str:
        if piece.file is not None:
            return _mark(files[piece.file])
        if piece.text is not None:
            return printable(inline.marked_text(piece.text, marks)).strip("\r\n")
        return printable(html_text(inline.marked(piece.html or "", marks))).strip("\n")


def _mark(file: Attachment) -> str:
    return "" if is_decoration(file) else inline.mark(file.name)


def _as_html(piece: _Piece, files: tuple[Attachment, ...] = ()) -> str:
    if piece.html is not None:
        return piece.html
    if piece.file is not None:
        return plain.escaped(_mark(files[piece.file])) if files else ""
    return plain.escaped(piece.text or "")


def _subject(mail: Part) -> str:
    return one_line(decoded_header(mail.get("subject")), 200)


def _as_file_name(subject: str) -> str:
    """A slash in a subject separates no folders."""
    return subject[:80].replace("/", "_").replace("\\", "_")


def _kind_of(part: Part) -> str:
    """The declared type; where that says nothing, what the file's name ends with."""
    if part.kind in _UNSAID:
        return _BY_EXTENSION.get(split(part.file_name)[1].lower(), part.kind)
    return part.kind


def _is_text(part: Part, kind: str) -> bool:
    """Whether this is something that somebody wrote, and not a file of theirs."""
    if not kind.startswith("text/") or part.disposition == "attachment":
        # A mail that is nothing but an attachment without a name is a text all the same.
        return kind in _TEXTS and not part.file_name and bool(part.get("from"))
    if kind in _TEXTS or kind == "text/html":
        shown = part.disposition != "inline" or not _is_file_name(part)
        return shown or not part.file_name or bool(part.get("from"))
    return not part.file_name and kind not in _FILES


def _is_file_name(part: Part) -> bool:
    return bool(split(part.file_name)[1])
