"""Companions: named one a line, nothing held while people type, then seats together or none."""

import pytest

from bot.rules.booking import BookingClosed, NoSeats
from bot.rules.seats import largest_party
from bot.services.booking import Booked
from bot.texts import companions as texts
from bot.texts import tickets as ticket_texts
from bot.texts import welcome
from storage import drafts, visits
from tests.house import Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    congress_of,
    next_message,
    person,
    plain,
    screen_after,
    seats_add_up,
    settled,
    tickets,
    visit_of,
    visits_held,
    why_not,
    without_buttons,
    words_of,
)
from tests.phone import Message, Phone


async def asked_for_names(running: Running, phone: Phone, key: str) -> Message:
    """Open a visit's card and press "with companions"."""
    card = await running.card(phone, key)
    return await screen_after(phone, "with:", message=card)


async def has_draft(running: Running, phone: Phone) -> bool:
    known = await person(running, phone)
    assert known is not None
    draft = await running.ask(drafts.read, known.id, now=running.clock.now())
    return draft is not None


async def test_names_one_a_line_then_one_tap_takes_seats_together(house: Running) -> None:
    for count, code in enumerate(LANGUAGES, 1):
        say = words_of(house, code)
        emma = await house.delegate("Emma", language=code)
        asked = await asked_for_names(house, emma, "nu-am")
        visit = await visit_of(house, "nu-am")
        assert visit.title[code] in asked.text
        assert "1. Emma" in asked.text
        assert not asked.button("book:")

        party = await answered(emma, "Ann Lee\n  Bo   Ek  \n\n")
        assert "1. Emma\n2. Ann Lee\n3. Bo Ek" in party.text
        assert party.button(f"book:{visit.id}:{visit.version}:3")
        # The card above has lost its buttons: there is one place to press.
        await without_buttons(emma, asked)
        assert (await visit_of(house, "nu-am")).seats_taken == 3 * (count - 1)

        answer = await emma.tap("book:", message=party)
        shown = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=party)
        (ticket,) = await tickets(house, emma)
        assert [rider.name for rider in ticket.booking.riders] == ["Emma", "Ann Lee", "Bo Ek"]
        assert ticket.booking.party == 3
        assert ticket.bus is not None
        # The fullest bus that holds them: the minibus with 18 seats before the coach with 45.
        assert (ticket.bus.label, ticket.bus.seats_taken) == ("B07", 3 * count)
        assert answer.text == ticket_texts.booked_answer(say, Booked(ticket=ticket, given_up=()))
        assert plain("\n".join(ticket_texts.travellers(say, ticket.booking))) in shown.text
        assert "Emma, Ann Lee, Bo Ek" in shown.text
        assert not await has_draft(house, emma)
        await seats_add_up(house)


async def test_a_party_has_room_for_as_many_as_the_programme_allows(quick_house: Running) -> None:
    say = words_of(quick_house, "en")
    emma = await quick_house.delegate("Emma")
    assert congress_of(quick_house).rules.party_size == 4
    await asked_for_names(quick_house, emma, "nab-am")
    party = await answered(emma, "Ann")
    assert party.button(":2") is None
    party = await answered(emma, "Bo\nCy\nDi\nEd")
    assert "4. Cy" in party.text
    assert "Di" not in party.text
    assert say.gettext("That is the largest party for one sign-up.") in party.text
    # A fifth changes nothing.
    party = await answered(emma, "Flo")
    assert "Flo" not in party.text
    await emma.tap("book:", message=party)
    await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=party)
    booking = await booking_of(quick_house, emma)
    assert [rider.name for rider in booking.riders] == ["Emma", "Ann", "Bo", "Cy"]


