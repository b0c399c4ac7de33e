"""Bytes of other people's mails as text, whatever charset they claim. Nothing here raises."""

from __future__ import annotations

import codecs
import re

# What senders declare → what they mean. Each superset reads its subset.
_MEANT = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-1": "windows-1252",
    "iso8859-1": "windows-1252",
    "iso_8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "cp-1252": "windows-1252",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "gb2312": "gb18030",
    "gb2312-80": "gb18030",
    "gb_2312-80": "gb18030",
    "gb-2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "windows-936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big-5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "ks_c-5601-1987": "cp949",
    "euc-kr": "cp949",
    "euckr": "cp949",
    "windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "ms932": "cp932",
    "euc-jp": "euc_jis_2004",
    "eucjp": "euc_jis_2004",
    "macintosh": "mac-roman",
    "mac": "mac-roman",
    "windows-28591": "windows-1252",
}
_JAPANESE = ("iso2022_jp_ext", "cp932")
# Not text of a mail, or so slow that a hostile header could stop the process.
_NEVER = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"}
_WIDE = re.compile("utf-?(?:16|32)|ucs-?[24]|u(?:16|32)|unicode$")
# A single lost byte must not turn a whole text into another alphabet.
_FEW = 20  # characters for one that could not be read
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_JAPANESE_MARK = re.compile(rb"\x1b\$[@B]|\x1b\(J")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")  # Western accents stand alone
_SAMPLE = 8_000  # bytes that a guess looks at


def _western(error: UnicodeError) -> tuple[str, int]:
    """A byte that does not belong, as the Western charset has it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_WESTERN[byte] for byte in bad), error.end


_WESTERN = [bytes([n]).decode("windows-1252", "ignore") or chr(n) for n in range(256)]
codecs.register_error("frontdesk-western", _western)


def decoded(data: bytes, declared: str | None = None, hint: str | None = None) -> str:
    """`data` in the first charset that fits: declared, utf-8, `hint`, the likeliest, Western.

    `hint` is what the rest of the mail is written in, for headers that say nothing.
    """
    if data.isascii() and b"\x1b" not in data and not _is_odd(declared):
        return data.decode("ascii")
    claimed = _candidates(declared)
    for charset in (*claimed, "utf-8", *_candidates(hint)):
        try:
            text = data.decode(charset)
        except (UnicodeError, LookupError, ValueError):
            continue
        if charset == "utf-8" and _JAPANESE_MARK.search(data):
            return _japanese(data)
        return text
    return _damaged(data, claimed) or _guessed(data)


def _is_odd(declared: str | None) -> bool:
    """Whether plain ASCII may mean something else in that charset."""
    name = (declared or "").lower()
    return any(
        word in name
        for word in ("utf-7", "utf7", "hz", "2022", "16", "32", "ucs", "ebcdic", "500", "037")
    )


def _candidates(declared: str | None) -> tuple[str, ...]:
    name = (declared or "").strip().strip("\"'").lower().partition("*")[0].strip()
    if not name or "\0" in name or len(name) > 60:
        return ()
    if name.startswith(("iso-2022-jp", "iso2022-jp", "csiso2022jp")):
        return _JAPANESE
    meant = _MEANT.get(name) or _MEANT.get(name.removeprefix("x-")) or name
    for spelled in (meant, meant.removeprefix("x-"), meant.replace("windows", "windows-")):
        try:
            known = codecs.lookup(spelled)
        except (LookupError, ValueError, UnicodeError):
            continue
        return () if known.name in _NEVER else (spelled,)
    return ()


def _japanese(data: bytes) -> str:
    for charset in _JAPANESE:
        try:
            return data.decode(charset)
        except UnicodeError:
            continue
    return data.decode("iso2022_jp_ext", "replace")


def _damaged(data: bytes, claimed: tuple[str, ...]) -> str:
    """Text of a charset in which a few bytes are wrong, "" where it does not look like one."""
    pairs = _MULTIBYTE.findall(data)
    held = sum(map(len, pairs))
    if held and held >= (len(_HIGH.findall(data)) - held) * 2:
        return data.decode("utf-8", "frontdesk-western")
    for charset in claimed:
        if _WIDE.match(charset):
            continue
        try:
            text = data.decode(charset, "replace")
        except (UnicodeError, LookupError, ValueError):
            continue
        high = sum(not char.isascii() for char in text)
        if 0 < text.count("\ufffd") * _FEW <= max(high, _FEW):
            if charset in ("windows-1252", "cp1252"):
                return data.decode(charset, "frontdesk-western")
            return text
    return ""


# Where letters of a script stand in Unicode, and the letters that make up half of its texts.
_CYRILLIC = (0x0400, 0x045F, "оеаинтсрвл")
_GREEK = (0x0370, 0x03FF, "αοιετσνρη")
_HEBREW = (0x05D0, 0x05EA, "יוהלאתרמ")
_GUESSES: tuple[tuple[str, int, int, str], ...] = (
    ("windows-1251", *_CYRILLIC),
    ("koi8-r", *_CYRILLIC),
    ("iso-8859-5", *_CYRILLIC),
    ("windows-1253", *_GREEK),
    ("windows-1255", *_HEBREW),
    ("cp874", 0x0E01, 0x0E5B, "านรอกเงคม"),
)
# Characters that make up much of any text in these languages.
_EASTERN: tuple[tuple[str, str], ...] = (
    ("gb18030", "的一是不了在人有我他这中大来上国们为和到说时要就出会可你对生能而得着下你好请"),
    ("big5hkscs", "的一是不了在人有我他這中大來上國們為和到說時要就出會可你對生能而得著下您好請"),
    ("cp932", "のにはをたがでてとしれさあいるもすかなま。、ンスルトラー"),
    ("euc_jp", "のにはをたがでてとしれさあいるもすかなま。、ンスルトラー"),
    ("cp949", "이다는에의을가를하고은지도로한기사자어나리시니세요안녕"),
)


def _guessed(data: bytes) -> str:
    """Undeclared text: by what is frequent in languages that are not written in Latin letters."""
    sample = data[:_SAMPLE]
    high = len(_HIGH.findall(sample))
    together = sum(map(len, _HIGH_RUN.findall(sample)))
    if high >= 4 and together * 10 >= high * 6:
        scored = [(_likeness(sample, *guess), guess[0]) for guess in _GUESSES]
        scored += [(_eastern_likeness(sample, *guess), guess[0]) for guess in _EASTERN]
        best, charset = max(scored)
        if best > 0.15:
            return data.decode(charset, "replace")
    return data.decode("windows-1252", "frontdesk-western")


def _likeness(sample: bytes, charset: str, first: int, last: int, common: str) -> float:
    text = "".join(c for c in sample.decode(charset, "replace") if not c.isascii())
    inside = sum(first <= ord(char) <= last for char in text)
    if inside < len(text) * 0.85:
        return 0.0
    # What looks like the right letters in the wrong case is the other Cyrillic charset.
    return sum(char in common for char in text) / max(len(text), 1)


def _eastern_likeness(sample: bytes, charset: str, common: str) -> float:
    text = "".join(c for c in sample.decode(charset, "replace") if not c.isascii())
    if not text or text.count("\ufffd") * _FEW > len(text):
        return 0.0
    return sum(char in common for char in text) / len(text)
