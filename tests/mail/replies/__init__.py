"""Answers as mail programs write them, one file a program family; all written for these tests.

A case begins with `%% program | language | name`; below it stand `%% text`, `%% html`, `%% sent`
(a mail of ours that it answers) and `%% own`, what the person wrote. `%% own: all` says that the
whole text is theirs. `{ABOVE}` stands for our invisible mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mail.extraction import ABOVE, html_text

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Reply:
    file: str
    program: str
    language: str
    name: str
    text: str
    html: str | None
    sent: tuple[str, ...]
    own: str

    def __str__(self) -> str:
        return f"{self.program}, {self.language}, {self.name}"


def replies(folder: Path = FOLDER) -> list[Reply]:
    return [case for path in sorted(folder.rglob("*.txt")) for case in _cases(path)]


def _cases(path: Path) -> list[Reply]:
    cases: list[Reply] = []
    for piece in ("\n" + path.read_text("utf-8")).replace("{ABOVE}", ABOVE).split("\n%% ")[1:]:
        first, _, rest = piece.partition("\n")
        if "|" in first:
            cases.append(_case(path, first))
        else:
            cases[-1] = _with(cases[-1], first.strip(), rest.strip("\n"))
    return [_complete(case) for case in cases]


def _case(path: Path, title: str) -> Reply:
    program, language, name = (word.strip() for word in title.split("|"))
    file = path.relative_to(FOLDER).with_suffix("").as_posix()
    return Reply(file, program, language, name, "", None, (), "")


def _with(case: Reply, key: str, value: str) -> Reply:
    known = {**case.__dict__}
    if key == "sent":
        known["sent"] = (*case.sent, value)
    elif key == "own: all":
        known["own"] = "*"
    else:
        assert key in ("text", "html", "own"), (case.file, case.name, key)
        known[key] = value
    return Reply(**known)


def _complete(case: Reply) -> Reply:
    text = case.text or html_text(case.html or "")
    assert text, (case.file, case.name)
    assert case.own, (case.file, case.name)
    return _with(_with(case, "text", text), "own", text if case.own == "*" else case.own)
