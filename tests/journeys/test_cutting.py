"""A bus gets smaller, from the chat: passengers are asked, the rule decides the rest, all hear of it; another coach."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert

from bot.rules.cutting import ASKED_FOR
from bot.services.acts import RECALL
from bot.texts import cutting
from storage import Tx, tables
from storage.records import Bus
from tests.house import OPEN, Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    logged,
    outbox_of,
    plain,
    screen_after,
    seats_add_up,
    settled,
    tickets,
    until,
    visit_of,
    visits_held,
    words_of,
)
from tests.journeys.test_rounds import sent
from tests.phone import Message, Phone

VISIT, BUS = "katru-am", "B10"


def grant(tx: Tx, telegram_id: int, role: str, scope: str = "") -> None:
    row = {"telegram_id": telegram_id, "role": role, "scope": scope, "source": "command", "granted_at": OPEN}
    tx.execute(insert(tables.grants).values(row))


async def bus_of(running: Running) -> Bus:
    (bus,) = (await visit_of(running, VISIT)).buses
    return bus


async def is_closing(running: Running) -> bool:
    return (await bus_of(running)).closing


async def has_ended(running: Running) -> bool:
    return not await is_closing(running)


async def aboard(running: Running) -> dict[str, Phone]:
    """One passenger a language, who signed up in this order."""
    phones = {code: await running.delegate(code.title(), language=code) for code in LANGUAGES}
    for phone in phones.values():
        await running.book(phone, VISIT)
        running.clock.advance(timedelta(seconds=1))
    return phones


async def cut(running: Running, owner: Phone, command: str = f"/seats {BUS} 2") -> Message:
    """Write the command, say yes, and let the minute pass; return the card."""
    preview = await answered(owner, command)
    waits = await screen_after(owner, "act:", message=preview)
    assert words_of(running, "en").gettext("Nothing has changed yet, and nobody has been told.")[:20] in waits.text
    running.clock.advance(RECALL)
    return preview


async def test_passengers_are_asked_and_who_goes_keeps_somebody_else_in_their_seat(house: Running) -> None:
    owner = await house.organizer()
    phones = await aboard(house)
    preview = await cut(house, owner)
    for code in LANGUAGES:
        visit, say = await visit_of(house, VISIT), words_of(house, code)
        assert plain("\n".join(cutting.asked_head(say, visit, bus=BUS))) in preview.text
        assert plain("\n".join(cutting.lost_head(say, visit))) in preview.text
    # The newest would have to go; so would the next, if they like. The first is not asked.
    goes, last = phones["kk"], phones["ru"]
    for code, phone in (("kk", goes), ("ru", last)):
        asked = await phone.wait_for(words_of(house, code).gettext("Your bus has become smaller"))
        assert [data.split(":")[0] for data in callbacks(asked)] == ["take", "stay"]
    assert not await outbox_of(house, phones["en"], "seat-asked")
    going = await owner.wait_for(lambda seen: seen.message_id == preview.message_id and "🙋" in seen.text)
    say = words_of(house, "en")
    assert say.gettext("Asked: {asked} · go: {gone} · stay: {staying}").format(asked=2, gone=0, staying=0) in going.text

    question = await last.wait_for(lambda message: message.button("stay:") is not None)
    answer = await last.tap("stay:", message=question)
    assert answer.text == words_of(house, "ru").gettext(
        "Noted: you would rather stay. You hear by {time} whether that works."
    ).format(time=words_of(house, "ru").clock(house.clock.now() + ASKED_FOR))
    held = await goes.wait_for(lambda message: message.button("take:") is not None)
    await goes.tap("take:", message=held)
    await until(partial(has_ended, house))
    assert await visits_held(house, goes) != [VISIT]
    assert await visits_held(house, last) == [VISIT]
    kept = await last.wait_for(words_of(house, "ru").gettext("You keep your seat"))
    assert BUS in kept.text
    ended = say.gettext("The asking has ended: {n} went by choice").format(n=1)
    final = await owner.wait_for(lambda seen: seen.message_id == preview.message_id and ended in seen.text)
    assert say.gettext("Nobody had to leave by the rule.") in final.text
    assert ((await bus_of(house)).seats, (await bus_of(house)).seats_taken) == (2, 2)
    await seats_add_up(house)
    # What was asked is over: the button says so and changes nothing.
    (stay,) = [data for data in callbacks(question) if data.startswith("stay:")]
    await last.forge(stay, question.message_id)
    await settled(last)
    assert len(await outbox_of(house, last, "seat-kept")) == 1


async def test_nobody_answers_then_the_newest_leaves_and_the_leader_hears_the_difference(house: Running) -> None:
    owner = await house.organizer()
    phones = await aboard(house)
    leader = await house.delegate("Leila")
    await house.db.run(grant, leader.id, "leader", BUS)
    house.clock.move_to((await bus_of(house)).departs_at - timedelta(hours=12))
    await sent(house, leader, "roster")
    preview = await cut(house, owner)
    await phones["ru"].wait_for(words_of(house, "ru").gettext("Your bus has become smaller"))
    house.clock.advance(ASKED_FOR)
    await until(partial(has_ended, house))
    say = words_of(house, "ru")
    lost = await phones["ru"].wait_for(say.gettext("Your seat is gone: the bus has become smaller"))
    assert [data.split(":")[0] for data in callbacks(lost)] == ["take", "others", "leave"]
    assert await visits_held(house, phones["ru"]) == []
    await phones["kk"].wait_for(words_of(house, "kk").gettext("You keep your seat"))
    await sent(house, leader, "roster-news")
    news = await leader.wait_for(words_of(house, "en").gettext("The passenger list has changed"))
    assert words_of(house, "en").gettext("Gone: {names}").format(names="Ru") in news.text
    await phones["ru"].tap("take:", message=lost)
    await settled(phones["ru"])
    assert len(await visits_held(house, phones["ru"])) == 1
    counts = {"leaving": 1, "held": 1, "queued": 0, "nothing": 0}
    ended = plain(cutting.leaving_line(words_of(house, "en"), counts))
    await owner.wait_for(
        lambda seen: seen.message_id == preview.message_id and "🏁" in seen.text and seen.text.count(ended) == 2
    )
    await seats_add_up(house)


async def test_the_second_organizer_sees_what_the_first_has_changed_meanwhile(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    aigerim = await quick_house.delegate("Aigerim")
    await quick_house.db.run(grant, aigerim.id, "organizer")
    await aboard(quick_house)
    preview = await answered(owner, f"/seats {BUS} 2")
    await answered(aigerim, f"/seats {BUS} 40")
    changed = await screen_after(owner, "act:", message=preview)
    say = words_of(quick_house, "en")
    meanwhile = say.gettext("{bus}: changed meanwhile to {seats} by {name}")
    assert meanwhile.format(bus=BUS, seats=40, name="Aigerim") in changed.text
    assert (await bus_of(quick_house)).seats == 40
    # One asks, the other finds it being asked already.
    again = await screen_after(owner, "act:", message=changed)
    assert say.gettext("Nothing has changed yet")[:10] in again.text
    quick_house.clock.advance(RECALL)
    await until(partial(is_closing, quick_house))
    late = await answered(aigerim, f"/seats {BUS} 1")
    assert f"/seats {BUS} 3" in late.text
    await answered(aigerim, f"/seats {BUS} 3")
    assert ((await bus_of(quick_house)).seats, await is_closing(quick_house)) == (3, False)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_another_coach_is_told_to_its_passengers(house: Running, code: str) -> None:
    owner, emma = await house.organizer(language=code), await house.delegate("Emma", language=code)
    say = words_of(house, code)
    await house.book(emma, VISIT)
    done = await answered(owner, f"/swapbus {BUS} 29 bay=4 plate=123ABC01")
    assert "123ABC01" in done.text
    told = await emma.wait_for(say.gettext("Your bus is another coach now: {bus}").format(bus=BUS))
    assert say.gettext("Plate: {plate}").format(plate="123ABC01") in told.text
    assert say.gettext("Bus {bus}, bay {bay}").format(bus=BUS, bay="4") in told.text
    bus = await bus_of(house)
    assert (bus.seats, bus.bay, bus.plate) == (29, "4", "123ABC01")
    (line,) = await logged(house, "swap bus")
    assert line.after == {"seats": 29, "bay": "4", "plate": "123ABC01"}
    why = await answered(owner, f"/why {BUS}")
    assert say.gettext("another coach") in why.text
    assert f"{say.gettext('plate')} – → 123ABC01" in why.text
    # Too small: the same preview as of /seats, with the coach in it; then all of it at once.
    await house.book(await house.delegate("Late"), VISIT)
    preview = await answered(owner, f"/swapbus {BUS} seats=1 bay=9")
    assert (
        say.gettext("Another coach comes ({what}); its passengers are told.").format(
            what=say.gettext("bay {bay}").format(bay="9")
        )
        in preview.text
    )
    assert (await bus_of(house)).bay == "4"
    await screen_after(owner, "act:", message=preview)
    house.clock.advance(RECALL)
    await until(partial(bay_is, house, "9"))


async def bay_is(running: Running, bay: str) -> bool:
    return (await bus_of(running)).bay == bay


async def test_bad_commands_strangers_and_old_buttons_are_answered(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    say = words_of(quick_house, "en")
    for bad in ("", BUS, f"{BUS} many", f"{BUS} bay=", f"{BUS} colour=red", f"{BUS} seats=0", f"{BUS} 5 seats=6"):
        assert (await answered(owner, f"/swapbus {bad}")).text == plain(cutting.usage_swap(say)), bad
    assert "B99" in (await answered(owner, "/swapbus B99 bay=1")).text
    unknown = await answered(emma, f"/swapbus {BUS} bay=1")
    assert say.gettext("Another coach in the place of a bus") not in unknown.text
    assert (await bus_of(quick_house)).bay != "1"
    await emma.forge("stay:999", unknown.message_id)
    await quick_house.book(emma, VISIT)
    await emma.forge("stay:1", unknown.message_id)
    await settled(emma)
    assert len(await tickets(quick_house, emma)) == 1
    assert not await logged(quick_house, "stay")
    quick_house.clock.move_to(at("08-22 18:00"))
    over = await answered(owner, f"/swapbus {BUS} bay=1")
    assert "cancelled or over" in over.text
