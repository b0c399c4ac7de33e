"""What mail programs say around a quotation, in the languages they speak.

Phrases are the last evidence: shapes (dates, addresses, quote marks) decide wherever they can.
"""

from __future__ import annotations

import re

# "… wrote", as the last or only word of an attribution's verb.
# fmt: off
_VERBS = frozenset((
    "wrote", "writes", "said", "sent", "schrieb", "schreibt", "geschrieben", "écrit", "ecrit",
    "escribió", "escribio", "scritto", "scrive", "escreveu", "schreef", "skrev", "skreiv",
    "kirjoitti", "kirjutas", "napisał", "napisała", "napisana", "pisze", "nadesłał", "napsal",
    "napsala", "píše", "napísal", "napísala", "napisao", "napisala", "piše", "írta", "írt",
    "scris", "yazdı", "yazmış", "написал", "написала", "написав", "написа", "пишет", "пише",
    "писал", "έγραψε", "menulis", "rašė", "rakstīja", "escriure", "viết",
))
# fmt: on
_UNSPACED = re.compile(
    r"写道|寫道|写到|のメール|のメッセージ|書きました|작성|님이 씀|כתב|מאת|"
    r"كتب|كتابة|เขียน|نوشت|ने लिखा"
)
_WORDS = re.compile(r"[^\W\d_]+")
# How an attribution begins: "On", a weekday, a date.
OPENER = re.compile(
    r"(?:on|le|am|el|il|il giorno|em|no dia|op|den|dne|dňa|dnia|w dniu|pe|på|a|în|la|vào|lúc|"
    r"στις|στη|în data|in data|data|pada|kl|tarihinde|בתאריך|ב|في|بتاريخ|在|於|于|"
    r"\w{2,4}[.,]|\w{3,10}day,?|[^\W\d_]{2,12},)\s[^\n]*\d"
    r"|\d{1,4}[./年년 -]"
    r"|在\s?\d",
    re.IGNORECASE,
)
# "Quoting Somebody <…>:" as webmails say without a date.
QUOTING = re.compile(
    r"(?:quoting|zitat von|zitiere|citando a?|citando|selon|citerar|citerer|cytowanie|citát|"
    r"en réponse à|message de|citeren)\s",
    re.IGNORECASE,
)
YOU_WROTE = re.compile(
    r"you wrote|vous (?:avez )?écri|schrieben sie|escribiste|hai scritto|вы писали", re.IGNORECASE
)

