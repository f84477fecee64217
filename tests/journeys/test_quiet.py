"""Quiet hours and the day's number: what is not urgent waits for the morning, what is comes at once."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import Tx
from storage.tables import outbox
from tests.house import Running, at, running_bot
from tests.journeys.scenes import LANGUAGES, answered, outbox_of, screen_after, until, words_of
from tests.journeys.test_programme import changed
from tests.phone import Message, Phone

NIGHT, MORNING = at("08-20 22:30"), at("08-21 07:00")


async def announce(running: Running, owner: Phone, text: str, *, to: str = "nab-am") -> Message:
    """Send an announcement; return its card."""
    preview = await answered(owner, f"/announce {to} {text}")
    return await screen_after(owner, "announce:", message=preview)


def look(running: Running) -> None:
    """Let delivery look at the outbox by the clock of this moment."""
    running.app.house.sender.wake()


async def states(running: Running, phone: Phone, kind: str) -> list[str]:
    return [row.state for row in await outbox_of(running, phone, kind)]


def is_due_at(tx: Tx, key: str, moment: datetime) -> bool:
    """Whether the message waits, and until then."""
    row = tx.execute(select(outbox.c.state, outbox.c.due_at).where(outbox.c.key == key)).one()
    return bool(row.state == "due" and row.due_at == moment)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_at_night_an_announcement_waits_for_the_morning_and_says_so(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    owner, emma = await quick_house.organizer(language=code), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    quick_house.clock.move_to(NIGHT)
    preview = await answered(owner, "/announce nab-am Bring water.")
    assert say.gettext("Quiet hours: it goes out at {time}").format(time="07:00") in preview.text
    await screen_after(owner, "announce:", message=preview)
    await answered(owner, "/delay nab-am 15")
    moved = await emma.wait_for(lambda seen: seen.text.startswith("🕘"))  # urgent: comes at night
    assert await states(quick_house, emma, "announcement") == ["due"]
    quick_house.clock.move_to(MORNING)
    look(quick_house)
    await emma.wait_for("Bring water.", newer_than=moved)


@pytest.mark.parametrize("restrained", [True, False], ids=["restrained", "control"])
async def test_news_of_the_waiting_list_written_before_ten_is_not_heard_after(house: Running, restrained: bool) -> None:
    """Due before the night and claimed in it, as when Telegram was away: kept back until the morning."""
    owner, emma = await house.organizer(), await house.delegate()
    await house.book(emma, "nab-am")
    if not restrained:
        house.app.house.sender._restraint = None
    await house.telegram.fault("sendMessage", "429", chat_id=emma.id, retry_after=2)
    house.clock.move_to(at("08-20 21:59"))
    await announce(house, owner, "Bring water.")
    house.clock.move_to(NIGHT)
    look(house)
    if restrained:
        (row,) = await outbox_of(house, emma, "announcement")
        assert await until(lambda: house.ask(is_due_at, row.key, MORNING))
        house.clock.move_to(MORNING)
        look(house)
    await emma.wait_for("Bring water.")


@pytest.mark.parametrize("restrained", [True, False], ids=["restrained", "control"])
async def test_one_person_hears_so_many_a_day_but_for_urgent_news(
    database_url: str, tmp_path: Path, restrained: bool
) -> None:
    """Two a day here. The third waits for the morning, or where that is too late ends where organizers see it."""
    few = changed(tmp_path, ("pushes_a_day = 5 ", "pushes_a_day = 2 "))
    async with running_bot(database_url, programme=few, now=at("08-20 09:00")) as running:
        if not restrained:
            running.app.house.sender._restraint = None
        owner, emma = await running.organizer(), await running.delegate()
        await running.book(emma, "nab-am")
        await announce(running, owner, "One.")
        await announce(running, owner, "Two.")
        await emma.wait_for("Two.")
        running.clock.move_to(at("08-20 20:00"))
        await announce(running, owner, "Three.")
        if not restrained:
            await emma.wait_for("Three.")
            return
        third = (await outbox_of(running, emma, "announcement"))[-1]
        assert await until(lambda: running.ask(is_due_at, third.key, at("08-21 07:00")))
        await answered(owner, "/delay nab-am 15")
        await emma.wait_for(lambda seen: seen.text.startswith("🕘"))
        assert not any("Three." in seen.text for seen in emma.messages)
        running.clock.move_to(at("08-21 07:00"))
        look(running)
        await emma.wait_for("Three.")

        await announce(running, owner, "Four.")
        await emma.wait_for("Four.")
        running.clock.move_to(at("08-21 15:00"))
        card = await announce(running, owner, "Five.")  # old news by midnight
        await owner.wait_for(lambda seen: seen.message_id == card.message_id and "Failed: 1" in seen.text)
        lost = await answered(owner, "/undelivered")
        assert "Announcements" in lost.text
        # The evening's reminder would be too late tomorrow: a seat depends on it, so it comes.
        running.clock.move_to(at("08-21 18:00"))
        await emma.wait_for(lambda seen: seen.button("come:") is not None)
