"""A counter with a queue in front: who has no Telegram gets a seat and a slip, who has it gets a ticket; and force."""

import pytest

from bot.rules.gifts import GiftGone
from bot.texts import gifts
from bot.texts import seating as texts
from bot.texts import tickets as ticket_texts
from storage import Tx, bookings, grants, tables, visits
from storage.records import BookingState, Grant, Role
from tests.house import Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    forged,
    logged,
    next_message,
    plain,
    screen_after,
    seats_add_up,
    tickets,
    until,
    visit_of,
    visits_held,
    without_buttons,
    words_of,
)
from tests.journeys.test_documents import file_after, payload_of
from tests.journeys.test_forgetting import whole_database
from tests.phone import Phone
from tests.scanner import scan, scan_page, text_of

NEW = "/desk nab-am Әлия Құрманғазықызы +7 701 123 45 67"


async def desk_of(house: Running, code: str = "en") -> Phone:
    phone = await house.delegate("Saule", language=code)
    await house.db.run(grants.give, phone.id, Grant(Role.DESK), now=house.clock.now())
    return phone


def booked_names(tx: Tx, key: str) -> list[str]:
    visit_id = visits.by_key(tx, key)
    return [rider.name for each in bookings.passengers(tx, visit_id=visit_id) for rider in each.booking.riders]


async def set_visit(house: Running, key: str, **columns: object) -> None:
    await house.db.run(
        lambda tx: tx.execute(tables.visits.update().where(tables.visits.c.key == key).values(**columns))
    )


