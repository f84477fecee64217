"""A change of mind in the chat: one seat of a party, a minute to undo, a move with everybody, in three languages."""

from datetime import timedelta
from functools import partial

import pytest

from bot.rules.booking import AlreadyReleased
from bot.rules.changing import UNDO, UndoIsOver
from bot.services.booking import Booked
from bot.services.organizers import set_seats
from bot.services.standing import Offered, Wait, own_of
from bot.texts import changing as texts
from bot.texts import refusals
from bot.texts import tickets as ticket_texts
from tests.house import OWNER, Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    next_message,
    outbox_of,
    person,
    plain,
    screen_after,
    seats_add_up,
    settled,
    tickets,
    until,
    visit_of,
    visits_held,
    words_of,
    written_down,
)
from tests.phone import Message, Phone

VISIT, BUS = "school-am", "B13"


async def book_party(running: Running, phone: Phone, key: str, *names: str) -> Message:
    """Sign up with companions and return the ticket."""
    card = await running.card(phone, key)
    await screen_after(phone, "with:", message=card)
    party = await answered(phone, "\n".join(names))
    await phone.tap("book:", message=party)
    return await phone.wait_for(lambda message: message.button("giveq:") is not None, newer_than=party)


async def below(phone: Phone, wanted: str, *, message: Message) -> Message:
    """Press a button under "More" of a ticket; return what opens below it."""
    more = await screen_after(phone, "more:", message=message)
    newest = max(seen.message_id for seen in phone.messages)
    await phone.tap(wanted, message=more)
    return await next_message(phone, newest)


async def riders(running: Running, phone: Phone) -> list[str]:
    (ticket,) = await tickets(running, phone)
    return [rider.name for rider in ticket.booking.riders]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_one_of_a_party_stays_at_home_and_comes_after_all(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate("Emma", language=code)
    shown = await book_party(house, emma, VISIT, "Ann Lee", "Bo Ek")
    (before,) = await tickets(house, emma)
    asked = await screen_after(emma, "giveq:", message=shown)
    assert asked.text == plain(texts.ask_release(say, before))
    assert len([data for data in callbacks(asked) if data.startswith("giveone:")]) == 3
    ann = before.booking.riders[1]

    answer = await emma.tap(f"giveone:{before.booking.id}:{before.booking.version}:{ann.id}", message=asked)
    assert answer.text == ticket_texts.released_answer(say)
    left = await emma.wait_for(lambda message: message.button("undo:") is not None, newer_than=asked)
    (after,) = await tickets(house, emma)
    assert await riders(house, emma) == ["Emma", "Bo Ek"]
    assert plain(texts.released_one(say, after, rider="Ann Lee")) in left.text
    assert plain(ticket_texts.ticket(say, after, congress=congress)) in left.text
    assert (await visit_of(house, VISIT)).seats_taken == 2

    await settled(emma)  # the button stays: no edit of the card takes it off before its minute is over
    (card,) = [message for message in emma.messages if message.message_id == left.message_id]
    answer = await emma.tap("undo:", message=card)
    assert answer.text == texts.undone_answer(say)
    await settled(emma)
    assert sorted(await riders(house, emma)) == ["Ann Lee", "Bo Ek", "Emma"]
    await seats_add_up(house)
    # All this was shown on the card itself: no message rang but the first ticket and its edits.
    await written_down(house)
    assert {row.state for row in await outbox_of(house, emma, "ticket")} == {"sent"}


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_seat_given_back_by_mistake_is_had_again_within_the_minute(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate("Emma", language=code)
    ticket = await house.book(emma, VISIT)
    (before,) = await tickets(house, emma)
    asked = await screen_after(emma, "giveq:", message=ticket)
    await emma.tap("give:", message=asked)
    freed = await emma.wait_for(lambda message: message.button("undo:") is not None, newer_than=asked)
    assert await visits_held(house, emma) == []
    house.clock.move_to(house.clock.now() + UNDO / 2)  # real seconds pass besides
    answer = await emma.tap("undo:", message=freed)
    assert answer.text == texts.undone_answer(say)
    again = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=freed)
    (after,) = await tickets(house, emma)
    assert after.booking.code == before.booking.code
    assert again.text == plain(ticket_texts.ticket(say, after, congress=congress))
    # The button of the old card, pressed once more, has no second effect.
    old = await emma.forge(f"undo:{before.booking.id}:{before.booking.version + 1}", again.message_id)
    assert old.text
    await settled(emma)
    assert await visits_held(house, emma) == [VISIT]
    await seats_add_up(house)


async def test_the_way_back_goes_off_the_card_when_its_minute_is_over(house: Running) -> None:
    emma = await house.delegate("Emma")
    shown = await book_party(house, emma, VISIT, "Ann Lee")
    asked = await screen_after(emma, "giveq:", message=shown)
    one = next(data for data in callbacks(asked) if data.startswith("giveone:"))
    await emma.tap(one, message=asked)
    left = await emma.wait_for(lambda message: message.button("undo:") is not None, newer_than=asked)
    house.clock.move_to(house.clock.now() + UNDO)
    house.app.house.sender.wake()
    without = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=left)
    assert without.message_id == left.message_id
    assert without.button("undo:") is None
    assert await riders(house, emma) == ["Ann Lee"]


