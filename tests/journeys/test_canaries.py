"""Canaries: each gets a copy of the reminder in their language; when one does not arrive, the owners are told once."""

import pytest

from bot.services.canaries import raise_alarms, send_canaries
from bot.simulator import Simulator
from bot.texts.undelivered import why_not
from storage.records import MessageState
from tests.house import Running, at, running_bot
from tests.journeys.scenes import Sent, outbox_of, plain, tickets, until, words_of
from tests.journeys.test_reminders import EVENING
from tests.phone import Phone

WATCHES = {"kk": 7001, "ru": 7002}


async def house_with_canaries(running: Running) -> dict[str, Phone]:
    return {code: await running.delegate(f"Canary {code}", language=code, id=id) for code, id in WATCHES.items()}


async def watch(running: Running) -> None:
    """Do what the ticker does about canaries, now."""
    now = running.clock.now()
    await running.db.run(send_canaries, canary_ids=tuple(WATCHES.values()), now=now)
    await running.db.run(raise_alarms, now=now)
    running.app.house.sender.wake()


async def ended(running: Running, phone: Phone, kind: str, *, times: int = 1) -> list[Sent]:
    """Wait until so many messages of this kind have come to their end."""

    async def rows() -> list[Sent]:
        found = await outbox_of(running, phone, kind)
        return (
            found if len(found) == times and all(row.state not in ("due", "leased", "sending") for row in found) else []
        )

    found: list[Sent] = await until(rows, seconds=30)
    return found


async def test_each_canary_reads_the_reminder_in_their_language_and_nobody_is_alarmed(
    database_url: str, simulator: Simulator
) -> None:
    async with running_bot(database_url, simulator=simulator) as running:
        owner = await running.organizer()
        canaries = await house_with_canaries(running)
        emma, late = await running.delegate("Emma"), await running.delegate("Late")
        await running.book(late, "nab-pres-pm")
        await running.book(emma, "nab-am")
        running.clock.move_to(EVENING)
        await watch(running)
        await watch(running)
        [held] = await tickets(running, emma)
        for code, phone in canaries.items():
            say = words_of(running, code)
            [row] = await ended(running, phone, "canary")
            assert row.state == "sent"
            await phone.look()
            [shown] = [message for message in phone.messages if message.message_id == row.message_id]
            assert shown.text.startswith(
                "🐤 " + say.gettext("Check message: this is the reminder that passengers get now.")
            )
            assert say.gettext("Your visit is tomorrow") in shown.text
            assert held.visit.title[code] in shown.text  # the earliest bus that anybody takes
            assert held.bus is not None
            assert held.bus.label in shown.text
        running.clock.move_to(at("08-21 19:00"))
        await watch(running)
        assert await outbox_of(running, owner, "alarm") == []
        running.clock.move_to(at("08-22 08:00"))
        await watch(running)
        for phone in canaries.values():  # an hour before there is another one
            assert [row.state for row in await ended(running, phone, "canary", times=2)] == ["sent", "sent"]


@pytest.mark.parametrize("trouble", ["refused", "blocked"])
async def test_peers_34_the_owner_is_told_once_of_a_copy_that_does_not_arrive(
    database_url: str, simulator: Simulator, trouble: str
) -> None:
    async with running_bot(database_url, simulator=simulator) as running:
        owner = await running.organizer(language="ru")
        canaries = await house_with_canaries(running)
        await running.book(await running.delegate("Emma"), "nab-am")
        kind, state = {"refused": ("400", MessageState.FAILED), "blocked": ("403", MessageState.UNREACHABLE)}[trouble]
        words = "Bad Request: message is too long" if trouble == "refused" else None
        await running.telegram.fault("sendMessage", kind, chat_id=canaries["kk"].id, times=-1, description=words)
        running.clock.move_to(EVENING)
        await watch(running)
        [row] = await ended(running, canaries["kk"], "canary")
        assert row.state == state
        [well] = await ended(running, canaries["ru"], "canary")
        assert well.state == "sent"
        assert await outbox_of(running, owner, "alarm") == []  # five minutes are left to it

        running.clock.move_to(at("08-21 18:05"))
        await watch(running)
        await watch(running)
        [alarm] = await ended(running, owner, "alarm")
        assert alarm.state == "sent"
        await owner.look()
        [told] = [message for message in owner.messages if message.message_id == alarm.message_id]
        say = words_of(running, "ru")
        assert say.gettext("Reminders may not be arriving") in told.text
        assert "Canary kk" in told.text
        assert "Қазақша" in told.text
        assert "18:00" in told.text
        assert plain(why_not(say, state, error=row.error)) in told.text
        assert "/undelivered" in told.text


async def test_nobody_to_remind_is_no_reason_to_check(quick_house: Running) -> None:
    canaries = await house_with_canaries(quick_house)
    quick_house.clock.move_to(EVENING)
    await watch(quick_house)
    for phone in canaries.values():
        assert await outbox_of(quick_house, phone, "canary") == []


async def test_the_bot_that_runs_does_so_by_itself(sqlite_url: str, simulator: Simulator) -> None:
    """BOT_CANARY_IDS reaches the ticker."""
    async with running_bot(sqlite_url, simulator=simulator, canary_ids="7001,7002") as running:
        canaries = await house_with_canaries(running)
        await running.book(await running.delegate("Emma"), "nab-am")
        running.clock.move_to(EVENING)
        for phone in canaries.values():
            assert [row.state for row in await ended(running, phone, "canary")] == ["sent"]
