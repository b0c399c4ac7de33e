"""`python -m sandbox`: a pretend Slack in the browser, with everybody's mailboxes."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox.manifest import ManifestError
from sandbox.saving import Keeper, restore
from sandbox.server import Sandbox
from sandbox.slack import DEMO_WORLD

EXAMPLES = """examples:
  python -m sandbox
      Slack at http://127.0.0.1:8500/, mails taken at 127.0.0.1:2525, bot over Socket Mode
  python -m sandbox --desk-smtp 127.0.0.1:2526
      people's mails are handed to the bot's own mail listener
  python -m sandbox --deliver-to http://127.0.0.1:3000/slack/events
      the bot gets signed HTTP requests instead of Socket Mode
  python -m sandbox --save var/sandbox.json
      messages and mails are there again after a restart

The bot needs: SLACK_API_URL=http://127.0.0.1:8500/api/ SLACK_BOT_TOKEN=xoxb-sandbox
SLACK_APP_TOKEN=xapp-sandbox SLACK_SIGNING_SECRET=sandbox-signing-secret
"""


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A pretend Slack in the browser, with everybody's mailboxes.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=8500, help="web, API and Socket Mode, e.g. 8500 (default)")
    add("--smtp-port", type=int, default=2525, help="where mails come in, e.g. 2525 (default)")
    add("--desk-smtp", type=address, metavar="HOST:PORT", help="the bot's mail listener")
    add("--desk-address", default="support@meridien.example", help="offered for new mails")
    add("--deliver-to", metavar="URL", help="deliver over HTTP, not Socket Mode")
    add("--manifest", type=Path, default=Path("manifest.yml"), help="default: manifest.yml")
    add("--world", type=Path, default=DEMO_WORLD, help="people and channels, as YAML")
    add("--rates", choices=("slack", "none"), default="slack", help="rate limits (default: slack)")
    add("--save", type=Path, metavar="FILE", help="keep messages and mails here, e.g. var/s.json")
    add("--fresh", action="store_true", help="forget what was saved, start anew")
    return parser.parse_args(arguments)


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is not HOST:PORT, like 127.0.0.1:2526")
    return host, int(port)


async def run(chosen: argparse.Namespace) -> None:
    slack = Sandbox(
        chosen.manifest,
        chosen.world,
        port=chosen.port,
        smtp_port=chosen.smtp_port,
        deliver_to=chosen.deliver_to,
        desk_smtp=chosen.desk_smtp,
        desk_address=chosen.desk_address,
        rates=chosen.rates,
    )
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    if chosen.save and not chosen.fresh:
        restore(slack, chosen.save)
    async with slack:
        keeper = Keeper(slack, chosen.save) if chosen.save else None
        print(f"Slack   {slack.web_url}")
        print(f"API     {slack.api_url}")
        print(f"Mail    {slack.smtp_host}:{slack.smtp_port}", flush=True)
        await stopping.wait()
        if keeper:
            await keeper.close()


def main() -> int:
    try:
        asyncio.run(run(options()))
    except (ManifestError, FileNotFoundError) as wrong:
        print(f"The sandbox cannot start: {wrong}", file=sys.stderr)
        return 2
    except OSError as taken:
        print(f"The sandbox cannot listen: {taken.strerror or taken}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
