"""Open, close, hold seats back: what the people at the door and in the line notice of it."""

import pytest

from bot.rules.booking import BookingClosed
from bot.texts import opening as texts
from storage.records import VisitState
from tests.house import OWNER, Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    forged,
    logged,
    next_message,
    seats_add_up,
    settled,
    visit_of,
    visits_held,
    why_not,
    words_of,
)


async def test_a_closed_visit_takes_nobody_new_and_keeps_who_is_in(house: Running) -> None:
    emma, sam, owner = await house.delegate(), await house.delegate("Sam"), await house.organizer()
    await house.book(emma, "nab-am")
    card = await house.card(sam, "nab-am")
    (book,) = (data for data in callbacks(card) if data.startswith("book:"))
    closed = await answered(owner, "/close nab-am")
    assert closed.text.startswith("🔴 Closed for sign-ups\n")
    assert "Taken 1 of " in closed.text
    answer, _ = await forged(sam, book, card=card)
    assert answer == why_not(house, "en", BookingClosed(None))[0]
    assert await visits_held(house, sam) == []
    assert await visits_held(house, emma) == ["nab-am"]
    assert "it was so already" in (await answered(owner, "/close NAB-AM")).text
    assert (await answered(owner, "/open nab-am")).text.startswith("🟢 Open for sign-ups\n")
    await house.book(sam, "nab-am")
    assert await visits_held(house, sam) == ["nab-am"]
    first, *_ = await logged(house, "close")
    assert (first.actor, first.after) == (OWNER, {"state": "closed"})
    assert len(await logged(house, "open")) == 1


async def test_seats_held_back_are_nobodys_and_seats_let_go_are_offered_at_once(house: Running) -> None:
    emma, sam, owner = await house.delegate(), await house.delegate("Sam"), await house.organizer()
    await house.book(emma, "pres-am")
    visit = await visit_of(house, "pres-am")
    room = min(visit.host_limit, sum(bus.seats for bus in visit.buses))
    refused = await answered(owner, f"/holdback pres-am {room}")
    assert f"At most {room - 1}: /holdback pres-am {room - 1}" in refused.text
    assert (await visit_of(house, "pres-am")).held_back == visit.held_back
    held = await answered(owner, f"/holdback pres-am {room - 1}")
    assert f"Held back: {room - 1} (was {visit.held_back})" in held.text
    assert "Free: 0 (was " in held.text
    card = await house.card(sam, "pres-am")
    await sam.tap("join:", message=card)
    await settled(sam)
    assert (await visit_of(house, "pres-am")).waiting == 1
    let_go = await answered(owner, f"/holdback pres-am {room - 2}")
    assert "1 party from the waiting list is offered seats." in let_go.text
    offer = await sam.wait_for(lambda message: message.button("take:") is not None)
    assert (await visit_of(house, "pres-am")).seats_taken == 2
    await sam.tap("take:", message=offer)
    await settled(sam)
    assert await visits_held(house, sam) == ["pres-am"]
    await seats_add_up(house)
    assert len(await logged(house, "hold back")) == 2


@pytest.mark.parametrize("code", LANGUAGES)
async def test_usage_and_unknown_names_are_answered_with_an_example(quick_house: Running, code: str) -> None:
    say, owner = words_of(quick_house, code), await quick_house.organizer(language=code)
    for command, usage in (
        ("/open", texts.usage_open(say)),
        ("/close nab-am now", texts.usage_close(say)),
        ("/holdback nab-am many", texts.usage_hold_back(say)),
        ("/holdback nab-am -3", texts.usage_hold_back(say)),
    ):
        assert (await answered(owner, command)).text == usage.replace("<code>", "").replace("</code>", "")
    for command in ("/open nowhere", "/close nowhere", "/holdback nowhere 3"):
        assert "nowhere" in (await next_message(owner, await owner.send(command))).text
    assert (await visit_of(quick_house, "nab-am")).state is VisitState.OPEN


async def test_a_delegate_opens_and_closes_nothing(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    unknown = (await answered(emma, "/nonsense")).text
    for command in ("/open nab-am", "/close nab-am", "/holdback nab-am 3"):
        assert (await answered(emma, command)).text == unknown
    assert (await visit_of(quick_house, "nab-am")).state is VisitState.OPEN
