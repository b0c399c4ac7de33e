"""Run the bot until a signal says stop."""

from __future__ import annotations

import asyncio
import signal

from bot.app import Bot


async def run_until_stopped(bot: Bot) -> None:
    """Stops in order on SIGTERM and SIGINT; a second signal is not needed."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, bot.stopping.set)
    try:
        await bot.start()
        await bot.stopping.wait()
    finally:
        await bot.stop()