# What stands before the colon in the headers above a mail.
# fmt: off
FROM = frozenset((
    "from", "de", "von", "da", "van", "od", "från", "fra", "от", "від", "发件人", "寄件者",
    "寄件人", "差出人", "送信者", "lähettäjä", "kimden", "gönderen", "expéditeur", "absender",
    "feladó", "de la", "expeditor", "remitente", "remetente", "mittente", "nadawca",
    "odesílatel", "odosielateľ", "afzender", "avsändare", "afsender", "avsender",
    "отправитель", "відправник", "από", "αποστολέας", "מאת", "من", "المرسل", "보낸 사람",
    "보낸사람", "발신", "발신자", "từ", "người gửi", "saatja", "no", "nuo", "dari", "จาก",
    "šalje", "pošiljatelj", "подател", "از", "प्रेषक",
))
SENT = frozenset((
    "sent", "date", "sent on", "envoyé", "envoyé le", "date d'envoi", "gesendet", "datum",
    "gesendet am", "enviado", "enviado el", "enviada em", "enviado em", "enviada", "fecha",
    "message du", "data", "data invio", "inviato", "inviato il", "verzonden", "verzonden op",
    "skickat", "sendt", "dato", "sendt den", "wysłano", "wysłane", "data wysłania", "odesláno",
    "odoslané", "dátum", "elküldve", "küldve", "küldés dátuma", "trimis", "expediat",
    "data trimiterii", "gönderildi", "gönderilme", "gönderme", "gönderilme tarihi",
    "gönderim tarihi", "tarih", "отправлено", "дата", "дата отправки", "надіслано",
    "відправлено", "στάλθηκε", "εστάλη", "αποστολή", "ημερομηνία", "נשלח", "תאריך",
    "تم الإرسال", "تاريخ الإرسال", "أرسل", "التاريخ", "发送时间", "发送日期", "日期", "时间",
    "寄件日期", "傳送時間", "傳送日期", "時間", "送信日時", "日時", "日付", "lähetetty",
    "päivämäärä", "päiväys", "보낸 날짜", "보낸날짜", "날짜", "발신일", "đã gửi", "ngày",
    "ngày gửi", "saadetud", "dikirim", "poslano", "vrijeme",
    "изпратено", "изпратено на", "išsiųsta", "nosūtīts", "enviat", "ส่งเมื่อ", "วันที่", "ارسال",
    "تاریخ", "भेजा गया", "tanggal", "kuupäev",
))
ABOUT = frozenset((
    "to", "cc", "bcc", "subject", "reply-to", "importance", "attachments", "à", "a", "pour",
    "objet", "copie", "copie à", "répondre à", "pièces jointes", "an", "betreff", "kopie",
    "antwort an", "para", "asunto", "adjuntos", "oggetto", "per conoscenza", "assunto",
    "anexos", "aan", "onderwerp", "bijlagen", "till", "kopia", "ämne", "til", "kopi", "emne",
    "vastaanottaja", "kopio", "aihe", "do", "dw", "temat", "kopia do", "komu", "předmět",
    "predmet", "kopie komu", "címzett", "másolatot kap", "másolat", "tárgy", "către",
    "subiect", "la", "kime", "kimeye", "bilgi", "konu", "alıcı", "кому", "копия", "тема",
    "копія", "προς", "κοιν", "κοιν.", "θέμα", "אל", "עותק", "נושא", "إلى", "نسخة", "نسخة إلى",
    "الموضوع", "收件人", "抄送", "主题", "主旨", "收件者", "副本", "主題", "宛先", "件名",
    "受信者", "받는 사람", "받는사람", "참조", "제목", "수신", "tới", "đến", "người nhận",
    "chủ đề", "tiêu đề", "kepada", "subjek", "destinataire", "destinatario", "destinatário",
    "empfänger", "ontvanger", "mottaker", "modtager", "mottagare", "teema", "kellele",
    "prima", "za",
    "до", "относно", "копие", "zadeva", "kam", "tēma", "adressaat", "per a", "assumpte", "ถึง",
    "เรื่อง", "به", "موضوع", "प्रति", "विषय", "naslov",
))
# fmt: on
# Of a dashed line above what is answered, and above what is passed on.
ORIGINAL = re.compile(
    r"original|message d.origine|urspr[uü]e?ngliche|ursprungl|oprindelig|opprinnelig|opphavleg|"
    r"oorspronkelijk|alkuperäinen|oryginaln|původní|pôvodn|eredeti|özgün|orijinal|orjinal|исходн|"
    r"оригинал|первоначальн|вихідн|початков|αρχικό|מקורית|المقورית|أصلية|الأصلية|"
    r"元のメッセージ|原始邮件|原始郵件|邮件原件|原邮件|원본|gốc|reply message|antwort|izvorna",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"forward|fwd|transf[ée]r|retransmis|weitergeleitet|weiterleitung|reenviad|inoltrat|"
    r"encaminhad|doorgestuurd|vidarebefordr|videresend|videresendt|välitetty|edelleenlä|"
    r"przekazan|přeposlan|preposlan|továbbított|redirecțion|transmis|iletilen|iletilmiş|"
    r"пересла|пересыл|перенаправл|προωθ|הועבר|מועבר|معاد توجيه|أعيد توجيه|転送|转发|轉寄|轉發|전달|"
    r"chuyển tiếp|proslij",
    re.IGNORECASE,
)
BEGINS_FORWARDED = re.compile(
    r"(?:(?:begin )?forwarded message|début du message (?:transféré|réexpédié)|"
    r"anfang der weitergeleiteten (?:nachricht|e-?mail)|inicio del mensaje reenviado|"
    r"inizio messaggio inoltrato|início da mensagem (?:reenviada|encaminhada)|"
    r"begin doorgestuurd bericht|vidarebefordrat brev|start på videresendt|"
    r"videresendt besked|początek przekazywanej wiadomości|начало переадресованного|"
    r"開始轉寄郵件|开始转发|転送されたメッセージ)\s?[:：]?",
    re.IGNORECASE,
)
# Subjects of mails that are passed on.
FORWARDING_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|tr|wg|rv|i|enc|doorst|vb|vl|vidarebefordrat|pd|továbbítás|"
    r"ilt|пересл|転送|转发|轉寄|전달)\s?[:：]",
    re.IGNORECASE,
)
POINTS_BELOW = re.compile(
    r"\b(?:below|inline|in line|in red|in blue|in green|ci-dessous|ci-après|en rouge|en bleu|"
    r"plus bas|dans le texte|entre les lignes|siehe unten|s\. u\.|in rot|im text|más abajo|"
    r"en rojo|qui sotto|in rosso|abaixo|em vermelho|hieronder|in het rood|nedan|nedenfor|"
    r"poniżej|níže|ниже|нижче)\b",
    re.IGNORECASE,
)


def says_who_wrote(text: str) -> bool:
    if not _VERBS.isdisjoint(_WORDS.findall(text.lower())):
        return True
    return not text.isascii() and bool(_UNSPACED.search(text))
