"""Two buses become one from the chat: the card in three languages, the minute, and what passengers and leaders read."""

import pytest

from bot.services.acts import RECALL
from bot.texts import merging as texts
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
    visit_of,
    words_of,
)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_bus_is_emptied_into_another_after_the_minute(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner, emma = await house.organizer(language=code), await house.delegate(language=code)
    leader = await house.delegate("Leader", language=code)
    card = await house.book(emma, "nab-am")
    (held,) = await tickets(house, emma)
    assert held.bus is not None
    visit = await visit_of(house, "nab-am")
    into = next(bus for bus in visit.buses if bus.id != held.bus.id)
    await house.db.run(grants.give, leader.id, Grant(Role.LEADER, into.label), now=house.clock.now())

    preview = await answered(owner, f"/merge {held.bus.label.lower()} {into.label}")
    for language in LANGUAGES:  # the text in all three
        head = words_of(house, language).gettext("You now travel on bus {bus} (was {was})")
        assert head.format(bus=into.label, was=held.bus.label) in preview.text
    (confirm,) = callbacks(preview)
    assert confirm is not None
    planned = await screen_after(owner, confirm, message=preview)
    assert [each and each.partition(":")[0] for each in callbacks(planned)] == ["recall", "acted"]
    assert (await visit_of(house, "nab-am")).buses == visit.buses  # nothing has changed

    house.clock.advance(RECALL)
    head = say.gettext("You now travel on bus {bus} (was {was})").format(bus=into.label, was=held.bus.label)
    notice = await emma.wait_for(lambda message: head in message.text, newer_than=card)
    assert say.clock(into.boards_at) in notice.text
    told = await leader.wait_for(lambda message: held.bus is not None and held.bus.label in message.text)
    assert into.label in told.text
    (now,) = await tickets(house, emma)
    assert now.bus is not None
    assert (now.bus.label, now.booking.code) == (into.label, held.booking.code)
    assert [bus.seats for bus in (await visit_of(house, "nab-am")).buses if bus.id == held.bus.id] == [0]
    (line,) = await logged(house, "merge")
    assert line.after["bus"] == into.label
    await seats_add_up(house)


async def test_what_does_not_fit_says_how_many_and_a_usage_has_an_example(quick_house: Running) -> None:
    say = words_of(quick_house, "en")
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    for command in ("/merge", "/merge B01", "/merge B01 B02 B03"):
        assert (await answered(owner, command)).text == plain(texts.usage(say))
    await quick_house.book(emma, "nab-am")
    (held,) = await tickets(quick_house, emma)
    assert held.bus is not None
    other = next(bus for bus in (await visit_of(quick_house, "nab-am")).buses if bus.id != held.bus.id)
    merged = await answered(owner, f"/merge {held.bus.label} B05")
    assert "not two buses of one visit" in merged.text
    assert other.label != held.bus.label
    assert not callbacks(merged)
    stranger = await answered(emma, f"/merge {held.bus.label} {other.label}")
    assert stranger.text == (await answered(emma, "/nothing")).text
