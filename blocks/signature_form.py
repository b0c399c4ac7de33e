"""The form for one's own signature."""

from __future__ import annotations

from blocks.elements import context, field, modal
from blocks.formatted import rich_text
from blocks.ids import Action, Field, Form
from blocks.message import Block, View
from desk.words import Words
from locales.translator import Translator


def signature_form(words: Words, t: Translator) -> View:
    element: Block = {"type": "rich_text_input", "action_id": Action.INPUT.value}
    if words:
        element["initial_value"] = rich_text(words)
    hint = t("Leave empty to sign with your name and your team.")
    blocks = [
        field(Field.SIGNATURE, t("Below your replies"), element, optional=True, hint=hint),
        context(t("It goes below every reply you send from now on, in mails only.")),
    ]
    return modal(Form.SIGNATURE, t("My signature"), blocks, submit=t("Save"), close=t("Cancel"))
