"""The whole bot by webhook: what people do arrives once, also when the store was away. The watch tells the truth."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.intake.address import address_with_mark
from bot.simulator import Simulator
from storage import Tx, inbox, lines
from storage.tables import log
from tests.databases import way_of_intake
from tests.house import TOKEN, Running, running_bot
from tests.journeys.scenes import again, handled, seats_add_up, until, visit_of, visits_held
from tests.phone import Call, Phone
from tests.proof.fleet import free_port

SECRET = "wEbHoOk-secret_01"
OTHER_SECRET = "aNoThEr-secret_02"


def by_webhook(port: int, *, secret: str = SECRET) -> dict[str, Any]:
    """Settings with which updates are brought to this port, and the watch takes any."""
    return {
        "webhook_url": f"http://127.0.0.1:{port}/hook",
        "webhook_secret": secret,
        "listen": f"127.0.0.1:{port}",
        "metrics": "127.0.0.1:0",
    }


async def look(running: Running, page: str) -> tuple[int, str]:
    """Ask the watch for a page."""
    assert running.app.watch is not None
    async with running.session.get(f"http://127.0.0.1:{running.app.watch.port}{page}") as answer:
        return answer.status, await answer.text()


async def samples(running: Running) -> dict[tuple[str, ...], float]:
    """One scrape, as Prometheus reads it: (name, label values in order of their names) -> value."""
    # Each is read afresh: what is remembered for some seconds is tried in tests/bot/test_vitals.py.
    status, text = await look(running, "/metrics")
    assert status == 200
    return {
        (sample.name.removeprefix("visit_bot_"), *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def causes(tx: Tx) -> Counter[str]:
    return Counter(tx.scalars(log.select().with_only_columns(log.c.action).where(log.c.cause.is_not(None))))


async def test_people_are_served_by_webhook_and_nobody_polls(database_url: str) -> None:
    async with running_bot(database_url, **by_webhook(free_port())) as running:
        phone = await running.delegate()
        await running.book(phone, "nab-am")
        assert len(await visits_held(running, phone)) == 1
        assert await running.telegram.calls("getUpdates") == []
        await seats_add_up(running)
        assert await look(running, "/health") == (200, "well")


async def test_telegram_is_told_the_address_once_and_again_for_another_secret(
    simulator: Simulator, sqlite_url: str
) -> None:
    port = free_port()
    calls: list[Call] = []
    for secret, told in ((SECRET, 1), (SECRET, 1), (OTHER_SECRET, 2)):
        settings = by_webhook(port, secret=secret)
        async with running_bot(sqlite_url, simulator=simulator, **settings) as running:
            calls = await running.telegram.calls("setWebhook")
            assert len(calls) == told
            assert simulator.world.webhook.url == address_with_mark(settings["webhook_url"], secret=secret)
            phone = await running.stranger()
            await phone.send("/start")
            await phone.wait_for(lambda message: message.from_bot)
    assert not any(call.params.get("drop_pending_updates") for call in calls)


async def test_what_waits_at_telegram_survives_the_way_from_webhook_to_polling(
    simulator: Simulator, sqlite_url: str
) -> None:
    async with running_bot(sqlite_url, simulator=simulator, **by_webhook(free_port())) as running:
        phone = await running.delegate()
    async with Phone(simulator.url, phone_id=phone.id, session=None) as left_alone:
        await left_alone.send("/my")
    async with running_bot(sqlite_url, simulator=simulator) as running:
        same = await again(running, phone)
        await same.wait_for(lambda message: message.from_bot, newer_than=same.messages[-1])
        assert simulator.world.webhook.url == ""
        assert len(await running.telegram.calls("deleteWebhook")) == 1
    async with running_bot(sqlite_url, simulator=simulator) as running:
        assert len(await running.telegram.calls("deleteWebhook")) == 1


@pytest.mark.parametrize("committed", [False, True])
async def test_a_tap_that_came_while_the_store_was_away_is_brought_again_and_takes_effect_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    async with running_bot(database_url, **by_webhook(free_port())) as running:
        phone = await running.delegate()
        card = await running.card(phone, "nab-am")
        way = way_of_intake(running.db)
        real, failures = getattr(running.db, way), [3]

        async def away(service: Any, *args: Any, **kwargs: Any) -> Any:
            if service not in (inbox.store_updates, lines.store) or not failures[0]:
                return await real(service, *args, **kwargs)
            failures[0] -= 1
            if committed:  # the answer to the commit is what was lost
                await real(service, *args, **kwargs)
            raise ConnectionResetError("the database is away")

        monkeypatch.setattr(running.db, way, away)
        monkeypatch.setattr(running.simulator.world.webhook, "_redelivery_seconds", 0.05)
        await phone.tap("book:", message=card)
        await phone.wait_for(lambda message: message.button("giveq:") is not None, newer_than=card)
        await handled(running)

        async def brought_again() -> bool:
            return failures == [0] and running.app.tally.webhook[503] == 3

        await until(brought_again)
        assert (await running.ask(causes))["book"] == 1
        assert (await visit_of(running, "nab-am")).seats_taken == 1
        assert running.app.tally.updates["failed"] == 0


async def test_the_numbers_equal_what_happened(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.vitals.READING_LASTS", 0.0)
    async with running_bot(database_url, **by_webhook(free_port())) as running:
        before = await samples(running)
        emma, aliya = await asyncio.gather(running.delegate("Zhuldyzay"), running.delegate("Emma"))
        for phone in (emma, aliya):
            await running.book(phone, "nab-am")
        owner = await running.organizer()
        await owner.send("/delay nab-am 15")
        for phone in (emma, aliya):
            await phone.wait_for(lambda message: "09:15" in message.text, newer_than=phone.messages[-1])
        await handled(running)

        async def settled() -> bool:
            return (await samples(running))["outbox_messages", "sent"] == 6

        await until(settled)
        now = await samples(running)

    pushed = now["webhook_requests_total", "200"]
    assert now["updates_total", "received"] == now["updates_total", "handled"] == pushed == 3 * 2 + 2 * 2 + 1
    taps = 3 + 2  # three agreed to the notice, two signed up
    assert now["tap_seconds_count",] == now["calls_total", "answerCallbackQuery", "200"] == taps
    assert now["tap_seconds_bucket", "+Inf"] == taps
    assert 0 < now["tap_seconds_sum",] < 60
    assert now["messages_total", "moved", "sent"] == 2
    assert now["outbox_oldest_due_seconds",] == now["inbox_oldest_seconds",] == now["inbox_updates", "waiting"] == 0
    jobs = {
        *("reminders", "announcements", "waiting lists", "answers and feedback", "lists", "retention", "housekeeping"),
        *("programme", "planned acts", "cards of acts", "planned announcements", "boards", "shrinking buses"),
    }
    assert {name[1] for name in now if name[0] == "tick_age_seconds"} == jobs
    assert before["database_up",] == now["database_up",] == 1
    for labels, change in ((("visit_seats", "taken", "nab-am"), 2), (("visit_seats", "free", "nab-am"), -2)):
        assert now[labels] - before[labels] == change
    assert now["bus_seats", "B01", "taken", "nab-am"] == 2
    assert sum(now[name] for name in now if name[:1] == ("visit_seats",) and name[1] == "taken") == 2


async def test_the_watch_tells_nothing_of_people_or_secrets(sqlite_url: str) -> None:
    async with running_bot(sqlite_url, **by_webhook(free_port())) as running:
        phone = await running.delegate("Zhuldyzay", id=740_153_866)  # no number that a clock may show
        await running.book(phone, "nab-am")
        pages = [await look(running, page) for page in ("/metrics", "/health", "/", "/metrics/", "/docs")]
    assert [status for status, _ in pages] == [200, 200, 404, 404, 404]
    for secret in ("Zhuldyzay", str(phone.id), TOKEN, TOKEN.partition(":")[2], SECRET, sqlite_url, "127.0.0.1"):
        assert not any(secret in text for _, text in pages)
