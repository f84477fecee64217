"""A departure moves: its passengers hear the new clock time in their language, and nobody else does."""

from datetime import datetime
from functools import partial

import pytest

from bot.services.organizers import Delayed, InThePast
from bot.texts import delaying as delaying_texts
from bot.texts import messages as texts
from bot.texts import organizers as organizer_texts
from storage import grants
from storage.records import Grant, Role
from tests.house import OWNER, Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    congress_of,
    logged,
    outbox_of,
    plain,
    screen_after,
    seats_add_up,
    tickets,
    until,
    visit_of,
    visits_held,
    words_of,
)
from tests.phone import Json, Message, Phone


async def moved_notice(phone: Phone, clock: str, *, newer_than: Message) -> Message:
    """Wait for the message about a moved departure."""
    return await phone.wait_for(
        lambda message: message.text.startswith("🕘") and clock in message.text.splitlines()[0],
        newer_than=newer_than,
    )


async def test_passengers_are_told_the_new_clock_time_each_in_their_language(house: Running) -> None:
    congress, owner = congress_of(house), await house.organizer(language="ru")
    phones = {code: await house.delegate(code.title(), language=code) for code in LANGUAGES}
    shown = {code: await house.book(phone, "nab-am") for code, phone in phones.items()}
    other, gone = await house.delegate("Other"), await house.delegate("Gone")
    await house.book(other, "nu-am")
    ticket = await house.book(gone, "nab-am")
    asked = await screen_after(gone, "giveq:", message=ticket)
    await screen_after(gone, "give:", message=asked)

    done = await answered(owner, "/delay NAB-AM 15")
    visit = await visit_of(house, "nab-am")
    assert (visit.leaves_at, visit.returns_at) == (at("08-22 09:15"), at("08-22 12:15"))
    assert {(bus.boards_at, bus.departs_at) for bus in visit.buses} == {(at("08-22 08:55"), at("08-22 09:15"))}
    assert visit.version == 2
    told = Delayed(visit=visit, was=at("08-22 09:00"), told=3)
    assert done.text == plain(delaying_texts.delayed(words_of(house, "ru"), told, congress=congress))
    (line,) = await logged(house, "delay")
    assert line.actor == OWNER
    assert datetime.fromisoformat(line.before["leaves_at"]) == at("08-22 09:00")
    assert datetime.fromisoformat(line.after["leaves_at"]) == at("08-22 09:15")

    for code, phone in phones.items():
        notice = await moved_notice(phone, "09:15", newer_than=shown[code])
        (held,) = await tickets(house, phone)
        say = words_of(house, code)
        assert notice.text == plain(texts.moved(say, held, was=at("08-22 09:00"), overlapping=(), congress=congress))
        for fact in ("09:00", "09:15", "08:55", "12:15", "B01", visit.title[code], congress.zone_city[code]):
            assert fact in notice.text
        assert callbacks(notice) == [f"pin:{visit.id}", f"ticket:{held.booking.id}"]
        (row,) = await until(partial(_settled, house, phone, "moved"))
        assert (row.state, row.message_id) == ("sent", notice.message_id)
        assert "09:15" in (await screen_after(phone, "ticket:", message=notice)).text
    for phone in (other, gone):
        assert not await outbox_of(house, phone, "moved")


async def _settled(running: Running, phone: Phone, kind: str) -> list[object]:
    rows = await outbox_of(running, phone, kind)
    return list(rows) if all(row.state not in ("due", "leased", "sending") for row in rows) else []


