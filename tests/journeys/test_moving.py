"""An organizer moves a party from the chat: what is shown is what happens, and the person reads by whom."""

import pytest

from bot.texts import moving as texts
from storage import grants
from storage.records import Grant, Role
from tests.house import Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    logged,
    plain,
    screen_after,
    seats_add_up,
    tickets,
    visits_held,
    words_of,
)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_party_goes_where_the_card_said_and_reads_by_whom(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner, emma = await house.organizer(language=code), await house.delegate(language=code)
    card = await house.book(emma, "nab-am")
    (held,) = await tickets(house, emma)
    preview = await answered(owner, f"/move {held.booking.code} nab-pres-pm")
    assert say.gettext("Move this sign-up?") in preview.text
    assert say.gettext("They read, in their language:") in preview.text
    assert await visits_held(house, emma) == ["nab-am"]
    (data,) = callbacks(preview)
    assert data is not None
    done = await screen_after(owner, data, message=preview)
    (now,) = await tickets(house, emma)
    assert now.visit.key == "nab-pres-pm"
    assert now.bus is not None
    assert now.bus.label in done.text
    head = plain(texts.moved_by(say, by="Gulzhan", former=held, ticket=now))
    ticket = await emma.wait_for(lambda message: message.text.startswith(head), newer_than=card)
    assert head in preview.text  # what was shown is what is read
    for fact in (now.visit.title[code], now.bus.label, now.booking.code):
        assert fact in ticket.text
    (line,) = await logged(house, "move")
    assert (line.before["visit"], line.after["visit"]) == ("nab-am", "nab-pres-pm")
    assert not callbacks(done)
    await seats_add_up(house)


async def test_a_refusal_names_its_rule_and_a_usage_has_an_example(quick_house: Running) -> None:
    say = words_of(quick_house, "en")
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    await quick_house.book(emma, "aitu-walk")
    morning, _ = await tickets(quick_house, emma)
    for command in ("/move", "/move K7PW2", "/move K7PW2 nab am"):
        assert (await answered(owner, command)).text == plain(texts.usage(say))
    assert "ZZZZZ" in (await answered(owner, "/move ZZZZZ nab-am")).text
    refused = await answered(owner, f"/move {morning.booking.code} nab-pres-pm")
    assert "The times overlap" in refused.text
    assert not callbacks(refused)
    assert await visits_held(quick_house, emma) == ["nab-am", "aitu-walk"]


async def test_a_leader_and_a_stranger_move_nobody(quick_house: Running) -> None:
    emma, leader = await quick_house.delegate(), await quick_house.delegate("Leader")
    await quick_house.db.run(grants.give, leader.id, Grant(Role.LEADER, "B01"), now=quick_house.clock.now())
    await quick_house.book(emma, "nab-am")
    (held,) = await tickets(quick_house, emma)
    unknown = (await answered(emma, "/nothing")).text
    for phone in (emma, leader):
        assert (await answered(phone, f"/move {held.booking.code} nab-pres-pm")).text == unknown
    assert not await logged(quick_house, "move")
