"""files.*: an address to bring bytes to, the end of an upload, and what is known of a file."""

from __future__ import annotations

from typing import Any

from sandbox.composing import rich_text
from sandbox.files import File, Upload
from sandbox.webapi.calls import ApiError, Call, Json, Method
from sandbox.world import Message


def get_upload_url(call: Call) -> Json:
    name, length = call.required("filename"), call.number("length", 0)
    files = call.ws.files
    if length < 1:
        raise ApiError("invalid_arguments")
    if files.largest is not None and length > files.largest:
        raise ApiError("file_upload_size_restricted")
    secret, upload = files.begin(name, length)
    return {"upload_url": f"{files.base_url}upload/{secret}", "file_id": upload.id}


def complete_upload(call: Call) -> Json:
    """All files in one message, or none."""
    wanted = call.structure("files") or []
    if not isinstance(wanted, list) or not wanted:
        raise ApiError("invalid_arguments")
    uploads = [_brought(call, one) for one in wanted]
    channel = call.channel("channel_id") if call.text("channel_id") else None
    if channel and call.bot not in channel.members:
        raise ApiError("not_in_channel")
    parent = channel.message(call.text("thread_ts")) if channel else None
    if call.text("thread_ts") and parent is None:
        raise ApiError("thread_not_found")
    titles = [str(one.get("title") or "") for one in wanted]
    files = [
        call.ws.files.complete(upload, title, call.bot)
        for upload, title in zip(uploads, titles, strict=True)
    ]
    if channel:
        thread = (parent.thread_ts or parent.ts) if parent else None
        _share(call, files, channel.id, thread)
    return {"files": [call.ws.files.as_json(file) for file in files]}


def _brought(call: Call, one: Any) -> Upload:
    upload = call.ws.files.brought(str(one.get("id"))) if isinstance(one, dict) else None
    if upload is None or upload.data is None:
        raise ApiError("file_not_found")
    return upload


def _share(call: Call, files: list[File], channel: str, thread: str | None) -> None:
    comment = call.text("initial_comment")
    message = call.ws.write(
        Message(
            channel,
            call.ws.stamps.next(),
            call.bot,
            comment,
            [rich_text(comment)] if comment else [],
            thread_ts=thread,
            by_app=True,
            subtype="file_share",
            files=[file.id for file in files],
        )
    )
    call.ws.feed.posted(message)


def info(call: Call) -> Json:
    file = call.ws.files.find(call.required("file"))
    if file is None:
        raise ApiError("file_not_found")
    if file.deleted:
        raise ApiError("file_deleted")
    return {"file": call.ws.files.as_json(file) | {"shares": call.ws.files.shares_of(file)}}


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",), tier=4),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",), tier=4),
    "files.info": Method(info, ("files:read",), tier=4),
}
