"""People made up from syllables: many with the same name, accents, several scripts, odd addresses.

The same `random` gives the same people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from desk.people import folded

_DOMAINS = ("acme.example", "acme.example", "acme.example", "north.acme.example", "client.example")


@dataclass(frozen=True)
class Culture:
    """Given names as they are; family names from a beginning and an end."""

    share: int
    language: str
    given: tuple[str, ...]
    begins: tuple[str, ...]
    ends: tuple[str, ...]
    particles: tuple[str, ...] = ()
    zone: str = "Europe/Paris"


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_FRENCH = Culture(
    44,
    "fr",
    _split(
        "Marie Jean Camille Léa Noé Zoé Chloé Élodie Anaïs Gaël Maëlle Loïc Jérôme Inès Hélène Luc"
        " Rémi Cécile Thérèse Benoît Aurélie Solène Théo Manon Hugo Lucie Paul Julie Antoine Claire"
        " Mathis Sœurine Jean-Luc Marie-Claude Anne-Sophie Jean-Baptiste Marie-Ève Pierre-Yves"
        " Étienne Adèle Garance Côme Joël Noëlle Françoise Gérard Valérie Sébastien Océane Bérénice"
    ),
    _split(
        "Mar Du Ber Le Gar La Mo Beau Fon Char Cour Ri Gi Per Bou Che Des Val Va Mer Bel Ro Bon Fer"
        " Ba Gui Mon Pré Hé Lé Clé Blan Nor Tou Sa Vil Pa Cor Ham Lan Ta Mé Dé Œuv Gran Fau Bru"
    ),
    _split(
        "tin bois nard roy nier vand reau champ taine pentier tois vière rard rin langer valier"
        " champs lier san cier lanc bert net rier ron lot tel mont vost bert ger ment chet din"
        " mand teau sset lin mard guet in rez zac ve det cher nois geon rand"
    ),
    ("d'", "de ", "Le ", "du ", "de la "),
)
_ENGLISH = Culture(
    24,
    "en",
    _split(
        "Ada Paul Emma Oliver Grace Alan Ruth Harry Alice Jack Mia Noah Ella Owen Maeve Siobhán"
        " Seán Aoife Róisín Mary-Ann Billy-Jo Kate Tom Liam Ivy Leo Ava Max Eve Sam Zoë Chloë Ben"
    ),
    _split(
        "Ash Black Brad Bur Can Carl Clif Dar El Fair Graf Hal Har Hud Jack Ken King Lang Lin Mil"
        " New Nor Old Pres Rad Red Ris Shel Smi Stan Tay Thorn Wal Wat West Whit Win Wood York"
    ),
    _split(
        "ton ley ford field well man son by ham worth wood stone ter ner dale combe lor th ther"
        " bury more row wick land den lin gate brook"
    ),
    ("O'", "Mc", "Mac", "Fitz-"),
    zone="Europe/London",
)
_SPANISH = Culture(
    8,
    "en",
    _split("José María Ángel Lucía Begoña Íñigo Núria Joaquín Sofía Óscar Inés Raúl Pilar Jordi"),
    _split("Gar Mar Fer Ló Gon Pe Sán Ra Cru Ro Mu Or Cas Val Gue He Iba Pé Nú Que Pa Ri Men"),
    _split("cía tínez nández pez zález ña chez mírez z dríguez ñoz tega tro verde rra rrero ñez"),
    ("de la ", "de ", "del "),
    zone="Europe/Madrid",
)
_GERMAN = Culture(
    6,
    "en",
    _split(
        "Jürgen Günther Käthe Björn Søren Åsa Łukasz Żaneta Jiří Šárka Çağla Ayşe Gülşen Dvořák"
    ),
    _split("Mül Strau Grö Wei Schä Kö Hüb Brö Fuß Groß Øster Lind Ström Čer Nová Wój Żura Yıl Öz"),
    _split("ler ß ßer ßmann fer nig ner der ling gaard berg ström ný ková cik wska maz türk dağ"),
    ("von ", "van der "),
    zone="Europe/Berlin",
)
_VIETNAMESE = Culture(
    5,
    "en",
    _split("Thị Văn Minh Hồng Đức Hạnh Quỳnh Tuấn Phượng Ngọc Hải Dũng Thảo Lan"),
    _split("Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý"),
    ("", "", "", " Thị", " Văn"),
    zone="Asia/Ho_Chi_Minh",
)
_ARABIC = Culture(
    5,
    "fr",
    _split("محمد أحمد فاطمة ليلى يوسف إبراهيم خديجة عمر سلمى نور هُدى آدم"),
    _split("الح الع الم الش الر الب الق الس"),
    _split("سن لي صري ريف باط دري اسم عيد داد مري"),
    zone="Africa/Casablanca",
)
_GREEK = Culture(
    5,
    "en",
    _split("Юлия Пётр Ольга Сергей Алёна Ιωάννης Ελένη Γεώργιος Μαρία Андрій Їва Νίκος"),
    _split("Ив Пет Сид Куз Вол Παπ Γεωργ Νικολ Αντων Шев Ков"),
    _split("анов рова оренко нецов кова αδόπουλος ίου αΐδης ченко аленко"),
    zone="Europe/Athens",
)
_CHINESE = Culture(
    3,
    "en",
    _split("小明 美玲 伟 秀英 さくら 健太 陽子 지민 서연 민준"),
    _split("王 李 张 陈 田 山 佐 김 박 이 林 高"),
    ("", "", "中", "本", "藤", "晓"),
    zone="Asia/Shanghai",
)
CULTURES = (_FRENCH, _ENGLISH, _SPANISH, _GERMAN, _VIETNAMESE, _ARABIC, _GREEK, _CHINESE)
_SHARES = tuple(culture.share for culture in CULTURES)
_SIGNS = ("🎧", "🚀", "🌻", "(IT)", "– Lyon", "(elle)", "★")


@dataclass(frozen=True)
class MadeUp:
    name: str
    email: str | None
    slack_id: str | None
    language: str
    zone: str


def people(random: Random) -> Iterator[MadeUp]:
    """As many as are asked for; no address and no Slack id twice."""
    taken: Counter[str] = Counter()
    number = 0
    while True:
        (culture,) = random.choices(CULTURES, _SHARES)
        given, family = _given(random, culture), _family(random, culture)
        name = f"{given} {family}"
        if random.random() < 0.01:
            name += " " + random.choice(_SIGNS)
        elif random.random() < 0.03:
            name = f"{family} {given}"
        in_slack = random.random() < 0.92
        has_address = not in_slack or random.random() < 0.96
        yield MadeUp(
            name,
            _address(random, given, family, taken) if has_address else None,
            f"USEED{number:06d}" if in_slack else None,
            culture.language,
            culture.zone,
        )
        number += 1


def _given(random: Random, culture: Culture) -> str:
    given = _often_the_first(random, culture.given)
    if random.random() < 0.06:
        given += " " + random.choice(culture.given)
    return given


def _family(random: Random, culture: Culture) -> str:
    family = _often_the_first(random, culture.begins) + _often_the_first(random, culture.ends)
    if culture.particles and random.random() < 0.08:
        family = random.choice(culture.particles) + family
    if culture.particles and random.random() < 0.04:
        family += "-" + random.choice(culture.begins) + random.choice(culture.ends)
    return family


def _often_the_first(random: Random, words: tuple[str, ...]) -> str:
    """Some names are much more common than others."""
    return words[int(len(words) * random.random() ** 1.6)]


def _address(random: Random, given: str, family: str, taken: Counter[str]) -> str:
    first, last = (_ascii(part) for part in (given, family))
    style = random.random()
    if style < 0.7:
        local = f"{first}.{last}"
    elif style < 0.85:
        local = f"{first[:1]}{last}"
    else:
        local = f"{last}_{first}"
    local = local.strip("._") or "person"
    address = f"{local}@{random.choice(_DOMAINS)}"
    taken[address] += 1
    again = taken[address]
    return address if again == 1 else address.replace("@", f".{again}@", 1)


def _ascii(text: str) -> str:
    """As a directory would write it: letters without accents, other scripts by a number."""
    plain = "".join(c for c in folded(text) if c.isascii() and (c.isalnum() or c == "-"))
    return plain or f"p{sum(map(ord, text)) % 9973}"
