"""The webhook: what is pushed where, in which order, and again until it is taken."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.phone import Phone
from tests.simulator.conftest import Bot, Dial, Json


@dataclass(slots=True, kw_only=True)
class Listener:
    """The bot's side of a webhook: takes what comes, and answers as told."""

    heard: asyncio.Queue[tuple[Json, str]] = field(default_factory=asyncio.Queue)
    statuses: list[int] = field(default_factory=list)  # of the next answers; then 200
    answer: Json | None = None
    url: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        self.heard.put_nowait((await request.json(), secret))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.answer, status=status) if self.answer else web.Response(status=status)

    async def text(self) -> str:
        update, _ = await self.heard.get()
        return str(update["message"]["text"])


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listening = Listener()
    app = web.Application()
    app.router.add_post("/hook", listening.hear)
    async with TestServer(app) as server:
        listening.url = str(server.make_url("/hook"))
        yield listening


async def test_updates_are_pushed_with_the_secret(bot: Bot, aliya: Phone, listener: Listener) -> None:
    await aliya.send("Qanat pen Saule")
    await bot("setWebhook", url=listener.url, secret_token="s-3_A")
    await aliya.send("Kitap alemi")
    first, secret = await listener.heard.get()
    assert (first["message"]["text"], secret) == ("Qanat pen Saule", "s-3_A")
    assert await listener.text() == "Kitap alemi"
    info = await bot("getWebhookInfo")
    assert (info["url"], info["max_connections"]) == (listener.url, 40)


async def test_polling_and_webhook_exclude_each_other(bot: Bot, aliya: Phone, listener: Listener) -> None:
    polling = asyncio.create_task(bot.ask("getUpdates", timeout=30))
    other = asyncio.create_task(bot.ask("getUpdates", timeout=30))
    (lost,), (waits,) = await asyncio.wait((polling, other), return_when=asyncio.FIRST_COMPLETED)
    assert lost.result()["error_code"] == 409
    await bot("setWebhook", url=listener.url)
    assert (await waits)["description"] == "Conflict: terminated by setWebhook request"
    assert (await bot.ask("getUpdates"))["error_code"] == 409
    await bot("deleteWebhook")
    assert await bot("getUpdates") == []


async def test_a_refused_update_comes_again_before_the_next_of_that_chat(
    bot: Bot, dial: Dial, listener: Listener
) -> None:
    aliya, emma = await dial(7), await dial(8)
    listener.statuses = [500, 302, 503]
    await bot("setWebhook", url=listener.url)
    await aliya.send("one")
    assert await listener.text() == "one"
    await aliya.send("two")
    assert [await listener.text() for _ in range(4)] == ["one", "one", "one", "two"]
    assert (await bot("getWebhookInfo"))["last_error_message"].startswith("Wrong response from the webhook: 503")
    await emma.send("three")
    assert await listener.text() == "three"


async def test_a_blocked_lane_blocks_nobody_else(bot: Bot, dial: Dial, listener: Listener) -> None:
    aliya, emma = await dial(7), await dial(8)
    await bot("setWebhook", url=listener.url)
    listener.statuses = [500]
    bot.simulator.world.webhook._redelivery_seconds = 3600
    await aliya.send("stuck")
    assert await listener.text() == "stuck"
    await emma.send("Otyrar, keshke")
    assert await listener.text() == "Otyrar, keshke"
    info = await bot("getWebhookInfo")
    assert info["pending_update_count"] >= 1


async def test_a_method_named_in_the_answer_is_performed(bot: Bot, aliya: Phone, listener: Listener) -> None:
    listener.answer = {"method": "sendMessage", "chat_id": 7, "text": "Salem, Astana"}
    await bot("setWebhook", url=listener.url)
    await aliya.send("hello")
    assert (await aliya.wait_for("Salem, Astana")).from_bot


async def test_what_was_not_taken_stays_unless_dropped(bot: Bot, aliya: Phone, listener: Listener) -> None:
    await bot("setWebhook", url="http://127.0.0.1:9/nobody")
    await aliya.send("one")
    await bot("deleteWebhook")
    assert [update["message"]["text"] for update in await bot("getUpdates")] == ["one"]
    await bot("deleteWebhook", drop_pending_updates=True)
    assert await bot("getUpdates") == []


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("https://example.org/hook", "", "bad webhook: the simulator reaches addresses on loopback only"),
        ("http://127.0.0.1:9/", "not allowed", "secret token contains unallowed characters"),
    ],
)
async def test_refused_webhooks(bot: Bot, url: str, secret: str, words: str) -> None:
    assert await bot.refused("setWebhook", url=url, secret_token=secret) == f"Bad Request: {words}"
