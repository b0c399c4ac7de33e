"""HTML answers as mail programs write them: name → (the HTML, what the person wrote).

All of them are written for these tests, after the shapes that each program is known for.
"""

from mail.extraction import ABOVE

OURS = (
    f'<div style="display:none">{ABOVE}Could you tell me the model?</div>'
    "<p>Could you tell me the model?</p><p>Pierre Durand<br>Workstations</p>"
    "<p>R-000042 · Printer on the 3rd floor jams</p>"
)
UNMARKED = OURS.replace(ABOVE, "")

HTML: dict[str, tuple[str, str]] = {
    "gmail": (
        '<div dir="ltr">It is the LX-9.</div><br><div class="gmail_quote">'
        '<div dir="ltr" class="gmail_attr">On Tue, 24 Nov 2026 at 14:05, Pierre Durand &lt;'
        '<a href="mailto:support@desk.example">support@desk.example</a>&gt; wrote:<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0">{OURS}</blockquote></div>',
        "It is the LX-9.",
    ),
    "gmail today": (
        '<div dir="ltr"><div>C\'est la LX-9.</div><div><br></div><div>Paul</div></div><br>'
        '<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        "Le mar. 24 nov. 2026 à 14:05, Pierre a écrit :<br></div>"
        f'<blockquote class="gmail_quote">{OURS}</blockquote></div>',
        "C'est la LX-9.\n\nPaul",
    ),
    "apple mail": (
        '<html><body>It is the LX-9.<br><div><br><blockquote type="cite"><div>On 24 Nov 2026, '
        f"at 14:05, Pierre Durand wrote:</div><br>{OURS}</blockquote></div></body></html>",
        "It is the LX-9.",
    ),
    "an iphone": (
        '<html><body dir="auto">It is the LX-9.<br><br><div dir="ltr">Sent from my iPhone</div>'
        '<div dir="ltr"><br><blockquote type="cite">On 24 Nov 2026, at 14:05, Pierre wrote:<br>'
        f'</blockquote></div><blockquote type="cite"><div>{OURS}</div></blockquote></body></html>',
        "It is the LX-9.",
    ),
    "thunderbird": (
        '<p>It is the LX-9.</p><div class="moz-cite-prefix">On 11/24/26 14:05, Pierre Durand '
        f'wrote:<br></div><blockquote type="cite" cite="mid:x@y">{OURS}</blockquote>',
        "It is the LX-9.",
    ),
    "thunderbird answered below": (
        '<div class="moz-cite-prefix">On 11/24/26 14:05, Pierre Durand wrote:<br></div>'
        f'<blockquote type="cite" cite="mid:x@y">{OURS}</blockquote><p>It is the LX-9.</p>',
        "It is the LX-9.",
    ),
    "outlook on the web": (
        '<div class="elementToProof">It is the LX-9.</div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> '
        f"Pierre Durand<br><b>Sent:</b> Tuesday</div><div>{UNMARKED}</div>",
        "It is the LX-9.",
    ),
    "outlook for windows": (
        '<div class="WordSection1"><p class="MsoNormal">It is the LX-9.<o:p></o:p></p>'
        '<p class="MsoNormal">It stands on the 3rd floor.<o:p></o:p></p>'
        '<p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Paul<o:p></o:p></p>'
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
        '<p class="MsoNormal"><b>De :</b> Pierre Durand<br><b>Envoyé :</b> mardi</p></div>'
        f"{UNMARKED}</div>",
        "It is the LX-9.\nIt stands on the 3rd floor.\n\nPaul",
    ),
    "outlook for phones": (
        '<div dir="ltr">It is the LX-9.</div><div class="ms-outlook-mobile-signature">Get '
        '<a href="https://aka.ms/o0ukef">Outlook for iOS</a></div>'
        '<div id="mail-editor-reference-message-container"><hr><div id="divRplyFwdMsg">'
        f"<b>From:</b> Pierre</div>{UNMARKED}</div>",
        "It is the LX-9.",
    ),
    "yahoo": (
        '<div class="yahoo-style-wrap"><div dir="ltr">It is the LX-9.</div></div>'
        '<div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Tuesday, Pierre wrote:</div>'
        f"<div>{OURS}</div></div>",
        "It is the LX-9.",
    ),
    "proton": (
        '<div style="font-family: Arial">It is the LX-9.</div><div class="protonmail_signature_'
        'block"></div><div class="protonmail_quote">On Tuesday, Pierre wrote:<br>'
        f'<blockquote class="protonmail_quote" type="cite">{OURS}</blockquote></div>',
        "It is the LX-9.",
    ),
    "gmx": (
        f'<div>Der LX-9.</div><div name="quote" style="margin:10px"><div>Gesendet: Dienstag</div>'
        f"{OURS}</div>",
        "Der LX-9.",
    ),
    "a program nobody knows, by our mark": (
        f"<div>It is the LX-9.</div><div>Pierre wrote on 24/11/2026 14:05:</div><div>{OURS}</div>",
        "It is the LX-9.",
    ),
    "a list and a link": (
        '<p>I tried:</p><ol><li>the <b>cover</b></li><li><a href="https://x.example/g">your guide'
        "</a></li></ol>",
        "I tried:\n\n1. the cover\n2. your guide <https://x.example/g>",
    ),
    # From here on: what must not be cut.
    "gmail with answers between": (
        '<div class="gmail_quote"><div class="gmail_attr">On Tue, 24 Nov 2026 at 14:05, Pierre '
        "&lt;support@desk.example&gt; wrote:<br></div><blockquote>Which model?</blockquote>"
        "<div>LX-9</div><blockquote>Which tray?</blockquote><div>the second</div></div>",
        "On Tue, 24 Nov 2026 at 14:05, Pierre <support@desk.example> wrote:\n\n"
        "> Which model?\n\nLX-9\n\n> Which tray?\n\nthe second",
    ),
    "apple mail with answers between": (
        '<blockquote type="cite">Which model?</blockquote><div>LX-9</div>'
        '<blockquote type="cite">Which tray?</blockquote><div>the second</div>',
        "> Which model?\n\nLX-9\n\n> Which tray?\n\nthe second",
    ),
    "gmail that forwards": (
        '<div>FYI</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded '
        "message ---------<br>From: Vendor<br></div><p>We send you a roller.</p></div>",
        "FYI\n---------- Forwarded message ---------\nFrom: Vendor\n\nWe send you a roller.",
    ),
    "a quote of somebody else's page": (
        "<p>The manual says:</p><blockquote>Never open tray 2.</blockquote><p>Is that so?</p>",
        "The manual says:\n\n> Never open tray 2.\n\nIs that so?",
    ),
    "nothing but a quote": (
        f'<blockquote type="cite">{UNMARKED}</blockquote>',
        "> Could you tell me the model?\n>\n> Pierre Durand\n> Workstations\n>\n"
        "> R-000042 · Printer on the 3rd floor jams",
    ),
}
