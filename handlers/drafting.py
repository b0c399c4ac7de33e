"""What the form for a new ticket holds now.

Read from the inputs themselves, since they are newer than `private_metadata` whenever somebody is
faster than our last update of the form.
"""

from __future__ import annotations

from blocks.drafts import Draft
from blocks.ids import SOMEBODY_NEW, YES, Field
from desk.variants import variant
from handlers.payload import Malformed, Values


def draft_from(metadata: str, values: Values) -> Draft:
    """The remembered draft, brought up to date with what is chosen in the form."""
    draft = Draft.decode(metadata)
    if values.shows(Field.REQUESTER) and values[Field.REQUESTER]:
        chosen = values[Field.REQUESTER]
        kind, _, typed = chosen.partition(":")
        is_new = kind == SOMEBODY_NEW
        draft = draft.with_somebody_new(typed) if is_new else draft.with_requester(chosen)
    if Field.OTHER in values.chosen:
        draft = variant(draft, other=YES in values.ticked(Field.OTHER))
    if values.shows(Field.BENEFICIARY):
        draft = variant(draft, beneficiary=values[Field.BENEFICIARY] or None)
    if not draft.other:
        draft = variant(draft, beneficiary=None)
    if values.shows(Field.FAMILY):
        draft = draft.with_family(entry_id(values[Field.FAMILY]))
    if _belongs(values, Field.SERVICE, draft.family):
        draft = draft.with_service(entry_id(values[Field.SERVICE]))
    if _belongs(values, Field.ITEM, draft.service):
        draft = draft.with_item(entry_id(values[Field.ITEM]))
    if _belongs(values, Field.IMPACT, draft.entry or 0):
        draft = variant(draft, details=True, impact=values[Field.IMPACT] or None)
    if _belongs(values, Field.URGENCY, draft.entry or 0):
        draft = variant(draft, details=True, urgency=values[Field.URGENCY] or None)
    return draft


def entry_id(value: str) -> int | None:
    """A catalogue entry's id as our own options carry it."""
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Malformed("catalogue")
    return int(value)


def _belongs(values: Values, field: Field, parent: int | None) -> bool:
    """Whether the input is in the form and offers what lies below `parent`."""
    return values.blocks.get(field) == f"{field}#{parent}"
