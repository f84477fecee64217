"""Reminders: the evening before and an hour before, once each, in the reader's language, as things stand then."""

from functools import partial

import pytest

from bot.services.reminders import plan_due_reminders
from bot.simulator import Simulator
from bot.texts import messages as texts
from tests.house import Running, at, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    Sent,
    again,
    answered,
    callbacks,
    congress_of,
    is_unreachable,
    outbox_of,
    plain,
    screen_after,
    tickets,
    until,
    words_of,
)
from tests.phone import Message, Phone

EVENING = at("08-21 18:00")
HOUR_BEFORE = at("08-22 08:00")
"""Of the departure at 09:00."""


async def reminded(running: Running, phone: Phone, times: int = 1) -> list[Message]:
    """Wait until the outbox says that so many reminders are sent, and return them as the phone shows them."""
    await tick(running)

    async def sent() -> list[Sent]:
        rows = await outbox_of(running, phone, "reminder")
        return rows if len(rows) == times and all(row.state == "sent" for row in rows) else []

    rows = await until(sent)
    await phone.look()
    return [next(seen for seen in phone.messages if seen.message_id == row.message_id) for row in rows]


async def tick(running: Running) -> None:
    """Look once for what is due, now rather than when the ticker does."""
    await running.db.run(plan_due_reminders, now=running.clock.now())
    running.app.house.sender.wake()


async def not_reminded(running: Running, phone: Phone) -> None:
    """Assert that nothing is planned or sent; call it when somebody else's reminder of that moment has come."""
    assert await outbox_of(running, phone, "reminder") == []


async def test_the_evening_and_the_hour_before_once_each_in_ones_language(house: Running) -> None:
    congress = congress_of(house)
    phones = {code: await house.delegate(code.title(), language=code) for code in LANGUAGES}
    for phone in phones.values():
        await house.book(phone, "nab-pres-pm")
    gone = await house.delegate("Gone")
    ticket = await house.book(gone, "nab-pres-pm")
    asked = await screen_after(gone, "giveq:", message=ticket)
    await screen_after(gone, "give:", message=asked)

    house.clock.move_to(EVENING)
    for code, phone in phones.items():
        (evening,) = await reminded(house, phone)
        (held,) = await tickets(house, phone)
        say = words_of(house, code)
        assert evening.text == plain(texts.evening_reminder(say, held, congress=congress))
        assert say.gettext("Your visit is tomorrow") in evening.text
        assert callbacks(evening) == [
            f"come:{held.booking.id}:{held.booking.version}:1",
            f"freeq:{held.booking.id}",
            f"pin:{held.visit.id}",
            f"ticket:{held.booking.id}",
        ]
        for fact in (held.visit.title[code], "13:25", "13:45", "B03", "A", "🪪", congress.zone_city[code]):
            assert fact in evening.text
    await not_reminded(house, gone)

    # Who books after the due moment has read it all on the ticket.
    late = await house.delegate("Late")
    house.clock.move_to(at("08-21 18:30"))
    await house.book(late, "nab-pres-pm")
    await house.book(gone, "nab-pres-pm")

    house.clock.move_to(at("08-22 12:45"))
    for code, phone in phones.items():
        _, hour = await reminded(house, phone, 2)
        (held,) = await tickets(house, phone)
        say = words_of(house, code)
        assert hour.text == plain(texts.departure_reminder(say, held, congress=congress))
        assert say.gettext("Your visit leaves soon") in hour.text
        assert held.booking.code in hour.text
        # What a locked phone shows of it: the bus and its bay. One tap is the pin.
        assert "B03" in hour.text.splitlines()[1]
        assert callbacks(hour) == [f"pin:{held.visit.id}", f"ticket:{held.booking.id}"]
    for phone in (late, gone):
        (hour,) = await reminded(house, phone)
        assert words_of(house, "en").gettext("Your visit leaves soon") in hour.text

    # Nothing comes twice, however long the moment stays due.
    house.clock.move_to(at("08-22 13:30"))
    await tick(house)
    for phone in phones.values():
        assert len(await outbox_of(house, phone, "reminder")) == 2
    keys = [row.key for phone in (*phones.values(), late, gone) for row in await outbox_of(house, phone)]
    assert len(keys) == len(set(keys))


