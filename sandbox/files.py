"""Files in the pretend workspace: uploads in two halves, downloads for who holds the token."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.world import new_id

Json = dict[str, Any]
UNKNOWN = "application/octet-stream"


@dataclass
class File:
    id: str
    name: str
    user: str
    data: bytes = field(repr=False)
    media_type: str = UNKNOWN
    title: str = ""
    created: int = 0
    shares: list[tuple[str, str]] = field(default_factory=list)  # channel and ts
    deleted: bool = False
    mode: str = "hosted"

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass
class Upload:
    """A place to bring bytes to. Nobody sees a file before it is completed."""

    id: str
    name: str
    length: int
    data: bytes | None = None


class Files:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.base_url = ""
        self.known: dict[str, File] = {}
        self.uploads: dict[str, Upload] = {}  # by the secret in their address
        self.largest: int | None = None  # bytes the workspace takes, if there is a limit

    def add(self, name: str, data: bytes, user: str, media_type: str = "") -> File:
        """A file somebody brought, in no conversation yet."""
        guessed = media_type or mimetypes.guess_type(name)[0] or UNKNOWN
        file = File(new_id("F"), name, user, data, guessed, title=name, created=int(self._clock()))
        self.known[file.id] = file
        return file

    def find(self, file_id: str) -> File | None:
        return self.known.get(file_id)

    def begin(self, name: str, length: int) -> tuple[str, Upload]:
        """The secret of the address to bring the bytes to."""
        secret, upload = secrets.token_hex(12), Upload(new_id("F"), name, length)
        self.uploads[secret] = upload
        return secret, upload

    def brought(self, file_id: str) -> Upload | None:
        return next((u for u in self.uploads.values() if u.id == file_id), None)

    def complete(self, upload: Upload, title: str, user: str) -> File:
        assert upload.data is not None
        media_type = mimetypes.guess_type(upload.name)[0] or UNKNOWN
        file = File(
            upload.id,
            upload.name,
            user,
            upload.data,
            media_type,
            title=title or upload.name,
            created=int(self._clock()),
        )
        self.known[file.id] = file
        self.uploads = {s: u for s, u in self.uploads.items() if u.id != upload.id}
        return file

    def as_json(self, file: File) -> Json:
        """The file as messages, forms and files.info tell of it."""
        if file.deleted:
            return {"id": file.id, "mode": "tombstone", "deleted": True}
        private = f"{self.base_url}files/{file.id}"
        ending = file.name.rpartition(".")[2].lower() if "." in file.name else "binary"
        return {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": file.media_type,
            "filetype": ending,
            "pretty_type": ending.upper(),
            "user": file.user,
            "editable": False,
            "size": file.size,
            "mode": file.mode,
            "is_external": file.mode == "external",
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "url_private": f"{private}/{file.id}",
            "url_private_download": f"{private}/download/{file.id}",
            "has_rich_preview": False,
            "file_access": "visible",
        }

    def shares_of(self, file: File) -> Json:
        private: Json = {}
        for channel, ts in file.shares:
            private.setdefault(channel, []).append({"ts": ts})
        return {"private": private} if private else {}
