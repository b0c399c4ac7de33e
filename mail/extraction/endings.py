"""What stands around a person's words without being theirs: signatures, disclaimers, banners."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mail.extraction.shapes import bare, is_rule, stripped

_MOST_ENDINGS = 6  # one below the other
_LONGEST_MOBILE = 110
_LONGEST_SIGNATURE = 40  # lines below "-- "
_LONGEST_NAME = 60
_LONGEST_LOOSE = 8  # lines below "--", which may also part two thoughts
_LONGEST_NOTICE = 25  # lines of a disclaimer
_BULLET = re.compile(r"[-*•+]\s|\d{1,3}[.)]\s|\|")

_DEVICE = (
    r"iphone|iphon|ipad|ipod|android|samsung|galaxy|blackberry|huawei|xiaomi|redmi|oneplus|pixel|nokia|"
    r"sony|xperia|lg|htc|motorola|windows|outlook|yahoo|gmail|gmx|web\.de|mail|proton|k-9|mobil|"
    r"handy|smartphone|phone|telefon|téléphone|teléfono|telefono|móvil|celular|portable|tablet|"
    r"orange|bouygues|sfr|t-mobile|vodafone|verizon|at&t|spark|superhuman|front|aol|zoho|canary|"
    r"bluemail|nine|boxer|airmail|my|мой|моего"
)
# Whole lines that phones and programs add below a mail.
_MOBILE = re.compile(
    rf"(?:sent (?:from|via|with|using)\b.*(?:{_DEVICE})"
    r"|get (?:bluemail|outlook)\b"
    rf"|envoy[ée] (?:de|depuis|à partir de|avec|via)\b.*(?:{_DEVICE}|appareil)"
    r"|(?:obtenir|télécharger|obtenez|téléchargez) (?:bluemail|outlook)\b"
    rf"|(?:gesendet|diese nachricht wurde|verschickt) (?:von|mit|über|aus)\b.*(?:{_DEVICE})"
    r"|von (?:mein|meiner|meinem)\b.{1,60}gesendet|holen sie sich outlook|outlook für .{2,20}"
    r"(?:herunterladen|beziehen)|diese nachricht wurde von mein"
    rf"|enviad[oa] (?:desde|do|da|de|a partir d[eo]|com|con|via|pelo)\b.*(?:{_DEVICE})"
    r"|(?:obtener|obtenga|obter|obtenha) o?\s?outlook"
    rf"|inviato (?:da|dal|dallo|con|tramite)\b.*(?:{_DEVICE})|(?:ottieni|scarica) outlook"
    rf"|(?:verstuurd|verzonden) (?:vanaf|van|met|via)\b.*(?:{_DEVICE})|(?:download|haal) outlook"
    rf"|skickat från\b.*(?:{_DEVICE})|hämta outlook|skaffa outlook"
    rf"|sendt (?:fra|med)\b.*(?:{_DEVICE})|(?:hent|få|skaff deg) outlook"
    rf"|lähetetty\b.*(?:{_DEVICE})|hanki outlook"
    rf"|wysłan[eoy] (?:z|ze|za pomocą)\b.*(?:{_DEVICE})|pobierz (?:aplikację )?outlook"
    rf"|odesláno (?:z|ze|pomocí)\b.*(?:{_DEVICE})|získejte outlook|stáhnout outlook"
    rf"|odoslané (?:z|zo)\b.*(?:{_DEVICE})"
    rf"|.*(?:{_DEVICE}).{{0,40}}(?:küldve|küldtem|gönderildi|lähetetty|발송|보냄|送信|发送|寄出|傳送)\w*\.?"
    rf"|elküldve\b.*(?:{_DEVICE})|trimis (?:de pe|din|cu)\b.*(?:{_DEVICE})"
    rf"|(?:отправлено|відправлено|надіслано|изпратено)\b.*(?:{_DEVICE}|почт|пошт)"
    rf"|στάλθηκε από\b.*(?:{_DEVICE})|αποστολή από\b.*(?:{_DEVICE})"
    rf"|נשלח מ.*(?:{_DEVICE})|(?:أرسلت|أُرسلت|تم الإرسال|مرسل) من.*(?:{_DEVICE}|هاتف)"
    rf"|(?:从|從|來自|来自|发自|發自|寄自).*(?:{_DEVICE}|手机|手機|邮箱|郵箱)"
    rf"|(?:나의|내) .{{0,20}}(?:{_DEVICE}).{{0,6}}에서|(?:được |đã )?gửi từ\b.*(?:{_DEVICE})"
    r"|please excuse (?:my brevity|any typos|the brevity)"
    r"|bitte entschuldigen sie (?:die|meine) kürze"
    r"|excusez (?:ma|la) brièveté)",
    re.IGNORECASE,
)
# Two of these in one last paragraph make it a disclaimer.
_NOTICE = re.compile(
    r"confidential|privileged|intended (?:solely|only|recipient|for)|addressee|"
    r"(?:received|receive) (?:it|this|the)?.{0,25}in error|notify (?:the sender|us|me)|"
    r"delete (?:it|this|the)|unauthori[sz]ed|disclos|"
    r"confidentiel|destinataire|par erreur|pièces? jointes?|usage exclusif|divulgation|détruire|"
    r"vertraulich|adressat|empfänger|irrtümlich|unbefugt|vernichten|weitergabe|absender|"
    r"confidencial|destinatari[oa]|por error|por erro|divulgaci|exclusiv|elimin|"
    r"riservat|per errore|cancell|vertrouwelijk|geadresseerde|ten onrechte|afzender|"
    r"konfidentiell|fortrolig|mottagare|modtager|mottaker|luottamuksell|poufn|adresat|omyłkow|"
    r"důvěrn|bizalmas|címzett|confiden[țt]ial|gizli|конфиденциальн|получател|ошибк|conf[ií]d|"
    r"機密|誤って|保密|收件人|기밀|수신인",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\W*(?:disclaimer|confidentiality(?: notice)?|legal notice|important(?: notice)?|"
    r"avertissement|avis de confidentialité|confidentialité|haftungsausschluss|vertraulichkeit\w*|"
    r"aviso legal|aviso de confidencialidad\w*|avviso)\W*$",
    re.IGNORECASE,
)
_LINK = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
_SINGLE_NOTICE = re.compile(
    r"\W{0,20}(?:please consider the environment before|think before you print|"
    r"pensez à l.environnement|"
    r"n.imprimez ce|bitte (?:denken|prüfen) sie .{0,40}(?:umwelt|drucken)|"
    r"virus-?free\b|this e-?mail has been (?:checked|scanned) (?:for|by)|"
    r"l.absence de virus dans|cet e-?mail a été vérifié|"
    r"diese e-?mail wurde (?:von|auf)\b.{0,40}vir|"
    r"libre de virus|este (?:correo|e-?mail).{0,60}(?:virus|antivirus)|privo di virus|virenfrei|"
    r"без вирусов|проверено антивирус)",
    re.IGNORECASE,
)
_LIST_FOOTER = re.compile(r"mailing list|/listinfo/|/mailman|unsubscribe|lists? archive", re.I)
_BANNER = re.compile(
    r"[^\w\[]*(?:\[?\s?(?:external|ext|externe?|extern|externo|esterno)\b|caution\b|warning\b|attention\b|"
    r"achtung\b|vorsicht\b|hinweis\b|avertissement\b|atenci[óo]n\b|aten[çc][ãa]o\b|attenzione\b|"
    r"let op\b|pas på\b|obs\b|uwaga\b|varov|внимание|you don.t often get (?:e-?)?mail from|"
    r"this (?:message|e-?mail) (?:originated|came|is|was sent) from outside|"
    r"vous n.obtenez pas souvent d.e-mail|sie erhalten nicht (?:oft|häufig)|"
    r"no suele recibir|some people who received this)",
    re.IGNORECASE,
)
_ABOUT_SENDER = re.compile(
    r"external|extern|outside|originat|sender|exp[ée]diteur|absender|remitente|remetente|mittente|"
    r"afzender|afsender|avsändare|nadawc|отправител|links?\b|liens?\b|attachments?|anhänge|anlagen|"
    r"pièces jointes|enlaces|adjuntos|allegati|bijlagen|clic|klick|организаци|aka\.ms",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"\W{0,3}\[?\s?(?:external|externe?|extern|ext)(?: e-?mail| sender)?\s?[\]:]?\W*$", re.I
)


def without_signature(lines: Sequence[str]) -> list[str]:
    """Without a marked signature, a phone's line, a disclaimer: as long as something is left."""
    kept = stripped(lines)
    for _ in range(_MOST_ENDINGS):
        shorter = _without_last_line(_without_notice(_without_delimited(kept)))
        if len(shorter) == len(kept):
            break
        kept = shorter
    return kept


