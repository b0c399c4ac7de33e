"""What mail systems say of mails that did not arrive, in many languages, as `plain` makes it."""

from __future__ import annotations

import re

from mail.machines.plain import any_of

FAILED_SUBJECTS = (
    # English
    *("undeliverable", "undelivered", "undeliverd", "undeliverable mail", "unable to deliver"),
    *("delivery status notification", "delivery failure", "delivery has failed", "delivery failed"),
    *("delivery notification", "delivery error", "delivery report", "delivery unsuccessful"),
    *(
        "mail delivery failed",
        "mail delivery failure",
        "mail delivery system",
        "mail delivery error",
    ),
    *("mail delivery problem", "mail delivery status", "mail delivery", "mail status report"),
    *("message delivery failed", "message delivery failure", "email delivery failure"),
    *("returned mail", "returned e-mail", "returned email", "returned message", "mail returned"),
    *("mail failure", "failed mail", "failure notice", "failure delivery", "failed delivery"),
    *("failed to deliver", "non delivery", "non-delivery", "nondelivery", "nondeliverable mail"),
    *("non-deliverable", "non deliverable", "notice of non-delivery", "ndn:", "ndr:", "dsn:"),
    *("message undeliverable", "message not delivered", "message could not be delivered"),
    *("message was not delivered", "mail could not be delivered", "mail not delivered"),
    *("your message could not be delivered", "your message cannot be delivered"),
    *(
        "your mail could not be delivered",
        "your email could not be delivered",
        "email not delivered",
    ),
    *("could not deliver", "could not send message", "couldn't deliver", "can't deliver"),
    *("error sending message", "error delivering", "problem delivering", "problems delivering"),
    *("mail system error", "mail error", "smtp error", "e-mail delivery failure", "bounced mail"),
    *("bounced message", "bounce notification", "bounce:", "email bounced", "message status -"),
    *("rejected mail", "mail rejected", "message rejected", "email rejected", "rejected:"),
    *("blocked mail", "recipient unknown", "user unknown", "unknown user", "unknown recipient"),
    *("invalid recipient", "address not found", "mailbox full", "quota exceeded", "over quota"),
    *("permanent delivery failure", "permanent failure", "delivery to the following"),
    *("warning: could not", "***undeliverable", "postmaster notify", "return receipt (failed)"),
    *("message blocked", "amazon ses: bounce", "a message that you sent", "sending failed"),
    *("sorry, your message", "wrong address", "dead letter", "unzustellbar"),
    # French
    *("échec de la remise", "échec de remise", "échec de la distribution", "échec de distribution"),
    *("échec de la livraison", "échec d'envoi", "échec de l'envoi", "non remis", "non remise"),
    *("message non remis", "courrier non remis", "mail non remis", "impossible de remettre"),
    *("message non distribué", "non distribuable", "avis de non-remise", "avis de non remise"),
    *("notification d'état de remise", "notification d'échec", "retour à l'expéditeur"),
    *("rapport de non remise", "rapport de non-remise", "courrier électronique non délivré"),
    *("courriel non livré", "message non délivré", "erreur de remise", "non livrable"),
    # German
    *("unzustellbare", "nicht zustellbar", "nicht zugestellt", "zustellung fehlgeschlagen"),
    *("zustellfehler", "zustellungsfehler", "fehler bei der zustellung", "übermittlungsfehler"),
    *("mail konnte nicht", "nachricht konnte nicht", "ihre nachricht konnte nicht", "rücksendung"),
    *(
        "benachrichtigung zum übermittlungsstatus",
        "fehlermeldung: mail",
        "nachricht nicht zugestellt",
    ),
    # Spanish, Catalan, Italian, Portuguese
    *("no se puede entregar", "no entregado", "no se ha podido entregar", "no se pudo entregar"),
    *("error de entrega", "correo devuelto", "correo no entregado", "mensaje no entregado"),
    *(
        "notificación de estado de entrega",
        "notificación del estado de entrega",
        "no es pot lliurar",
    ),
    *("non recapitabile", "mancato recapito", "mancata consegna", "impossibile recapitare"),
    *("non consegnato", "messaggio non consegnato", "notifica sullo stato del recapito"),
    *("errore di consegna", "não é possível entregar", "não entregue", "falha na entrega"),
    *("falha de entrega", "não foi possível entregar", "notificação de status de entrega"),
    *("mensagem não entregue", "mensagem devolvida", "notificação de falha"),
    # Dutch and the north
    *("onbestelbaar", "niet bezorgd", "kan niet worden bezorgd", "niet afgeleverd"),
    *("bericht niet bezorgd", "kan niet afleveren", "olevererbart", "går inte att leverera"),
    *("kunde inte levereras", "ej levererat", "kan ikke leveres", "ikke leveret", "ikke levert"),
    *("uleverbar", "kunne ikke leveres", "leveringsfejl", "leveringsfeil"),
    *(
        "toimittamaton",
        "ei voida toimittaa",
        "viestiä ei voitu",
        "ei toimitettu",
        "ei toimitettavissa",
    ),
    # Polish, Czech, Slovak, Hungarian, Romanian, south-east
    *("niedostarczone", "niedostarczona", "nie można dostarczyć", "niedoręczone", "zwrot poczty"),
    *("nie dostarczono", "nedoručitelné", "nelze doručit", "nedoručeno", "nedoručiteľné"),
    *("kézbesíthetetlen", "nem kézbesíthető", "sikertelen kézbesítés", "nelivrabil"),
    *("nu se poate livra", "nu poate fi livrat", "nedostavljeno", "nije moguće isporučiti"),
    *("neisporučivo", "ni mogoče dostaviti", "nedostavljivo"),
    # Russian, Ukrainian, Bulgarian, Greek, Turkish
    *("недоставленное", "не доставлено", "не удается доставить", "не удаётся доставить"),
    *("сообщение не доставлено", "письмо не доставлено", "недоставленные", "ошибка доставки"),
    *("не вдалося доставити", "недоставлене", "не доставлена", "недоставено"),
    *("αδύνατη η παράδοση", "δεν παραδόθηκε", "δεν είναι δυνατή η παράδοση", "μη παραδοτέο"),
    *("teslim edilemedi", "teslim edilemez", "iletilemedi", "iletilemeyen"),
    # Japanese, Chinese, Korean, Arabic, Hebrew
    *(
        "配信不能",
        "配信できません",
        "配信エラー",
        "未配信",
        "配達不能",
        "送信エラー",
        "送信できません",
    ),
    *(
        "エラーメール",
        "不達",
        "返送",
        "无法送达",
        "未送达",
        "退信",
        "系统退信",
        "无法传递",
        "未传递",
    ),
    *("無法傳遞", "無法送達", "未送達", "投递失败", "发送失败", "邮件被退回", "退信通知"),
    *("배달되지 않음", "배달할 수 없", "전송 실패", "전달 실패", "반송", "발송 실패", "배달 못"),
    *("تعذر التسليم", "غير قابل للتسليم", "לא ניתן למסירה", "לא נמסר"),
)
# Says in the text that a mail did not arrive.
FAILED_TEXTS = (
    *(
        "this is the qmail-send program",
        "i'm sorry to have to inform you",
        "wasn't able to deliver",
    ),
    *("i wasn't able to deliver your message", "this is a permanent error", "i've given up"),
    "this message was created automatically by mail delivery software",
    *("a message that you sent could not be delivered", "message you sent could not be delivered"),
    *(
        "this is an automatically generated delivery status notification",
        "delivery to the following",
    ),
    *(
        "could not be delivered",
        "couldn't be delivered",
        "cannot be delivered",
        "can't be delivered",
    ),
    *("was not delivered", "wasn't delivered", "not be delivered to", "has not been delivered"),
    *("delivery has failed", "delivery failed", "failed to deliver", "unable to deliver"),
    *("undeliverable", "undelivered", "permanent fatal errors", "transcript of session follows"),
    *("did not reach the following recipient", "did not reach some or all", "did not reach"),
    *("the following addresses had", "the following address failed", "following recipients failed"),
    *(
        "following addresses failed",
        "address not found",
        "address couldn't be found",
        "unrouteable",
    ),
    *("user unknown", "unknown user", "no such user", "no such address", "unknown address"),
    *("does not exist", "doesn't exist", "recipient rejected", "recipient address rejected"),
    *("invalid recipient", "invalid address", "mailbox unavailable", "mailbox not found"),
    *("mailbox full", "mailbox is full", "inbox is full", "over quota", "quota exceeded"),
    *("exceeded storage", "no mailbox here by that name", "not listed in", "is not a known user"),
    *("user not found", "account has been disabled", "mailbox is disabled", "returned to sender"),
    *("returning your message", "reports the following error", "mail server rejected"),
    *("message was rejected", "was rejected by", "rejected your message", "host unknown"),
    *("name server: host not found", "recipient's mailbox", "error transferring", "smtp error"),
    *("550 ", "554 ", "552 ", "553 ", "5.1.1", "5.1.0", "5.2.2", "5.7.1", "5.0.0", "#5."),
    *("could not send the message", "could not be sent", "unknown recipient", "bounced address"),
    *("the mail system", "<<< 5", "the error that the other server returned", "remote host said"),
    *(
        "n'a pas pu être remis",
        "n'a pas pu être délivré",
        "n'a pas pu être envoyé",
        "n'a pas été remis",
    ),
    *("n'a pas pu être livré", "n'existe pas", "n'a pu être remis", "échec de la remise"),
    *("n'a pas été délivré", "boîte pleine", "destinataire inconnu", "utilisateur inconnu"),
    *("konnte nicht zugestellt", "nicht zugestellt werden", "zustellung fehlgeschlagen"),
    *("konnte nicht übermittelt", "empfänger unbekannt", "postfach voll", "existiert nicht"),
    *("no se pudo entregar", "no se ha podido entregar", "no ha podido ser entregado"),
    *("no pudo ser entregado", "no existe", "non è stato possibile", "impossibile recapitare"),
    *("non è stato recapitato", "non può essere consegnato", "não pôde ser entregue"),
    *("não foi possível entregar", "não foi entregue", "kon niet worden bezorgd"),
    *(
        "kan niet worden bezorgd",
        "kunde inte levereras",
        "kunne ikke leveres",
        "ei voitu toimittaa",
    ),
    *(
        "nie można dostarczyć",
        "nie mogła zostać dostarczona",
        "nelze doručit",
        "не удалось доставить",
    ),
    *("не может быть доставлено", "не было доставлено", "не доставлено", "teslim edilemedi"),
    *("配信できません", "届けられません", "送信できません", "送達できません", "送れませんでした"),
    *(
        "无法送达",
        "未能送达",
        "退信",
        "无法投递",
        "投递失败",
        "無法傳送",
        "배달할 수 없",
        "전송하지 못",
    ),
)
DELAYED_SUBJECTS = (
    *("delivery delayed", "delayed mail", "delayed delivery", "message delayed", "mail delayed"),
    *("delivery status notification (delay)", "delivery notification: delivery delayed"),
    *("delivery notification: delivery has been delayed", "delivery has been delayed"),
    *(
        "mail delivery deferred",
        "delivery postponed",
        "mail delivery delayed",
        "mail delivery warning",
        "still being retried",
    ),
    *("warning: could not send message for past", "could not send message for past"),
    *(
        "warning: message",
        "delivery temporarily",
        "message still undelivered",
        "mail still in queue",
    ),
    *(
        "mail delivery delay",
        "delivery delay",
        "temporary delivery failure",
        "deferred:",
        "delayed:",
    ),
    *(
        "undelivered mail: still trying",
        "transient failure",
        "warning: delayed",
        "warning - delayed",
    ),
    *("remise différée", "remise retardée", "message en attente", "retard de remise", "retardé :"),
    *("zustellung verzögert", "verzögerte zustellung", "verzögert:", "zustellverzögerung"),
    *("entrega retrasada", "entrega demorada", "retraso en la entrega", "consegna ritardata"),
    *("recapito ritardato", "ritardo nella consegna", "entrega atrasada", "atraso na entrega"),
    *(
        "vertraagd:",
        "bezorging vertraagd",
        "leverans fördröjd",
        "opóźnione",
        "doręczenie opóźnione",
    ),
    *("доставка отложена", "доставка задерживается", "配信遅延", "配信の遅延", "延迟", "延遲"),
)
DELAYED_TEXTS = (
    *("this is a warning message only", "you do not need to resend", "do not need to resend"),
    *("has not yet been delivered", "not yet been delivered", "will be retried", "still trying"),
    *("will continue to try", "will keep trying", "will continue trying", "delivery is delayed"),
    *("delivery has been delayed", "message has been delayed", "has been delayed", "is delayed"),
    *("delivery attempts will continue", "attempts to deliver the message will continue"),
    *("no action is required on your part", "temporary problem delivering", "gmail will retry"),
    *("has been postponed", "been postponed due to", "continue to try to deliver", "advisory-only"),
    *("will be retried for", "delivery will be attempted", "remains in the queue"),
    *("temporarily deferred", "this is not a failure", "n'a pas encore été remis"),
    *("noch nicht zugestellt", "wird weiterhin versucht", "weitere zustellversuche"),
    *("todavía no se ha entregado", "ainda não foi entregue", "non è stato ancora"),
)
# Followed by these a delay is over: the mail was given up.
GIVEN_UP = (
    *("have been failing for a long time", "retry time not reached for any host after a long"),
    *("message expired", "giving up", "given up", "too long", "retry timeout exceeded"),
    *("will not be retried", "no further attempts", "permanent error", "permanently"),
)

