"""Acceptance tests drawn from other systems' bugs: signing up, by their numbers in the list of issue 4.

1 a rush for three seats · 2 one tap delivered again and again · 3 a cut while cards lie open ·
22 companions of an owner who stays at home · 28 phones set to another zone. 31 stands in test_old_buttons.py, 28's
calendar file in test_documents.py.
"""

import asyncio
import time
from typing import Any

import pytest

from bot.rules.booking import Changed, NoSeats
from bot.services.people import agree
from bot.simulator import Simulator
from bot.texts import tickets as ticket_texts
from storage import Tx
from tests.house import OPEN, Running, running_bot
from tests.journeys.scenes import (
    again,
    answered,
    booking_of,
    congress_of,
    outbox_of,
    plain,
    screen_after,
    seats_add_up,
    settled,
    tickets,
    visit_of,
    visits_held,
    why_not,
    words_of,
)
from tests.journeys.test_companions import asked_for_names
from tests.journeys.test_reminders import EVENING, reminded
from tests.journeys.test_waiting import BUS, FULL, set_bus
from tests.phone import Message, Phone

CROWD = 200


async def test_peers_1_of_200_who_tap_the_last_3_seats_at_once_3_are_booked_and_197_told_where_they_stand(
    house: Running,
) -> None:
    await set_bus(house, 3)
    phones = [await house.stranger(f"Person {number}", id=3_000 + number) for number in range(CROWD)]
    await house.db.run(agreed, [phone.id for phone in phones])
    cards = await asyncio.gather(*(house.card(phone, FULL) for phone in phones))
    answers = await asyncio.gather(
        *(phone.tap("book:", message=card, wait=60) for phone, card in zip(phones, cards, strict=True))
    )
    await asyncio.gather(*(settled_after(phone, card) for phone, card in zip(phones, cards, strict=True)))
    holders = [phone for phone in phones if await visits_held(house, phone) == [FULL]]
    assert len(holders) == 3
    lost, _ = why_not(house, "en", NoSeats(0, 0))
    for phone, card, answer in zip(phones, cards, answers, strict=True):
        shown = next(message for message in phone.messages if message.message_id == card.message_id)
        if phone in holders:
            assert answer.text.startswith("Signed up: bus B05")
            assert shown.button("giveq:") is not None
        else:
            assert answer.text == lost
            assert shown.button("join:") is not None
    assert (await visit_of(house, FULL)).seats_taken == 3
    await seats_add_up(house)


def agreed(tx: Tx, ids: list[int]) -> None:
    for number in ids:
        agree(tx, telegram_id=number, name=f"Person {number}", language="en", notice="1", now=OPEN)


async def settled_after(phone: Phone, card: Message) -> None:
    """Wait until the card has been edited."""
    await phone.wait_for(lambda message: message.message_id == card.message_id, newer_than=card, timeout=60)


async def test_peers_2_one_tap_delivered_twice_and_after_a_restart_books_once_with_one_message(
    simulator: Simulator, database_url: str
) -> None:
    async with running_bot(database_url, simulator=simulator) as running:
        emma = await running.delegate()
        card = await running.card(emma, "nab-am")
        button = card.button("book:")
        assert button is not None
        tap = _tap_of(simulator, emma, card, button.data)
        for _ in range(2):
            await running.telegram.put_updates(tap)
            await settled(emma)
        told = [message.message_id for message in emma.messages]
    async with running_bot(database_url, simulator=simulator) as running:
        emma = await again(running, emma)
        await running.telegram.put_updates(tap)
        await settled(emma)
        booking = await booking_of(running, emma)
        assert (await visit_of(running, "nab-am")).seats_taken == 1
        (ticket,) = await outbox_of(running, emma, "ticket")
        assert (ticket.state, ticket.message_id) == ("sent", card.message_id)
        showing = [message for message in emma.messages if booking.code in message.text]
        assert [message.message_id for message in showing] == [card.message_id]
        assert set(told) <= {message.message_id for message in emma.messages}


def _tap_of(simulator: Simulator, phone: Phone, card: Message, data: str | None) -> dict[str, Any]:
    """Return the very update by which Telegram brings a tap."""
    who = {"id": phone.id, "is_bot": False, "first_name": "Emma", "language_code": "en"}
    chat = {"id": phone.id, "type": "private", "first_name": "Emma"}
    message = {"message_id": card.message_id, "date": 1_755_600_000, "chat": chat, "text": "A card"}
    query = simulator.world.queries.open(simulator.world.chats[phone.id], now=time.monotonic())
    tapped = {"id": query.query_id, "from": who, "message": message, "chat_instance": "1", "data": data}
    return {"update_id": 6_000_000, "callback_query": tapped}


async def test_peers_3_who_taps_after_a_cut_loses_politely(house: Running) -> None:
    owner = await house.organizer()
    phones = [await house.delegate(f"Person {number}") for number in range(10)]
    cards = [await house.card(phone, FULL) for phone in phones]
    await answered(owner, f"/seats {BUS} 2")
    answers = await asyncio.gather(
        *(phone.tap("book:", message=card) for phone, card in zip(phones, cards, strict=True))
    )
    await asyncio.gather(*(settled_after(phone, card) for phone, card in zip(phones, cards, strict=True)))
    lost, _ = why_not(house, "en", NoSeats(0, 0))
    changed, _ = why_not(house, "en", Changed())
    refused = [answer.text for answer in answers if not answer.text.startswith("Signed up")]
    assert len(refused) == 8
    assert set(refused) <= {lost, changed}
    assert (await visit_of(house, FULL)).seats_taken == 2
    await seats_add_up(house)


async def test_peers_22_companions_of_an_owner_who_stays_at_home_are_asked_about_and_kept(house: Running) -> None:
    owner, emma = await house.organizer(), await house.delegate("Emma")
    await asked_for_names(house, emma, "nab-am")
    party = await answered(emma, "Ann Lee\nBo Ek")
    await emma.tap("book:", message=party)
    ticket = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=party)
    asked = await screen_after(emma, "giveq:", message=ticket)
    for name in ("Emma", "Ann Lee", "Bo Ek"):  # a seat each, before any of them goes
        assert any(name in button.text for button in asked.buttons)
    await emma.tap("giveone:", message=asked)
    await settled(emma)
    (left,) = await tickets(house, emma)
    assert [rider.name for rider in left.booking.riders] == ["Ann Lee", "Bo Ek"]
    visit = await visit_of(house, "nab-am")
    assert visit.seats_taken == 2
    roster = await answered(owner, "/roster nab-am")
    assert "Ann Lee" in roster.text
    assert "Bo Ek" in roster.text
    assert "Emma" not in roster.text.replace("Emma's", "")
    await seats_add_up(house)


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The machine's own zone is nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
async def test_peers_28_wherever_the_clock_stands_messages_tell_astana_time(sqlite_url: str) -> None:
    """Telegram tells no bot the zone of a phone; the machine's own must not matter either."""
    async with running_bot(sqlite_url) as running:
        say, congress = words_of(running, "en"), congress_of(running)
        emma = await running.delegate()
        ticket = await running.book(emma, "nab-am")
        (held,) = await tickets(running, emma)
        assert ticket.text == plain(ticket_texts.ticket(say, held, congress=congress))
        running.clock.move_to(EVENING)
        (evening,) = await reminded(running, emma)
        for text in (ticket.text, evening.text):
            assert "08:40" in text
            assert "09:00" in text
            assert congress.zone_city["en"] in text
            assert "13:00" not in text