def _without_delimited(kept: list[str]) -> list[str]:
    for index in range(len(kept) - 1, max(len(kept) - _LONGEST_SIGNATURE - 2, 0), -1):
        line, rest = kept[index], kept[index + 1 :]
        exact = line in ("-- ", "--\u00a0")
        if exact or (line.strip() == "--" and _is_loose_signature(rest)):
            above = stripped(kept[:index])
            return above if above else kept
    return kept


def _is_loose_signature(rest: Sequence[str]) -> bool:
    """Few lines that begin like a name, not like the second half of a thought."""
    lines = [line.strip() for line in rest if line.strip()]
    if not lines or len(rest) > _LONGEST_LOOSE or any(map(_BULLET.match, lines)):
        return False
    first = lines[0]
    return len(first) <= _LONGEST_NAME and not first[0].islower() and first[-1] not in ".?!:;,"


def _without_last_line(kept: list[str]) -> list[str]:
    if len(kept) < 2 or len(kept[-1]) > _LONGEST_MOBILE:
        return kept
    last = bare(kept[-1]).strip("-_*~• ")
    above = stripped(kept[:-1])
    if is_rule(kept[-1].strip()) and "=" not in kept[-1] and not kept[-2].strip():
        return above
    return above if _MOBILE.match(last) and above else kept