async def test_a_forged_party_size_books_nobody(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    visit = await visit_of(quick_house, "nab-am")
    for party in (0, 2, 3, 5, 9, 4_000_000):
        await asked_for_names(quick_house, emma, "nab-am")
        card = await answered(emma, "Ann\nBo Ek\nCy")
        await emma.forge(f"book:{visit.id}:{visit.version}:{party}", card.message_id)
        await settled(emma)
        assert await visits_held(quick_house, emma) == [], party


async def test_a_party_without_its_names_is_not_booked(quick_house: Running) -> None:
    """The size rides in the button, the names stand in the draft: both must agree."""
    emma = await quick_house.delegate()
    visit, other = await visit_of(quick_house, "nab-am"), await visit_of(quick_house, "nu-am")
    card = await asked_for_names(quick_house, emma, "nab-am")
    await emma.forge(f"book:{visit.id}:1:3", card.message_id)
    party = await answered(emma, "Ann")
    await emma.forge(f"book:{visit.id}:1:3", party.message_id)
    await emma.forge(f"book:{other.id}:1:2", party.message_id)
    await settled(emma)
    assert await visits_held(quick_house, emma) == []


async def test_what_is_no_name_is_said_so_and_the_draft_goes_on(quick_house: Running) -> None:
    for code in LANGUAGES:
        say = words_of(quick_house, code)
        emma = await quick_house.delegate("Emma", language=code)
        await asked_for_names(quick_house, emma, "nab-am")
        for typed in ("...", "\u200b\u202e", "Ann\n!?", "—"):
            bad = await answered(emma, typed)
            assert bad.text == plain(texts.bad_name(say, typed=typed)), typed
            assert callbacks(bad) == ["end"]
        party = await answered(emma, "Ann")
        assert "2. Ann" in party.text
        assert "3." not in party.text


async def test_the_last_name_can_be_taken_back(quick_house: Running) -> None:
    emma = await quick_house.delegate("Emma")
    await asked_for_names(quick_house, emma, "nab-am")
    party = await answered(emma, "Ann\nBo Ek")
    party = await screen_after(emma, "drop:", message=party)
    assert "2. Ann" in party.text
    assert "Bo Ek" not in party.text
    asked = await screen_after(emma, "drop:", message=party)
    assert "Ann" not in asked.text
    assert not asked.button("book:")
    party = await answered(emma, "Cy")
    assert "1. Emma\n2. Cy" in party.text


async def test_a_drop_button_of_another_visits_draft_drops_nothing(quick_house: Running) -> None:
    emma = await quick_house.delegate("Emma")
    first = await asked_for_names(quick_house, emma, "nab-am")
    first = await answered(emma, "Ann")
    drop = next(data for data in callbacks(first) if data.startswith("drop:"))
    await asked_for_names(quick_house, emma, "nu-am")
    party = await answered(emma, "Bo")
    await emma.forge(drop, first.message_id)
    party = await answered(emma, "Cy")
    assert "1. Emma\n2. Bo\n3. Cy" in party.text


async def test_cancel_ends_a_draft_and_says_so(quick_house: Running) -> None:
    for code in LANGUAGES:
        say = words_of(quick_house, code)
        emma = await quick_house.delegate(language=code)
        nothing = await answered(emma, "/cancel")
        assert nothing.text == plain(welcome.nothing_to_cancel(say))
        party = await asked_for_names(quick_house, emma, "nab-am")
        party = await answered(emma, "Ann")
        stopped = await answered(emma, "/cancel")
        assert stopped.text == plain(welcome.stopped(say))
        assert not await has_draft(quick_house, emma)
        # The party's button is from before: nobody is booked, the fresh card is shown.
        await emma.tap("book:", message=party)
        await emma.wait_for(lambda message: message.button("with:") is not None, newer_than=stopped)
        assert await visits_held(quick_house, emma) == []


async def test_a_command_in_mid_draft_is_obeyed(quick_house: Running) -> None:
    emma = await quick_house.delegate("Emma")
    for command in ("/my", "/visits", "/help", "/language", "/privacy", "/start", "/nonsense"):
        fresh = (await answered(emma, command)).text
        await asked_for_names(quick_house, emma, "nab-am")
        await answered(emma, "Ann")
        assert (await answered(emma, command)).text == fresh
        assert not await has_draft(quick_house, emma)
        # Typing goes on after it: no longer a name.
        assert (await answered(emma, "Bo")).text == plain(welcome.unknown(words_of(quick_house, "en")))


async def test_a_photo_in_mid_draft_does_not_end_it(quick_house: Running) -> None:
    emma = await quick_house.delegate("Emma")
    await asked_for_names(quick_house, emma, "nab-am")
    mine = await emma.send_document(b"a badge", file_name="badge.jpg", caption="Ann Lee")
    await next_message(emma, mine)
    assert "2. Ann" in (await answered(emma, "Ann")).text


async def test_a_draft_is_gone_after_its_hour(quick_house: Running) -> None:
    emma = await quick_house.delegate("Emma")
    await asked_for_names(quick_house, emma, "nab-am")
    party = await answered(emma, "Ann")
    quick_house.clock.move_to(at("08-20 10:05"))
    answer = await emma.tap("book:", message=party)
    fresh = await emma.wait_for(lambda message: message.button("with:") is not None, newer_than=party)
    assert answer.text
    assert fresh.message_id == party.message_id
    assert await visits_held(quick_house, emma) == []
    assert (await answered(emma, "Bo")).text == plain(welcome.unknown(words_of(quick_house, "en")))

    # Each name begins the hour anew.
    await asked_for_names(quick_house, emma, "nab-am")
    await answered(emma, "Ann")
    quick_house.clock.move_to(at("08-20 11:00"))
    await answered(emma, "Bo")
    quick_house.clock.move_to(at("08-20 11:55"))
    party = await answered(emma, "Cy")
    assert "2. Ann\n3. Bo\n4. Cy" in party.text


async def test_a_party_is_never_split_between_buses(house: Running) -> None:
    """Two minibuses with two seats each: four seats are left, and three people do not fit."""
    owner = await house.organizer()
    for bus in ("B11", "B12"):
        await answered(owner, f"/seats {bus} 2")
    for code in LANGUAGES:
        say = words_of(house, code)
        emma = await house.delegate("Emma", language=code)
        card = await house.card(emma, "public-pm")
        together = say.ngettext("Together in one bus: {n} seat at most", "Together in one bus: {n} seats at most", 2)
        assert together.format(n=2) in card.text
        await screen_after(emma, "with:", message=card)
        party = await answered(emma, "Ann\nBo")
        answer = await emma.tap("book:", message=party)
        told, reason = why_not(house, code, NoSeats(left=4, largest=2))
        assert answer.text == told
        refused = await emma.wait_for(reason, newer_than=party)
        assert congress_of(house).contacts.phone in refused.text
        assert await visits_held(house, emma) == []
        # The alternatives have room for all three.
        others = [data for data in callbacks(refused) if data.startswith("visit:")][:-1]
        assert others
        for visit in await house.ask(visits.read_all):
            assert f"visit:{visit.id}" not in others or largest_party(visit) >= 3
    await seats_add_up(house)


async def test_who_would_give_up_a_partys_seats_is_told_how_many(quick_house: Running) -> None:
    """One tap for oneself alone would end the companions' seats too."""
    emma = await quick_house.delegate("Emma")
    await asked_for_names(quick_house, emma, "nab-am")
    party = await answered(emma, "Ann\nBo Ek")
    await screen_after(emma, "book:", message=party)
    card = await quick_house.card(emma, "enu-am")
    refused = await screen_after(emma, "book:", message=card)
    nab = await visit_of(quick_house, "nab-am")
    assert f"{nab.title['en']} · 👥 3" in refused.text
    await emma.tap("swap:", message=refused)
    await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=refused)
    assert await visits_held(quick_house, emma) == ["enu-am"]
    assert (await visit_of(quick_house, "nab-am")).seats_taken == 0
    await seats_add_up(quick_house)


