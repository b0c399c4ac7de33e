"""A mail that says thank you and nothing else: it shall wake nobody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_MOST_WORDS = 12
_LONGEST = 400  # characters

# Folded: lower case, without accents, one blank between words.
_THANKS = (
    # English
    r"(?:many |a lot of |big )?thanks(?: (?:a lot|so much|very much|again|a bunch|a million))?",
    r"(?:many )?thank you(?: (?:so|very) much| a lot| again)?|thx|tks|ty|cheers|much appreciated",
    r"i(?:'m| am) (?:very )?grateful|appreciate it|appreciated",
    # French
    r"(?:un (?:grand|tout grand) |mille )?mercis?(?: (?:beaucoup|bien|infiniment|encore|a toi|a"
    r" vous|a tous|d'avance|pour tout))*|je (?:vous|te) remercie(?: (?:beaucoup|infiniment))?",
    # German, Spanish, Italian, Portuguese, Dutch
    r"(?:vielen |besten |herzlichen |lieben |tausend )?danke?(?: (?:schon|sehr|dir|ihnen))*",
    r"(?:muchas |mil )?gracias|(?:grazie|molte grazie)(?: mille)?|(?:muito )?obrigad[oa]",
    r"(?:hartelijk )?(?:dank|bedankt)(?: je(?: wel)?| u(?: wel)?)?|dank[eu]wel|dankjewel",
    # Nordic, Polish, Czech, Romanian, Hungarian, Turkish, Greek, Russian, Ukrainian, and others
    r"(?:tusen |mange |stort )?tack?k?(?: sa mycket)?|(?:tusind |mange )?tak|kiitos|kiitoksia",
    r"dziekuje(?: bardzo)?|dzieki|dekuji?|diky|dakujem|multumesc(?: mult)?|mersi|"
    r"koszonom(?: szepen)?",
    r"(?:cok )?tesekkur(?:ler| ederim)|sagol|ευχαριστω(?: πολυ)?|(?:большое )?спасибо(?: большое)?",
    r"(?:щиро )?дякую|благодаря|hvala|תודה(?: רבה)?|شكرا(?: جزيلا)?",
    r"(?:とうも)?ありかとう(?:こさいま(?:す|した))?|谢谢(?:你|您)?|謝謝(?:你|您)?|多谢|"
    r"감사합니다|고맙습니다|cam on",
)
# What goes along with it and still says nothing that anybody must act on.
_BESIDE = (
    r"(?:hello|hi|hey|dear|bonjour|bonsoir|salut|hallo|hola|ciao|ola|hej|guten tag|good (?:morning|"
    r"afternoon|evening))(?: (?:all|team|everyone|there|[a-z]{2,20}))?",
    r"(?:it|that|this|everything|all)(?:'s| is)? (?:now )?(?:works?|working|fixed|solved|good|fine|"
    r"perfect|ok)(?: (?:now|again|fine|well|perfectly|great))*",
    r"(?:ca|cela|tout) (?:marche|fonctionne|remarche|refonctionne)(?: (?:bien|tres bien|"
    r"parfaitement|"
    r"maintenant|a nouveau|de nouveau))*|c'est (?:bon|parfait|regle|resolu|super|tres bien)",
    r"(?:es )?(?:funktioniert|klappt|geht)(?: (?:jetzt|wieder|alles))*|alles (?:gut|klar)",
    r"(?:perfect|great|super|awesome|excellent|parfait|genial|top|prima|perfekt|perfecto|"
    r"perfetto|ok|"
    r"okay|d'accord|nickel|impeccable|wonderful|brilliant|good|bien|tres bien|got it|bien recu|"
    r"noted)",
    r"(?:for|pour|fur|por|per|voor) (?:your|the|all your|votre|ta|la|le|l'|ihre|die|deine|su|tu|"
    r"la sua|"
    r"il tuo|sua|je|uw|de)? ?(?:quick |fast |prompt |great |kind |schnelle |rapid[ae] )*(?:help|"
    r"reply|"
    r"answer|response|support|assistance|work|time|efforts?|aide|reponse|retour|reactivite|"
    r"intervention|rapidite|travail|hilfe|antwort|unterstutzung|ayuda|respuesta|aiuto|risposta|"
    r"ajuda|"
    r"hulp|antwoord)(?: (?:rapide|efficace|rapida))?",
    r"(?:best|kind|warm)? ?(?:regards|wishes)|all the best|sincerely|yours|cdt|cordialement|"
    r"bien (?:a"
    r" (?:vous|toi)|cordialement)|(?:bonne|belle) (?:journee|soiree|semaine|fin de journee)|"
    r"(?:mit )?"
    r"(?:freundlichen|besten|viele|liebe) grusse?n?|mfg|saludos|cordiali saluti|bis(?:es|ous)|"
    r"have a (?:nice|great|good) (?:day|evening|weekend|one)|(?:everyone|everybody|all|team|you|"
    r"vous"
    r"|guys|so much|tous|a tous|beaucoup|indeed|very much|again|encore)",
)
_SAYS_THANKS = re.compile("|".join(f"(?:{one})" for one in _THANKS))
_SAYS_NOTHING_ELSE = re.compile("|".join(f"(?:{one})" for one in (*_THANKS, *_BESIDE)))
_SENTENCE = re.compile(r"[.!,;:…\n\r()\-–—。！，、~*]+")
# Whatever of this occurs, somebody may be waiting.
_DOUBT = re.compile(
    r"\?|？|؟|;$|\b(?:but|still|however|although|not|no|never|n't|cannot|can't|doesn't|isn't|except|"
    r"unfortunately|yet|again please|mais|toujours|pas|plus|jamais|sauf|encore (?:un|une|le|la|"
    r"des)|"
    r"cependant|pourtant|malheureusement|ne|aucun|aucune|sans|aber|noch|nicht|kein|keine|leider|"
    r"pero|"
    r"todavia|aun|ma|ancora|non|mas|ainda|nao|maar|nog|niet|geen|men|inte|ikke|ale|nie|но|не|нет)\b"
    r"|n't\b|\b(?:in advance|d'avance|par avance|im voraus|por adelantado|de antemano|in anticipo|"
    r"antecipadamente|vooraf|please|svp|s'il|bitte|por favor|per favore)\b|不|没|但|ても|また|ない"
)


def is_thanks(own_words: str, names: Iterable[str] = ()) -> bool:
    """Whether these words, without quotes and signature, are thanks and nothing more.

    `names` may stand among them: of who writes, and of who is thanked. When in doubt, they are not:
    an answer overlooked is worse than one too many.
    """
    text = _folded(own_words)
    called = {word for name in names for word in _folded(name).split()}
    if not text or len(text) > _LONGEST or _DOUBT.search(text):
        return False
    parts = [_without(called, part) for part in _SENTENCE.split(text)]
    if len(" ".join(parts).split()) > _MOST_WORDS:
        return False
    rest = [part for part in parts if not _is_made_of(part)]
    return any(map(_SAYS_THANKS.search, parts)) and not rest


def _without(called: set[str], part: str) -> str:
    return " ".join(word for word in part.strip(" '\"").split() if word not in called)


def _is_made_of(part: str) -> bool:
    """Whether nothing is left, but for an initial, once what says nothing is taken out."""
    left = _SAYS_NOTHING_ELSE.sub(" ", part).split()
    return not any(len(word) > 1 and any(map(str.isalnum, word)) for word in left)


def _folded(text: str) -> str:
    shown = unicodedata.normalize("NFKD", text[: 2 * _LONGEST].replace("’", "'").casefold())
    kept = (c for c in shown if not unicodedata.combining(c))
    lines = unicodedata.normalize("NFC", "".join(kept)).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines).strip()