async def test_after_the_minute_the_button_says_so_and_shows_the_visit(house: Running) -> None:
    say = words_of(house, "ru")
    emma = await house.delegate("Emma", language="ru")
    ticket = await house.book(emma, VISIT)
    asked = await screen_after(emma, "giveq:", message=ticket)
    await emma.tap("give:", message=asked)
    freed = await emma.wait_for(lambda message: message.button("undo:") is not None, newer_than=asked)
    house.clock.move_to(house.clock.now() + UNDO + timedelta(seconds=5))
    answer = await emma.tap("undo:", message=freed)
    assert answer.text == texts.why_no_undo(say, UndoIsOver(), congress=congress_of(house))
    card = await emma.wait_for(lambda message: message.button("book:") is not None, newer_than=freed)
    assert card.message_id == freed.message_id
    assert await visits_held(house, emma) == []


async def test_a_seat_that_was_offered_to_the_next_in_line_is_not_taken_back(house: Running) -> None:
    await house.db.run(set_seats, actor=OWNER, name=BUS, seats=1, now=house.clock.now(), cause="one seat")
    emma, ivan = await house.delegate("Emma"), await house.delegate("Ivan", language="kk")
    ticket = await house.book(emma, VISIT)
    card = await house.card(ivan, VISIT)
    await ivan.tap("join:", message=card)
    asked = await screen_after(emma, "giveq:", message=ticket)
    await emma.tap("give:", message=asked)
    freed = await emma.wait_for(lambda message: message.button("undo:") is not None, newer_than=asked)
    offer = await ivan.wait_for(lambda message: message.button("take:") is not None)
    await emma.tap("undo:", message=freed)
    await settled(emma)
    assert await visits_held(house, emma) == []
    await ivan.tap("take:", message=offer)
    await until(partial(_holds, house, ivan))


async def _holds(running: Running, phone: Phone) -> bool:
    return await visits_held(running, phone) == [VISIT]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_party_moves_to_another_visit_after_a_question(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate("Emma", language=code)
    shown = await book_party(house, emma, VISIT, "Ann Lee")
    (before,) = await tickets(house, emma)
    moves = await below(emma, "moves:", message=shown)
    to = await visit_of(house, "pres-am")
    asked = await screen_after(emma, f"moveq:{before.booking.id}:{to.id}", message=moves)
    assert asked.text == plain(texts.ask_move(say, before, to=to))
    assert await visits_held(house, emma) == [VISIT]

    answer = await emma.tap("moveto:", message=asked)
    moved = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=asked)
    (after,) = await tickets(house, emma)
    assert answer.text == texts.moved_answer(say, Booked(ticket=after, given_up=()))
    assert plain(ticket_texts.ticket(say, after, congress=congress)) in moved.text
    assert plain(ticket_texts.given_up(say, [before.visit])) in moved.text
    assert await riders(house, emma) == ["Emma", "Ann Lee"]
    assert (await visit_of(house, VISIT)).seats_taken == 0
    # The question again, from an old card: the old booking is gone, and nothing moves.
    late = await emma.forge(f"moveto:{before.booking.id}:1:{to.id}:{to.version}", moved.message_id)
    assert late.text
    await settled(emma)
    assert await visits_held(house, emma) == ["pres-am"]
    await seats_add_up(house)


