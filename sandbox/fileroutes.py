"""Where bytes of files go in and out: the app's uploads and downloads, and the browser's."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from aiohttp import web

from sandbox.faults import ApiFault
from sandbox.files import File
from sandbox.slack import Slack

HANGS = 3600.0  # longer than any client waits
SIGN_IN = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>…</body></html>"
# Nothing that people attached may run in the browser, whatever it says it is.
LOCKED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
}


def add_file_routes(slack: Slack, app: web.Application) -> None:
    doors = _Doors(slack)
    app.router.add_post("/upload/{secret}", doors.upload)
    app.router.add_get("/files/{id}/{name:.*}", doors.download)
    app.router.add_post("/ui/upload", doors.bring)
    app.router.add_get("/ui/file/{id}", doors.show)
    app.router.add_get("/ui/mail/file", doors.show_mail_file)


def attachment(name: str, data: bytes, media_type: str) -> web.Response:
    """To be saved, never shown."""
    disposition = f"attachment; filename*=utf-8''{quote(name, safe='')}"
    headers = {**LOCKED, "Content-Disposition": disposition}
    kind = media_type.partition(";")[0] or "application/octet-stream"
    return web.Response(body=data, headers={**headers, "Content-Type": kind})


class _Doors:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The app brings bytes; the address is all it needs to know."""
        fault = self._slack.faults.take("upload")
        if fault and fault.status != "timeout_after":
            return _suffer(fault, request)
        upload = self._slack.workspace.files.uploads.get(request.match_info["secret"])
        data = await request.read()
        if upload is None or len(data) != upload.length:
            return web.Response(status=400, text="bad upload")
        upload.data = data
        if fault:
            await asyncio.sleep(HANGS)
        return web.Response(text=f"OK - {len(data)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """For the bot with its scope. Everybody else gets the page to sign in, with a 200."""
        fault = self._slack.faults.take("download")
        if fault:
            return _suffer(fault, request)
        file = self._slack.workspace.files.find(request.match_info["id"])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        may = "files:read" in self._slack.manifest.scopes
        if token != self._slack.bot_token or not may:
            return web.Response(text=SIGN_IN, content_type="text/html")
        if file is None or file.deleted:
            return web.Response(status=404)
        return attachment(file.name, file.data, file.media_type)

    async def bring(self, request: web.Request) -> web.StreamResponse:
        """Somebody chose a file in the browser."""
        person = self._slack.world.find_person(request.query.get("as", ""))
        if person is None:
            return web.json_response({"ok": False, "error": "nobody of that name"}, status=400)
        files = self._slack.workspace.files
        name = request.query.get("name") or "file"
        file = files.add(name, await request.read(), person.id)
        return web.json_response({"ok": True, "file": files.as_json(file)})

    async def show(self, request: web.Request) -> web.StreamResponse:
        file = self._slack.workspace.files.find(request.match_info["id"])
        person = self._slack.world.find_person(request.query.get("as", ""))
        if file is None or person is None or not self._may_see(file, person.id):
            return web.Response(status=404)
        return attachment(file.name, file.data, file.media_type)

    def _may_see(self, file: File, user: str) -> bool:
        channels = self._slack.world.channels
        seen = any(user in channels[c].members for c, _ in file.shares if c in channels)
        return file.user == user or seen

    async def show_mail_file(self, request: web.Request) -> web.StreamResponse:
        boxes = self._slack.mailboxes
        mail = boxes.find(request.query.get("address", ""), request.query.get("id", ""))
        number = request.query.get("n", "")
        files = mail.files if mail else []
        if not number.isdecimal() or int(number) >= len(files):
            return web.Response(status=404)
        return attachment(*files[int(number)])


def _suffer(fault: ApiFault, request: web.Request) -> web.StreamResponse:
    if isinstance(fault.status, int):
        headers = {"Retry-After": str(fault.retry_after)} if fault.status == 429 else {}
        return web.Response(status=fault.status, headers=headers)
    if fault.error:
        return web.Response(status=302, headers={"Location": fault.error})
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
