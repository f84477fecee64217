"""The methods by which the bot hears: getUpdates, the webhook, and the answer to a tap."""

import asyncio
import time

from bot.simulator.arguments import Arguments
from bot.simulator.chats import Alert
from bot.simulator.errors import Refused, bad_request, too_many_requests
from bot.simulator.queries import LONGEST_ANSWER
from bot.simulator.wire import Json, dumps
from bot.simulator.world import World

LONGEST_POLL = 50  # seconds [tdlib/telegram-bot-api]
WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def get_updates(world: World, args: Arguments) -> str:
    """getUpdates. A waiting poll sends an older waiting one away with 409; a poll with timeout 0 does not.

    Telegram makes the loser of such a fight wait 3 s for its 409, and holds back a poll that repeats an
    offset at once; here both are answered at once.
    """
    if world.webhook.url:
        raise Refused(409, WEBHOOK_IS_SET)
    updates = world.updates
    updates.allow(args.json("allowed_updates", refusal="can't parse allowed updates JSON object"))
    limit = min(max(args.integer("limit", 100), 1), 100)
    timeout = min(max(args.integer("timeout"), 0), LONGEST_POLL)
    updates.confirm(args.integer("offset"))
    taken = updates.take(limit=limit)
    if not taken and timeout:
        dismiss_poller(world, OTHER_POLLER)
        world.poller = poller = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                await poller
        except TimeoutError:
            return "[]"
        finally:
            if world.poller is poller:
                world.poller = None
        taken = updates.take(limit=limit)
    return f"[{','.join(taken)}]"


def dismiss_poller(world: World, words: str) -> None:
    """Answer the waiting poll, if there is one, with 409."""
    if world.poller is not None and not world.poller.done():
        world.poller.set_exception(Refused(409, words))


async def set_webhook(world: World, args: Arguments) -> str:
    """setWebhook. More than one a second is refused with 429 while limits are enforced."""
    url = args.text("url")
    if not url:
        return await delete_webhook(world, args)
    now = time.monotonic()
    if world.limits.enforce and now - world.webhook_set_at < 1:
        raise too_many_requests(seconds=1)
    world.webhook_set_at = now
    await world.webhook.set(url, secret=args.text("secret_token"), max_connections=args.integer("max_connections"))
    _settle(world, args)
    dismiss_poller(world, "Conflict: terminated by setWebhook request")
    return "true"


async def delete_webhook(world: World, args: Arguments) -> str:
    """deleteWebhook; waiting updates stay unless the call drops them."""
    await world.webhook.stop()
    _settle(world, args)
    return "true"


def _settle(world: World, args: Arguments) -> None:
    world.updates.allow(args.json("allowed_updates", refusal="can't parse allowed updates JSON object"))
    if args.flag("drop_pending_updates"):
        world.updates.clear()


async def get_webhook_info(world: World, args: Arguments) -> str:
    """getWebhookInfo."""
    webhook = world.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": world.updates.count(),
    }
    if webhook.url:
        info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    if webhook.last_error is not None:
        info |= {"last_error_date": webhook.last_error[0], "last_error_message": webhook.last_error[1]}
    if world.updates.allowed is not None:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return dumps(info)


async def answer_callback_query(world: World, args: Arguments) -> str:
    """answerCallbackQuery: once for each tap, in time, with 0-200 characters."""
    text = args.text("text")
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    if args.text("url") and not args.text("url").startswith(f"https://t.me/{world.profile.username}?start="):
        raise bad_request("URL_INVALID")
    query = world.queries.take(args.text("callback_query_id"), now=time.monotonic())
    show_alert = args.flag("show_alert")
    chat = query.person
    chat.wake()
    if text:
        chat.alerts.append(
            Alert(
                query_id=query.query_id,
                text=text,
                show_alert=show_alert,
                at=time.time(),
                version=chat.version,
            )
        )
    query.settle({"text": text, "show_alert": show_alert})
    return "true"
