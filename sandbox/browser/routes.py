"""Every address the browser knows."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from sandbox.browser import acting, looking, posting
from sandbox.browser.live import add_live
from sandbox.browser.requests import Task, route
from sandbox.slack import Slack

STATIC = Path(__file__).parent.parent / "static"

READS: dict[str, Task] = {
    "/ui/people": looking.people,
    "/ui/state": looking.state,
    "/ui/messages": looking.messages,
    "/ui/mailboxes": posting.mailboxes,
    "/ui/mailbox": posting.mailbox,
    "/ui/traffic": looking.traffic,
    "/ui/faults": looking.faults,
}

ACTS: dict[str, Task] = {
    "/ui/read": acting.read,
    "/ui/say": acting.say,
    "/ui/edit": acting.edit,
    "/ui/delete": acting.delete,
    "/ui/react": acting.react,
    "/ui/join": acting.join,
    "/ui/leave": acting.leave,
    "/ui/direct": acting.direct,
    "/ui/command": acting.command,
    "/ui/shortcut": acting.shortcut,
    "/ui/action": acting.action,
    "/ui/options": acting.options,
    "/ui/submit": acting.submit,
    "/ui/close": acting.close,
    "/ui/home": acting.home,
    "/ui/mail": posting.send,
    "/ui/mail/read": posting.read,
    "/ui/faults": acting.set_fault,
}


def add_browser(slack: Slack, app: web.Application) -> None:
    for path, task in READS.items():
        app.router.add_get(path, route(slack, task))
    for path, task in ACTS.items():
        app.router.add_post(path, route(slack, task))
    add_live(slack, app)
    app.router.add_get("/", _index)
    if STATIC.is_dir():
        app.router.add_static("/static/", STATIC)
    app.on_response_prepare.append(_never_cached)


async def _index(request: web.Request) -> web.StreamResponse:
    page = STATIC / "index.html"
    if not page.is_file():
        return web.Response(text="The pages are not installed.", status=404)
    return web.FileResponse(page)


async def _never_cached(request: web.Request, response: web.StreamResponse) -> None:
    """Pages and modules change while people work on them."""
    response.headers.setdefault("Cache-Control", "no-cache")
