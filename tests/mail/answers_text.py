"""Plain-text answers as mail programs write them: name → (the mail, what the person wrote).

All of them are written for these tests. The answered mail is always one of ours.
"""

QUESTION = """\
> Could you tell me the model?
>
> Pierre Durand
> Workstations
>
> --
> R-000042 · Printer on the 3rd floor jams
> To answer, just answer this mail."""

OURS = QUESTION.replace("> ", "").replace(">", "")

TEXT: dict[str, tuple[str, str]] = {
    "nothing is quoted": ("It is the LX-9.", "It is the LX-9."),
    "gmail in english": (
        "It is the LX-9.\n\n"
        "On Tue, 24 Nov 2026 at 14:05, Pierre Durand (Workstations) <support@desk.example>\n"
        f"wrote:\n\n{QUESTION}\n",
        "It is the LX-9.",
    ),
    "gmail in french": (
        "C'est la LX-9.\n\n"
        "Le mar. 24 nov. 2026 à 14:05, Pierre Durand (Postes de travail) <\n"
        f"support@desk.example> a écrit :\n\n{QUESTION}\n",
        "C'est la LX-9.",
    ),
    "apple mail in english": (
        "It is the LX-9.\n\nPaul\n\n"
        "> On 24 Nov 2026, at 14:05, Pierre Durand <support@desk.example> wrote:\n"
        f"> \n{QUESTION}\n",
        "It is the LX-9.\n\nPaul",
    ),
    "apple mail with the attribution outside": (
        "It is the LX-9.\n\n"
        f"On 24 Nov 2026, at 14:05, Pierre Durand <support@desk.example> wrote:\n\n{QUESTION}\n",
        "It is the LX-9.",
    ),
    "thunderbird in english": (
        f"It is the LX-9.\n\nOn 11/24/26 14:05, Pierre Durand (Workstations) wrote:\n{QUESTION}\n",
        "It is the LX-9.",
    ),
    "thunderbird in french": (
        f"C'est la LX-9.\n\nLe 24/11/2026 à 14:05, Pierre Durand a écrit :\n{QUESTION}\n",
        "C'est la LX-9.",
    ),
    "thunderbird answered below": (
        f"On 11/24/26 14:05, Pierre Durand wrote:\n{QUESTION}\n\nIt is the LX-9.\n",
        "It is the LX-9.",
    ),
    "outlook in english": (
        "It is the LX-9.\n\n"
        "From: Pierre Durand (Workstations) <support@desk.example>\n"
        "Sent: Tuesday, November 24, 2026 2:05 PM\n"
        "To: Paul Smith <paul@example.org>\n"
        f"Subject: [R-000042] Printer on the 3rd floor jams\n\n{OURS}\n",
        "It is the LX-9.",
    ),
    "outlook in french": (
        "C'est la LX-9.\n\n"
        "De : Pierre Durand (Postes de travail) <support@desk.example>\n"
        "Envoyé : mardi 24 novembre 2026 14:05\n"
        "À : Paul Smith <paul@example.org>\n"
        f"Objet : [R-000042] Printer on the 3rd floor jams\n\n{OURS}\n",
        "C'est la LX-9.",
    ),
    "outlook in german": (
        "Es ist der LX-9.\n\n"
        "Von: Pierre Durand <support@desk.example>\n"
        "Gesendet: Dienstag, 24. November 2026 14:05\n"
        "An: Paul Smith <paul@example.org>\n"
        f"Betreff: [R-000042] Printer on the 3rd floor jams\n\n{OURS}\n",
        "Es ist der LX-9.",
    ),
    "outlook on the web, below a rule": (
        "It is the LX-9.\n________________________________\n"
        "From: Pierre Durand <support@desk.example>\n"
        "Sent: Tuesday, November 24, 2026 2:05 PM\n"
        "To: Paul Smith <paul@example.org>\n"
        f"Subject: [R-000042] Printer on the 3rd floor jams\n\n{OURS}\n",
        "It is the LX-9.",
    ),
    "outlook with bold labels": (
        "It is the LX-9.\n\n"
        "*From:* Pierre Durand <support@desk.example>\n"
        "*Sent:* Tuesday, November 24, 2026 2:05 PM\n"
        "*To:* Paul Smith\n"
        f"*Subject:* [R-000042] Printer\n\n{OURS}\n",
        "It is the LX-9.",
    ),
    "old outlook": (
        "It is the LX-9.\n\n-----Original Message-----\n"
        "From: Pierre Durand [mailto:support@desk.example]\n"
        "Sent: Tuesday, November 24, 2026 2:05 PM\nTo: Paul Smith\n"
        f"Subject: [R-000042] Printer\n\n{OURS}\n",
        "It is the LX-9.",
    ),
    "old outlook in french": (
        "C'est la LX-9.\n\n-----Message d'origine-----\n"
        "De : Pierre Durand\nEnvoyé : mardi 24 novembre 2026 14:05\nÀ : Paul Smith\n"
        f"Objet : [R-000042] Printer\n\n{OURS}\n",
        "C'est la LX-9.",
    ),
    "a dashed line in a language nobody listed": (
        "LX-9.\n\n---- Alkuperäinen viesti ----\n"
        "Lähettäjä: Pierre Durand <support@desk.example>\nPäivämäärä: 24.11.2026\n"
        f"Aihe: [R-000042] Printer\n\n{OURS}\n",
        "LX-9.",
    ),
    "outlook for phones": (
        "It is the LX-9.\n\nGet Outlook for iOS\n________________________________\n"
        "From: Pierre Durand <support@desk.example>\n"
        "Sent: Tuesday, November 24, 2026 2:05:10 PM\n"
        f"To: Paul Smith\nSubject: [R-000042] Printer\n\n{OURS}\n",
        "It is the LX-9.",
    ),
    "a phone": (
        "It is the LX-9.\n\nSent from my iPhone\n\n"
        f"> On 24 Nov 2026, at 14:05, Pierre Durand wrote:\n> \n{QUESTION}\n",
        "It is the LX-9.",
    ),
    "a french phone": ("C'est la LX-9.\n\nEnvoyé de mon iPhone\n", "C'est la LX-9."),
    "a mobile signature before the quote": (
        "LX-9\n\nEnvoyé depuis mon mobile Samsung\n\n"
        f"Le 24 nov. 2026 14:05, Pierre Durand <support@desk.example> a écrit :\n{QUESTION}\n",
        "LX-9",
    ),
    "mutt": (
        "It is the LX-9.\n\n"
        f"* Pierre Durand <support@desk.example> [2026-11-24 14:05]:\n{QUESTION}\n\n-- \nPaul\n",
        "It is the LX-9.",
    ),
    "yahoo without quote marks": (
        "It is the LX-9.\n\n"
        "On Tuesday, November 24, 2026 at 02:05:10 PM GMT+1, Pierre Durand "
        f"<support@desk.example> wrote:\n\n{OURS}\n",
        "It is the LX-9.",
    ),
    "spanish": (
        "Es la LX-9.\n\nEl mar, 24 nov 2026 a las 14:05, Pierre Durand "
        f"(<support@desk.example>) escribió:\n\n{QUESTION}\n",
        "Es la LX-9.",
    ),
    "german": (
        "Der LX-9.\n\nAm Di., 24. Nov. 2026 um 14:05 Uhr schrieb Pierre Durand <\n"
        f"support@desk.example>:\n\n{QUESTION}\n",
        "Der LX-9.",
    ),
    "dutch": (
        "De LX-9.\n\nOp di 24 nov 2026 om 14:05 schreef Pierre Durand "
        f"<support@desk.example>:\n\n{QUESTION}\n",
        "De LX-9.",
    ),
    "russian": (
        "Это LX-9.\n\nвт, 24 нояб. 2026 г. в 14:05, Pierre Durand <support@desk.example>:\n\n"
        f"{QUESTION}\n",
        "Это LX-9.",
    ),
    "chinese": (
        "是LX-9。\n\n"
        f"Pierre Durand <support@desk.example> 于2026年11月24日周二 14:05写道：\n\n{QUESTION}\n",
        "是LX-9。",
    ),
    "a signature after the answer": (
        "It is the LX-9.\n\n-- \nPaul Smith\nFinance, Lyon\n+33 4 00 00 00 00\n",
        "It is the LX-9.",
    ),
    "a signature whose blank was lost": (
        "It is the LX-9.\n\n--\nPaul Smith\nFinance\n",
        "It is the LX-9.",
    ),
    "a signature after the quote": (
        "It is the LX-9.\n\nOn 11/24/26 14:05, Pierre Durand <support@desk.example> wrote:\n"
        f"{QUESTION}\n\n-- \nPaul Smith\n",
        "It is the LX-9.",
    ),
    # From here on: what must not be cut.
    "answers between the quoted lines": (
        "On 11/24/26 14:05, Pierre Durand <support@desk.example> wrote:\n"
        "> Which model?\n\nLX-9\n\n> Which tray?\n\nthe second\n",
        "On 11/24/26 14:05, Pierre Durand <support@desk.example> wrote:\n"
        "> Which model?\n\nLX-9\n\n> Which tray?\n\nthe second",
    ),
    "a greeting above and the answer below": (
        "Hello Pierre,\n\nOn 11/24/26 14:05, Pierre Durand <support@desk.example> wrote:\n"
        f"{QUESTION}\n\nIt is the LX-9.\n",
        "Hello Pierre,\n\n\nIt is the LX-9.",
    ),
    "answers that are announced as below": (
        "My answers are below, in red.\n\n-----Original Message-----\nFrom: Pierre Durand\n"
        "Sent: Tuesday, November 24, 2026 2:05 PM\nTo: Paul Smith\nSubject: [R-000042] Printer\n\n"
        + "Which model? LX-9. "
        * 20,
        "My answers are below, in red.\n\n-----Original Message-----\nFrom: Pierre Durand\n"
        "Sent: Tuesday, November 24, 2026 2:05 PM\nTo: Paul Smith\nSubject: [R-000042] Printer\n\n"
        + "Which model? LX-9. " * 19
        + "Which model? LX-9. ",
    ),
    "nothing above the quote": (
        f"On 11/24/26 14:05, Pierre Durand <support@desk.example> wrote:\n{QUESTION}",
        f"On 11/24/26 14:05, Pierre Durand <support@desk.example> wrote:\n{QUESTION}",
    ),
    "a dashed heading": (
        "Steps\n-------\n1. print\n2. it jams\n\nResult\n------\nnothing",
        "Steps\n-------\n1. print\n2. it jams\n\nResult\n------\nnothing",
    ),
    "a line that begins with from": (
        "From: the printer I get this\nTo: my mind it is broken\nIt is the LX-9.",
        "From: the printer I get this\nTo: my mind it is broken\nIt is the LX-9.",
    ),
    "a form below a rule": (
        "Here is the form:\n______________\nName: Paul\nDate: today\nTo: whom it concerns",
        "Here is the form:\n______________\nName: Paul\nDate: today\nTo: whom it concerns",
    ),
    "a phishing mail that is pasted": (
        "I received this, is it real?\n\nFrom: Bank <x@bad.example>\nSent: today\n"
        "To: Paul\nSubject: Your account\n\nPress here.",
        "I received this, is it real?\n\nFrom: Bank <x@bad.example>\nSent: today\n"
        "To: Paul\nSubject: Your account\n\nPress here.",
    ),
    "an error message with a mark": (
        "The screen shows:\n> Error 42\n> paper jam\nwhat now?",
        "The screen shows:\n> Error 42\n> paper jam\nwhat now?",
    ),
    "an error message at the end": (
        "The screen shows\n> Error 42\n> paper jam",
        "The screen shows\n> Error 42\n> paper jam",
    ),
    "what somebody said": (
        "On Monday the vendor wrote:\nplease replace the roller.\nShall we?",
        "On Monday the vendor wrote:\nplease replace the roller.\nShall we?",
    ),
    "two thoughts parted by dashes": (
        "First the LX-9 jams.\n--\n" + "\n".join(f"And thing {n}." for n in range(12)),
        "First the LX-9 jams.\n--\n" + "\n".join(f"And thing {n}." for n in range(12)),
    ),
    "a list and an indented log": (
        "- one\n- two\n\n    at line 3: x\n    at line 4: y",
        "- one\n- two\n\n    at line 3: x\n    at line 4: y",
    ),
    "a mail that is forwarded": (
        "FYI\n\n---------- Forwarded message ---------\nFrom: Vendor <v@vendor.example>\n"
        "Date: Tue, 24 Nov 2026\nSubject: roller\n\nWe send you one.",
        "FYI\n\n---------- Forwarded message ---------\nFrom: Vendor <v@vendor.example>\n"
        "Date: Tue, 24 Nov 2026\nSubject: roller\n\nWe send you one.",
    ),
}
