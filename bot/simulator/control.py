"""The rest of /sim, for tests and the demo: raw updates, faults, limits, the ledger, the clock."""

from typing import Any

import aiohttp

from bot.simulator.errors import Refused, bad_request
from bot.simulator.faults import KINDS
from bot.simulator.limits import Limits
from bot.simulator.wire import Json
from bot.simulator.world import World

CLOCK_PATIENCE = aiohttp.ClientTimeout(total=10)  # seconds


def put_updates(world: World, asked: Json) -> Json:
    """Raw updates into the queue, poison too; their ids."""
    updates = asked.get("updates", [asked.get("update")])
    if not isinstance(updates, list) or not all(isinstance(update, dict) for update in updates):
        raise bad_request("update must be an Object, updates an Array of them")
    return {"update_ids": [world.updates.add_raw(update) for update in updates]}


def see_updates(world: World) -> Json:
    """How many updates wait, and the last id given."""
    return {"pending": world.updates.count(), "last_id": world.updates.last_id}


def order_fault(world: World, asked: Json) -> Json:
    """A trouble for the calls to come; its id."""
    kind = str(asked.get("kind"))
    if kind not in KINDS or not isinstance(asked.get("method"), str):
        raise bad_request(f"a fault needs a method (or *) and one kind of: {', '.join(KINDS)}")
    times = asked.get("times", 1)
    if type(times) is not int or (times < 1 and times != -1):
        raise bad_request("times must be a positive whole number, or -1 for ever")
    return {
        "id": world.faults.order(
            method=asked["method"],
            kind=kind,  # type: ignore[arg-type]  # checked above
            times=times,
            chat_id=asked.get("chat_id"),
            retry_after=int(asked.get("retry_after") or 1),
            description=asked.get("description"),
        )
    }


def set_limits(world: World, asked: Json) -> Json:
    """Another pace; what is not named stands at Telegram's published number. Counting begins anew."""
    known = {"enforce", "per_second", "per_chat_per_second", "window", "chat_burst"}
    if set(asked) - known or asked.get("window", "sliding") not in ("sliding", "bucket"):
        raise bad_request(f"limits are: {', '.join(sorted(known))}; window is sliding or bucket")
    world.limits = Limits(**asked)
    return {name: getattr(world.limits, name) for name in sorted(known)}


def set_latency(world: World, asked: Json) -> Json:
    """So many seconds before each call of the bot is looked at, and by chance up to `jitter` more."""
    seconds, jitter = asked.get("seconds"), asked.get("jitter", 0.0)
    if not all(isinstance(number, (int, float)) and 0 <= number <= 60 for number in (seconds, jitter)):
        raise bad_request("seconds and jitter must be 0-60")
    world.latency, world.jitter = float(seconds or 0.0), float(jitter)
    return {"seconds": world.latency, "jitter": world.jitter}


def see_calls(world: World, *, since: int, method: str | None) -> Json:
    """The ledger after number `since`; `next` is where to go on."""
    return {"calls": world.calls.since(since, method=method), "next": world.calls.count}


async def ask_clock(clock: str | None, *, setting: Json | None) -> Json:
    """The business clock of the bot's demo, read or set. 404 when the simulator knows none."""
    if clock is None:
        raise Refused(404, "Not Found: no clock is configured")
    try:
        async with aiohttp.ClientSession(timeout=CLOCK_PATIENCE) as session:
            asking = session.get(clock) if setting is None else session.post(clock, json=setting)
            async with asking as response:
                answer: Any = await response.json(content_type=None)
                if response.status >= 400:
                    raise Refused(response.status, str(answer.get("description") or answer.get("error")))
                return dict(answer)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        raise Refused(502, "Bad Gateway: the clock does not answer") from None
