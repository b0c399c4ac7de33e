"""One file of a mail, whatever way it was packed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256


@dataclass(frozen=True)
class Attachment:
    """`name` is safe as a file name and never empty; `inline` files stand inside the HTML.

    `content_id` is how the HTML names it, without brackets.
    """

    name: str
    media_type: str
    data: bytes = field(repr=False)
    inline: bool = False
    content_id: str = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the data in hexadecimal digits."""
        return sha256(self.data).hexdigest()
