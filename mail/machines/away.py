"""What answers that nobody wrote say, in many languages, as `plain` makes it."""

from __future__ import annotations

import re

from mail.machines.plain import any_of

# Begins the subject of an answer that nobody wrote.
AWAY_SUBJECTS = (
    # English
    *("Automatic reply", "Automatic response", "Automated reply", "Automated response"),
    *("Automatic answer", "Auto reply", "Auto-reply", "AutoReply", "Auto response"),
    *("Auto-response", "AutoResponse", "Auto respond", "Autoresponder", "Auto-responder"),
    *("Out of Office AutoReply", "Out of Office Auto Reply", "Out of Office Reply"),
    *("Out of Office Response", "Out of Office Notification", "Out of Office Notice"),
    *("Out of Office Message", "Out of Office", "Out of the Office", "Out-of-Office", "OOO", "OOF"),
    *("Away from office", "Away from the office", "Away from my mail", "Away from my email"),
    *("On vacation", "I am on vacation", "Vacation reply", "Vacation notice", "Vacation message"),
    *("I am on leave", "I am on annual leave", "I am out of the office"),
    *("I'm out of the office", "I am out of office", "I am currently out of the office"),
    *("Currently out of office", "Absence notification", "Message received [automatic]"),
    # French
    *("Réponse automatique", "Réponse automatisée", "Réponse d'absence", "Message automatique"),
    *("Absence du bureau", "Absent du bureau", "Absence du bureau réponse automatique"),
    *("Message d'absence", "Notification d'absence", "Avis d'absence", "Absent(e) du bureau"),
    *("Je suis absent", "Je suis absente", "Je suis en congé", "Je suis en vacances", "En congés"),
    *("Répondeur automatique", "Accusé de réception automatique"),
    # German
    *("Automatische Antwort", "Automatische Rückantwort", "Automatische Abwesenheitsnotiz"),
    *(
        "Automatische Abwesenheit",
        "Automatische E-Mail-Antwort",
        "Automatische Eingangsbestätigung",
    ),
    *("Abwesenheitsnotiz", "Abwesenheitsnachricht", "Abwesenheitsmeldung", "Abwesenheitsmail"),
    *("Abwesenheit", "Abwesend", "Abwesenheitsassistent", "Autom. Antwort", "Nicht im Büro"),
    *("Außer Haus", "Ich bin nicht im Büro", "Ich bin im Urlaub", "Urlaubsmeldung"),
    # Spanish, Catalan, Galician, Basque
    *("Respuesta automática", "Respuesta automatizada", "Contestación automática"),
    *("Fuera de la oficina", "Fuera de oficina", "Ausencia de la oficina", "Mensaje automático"),
    *("Resposta automàtica", "Fora de l'oficina", "Fóra da oficina", "Erantzun automatikoa"),
    # Italian
    *("Risposta automatica", "Fuori sede", "Fuori ufficio", "Fuori dall'ufficio"),
    *("Messaggio automatico", "Assente dall'ufficio", "Assenza dall'ufficio", "Non al computer"),
    # Portuguese
    *("Resposta automática", "Fora do escritório", "Ausência temporária", "Ausência"),
    *("Ausente do escritório", "Mensagem automática", "Resposta automatica"),
    # Dutch
    *("Automatisch antwoord", "Automatische beantwoording", "Automatisch bericht", "Afwezig"),
    *("Afwezigheid", "Afwezigheidsbericht", "Niet aanwezig", "Niet op kantoor", "Buiten kantoor"),
    # Danish, Norwegian, Swedish, Icelandic, Finnish
    *("Autosvar", "Automatisk svar", "Automatisk besvarelse", "Ikke til stede", "Ikke på kontoret"),
    *("Fravær", "Fraværende", "Fraværsmelding", "Fraværsbesked", "Automatiskt svar"),
    *("Autosvar Ej på kontoret", "Ej på kontoret", "Frånvaro", "Frånvarande", "Inte på kontoret"),
    *("Frånvaromeddelande", "Frånvaroavisering", "Sjálfvirkt svar", "Automaattinen vastaus"),
    *("Poissa toimistosta", "Poissaoloviesti", "Poissaoloilmoitus"),
    # Polish, Czech, Slovak, Hungarian, Romanian
    *("Automatyczna odpowiedź", "Odpowiedź automatyczna", "Autoodpowiedź", "Nieobecność"),
    *("Poza biurem", "Nieobecność w biurze", "Automatická odpověď", "Automatická odpoveď"),
    *("Mimo kancelář", "Mimo kancelárie", "Mimo kanceláriu", "Nepřítomnost", "Neprítomnosť"),
    *("Automatikus válasz", "Házon kívül", "Távollét", "Nem vagyok az irodában"),
    *("Răspuns automat", "În afara biroului", "Absent din birou"),
    # Croatian, Serbian, Bosnian, Slovenian, Macedonian, Albanian
    *("Automatski odgovor", "Аутоматски одговор", "Samodejni odgovor", "Odsoten", "Odsotnost"),
    *("Izvan ureda", "Odsutnost", "Автоматски одговор", "Përgjigje automatike"),
    # Russian, Ukrainian, Bulgarian, Belarusian
    *("Автоматический ответ", "Автоответ", "Автоответчик", "Нет на работе", "Вне офиса"),
    *("Я в отпуске", "Автоматична відповідь", "Автовідповідь", "Поза офісом"),
    *("Автоматичен отговор", "Извън офиса", "Аўтаматычны адказ"),
    # Estonian, Latvian, Lithuanian
    *("Automaatvastus", "Automaatne vastus", "Kontorist väljas", "Automātiska atbilde"),
    *("Automātiskā atbilde", "Ārpus biroja", "Automatinis atsakymas", "Ne biure"),
    # Greek, Turkish
    *("Αυτόματη απάντηση", "Εκτός γραφείου", "Otomatik yanıt", "Otomatik cevap", "Ofis dışında"),
    *("İş yerinde değil", "Ofis Dışı"),
    # Japanese, Chinese, Korean
    *(
        "自動応答",
        "自動返信",
        "自動返答",
        "不在通知",
        "不在応答",
        "自动答复",
        "自动回复",
        "自動回覆",
    ),
    *("自動回信", "外出通知", "不在办公室", "不在辦公室", "자동 회신", "자동회신", "자동 응답"),
    *("자동응답", "부재 중", "부재중"),
    # Arabic, Persian, Hebrew, Thai, Vietnamese, Indonesian, Malay, Hindi
    *("رد تلقائي", "الرد التلقائي", "خارج المكتب", "پاسخ خودکار", "تשובה אוטומטית"),
    *("תשובה אוטומטית", "מענה אוטומטי", "מחוץ למשרד", "การตอบกลับอัตโนมัติ", "ตอบกลับอัตโนมัติ"),
    *("Trả lời tự động", "Thư trả lời tự động", "Tự động trả lời", "Balasan otomatis"),
    *("Di luar kantor", "Balasan automatik", "स्वचालित उत्तर"),
)
# Says in the text that nobody wrote it.
AWAY_TEXTS = (
    *("this is an automatic reply", "this is an automated reply", "this is an automatic response"),
    *("this is an automated response", "this is an auto-reply", "this is an auto reply"),
    *("this is an automatically generated reply", "this is an automatically generated response"),
    *("this is an automatic message", "this is an auto-generated reply", "this is an autoreply"),
    *("this is an autoresponse", "this is an auto-response", "automatic out of office reply"),
    *("i am currently out of the office", "i am out of the office", "i'm out of the office"),
    *("i will be out of the office", "i'm currently out of the office", "i am currently on leave"),
    *("i am away from the office", "i am on vacation", "i am on annual leave", "i am on holiday"),
    *("i am currently away", "i am out of office", "i am currently out of office"),
    *("i will respond to your message when i return", "am currently on vacation"),
    *("ceci est une réponse automatique", "ceci est un message automatique"),
    *("je suis absent du bureau", "je suis absente du bureau", "je suis actuellement absent"),
    *("je suis actuellement en congé", "je suis en congés", "je suis actuellement en vacances"),
    *("je serai de retour", "absent du bureau jusqu", "absente du bureau jusqu"),
    *("dies ist eine automatische", "ich bin zurzeit nicht im büro", "ich bin derzeit nicht"),
    *("ich bin bis zum", "ich bin im urlaub", "ich bin ab dem", "bin ich nicht im büro"),
    *("este es un mensaje automático", "esta es una respuesta automática"),
    *(
        "estoy fuera de la oficina",
        "estaré fuera de la oficina",
        "questa è una risposta automatica",
    ),
    *("sono fuori sede", "sono assente dall'ufficio", "sarò assente", "sono fuori ufficio"),
    *("esta é uma resposta automática", "esta é uma mensagem automática", "estou ausente"),
    *("dit is een automatisch", "ik ben momenteel afwezig", "ik ben afwezig", "ben ik afwezig"),
    *("dette er et automatisk", "detta är ett automatiskt", "jag är inte på kontoret"),
    *("olen poissa", "jestem poza biurem", "jestem nieobecny", "to jest automatyczna odpowiedź"),
    *("jsem mimo kancelář", "это автоматический ответ", "я нахожусь в отпуске", "это автоответ"),
    *("自動返信メール", "自動的に送信", "这是一封自动回复", "自动回复邮件"),
)
# Said of an absence, by people as well; they count where the subject speaks of one.
ABSENCES = (
    *("i am back on", "i will be back", "i'll be back", "back in the office", "i return on"),
    *("i will return", "i'll return", "returning on", "for urgent matters", "in urgent cases"),
    *("in case of emergency", "during my absence", "in my absence", "while i am away"),
    *("limited access to my e", "limited access to e", "no access to my e", "access to my mail"),
    *("as soon as i return", "when i return", "upon my return", "until further notice"),
    *("de retour le", "de retour à partir", "à mon retour", "en mon absence", "mon absence"),
    *("en cas d'urgence", "pour toute urgence", "in dringenden fällen", "wieder erreichbar"),
    *("wieder im büro", "meiner abwesenheit", "wieder für sie da", "vom büro abwesend"),
    *("durante mi ausencia", "en mi ausencia", "estaré de vuelta", "regreso el", "a mi regreso"),
    *(
        "in mia assenza",
        "durante la mia assenza",
        "al mio rientro",
        "rientrerò",
        "in caso di urgenza",
    ),
    *("na minha ausência", "durante a minha ausência", "estarei de volta", "em caso de urgência"),
    *("tijdens mijn afwezigheid", "weer aanwezig", "ben ik weer", "in dringende gevallen"),
    *("tillbaka den", "tilbage den", "tilbake den", "åter på kontoret", "palaan töihin", "palaan"),
    *(
        "wracam",
        "w pilnych sprawach",
        "vrátím se",
        "буду на работе",
        "вернусь",
        "в срочных случаях",
    ),
    *("dönüş tarihim", "geri döneceğim", "επιστρέφω", "休暇", "不在", "休假", "부재"),
)
# Asks the sender to prove that they are no machine.
CHALLENGES = (
    *(
        "please confirm your message",
        "confirm that you are a real person",
        "please verify yourself",
    ),
    *("your message is being held", "your email requires verification", "sender verification"),
    *("click the link below to deliver your message", "to release your message"),
    *("this is an anti-spam challenge", "challenge/response", "verify that your message is not"),
    *("your message has been quarantined until", "message will be delivered once you"),
    *("requires that you verify your email", "please click on the link to prove you are human"),
    *("recipient's allowed list", "to ensure delivery of your e", "added to the guest list"),
    *("waiting list", "boxbe"),
)

