"""The sandbox's doors: a Slack and its mailboxes on two local ports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.browser.routes import add_browser
from sandbox.fileroutes import add_file_routes
from sandbox.responseurls import response_route
from sandbox.slack import Slack
from sandbox.webapi.door import Door
from sandbox.webapi.rates import Rates
from sandbox.world import World

HOST = "127.0.0.1"


class Sandbox(Slack):
    """`async with Sandbox(manifest=…) as slack:` – a whole Slack, until the block ends.

    Further settings are those of `Slack`. `rates="slack"` enforces Slack's rate limits,
    with `faster` of its seconds in one of ours.
    """

    def __init__(
        self,
        manifest: Path | str | dict[str, Any],
        world: World | Path | str | None = None,
        *,
        port: int = 0,
        smtp_port: int = 0,
        rates: str | None = None,
        faster: float = 1.0,
        **settings: Any,
    ) -> None:
        super().__init__(manifest, world, **settings)
        self._port, self._smtp_port = port, smtp_port
        self._rates = Rates(self.workspace.clock, limited=rates == "slack", faster=faster)
        self._runner: web.AppRunner | None = None

    # -- running ----------------------------------------------------------------------------

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def start(self) -> None:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        self.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        self._port = self._runner.addresses[0][1]
        self.workspace.files.base_url = self.web_url
        self.workspace.response_urls.base_url = self.web_url.rstrip("/")
        if self.socket:
            self.workspace.socket_url = self._socket_url
        await self.mailboxes.start(HOST, self._smtp_port)

    async def stop(self) -> None:
        await self.courier.close()
        await self.mailboxes.stop()
        if self._runner:
            await self._runner.cleanup()

    def add_routes(self, app: web.Application) -> None:
        door = Door(self.workspace, self._rates)
        app.router.add_route("*", "/api/{method}", door.enter)
        app.router.add_post("/response/{secret}", response_route(self.workspace))
        if self.socket:
            app.router.add_get("/link/", self.socket.serve)
        add_file_routes(self, app)
        add_browser(self, app)

    # -- addresses and secrets --------------------------------------------------------------

    @property
    def web_url(self) -> str:
        return f"http://{HOST}:{self._port}/"

    @property
    def api_url(self) -> str:
        return f"{self.web_url}api/"

    @property
    def smtp_host(self) -> str:
        return HOST

    @property
    def smtp_port(self) -> int:
        return self.mailboxes.port

    def _socket_url(self) -> str:
        assert self.socket is not None
        return f"ws://{HOST}:{self._port}/link/?ticket={self.socket.new_ticket()}"
