"""Where Telegram brings updates: told to it only when it does not know, for it lets nobody change that often.

Telegram never shows the secret that it holds. So the address carries a mark of it (`?v=`, eight letters from which the
secret cannot be told): another secret is another address, and is told at the next start.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from telegram import Bot
from telegram.error import RetryAfter

from bot.intake.poller import ALLOWED_UPDATES

MAX_CONNECTIONS: Final = 40
_MOST_TRIES = 5

log = logging.getLogger(__name__)


def address_with_mark(url: str, *, secret: str) -> str:
    """Return the address as Telegram is given it."""
    return f"{url}?v={hmac.digest(secret.encode(), url.encode(), 'sha256').hex()[:8]}"


async def bring_to(
    bot: Bot, url: str, *, secret: str, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Have updates brought to this address; what waits at Telegram stays. Raise TelegramError when it will not.

    Several replicas may start together: who is told to wait looks again, and finds that another has done it.
    """
    wanted = address_with_mark(url, secret=secret)
    for tries_left in reversed(range(_MOST_TRIES)):
        known = await bot.get_webhook_info()
        settings = (known.url, frozenset(known.allowed_updates or ()), known.max_connections)
        if settings == (wanted, frozenset(ALLOWED_UPDATES), MAX_CONNECTIONS):
            return
        try:
            await bot.set_webhook(
                wanted,
                secret_token=secret,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=MAX_CONNECTIONS,
                drop_pending_updates=False,
            )
        except RetryAfter as busy:
            if not tries_left:
                raise
            wait = busy.retry_after
            await pause(float(wait if isinstance(wait, int | float) else wait.total_seconds()))
        else:
            log.info("Telegram brings updates to %s from now on", url)
            return


async def let_fetch(bot: Bot) -> None:
    """Let updates be fetched: take back an address that Telegram has; what waits there stays."""
    if (await bot.get_webhook_info()).url:
        await bot.delete_webhook(drop_pending_updates=False)
        log.info("Telegram brings updates nowhere any more; they are fetched")