async def test_names_are_not_asked_for_in_vain(quick_house: Running) -> None:
    """The button of an old card: the visit was booked, filled or closed meanwhile."""
    emma, omar = await quick_house.delegate("Emma"), await quick_house.delegate("Omar")
    cards = {key: await quick_house.card(emma, key) for key in ("nab-am", "school-am", "nab-pres-pm")}
    await quick_house.book(emma, "nab-am")
    await answered(await quick_house.organizer(), "/seats B13 1")
    await quick_house.book(omar, "school-am")
    for key in ("nab-am", "school-am"):
        answer = await emma.tap("with:", message=cards[key])
        fresh = await emma.wait_for((await visit_of(quick_house, key)).title["en"], newer_than=cards[key])
        assert answer.text
        assert not fresh.button("drop:")
        assert not await has_draft(quick_house, emma), key
    quick_house.clock.move_to(at("08-21 20:00"))
    answer = await emma.tap("with:", message=cards["nab-pres-pm"])
    closed = BookingClosed(congress_of(quick_house).rules.closes_at)
    assert answer.text == why_not(quick_house, "en", closed)[0]
    assert not await has_draft(quick_house, emma)


@pytest.mark.usefixtures("hurried")
async def test_names_typed_once_are_added_once_though_telegram_failed(quick_house: Running) -> None:
    """The answer's call fails, so the update is handled again: what it changed stands already."""
    emma = await quick_house.delegate("Emma")
    await asked_for_names(quick_house, emma, "nab-am")
    # The card with the names and the apology for it both fail.
    await quick_house.telegram.fault("sendMessage", "500", times=2, chat_id=emma.id)
    await emma.send("Ann\nBo Ek")
    party = await emma.wait_for(lambda message: message.button("book:") is not None)
    assert "1. Emma\n2. Ann\n3. Bo Ek\n\n" in party.text
    await quick_house.telegram.fault("editMessageText", "500", times=2, chat_id=emma.id)
    party = await screen_after(emma, "drop:", message=party)
    assert "1. Emma\n2. Ann\n\n" in party.text