async def test_a_move_that_comes_too_late_keeps_the_seat_and_shows_what_is_left(house: Running) -> None:
    emma = await house.delegate("Emma")
    shown = await house.book(emma, VISIT)
    (before,) = await tickets(house, emma)
    to = await visit_of(house, "pres-am")
    moves = await below(emma, "moves:", message=shown)
    asked = await screen_after(emma, f"moveq:{before.booking.id}:{to.id}", message=moves)
    owner = await house.organizer()
    await answered(owner, "/delay pres-am 15")
    answer = await emma.tap("moveto:", message=asked)
    assert answer.text
    again = await emma.wait_for(lambda message: message.button("moveq:") is not None, newer_than=asked)
    assert again.button(f"moveq:{before.booking.id}:{to.id}")
    assert await visits_held(house, emma) == [VISIT]


async def test_a_party_waits_for_a_full_visit_from_its_ticket_and_keeps_its_seats(house: Running) -> None:
    await house.db.run(set_seats, actor=OWNER, name="B05", seats=2, now=house.clock.now(), cause="two seats")
    ivan, emma = await house.delegate("Ivan"), await house.delegate("Emma")
    first = await book_party(house, ivan, "pres-am", "Olga")
    shown = await book_party(house, emma, VISIT, "Ann Lee")
    (before,) = await tickets(house, emma)
    full = await visit_of(house, "pres-am")
    moves = await below(emma, "moves:", message=shown)
    waits = await screen_after(emma, f"move:{full.id}:2:{before.booking.id}", message=moves)
    assert waits.button("leave:") is not None
    assert await visits_held(house, emma) == [VISIT]
    known = await person(house, emma)
    assert known is not None
    (standing,) = (await house.ask(own_of, delegate_id=known.id)).standing
    assert isinstance(standing, Wait)
    assert [rider.name for rider in standing.booking.riders] == ["Emma", "Ann Lee"]

    asked = await screen_after(ivan, "giveq:", message=first)
    await ivan.tap("give:", message=asked)
    offer = await emma.wait_for(lambda message: message.button("take:") is not None)
    (offered,) = (await house.ask(own_of, delegate_id=known.id)).standing
    assert isinstance(offered, Offered)
    await emma.tap("take:", message=offer)
    await settled(emma)
    assert await visits_held(house, emma) == ["pres-am"]
    assert await riders(house, emma) == ["Emma", "Ann Lee"]
    await seats_add_up(house)


async def test_the_buttons_of_a_ticket_that_is_gone_answer_kindly(house: Running) -> None:
    say, congress = words_of(house, "en"), congress_of(house)
    emma, stranger = await house.delegate("Emma"), await house.delegate("Stranger")
    shown = await book_party(house, emma, VISIT, "Ann Lee")
    (before,) = await tickets(house, emma)
    asked = await screen_after(emma, "giveq:", message=shown)
    await emma.tap("give:", message=asked)
    await settled(emma)
    one = f"giveone:{before.booking.id}:{before.booking.version}:{before.booking.riders[1].id}"
    answer = await emma.forge(one, asked.message_id)
    assert answer.text == refusals.refusal_answer(say, AlreadyReleased(), congress=congress)
    theirs = await house.card(stranger, VISIT)
    to = await visit_of(house, "pres-am")
    for data in (
        one,
        f"undo:{before.booking.id}:{before.booking.version + 1}",
        f"moves:{before.booking.id}",
        f"moveq:{before.booking.id}:{to.id}",
        f"moveto:{before.booking.id}:{before.booking.version + 1}:{to.id}:{to.version}",
    ):
        assert (await stranger.forge(data, theirs.message_id)).text
    await settled(stranger)
    assert await visits_held(house, stranger) == []
    assert await visits_held(house, emma) == []