async def test_a_reminder_in_the_language_chosen_last(quick_house: Running) -> None:
    phone = await quick_house.delegate(language="ru")
    await quick_house.book(phone, "aitu-walk")
    choice = await answered(phone, "/language")
    await phone.tap("say:kk", message=choice)
    quick_house.clock.move_to(at("08-22 13:00"))
    (hour,) = await reminded(quick_house, phone)
    (held,) = await tickets(quick_house, phone)
    say = words_of(quick_house, "kk")
    assert hour.text == plain(texts.departure_reminder(say, held, congress=congress_of(quick_house)))
    # The walk has no bus: its own start counts.
    assert "14:00" in hour.text
    assert "🚌" not in hour.text


async def test_a_cancelled_seat_is_not_reminded_of(quick_house: Running) -> None:
    stays, leaves = await quick_house.delegate("Stays"), await quick_house.delegate("Leaves")
    for phone in (stays, leaves):
        await quick_house.book(phone, "nab-am")
    quick_house.clock.move_to(EVENING)
    await reminded(quick_house, stays)
    (evening,) = await reminded(quick_house, leaves)
    ticket = await screen_after(leaves, "ticket:", message=evening)
    asked = await screen_after(leaves, "giveq:", message=ticket)
    await screen_after(leaves, "give:", message=asked)
    quick_house.clock.move_to(HOUR_BEFORE)
    await reminded(quick_house, stays, 2)
    assert len(await outbox_of(quick_house, leaves, "reminder")) == 1


async def test_a_replaced_seat_is_reminded_of_in_its_new_form_only(quick_house: Running) -> None:
    """From 09:00 to 13:45 on the same day: one evening reminder, for the seat that is held."""
    emma = await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    card = await quick_house.card(emma, "karaganda-day")
    refused = await screen_after(emma, "book:", message=card)
    await emma.tap("swap:", message=refused)
    await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=refused)
    quick_house.clock.move_to(EVENING)
    (evening,) = await reminded(quick_house, emma)
    assert "07:30" in evening.text
    assert "09:00" not in evening.text


async def test_a_moved_departure_is_followed(house: Running) -> None:
    """Moved by an hour before anything was due, then again after the reminder."""
    owner = await house.organizer()
    emma, control = await house.delegate("Emma"), await house.delegate("Control")
    await house.book(emma, "nab-am")
    await house.book(control, "enu-am")
    await answered(owner, "/delay nab-am 60")
    house.clock.move_to(EVENING)
    (evening,) = await reminded(house, emma)
    assert "10:00" in evening.text
    assert "09:00" not in evening.text

    house.clock.move_to(HOUR_BEFORE)
    await reminded(house, control, 2)
    assert len(await outbox_of(house, emma, "reminder")) == 1
    house.clock.move_to(at("08-22 09:00"))
    _, hour = await reminded(house, emma, 2)
    assert "10:00" in hour.text

    # 20 minutes more: the change notice tells it, there is no second reminder.
    await answered(owner, "/delay nab-am 20")
    await emma.wait_for(lambda message: message.text.startswith("🕘") and "10:20" in message.text)
    house.clock.move_to(at("08-22 09:25"))
    await tick(house)
    assert len(await outbox_of(house, emma, "reminder")) == 2

    # Half an hour and more away from what was told: a new one, at the new time; the evening is told once.
    await answered(owner, "/delay nab-am 40")
    house.clock.move_to(at("08-22 10:00"))
    _, _, again = await reminded(house, emma, 3)
    assert "11:00" in again.text


async def test_what_fell_due_while_the_bot_was_down_comes_within_the_grace(
    simulator: Simulator, database_url: str
) -> None:
    async with running_bot(database_url, simulator=simulator) as running:
        emma = await running.delegate()
        await running.book(emma, "nab-am")
    async with running_bot(database_url, simulator=simulator, now=at("08-21 21:59")) as running:
        (evening,) = await reminded(running, await again(running, emma))
        assert words_of(running, "en").gettext("Your visit is tomorrow") in evening.text
    async with running_bot(database_url, simulator=simulator, now=at("08-22 08:49")) as running:
        _, hour = await reminded(running, await again(running, emma), 2)
        assert words_of(running, "en").gettext("Your visit leaves soon") in hour.text