def _without_notice(kept: list[str]) -> list[str]:
    """Without a last paragraph that only tells who may read the mail, or that it has no virus."""
    end = start = len(kept) - (1 if kept and is_rule(kept[-1].strip()) else 0)
    while start > 0 and kept[start - 1].strip() and not is_rule(kept[start - 1].strip()):
        start -= 1
        if end - start > _LONGEST_NOTICE:
            return kept
    text = " ".join(line.strip() for line in kept[start:end])[:4_000]
    ruled = start > 0 and is_rule(kept[start - 1].strip())
    above = stripped(kept[: start - 1 if ruled else start])
    if not above or not text:
        return kept
    if len(text) <= 400 and (
        _SINGLE_NOTICE.match(_LINK.sub("", text)) or (ruled and _LIST_FOOTER.search(text))
    ):
        return above
    signs = {found[0].lower() for found in _NOTICE.finditer(text)}
    if len(text) < 100 or len(signs) < 3:
        return kept
    return stripped(above[:-1]) if _HEADING.match(above[-1]) and len(above) > 1 else above


def without_banner(lines: Sequence[str]) -> list[str]:
    """Without the warning that a gateway sets above mail from outside."""
    kept = stripped(lines)
    if not kept:
        return kept
    if _TAG.match(kept[0]) and len(kept) > 1:
        return stripped(kept[1:])
    end = next((number for number, line in enumerate(kept[:8]) if not line.strip()), None)
    if end is None or not _BANNER.match(kept[0]):
        return kept
    text = " ".join(kept[:end])
    signs = {found[0].lower() for found in _ABOUT_SENDER.finditer(text)}
    return stripped(kept[end:]) if len(signs) >= 2 and len(text) <= 800 else kept