@pytest.mark.parametrize("code", LANGUAGES)
async def test_somebody_without_telegram_leaves_with_a_slip(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    saule = await desk_of(house, code)
    preview = await answered(saule, NEW)
    assert say.gettext("Sign them up?") in preview.text
    for fact in ("Әлия Құрманғазықызы", "+7 701 123 45 67", say.gettext("no Telegram")):
        assert fact in preview.text
    assert await house.ask(booked_names, "nab-am") == []
    done = await screen_after(saule, "deskseat:", message=preview)
    assert say.gettext("Signed up at the desk") in done.text
    assert await house.ask(booked_names, "nab-am") == ["Әлия Құрманғазықызы"]
    (holder,) = await house.ask(lambda tx: bookings.passengers(tx, visit_id=visits.by_key(tx, "nab-am")))
    booking, visit = holder.booking, await visit_of(house, "nab-am")
    bus = visit.bus(booking.bus_id)
    assert bus is not None
    assert booking.code in done.text

    came, page = await file_after(saule, "slip:", message=done)
    assert came.text.startswith("🖨 Әлия Құрманғазықызы")
    words = " ".join(text_of(page).split())
    for language in LANGUAGES:
        reads = words_of(house, language)
        facts = (
            visit.title[language],
            reads.gettext("Bus {bus}, bay {bay}").format(bus=bus.label, bay=bus.bay),
            reads.clock(bus.boards_at),
            reads.clock(bus.departs_at),
        )
        for fact in facts:
            assert fact in words, (language, fact)
    for fact in (booking.code, "Әлия Құрманғазықызы", congress.contacts.phone):
        assert fact in words
    checked = await answered(saule, f"/start {payload_of(scan_page(page))}")
    assert "Әлия Құрманғазықызы" in checked.text

    found = await answered(saule, "/find Aliya Kurmangazykyzy")
    assert booking.code in found.text
    missed = await answered(saule, "/undelivered nab-am")
    assert "+7 701 123 45 67" in missed.text
    (line,) = await logged(house, "desk")
    assert (line.actor, line.after["visit"], line.after["code"]) == (saule.id, "nab-am", booking.code)
    told = await answered(saule, f"/why {booking.code}")
    assert say.gettext("signed up at the desk, seats: {n}").format(n=1) in told.text

    card = await answered(saule, f"/desk {booking.code.lower()}")
    asked = await screen_after(saule, "deskbackq:", message=card)
    assert say.gettext("Take this seat back? Others can have it at once.") in asked.text
    gone = await screen_after(saule, "deskback:", message=asked)
    assert say.gettext("Taken back: the seat is free for others") in gone.text
    assert await house.ask(booked_names, "nab-am") == []
    await seats_add_up(house)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_seat_of_the_desk_comes_to_its_persons_own_phone(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    saule = await desk_of(house, code)
    done = await screen_after(saule, "deskseat:", message=await answered(saule, NEW))
    (holder,) = await house.ask(lambda tx: bookings.passengers(tx, visit_id=visits.by_key(tx, "nab-am")))
    came, picture = await file_after(saule, "deskphone:", message=done)
    url = scan(picture)
    assert say.gettext("This seat on their own phone") in came.text
    for fact in (url, "Әлия Құрманғазықызы", holder.booking.code):
        assert fact in came.text

    aliya = await house.stranger("Aliya", language=code)
    notice = await answered(aliya, f"/start {payload_of(url)}")
    await aliya.tap("ok:", message=notice)
    shown = await aliya.wait_for(lambda message: message.button("gift:") is not None)
    for fact in (say.gettext("Your seat from the desk"), "Әлия Құрманғазықызы"):
        assert fact in shown.text
    await aliya.tap("gift:", message=shown)
    ticket = await aliya.wait_for(lambda message: message.button("giveq:") is not None, newer_than=shown)
    (held,) = await tickets(house, aliya)
    assert ticket.text == plain(ticket_texts.ticket(say, held, congress=congress))
    assert held.booking.code == holder.booking.code, "the slip is good too"
    assert await house.ask(booked_names, "nab-am") == ["Әлия Құрманғазықызы"]

    # What the desk sees of it now, what is told of it, and what the link gives to the next one: nothing.
    seat = await answered(saule, f"/desk {holder.booking.code}")
    assert say.gettext("has Telegram") in seat.text
    assert not any(each.startswith("deskphone:") for each in callbacks(seat))
    why = await answered(saule, f"/why {holder.booking.code}")
    assert say.gettext("seat of the desk taken to one’s own phone") in why.text
    late = await house.delegate("Late", language=code)
    gone = await answered(late, f"/start {payload_of(url)}")
    assert plain(gifts.why_not(say, GiftGone(), congress=congress)) in gone.text
    moved = await answered(await house.organizer(language=code), "/delay nab-am 15")
    assert "Әлия Құрманғазықызы" not in moved.text, "a message reaches her"
    await aliya.wait_for(lambda message: message.text.startswith("🕘"))
    await screen_after(aliya, "forget:", message=await answered(aliya, "/forget"))
    kept = await house.ask(whole_database)
    assert "Құрманғазықызы" not in kept
    assert "+7 701 123 45 67" not in kept
    await seats_add_up(house)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_who_has_telegram_gets_the_ticket_there_and_reads_by_whom(house: Running, code: str) -> None:
    say = words_of(house, code)
    saule, emma = await desk_of(house), await house.delegate("Emma Lindqvist", language=code)
    preview = await answered(saule, "/desk lindquist nab-am")
    assert "Emma Lindqvist" in preview.text
    done = await screen_after(saule, "deskseat:", message=preview)
    assert "with your name" in done.text
    (held,) = await tickets(house, emma)
    head = plain(texts.seated_by(say, by="Saule"))
    ticket = await emma.wait_for(lambda message: message.text.startswith(head))
    assert plain(ticket_texts.ticket(say, held, congress=congress_of(house))) in ticket.text
    more = await screen_after(saule, "deskmore:", message=done)
    data = next(each for each in callbacks(more) if each.startswith("deskon:"))
    preview = await screen_after(saule, data, message=more)
    assert "Emma Lindqvist" in preview.text
    await screen_after(saule, "deskseat:", message=preview)
    assert len(await visits_held(house, emma)) == 2
    await seats_add_up(house)


async def test_of_several_the_desk_chooses_and_nobody_is_taken_by_guess(quick_house: Running) -> None:
    saule = await desk_of(quick_house)
    people = [await quick_house.delegate(f"Aigerim {name}") for name in ("Serikova", "Omarova")]
    card = await answered(saule, "/desk Aigerim nab-am")
    assert len([each for each in callbacks(card) if each.startswith("deskwho:")]) == 2
    label = next(button for button in card.buttons if "Omarova" in button.text)
    preview = await screen_after(saule, label.data or "", message=card)
    assert "Aigerim Omarova" in preview.text
    await screen_after(saule, "deskseat:", message=preview)
    assert [await visits_held(quick_house, phone) for phone in people] == [[], ["nab-am"]]


async def test_a_name_that_is_known_is_asked_about_before_there_are_two_of_it(quick_house: Running) -> None:
    saule, emma = await desk_of(quick_house), await quick_house.delegate("Emma Lindqvist")
    preview = await answered(saule, "/desk nab-am Lindqvist Emma")
    assert "Is it them?" in preview.text
    hers = next(button for button in preview.buttons if (button.data or "").startswith("deskwho:"))
    assert "Emma Lindqvist" in hers.text
    theirs = await screen_after(saule, hers.data or "", message=preview)
    assert "has Telegram" in theirs.text
    await screen_after(saule, "deskseat:", message=theirs)
    assert await visits_held(quick_house, emma) == ["nab-am"]


async def test_what_is_typed_beside_a_card_that_asks_nothing_is_answered_as_always(quick_house: Running) -> None:
    saule = await desk_of(quick_house)
    await answered(saule, "/desk nab-am Bolat Omarov")
    beside = (await answered(saule, "Presidential Centre")).text
    await answered(saule, "/cancel")
    assert (await answered(saule, "Presidential Centre")).text == beside


async def test_a_phone_may_be_typed_after_the_name_and_the_old_card_loses_its_buttons(quick_house: Running) -> None:
    saule = await desk_of(quick_house)
    first = await answered(saule, "/desk nab-am Bolat Omarov")
    second = await answered(saule, "+7 702 765 43 21")
    assert "+7 702 765 43 21" in second.text
    await without_buttons(saule, first)
    wheel = await screen_after(saule, "deskwheel:", message=second)
    assert "♿" in wheel.text
    assert callbacks(wheel)


async def test_bare_commands_tell_how_by_examples_that_work(quick_house: Running) -> None:
    say, owner, emma = words_of(quick_house, "en"), await quick_house.organizer(), await quick_house.delegate()
    assert (await answered(owner, "/desk")).text == plain(texts.usage_desk(say))
    for command in ("/force", "/force nab-am", "/force K7PW2"):
        assert (await answered(owner, command)).text == plain(texts.usage_force(say))
    await quick_house.book(emma, "nab-am")
    (held,) = await tickets(quick_house, emma)
    examples = [line for line in texts.usage_desk(say).splitlines() if line.startswith("<code>")]
    assert len(examples) == 3
    for example in examples:
        shown = await answered(owner, plain(example).replace("K7PW2", held.booking.code))
        assert callbacks(shown), example
    example = texts.usage_force(say).split("<code>")[1]
    typed = example.split("</code>")[0].replace("K7PW2", held.booking.code).replace("nab-am", "nab-pres-pm")
    assert callbacks(await answered(owner, typed))


async def test_a_full_visit_ends_in_the_waiting_list_for_who_has_telegram_alone(quick_house: Running) -> None:
    saule, emma = await desk_of(quick_house), await quick_house.delegate("Emma")
    visit = await visit_of(quick_house, "nab-am")
    await set_visit(quick_house, "nab-am", held_back=200)
    new = await answered(saule, "/desk nab-am Bolat Omarov")
    assert "which they do not have" in new.text
    assert not any(each.startswith(("deskseat:", "deskwait:", "force")) for each in callbacks(new))
    known = await answered(saule, "/desk Emma nab-am")
    waits = await screen_after(saule, "deskwait:", message=known)
    assert "Emma is on the waiting list." in waits.text
    (line,) = await logged(quick_house, "desk join")
    assert line.actor == saule.id
    live = await quick_house.ask(
        lambda tx: [each.state for each in bookings.ever_on(tx, visit.id) if each.state is BookingState.WAITING]
    )
    assert len(live) == 1
    assert emma.id != saule.id


@pytest.mark.parametrize("code", LANGUAGES)
async def test_force_names_the_rules_asks_why_and_tells_it(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner, emma = await house.organizer(language=code), await house.delegate("Emma Lindqvist", language=code)
    await house.book(emma, "nab-pres-pm")
    (held,) = await tickets(house, emma)
    await set_visit(house, "nab-am", state="closed")
    asked = await answered(owner, f"/force {held.booking.code} nab-am")
    assert say.gettext("sign-up is not open") in asked.text
    assert not any(each.startswith("force:") for each in callbacks(asked))
    preview = await answered(owner, "came with the minister")
    assert "came with the minister" in preview.text
    assert await visits_held(house, emma) == ["nab-pres-pm"]
    done = await screen_after(owner, "force:", message=preview)
    assert say.gettext("Seated past the rules") in done.text
    assert await visits_held(house, emma) == ["nab-am", "nab-pres-pm"]
    head = plain(texts.seated_by(say, by="Gulzhan"))
    ticket = await emma.wait_for(lambda message: message.text.startswith(head))
    assert "minister" not in ticket.text
    (line,) = await logged(house, "force")
    assert (line.after["reason"], line.after["rules"]) == ("came with the minister", ["closed"])
    seat = next(each for each in await tickets(house, emma) if each.visit.key == "nab-am")
    told = await answered(owner, f"/why {seat.booking.code}")
    assert "came with the minister" in told.text
    assert "Gulzhan" in told.text
    book = await answered(owner, "/log force")
    assert "came with the minister" in book.text
    await seats_add_up(house)


async def test_the_desk_is_told_of_force_and_may_not(quick_house: Running) -> None:
    saule, owner = await desk_of(quick_house), await quick_house.organizer()
    await set_visit(quick_house, "nab-am", state="closed")
    refused = await answered(saule, "/desk nab-am Bolat Omarov")
    assert "/force" in refused.text
    assert not any(each.startswith("force") for each in callbacks(refused))
    unknown = (await answered(saule, "/nothing")).text
    assert (await answered(saule, "/force Bolat nab-am because")).text == unknown
    key = next(each for each in callbacks(refused) if each.startswith("deskwheel:")).split(":")[1]
    await forged(saule, f"forceask:{key}", card=refused)
    await forged(saule, f"force:{key}:1:1:8:0", card=refused)
    assert await quick_house.ask(booked_names, "nab-am") == []
    mine = await answered(owner, "/desk nab-am Bolat Omarov")
    asked = await screen_after(owner, "forceask:", message=mine)
    assert "Why?" in asked.text
    number = await owner.send("he is on the host’s own list")
    preview = await next_message(owner, number)
    done = await screen_after(owner, "force:", message=preview)
    assert "Bolat Omarov" in done.text
    assert await quick_house.ask(booked_names, "nab-am") == ["Bolat Omarov"]


async def test_the_desk_deletes_what_is_kept_on_the_wish_of_who_has_no_telegram(quick_house: Running) -> None:
    saule = await desk_of(quick_house)
    done = await screen_after(saule, "deskseat:", message=await answered(saule, "/desk nab-am Bolat Omarov"))
    asked = await screen_after(saule, "deskbackq:", message=done)
    gone = await screen_after(saule, "deskgone:", message=asked)
    assert "Deleted" in gone.text
    assert await quick_house.ask(booked_names, "nab-am") == []
    assert "Nobody" in (await answered(saule, "/find Bolat")).text
    assert "Nobody" in (await answered(saule, "/desk Bolat")).text
    await until(lambda: logged(quick_house, "desk forget"))


async def test_a_result_names_whom_the_bot_cannot_tell(quick_house: Running) -> None:
    saule, owner = await desk_of(quick_house), await quick_house.organizer()
    await quick_house.book(await quick_house.delegate("Emma"), "nab-am")
    await screen_after(saule, "deskseat:", message=await answered(saule, "/desk nab-am Bolat Omarov"))
    assert "Bolat Omarov" in (await answered(owner, "/delay nab-am 15")).text
    (holder,) = [
        each
        for each in await quick_house.ask(lambda tx: bookings.passengers(tx, visit_id=visits.by_key(tx, "nab-am")))
        if each.telegram_id is None
    ]
    bus = (await visit_of(quick_house, "nab-am")).bus(holder.booking.bus_id)
    assert bus is not None
    assert "Bolat Omarov" in (await answered(owner, f"/swapbus {bus.label} bay=9")).text
    preview = await answered(owner, "/announce nab-am The hall is open.")
    await owner.tap("announce:", message=preview)
    await owner.wait_for(
        lambda message: message.message_id == preview.message_id and "Bolat Omarov" in message.text, newer_than=preview
    )