# Behind the subject of the mail that came back: "RE: Printer (delivery failed)".
FAILED_END = re.compile(
    r"(?:[(\[]\s*(?:delivery (?:failed|failure)|undelivera?b?l?e?d?|returned|not delivered|"
    r"non remis|unzustellbar|no entregado|non recapitato)\s*[)\]]|: non remis)\s*$"
)
FAILED_SUBJECT = re.compile(any_of(FAILED_SUBJECTS))
FAILED_TEXT = re.compile(any_of(FAILED_TEXTS))
DELAYED_SUBJECT = re.compile(any_of(DELAYED_SUBJECTS))
DELAYED_TEXT = re.compile(any_of(DELAYED_TEXTS))
GIVES_UP = re.compile(any_of(GIVEN_UP))
# What programs show of a failure, and hardly anybody copies without a word before it.
SHOWN_BY_PROGRAMS = re.compile(
    r"^(?:\W{0,3}(?:sent |received |reply:? )?(?:<<<|>>>) ?\S|(?:received|message-id|return-path|"
    r"reporting-mta|final-recipient|diagnostic-code|x-[\w-]{2,40}) ?: \S|"
    r"\W{0,4}[^\s<>@]{1,80}@[^\s<>@:]{3,80}>?\W{0,3}(?:(?:\.\.\.|:) ?\S|$)|"
    r"[-*_=]{2,} ?[^-*_=\n]{0,40}(?:message|mail|recipients?|session|address\w{0,5})"
    r"[^-*_=\n]{0,40}[-*_=]{2,})|"
    r"following (?:e-?mail )?(?:recipient|address|user|destination|person)|"
    r"automatically (?:generated|created)|(?:generated|created) automatically|auto-?generated|"
    r"transcript of session|original (?:message|mail|e-?mail) (?:follows|was received|is)|"
    r"destinataires? suivants?|adresses? suivantes?|folgende\w{0,3} (?:empfanger|adress)|"
    r"siguientes? (?:destinatari|direccion)|seguent[ei] (?:destinatari|indirizz)|"
    r"seguintes? (?:destinatari|endereco)|volgende (?:geadresseerde|ontvanger|adres)|"
    r"foljande mottagare|folgende (?:modtager|mottaker)|следующ\w{1,5} (?:адрес|получател)|"
    r"nastepujac\w{1,5} (?:adresat|odbiorc)|以下の|下列|다음 ",
    re.MULTILINE,
)
GREETS = re.compile(
    r"\s*(?:hello|hi|hey|good (?:morning|afternoon|evening|day)|greetings|"
    r"dear (?!sender|user|customer|sir|e-?mail|client|mail)|"
    r"bonjour|bonsoir|salut|coucou|hallo|guten|moin|servus|gruezi|hola|buen|"
    r"ciao|salve|buongiorno|ola|bom dia|boa tarde|dag|goede|beste|hej|hei|god|czesc|dzien dobry|"
    r"ahoj|dobry den|szia|jo napot|buna|merhaba|привет|добрый|здравствуйте|γεια|καλημερα|"
    r"こんにちは|お世話|你好|您好|안녕)\b"
)