async def test_what_fell_due_while_the_bot_was_down_is_left_after_the_grace(
    simulator: Simulator, database_url: str
) -> None:
    async with running_bot(database_url, simulator=simulator) as running:
        emma, walker = await running.delegate("Emma"), await running.delegate("Walker")
        await running.book(emma, "nab-am")
        await running.book(walker, "aitu-walk")
    for back_at in ("08-21 22:01", "08-22 08:51"):
        async with running_bot(database_url, simulator=simulator, now=at(back_at)) as running:
            await tick(running)
            await not_reminded(running, emma)
            if back_at == "08-22 08:51":  # the next one that is due does come
                running.clock.move_to(at("08-22 13:00"))
                await reminded(running, await again(running, walker))
                await not_reminded(running, emma)


async def test_the_flight_is_reminded_of_at_night_and_by_its_own_hour(sqlite_url: str) -> None:
    """Boarding of the bus in Almaty, 08:40, is not the traveller's departure; quiet hours hold nothing back."""
    async with running_bot(sqlite_url, now=at("07-10 12:00")) as running:
        emma = await running.delegate()
        await running.book(emma, "almaty-fly")
        running.clock.move_to(EVENING)
        (evening,) = await reminded(running, emma)
        running.clock.move_to(at("08-22 04:15"))
        _, hour = await reminded(running, emma, 2)
        for reminder in (evening, hour):
            assert "05:15" in reminder.text
            assert "B15" in reminder.text
            assert "08:40" not in reminder.text
            assert "09:00" not in reminder.text
            assert "🪪" in reminder.text


async def test_a_party_is_reminded_once_with_all_its_names(quick_house: Running) -> None:
    emma = await quick_house.delegate("Emma")
    card = await quick_house.card(emma, "nab-am")
    await screen_after(emma, "with:", message=card)
    party = await answered(emma, "Ann\nBo Ek")
    await screen_after(emma, "book:", message=party)
    quick_house.clock.move_to(EVENING)
    (evening,) = await reminded(quick_house, emma)
    assert "Emma, Ann, Bo Ek" in evening.text


async def test_who_blocked_the_bot_is_not_written_to_until_they_are_back(quick_house: Running) -> None:
    emma, omar = await quick_house.delegate("Emma"), await quick_house.delegate("Omar")
    for phone in (emma, omar):
        await quick_house.book(phone, "nab-am")
    await omar.block()
    await until(lambda: is_unreachable(quick_house, omar))
    quick_house.clock.move_to(EVENING)
    await reminded(quick_house, emma)
    await not_reminded(quick_house, omar)
    calls = await quick_house.telegram.calls("sendMessage")
    assert not [call for call in calls if call.chat_id == omar.id and call.status == 403]
    await omar.unblock()
    await answered(omar, "/my")
    # Back within the grace: it comes after all.
    (evening,) = await reminded(quick_house, omar)
    assert "09:00" in evening.text


@pytest.mark.usefixtures("hurried")
async def test_a_reminder_survives_what_telegram_does(quick_house: Running) -> None:
    """At least once: a pause is waited out, a lost answer may mean twice, never not at all."""
    phones = [await quick_house.delegate(name) for name in ("Slow", "Closed", "Broken", "Lost")]
    for phone in phones:
        await quick_house.book(phone, "nab-am")
    for phone, kind in zip(phones, ("429", "close", "500", "lost"), strict=True):
        await quick_house.telegram.fault("sendMessage", kind, chat_id=phone.id)
    quick_house.clock.move_to(EVENING)
    for phone in phones:
        (row,) = await until(partial(_sent, quick_house, phone))
        arrived = [message for message in await _seen(phone) if message.button("ticket:")]
        assert row.message_id in [message.message_id for message in arrived]
        assert 1 <= len(arrived) <= 2
        assert len({message.text for message in arrived}) == 1


async def _sent(running: Running, phone: Phone) -> list[Sent]:
    return [row for row in await outbox_of(running, phone, "reminder") if row.state == "sent"]


async def _seen(phone: Phone) -> tuple[Message, ...]:
    await phone.look()
    return phone.messages