async def test_a_minus_moves_back_and_is_told_too(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    before = await visit_of(quick_house, "nab-am")
    await answered(owner, "/delay nab-am 90")
    notice = await moved_notice(emma, "10:30", newer_than=ticket)
    await answered(owner, "/delay nab-am −90")
    notice = await moved_notice(emma, "09:00", newer_than=notice)
    assert "10:30" in notice.text
    after = await visit_of(quick_house, "nab-am")
    assert (after.leaves_at, after.returns_at) == (before.leaves_at, before.returns_at)
    assert [bus.departs_at for bus in after.buses] == [bus.departs_at for bus in before.buses]
    assert after.version == 3


async def test_a_command_that_telegram_brings_twice_delays_once(house: Running) -> None:
    owner, emma = await house.organizer(), await house.delegate()
    ticket = await house.book(emma, "nab-am")
    who = {"id": OWNER, "is_bot": False, "first_name": "Gulzhan"}
    words: list[Json] = [{"type": "bot_command", "offset": 0, "length": 6}]
    message = {
        "message_id": 700_001,
        "from": who,
        "chat": {"id": OWNER, "type": "private", "first_name": "Gulzhan"},
        "date": 1_755_600_000,
        "text": "/delay nab-am 15",
        "entities": words,
    }
    for _ in range(3):
        await house.telegram.put_updates({"update_id": 5_000_000, "message": message})
        await answered(owner, "/help")
    await moved_notice(emma, "09:15", newer_than=ticket)
    assert (await visit_of(house, "nab-am")).leaves_at == at("08-22 09:15")
    assert len(await logged(house, "delay")) == 1
    assert len(await outbox_of(house, emma, "moved")) == 1


async def test_of_two_changes_in_a_row_the_unsent_older_one_is_not_told(quick_house: Running) -> None:
    """Telegram asks for a pause, and the departure moves again meanwhile."""
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    await quick_house.telegram.fault("sendMessage", "429", chat_id=emma.id, retry_after=1)
    await answered(owner, "/delay nab-am 15")
    await until(lambda: _refused_once(quick_house, emma))
    await answered(owner, "/delay nab-am 15")
    await moved_notice(emma, "09:30", newer_than=ticket)
    rows = await until(lambda: _settled(quick_house, emma, "moved"))
    assert [row.state for row in rows] == ["cancelled", "sent"]
    assert len([message for message in emma.messages if message.text.startswith("🕘")]) == 1


async def _refused_once(running: Running, phone: Phone) -> bool:
    return any(row.error for row in await outbox_of(running, phone, "moved"))


async def test_a_delay_into_the_past_changes_nothing(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    quick_house.clock.move_to(at("08-22 08:50"))
    refused = await answered(owner, "/delay nab-am -15")
    say, congress = words_of(quick_house, "en"), congress_of(quick_house)
    wanted = organizer_texts.failure(say, InThePast(at("08-22 08:45")), congress=congress)
    assert refused.text == plain(wanted)
    assert (await visit_of(quick_house, "nab-am")).version == 1
    assert not await logged(quick_house, "delay")


@pytest.mark.parametrize("code", LANGUAGES)
async def test_an_overlap_made_by_a_delay_is_named_kept_and_has_two_buttons(house: Running, code: str) -> None:
    """Back from the morning visit at 14:00, when the walk begins: 30 minutes between two places are needed."""
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate(language=code)
    await house.book(emma, "nab-am")
    ticket = await house.book(emma, "aitu-walk")
    await answered(await house.organizer(), "/delay nab-am 120")
    notice = await moved_notice(emma, "11:00", newer_than=ticket)
    morning, walk = await tickets(house, emma)
    assert notice.text == plain(
        texts.moved(say, morning, was=at("08-22 09:00"), overlapping=(walk.visit,), congress=congress)
    )
    assert walk.visit.title[code] in notice.text
    assert callbacks(notice) == [f"giveq:{morning.booking.id}", f"giveq:{walk.booking.id}"]
    for button, ticket_shown in zip(notice.buttons, (morning, walk), strict=True):
        assert say.clock(ticket_shown.visit.leaves_at) in button.text
    # Kept, both of them, until the reader chooses.
    assert await visits_held(house, emma) == ["nab-am", "aitu-walk"]
    asked = await screen_after(emma, f"giveq:{walk.booking.id}", message=notice)
    await screen_after(emma, "give:", message=asked)
    assert await visits_held(house, emma) == ["nab-am"]
    await seats_add_up(house)


async def test_a_passenger_who_blocked_the_bot_is_marked_and_the_others_are_told(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    emma, omar = await quick_house.delegate("Emma"), await quick_house.delegate("Omar")
    ticket = await quick_house.book(emma, "nab-am")
    await quick_house.book(omar, "nab-am")
    # Telegram says so only when it is written to.
    await quick_house.telegram.fault("sendMessage", "403", chat_id=omar.id, times=-1)
    await answered(owner, "/delay nab-am 15")
    await moved_notice(emma, "09:15", newer_than=ticket)
    (row,) = await until(lambda: _settled(quick_house, omar, "moved"))
    assert row.state == "unreachable"
    assert (
        words_of(quick_house, "en").gettext("cannot be reached by the bot")
        in (await answered(owner, "/roster nab-am")).text
    )
    assert (await booking_of(quick_house, omar)).holds_seat
    # They write again, so they can be reached again.
    await quick_house.telegram.heal()
    last = await answered(omar, "/my")
    await answered(owner, "/delay nab-am 15")
    await moved_notice(omar, "09:30", newer_than=last)


async def test_the_new_time_stands_on_lists_cards_and_tickets(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    await answered(owner, "/delay nab-am +65")
    cities = await answered(emma, "/visits")
    assert "10:05–13:05" in (await screen_after(emma, "list:astana:0", message=cities)).text
    assert "10:05–13:05" in (await quick_house.card(emma, "nab-am")).text
    assert "10:05" in (await answered(emma, "/my")).text
    assert "10:05" in (await answered(owner, "/stats")).text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_one_bus_of_two_moves_to_a_clock_time_and_its_leader_hears_of_it(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma, leader = await house.delegate(language=code), await house.delegate("Leader", language=code)
    walk = await house.book(emma, "aitu-walk")
    ticket = await house.book(emma, "nab-am")
    other = await tickets(house, emma)
    label = next(each.bus.label for each in other if each.bus is not None)
    await house.db.run(grants.give, leader.id, Grant(Role.LEADER, label), now=house.clock.now())
    owner = await house.organizer(language=code)
    done = await answered(owner, f"/delay {label} 11:00")
    assert say.gettext("The other buses of this visit leave as before.") in done.text
    assert "Emma" in done.text  # back too late for the walk, and named with it
    (morning, afternoon) = await tickets(house, emma)
    assert morning.bus is not None
    assert morning.bus.departs_at == at("08-22 11:00")
    visit = await visit_of(house, "nab-am")
    assert visit.leaves_at == at("08-22 09:00")  # the other bus
    notice = await moved_notice(emma, "11:00", newer_than=max(walk, ticket, key=lambda each: each.message_id))
    wanted = texts.moved(say, morning, was=at("08-22 09:00"), overlapping=(afternoon.visit,), congress=congress)
    assert notice.text == plain(wanted)
    told = await leader.wait_for(lambda message: "11:00" in message.text and label in message.text)
    assert say.gettext("The passengers are being told.") in told.text
    assert await visits_held(house, emma) == ["nab-am", "aitu-walk"]