AWAY_START = re.compile(rf"(?:{any_of(AWAY_SUBJECTS)})(?!\w)")
# As in "Printer jam (out of office)" or "Re: printer [auto-reply]".
AWAY_END = re.compile(
    r"[(\[<*]\s*(?:auto(?:matic)?[- ]?(?:reply|response|generated)|out of (?:the )?office|"
    r"reponse automatique|autoreply|vacation|abwesend|automatische antwort)\s*[)\]>*]\s*$"
)
# As in "[Automatic reply] Printer", or at the end.
AWAY_MARK = re.compile(
    rf"^\W*[\[(<*]\s*(?:{any_of(AWAY_SUBJECTS)}|auto(?:matically)?[- ]?generated)\s*[\])>*]|"
    rf"{AWAY_END.pattern}"
)
_TOLD = (
    r"(?:is (?:currently )?(?:out of (?:the )?office|away|on (?:vacation|leave|holiday))|"
    r"est (?:actuellement )?(?:absente?(?:\(e\))? du bureau|en conges?)|"
    r"ist (?:derzeit |zur zeit )?(?:ausser haus|nicht im (?:buro|haus)|abwesend|im urlaub)|"
    r"esta fuera de la oficina|e fuori (?:ufficio|sede)|esta ausente|is afwezig|"
    r"er ikke (?:pa kontoret|til stede)|ar inte pa kontoret|jest nieobecn[ya])"
)
# Notes puts the name first: "AUTO: Ann Smith is out of the office (returning 05/01/2026)".
AWAY_NOTED = re.compile(
    rf"^auto ?: .{{2,80}}(?:{_TOLD}|"
    r"\([^()]{0,30}\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\)\W*$)"
)
AWAY_TOLD = re.compile(rf"^.{{2,80}} {_TOLD}\b")
# What follows when people write about their own notice of absence.
DENIED = re.compile(
    r"\b(?:not|doesn't|don't|cannot|can't|isn't|broken|missing|problem|error|help|how|"
    r"pas|plus|comment|probleme|nicht|kein\w*|fehlt|wie|no|non|como|come|nao|niet|geen|hoe)\b"
)
AWAY_TEXT = re.compile(any_of(AWAY_TEXTS))
ABSENT = re.compile(any_of(ABSENCES))
CHALLENGE = re.compile(any_of(CHALLENGES))
