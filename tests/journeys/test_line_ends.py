"""A wait that ends without a seat says so once, with what else is free; a wait that a seat blocks says the ways out."""

from functools import partial

import pytest

from bot.services.lines import serve_lines
from bot.services.overlapping import blocked_waits
from bot.services.standing import Offered, Wait
from bot.texts import overlapping as overlapping_texts
from storage import Tx, visits
from storage.records import VisitState
from tests.house import Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    congress_of,
    outbox_of,
    person,
    plain,
    settled,
    tickets,
    until,
    visit_of,
    visits_held,
    words_of,
)
from tests.journeys.test_waiting import FULL, give_back, join, offer, one_seat, own, standing
from tests.phone import Message, Phone

BESIDE = "nab-am"
"""At nearly the same time as the full one."""


def cancel(tx: Tx, visit_id: int) -> None:
    visits.change_visit(tx, visit_id, version_up=True, state=VisitState.CANCELLED)


async def told(running: Running, phone: Phone) -> Message:
    """Wait for the message that the line is over."""
    await until(partial(_is_sent, running, phone))
    return await phone.wait_for(lambda message: message.text.startswith(("🚫", "⌛")))


async def _is_sent(running: Running, phone: Phone) -> bool:
    return [row.state for row in await outbox_of(running, phone, "line-over")] == ["sent"]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_line_of_a_cancelled_visit_says_so_once_with_what_is_free(house: Running, code: str) -> None:
    say = words_of(house, code)
    await one_seat(house)
    await house.book(await house.delegate("Emma"), FULL)
    waiting = await house.delegate("Waiting", language=code)
    await join(house, waiting)
    visit = await visit_of(house, FULL)
    await house.db.run(cancel, visit.id)
    over = await told(house, waiting)
    assert say.gettext("The waiting list is over") in over.text
    assert say.gettext("This visit will not take place.") in over.text
    assert say.gettext("Nearest visits with free seats:") in over.text
    near = next(button for button in over.buttons if button.data and button.data.startswith("visit:"))
    card = await waiting.tap(near.data or "", message=over)
    assert card.text == ""
    await waiting.tap("book:")
    await until(partial(visits_held, house, waiting))
    assert (await own(house, waiting)).standing == ()
    assert await house.db.run(serve_lines, congress=congress_of(house), now=house.clock.now()) == 0
    assert len(await outbox_of(house, waiting, "line-over")) == 1


async def test_who_waits_when_the_visit_leaves_is_told(house: Running) -> None:
    say = words_of(house, "en")
    await one_seat(house)
    await house.book(await house.delegate("Emma"), FULL)
    waiting = await house.delegate("Waiting")
    await join(house, waiting)
    visit = await visit_of(house, FULL)
    house.clock.move_to(visit.leaves_at)
    over = await told(house, waiting)
    assert say.gettext("Nobody moves up any more, and no seat became free for you.") in over.text
    assert congress_of(house).contacts.phone in over.text
    assert (await visit_of(house, FULL)).waiting == 0
    assert say.gettext("You are not signed up for any visit yet.") in (await answered(waiting, "/my")).text


async def test_an_open_offer_of_a_cancelled_visit_ends_too(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    waiting = await house.delegate("Waiting")
    await join(house, waiting)
    await give_back(emma, ticket)
    asked = await offer(waiting)
    visit = await visit_of(house, FULL)
    await house.db.run(cancel, visit.id)
    await told(house, waiting)
    late = await waiting.tap("take:", message=asked)
    assert late.text
    assert await visits_held(house, waiting) == []
    fresh = await visit_of(house, FULL)
    assert (fresh.seats_taken, fresh.waiting) == (0, 0)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_seat_that_does_not_go_with_a_wait_says_so_and_can_be_swapped_for_it(house: Running, code: str) -> None:
    say = words_of(house, code)
    await one_seat(house)
    emma = await house.delegate("Emma")
    hers = await house.book(emma, FULL)
    both = await house.delegate("Both", language=code)
    await join(house, both)
    ticket = await house.book(both, BESIDE)
    known = await person(house, both)
    assert known is not None
    blocked = await house.ask(blocked_waits, delegate_id=known.id, rules=congress_of(house).rules)
    assert plain(overlapping_texts.beside_ticket(say, blocked)) in ticket.text
    mine = await answered(both, "/my")
    assert say.gettext("It does not go with your seat, so you are not asked.") in mine.text
    wait = await both.tap("wait:", message=mine)
    card = await both.wait_for(lambda message: message.button("until:") is not None, newer_than=mine)
    assert wait.text == ""
    assert say.gettext("You keep your place, but no seat is offered to you here while you hold that.") in card.text

    await give_back(emma, hers)  # a seat is free, and they are passed over
    await settled(emma)
    assert isinstance(await standing(house, both), Wait)
    assert (await visit_of(house, FULL)).seats_taken == 0

    await both.tap("for:", message=ticket)  # be asked all the same
    asked = await offer(both)
    assert isinstance(await standing(house, both), Offered)
    assert await visits_held(house, both) == [BESIDE]
    await both.tap("take:", message=asked)
    await settled(both)
    assert await visits_held(house, both) == [FULL]


async def test_the_wait_card_asks_again_and_the_ticket_can_end_the_wait(house: Running) -> None:
    say = words_of(house, "en")
    await one_seat(house)
    await house.book(await house.delegate("Emma"), FULL)
    both, other = await house.delegate("Both"), await house.delegate("Other")
    await join(house, both)
    await join(house, other)
    ticket, beside = await house.book(both, BESIDE), await house.book(other, BESIDE)

    mine = await answered(both, "/my")
    await both.tap("wait:", message=mine)
    card = await both.wait_for(lambda message: message.button("until:") is not None, newer_than=mine)
    answer = await both.tap("until:", message=card)
    assert answer.text == say.gettext("Noted.")
    stands = await standing(house, both)
    assert isinstance(stands, Wait)
    assert stands.replaces is not None
    assert stands.replaces.key == BESIDE
    again = await both.tap("for:", message=ticket)  # an old button: nothing more to do
    assert say.gettext("This has changed meanwhile. Please look again.") in again.text

    await other.tap("nowait:", message=beside)
    shown = await other.wait_for(lambda message: message.message_id == beside.message_id, newer_than=beside)
    assert shown.button("nowait:") is None
    assert (await own(house, other)).standing == ()
    assert [ticket.visit.key for ticket in await tickets(house, other)] == [BESIDE]


async def test_at_night_nobody_is_told_that_a_line_is_over(house: Running) -> None:
    await one_seat(house)
    await house.book(await house.delegate("Emma"), FULL)
    waiting = await house.delegate("Waiting")
    await join(house, waiting)
    house.clock.move_to(at("08-20 23:00"))
    await house.db.run(cancel, (await visit_of(house, FULL)).id)
    await until(partial(outbox_of, house, waiting, "line-over"))
    await settled(waiting)
    (row,) = await outbox_of(house, waiting, "line-over")
    assert row.state == "due"
    house.clock.move_to(at("08-21 07:00"))
    await told(house, waiting)
