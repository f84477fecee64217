"""The waiting list in the chat: join, an offer with its deadline, take or leave it, move, wish, and nobody jumps."""

from functools import partial
from typing import Any

import pytest

from bot.rules.waiting import AlreadyWaiting, OfferGone
from bot.services.organizers import set_seats
from bot.services.standing import Offered, Own, Wait, own_of
from bot.texts import own as own_texts
from bot.texts import tickets as ticket_texts
from bot.texts import waiting as texts
from tests.house import OPEN, OWNER, Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    congress_of,
    logged,
    outbox_of,
    person,
    plain,
    screen_after,
    settled,
    until,
    visit_of,
    visits_held,
    words_of,
)
from tests.phone import Message, Phone

FULL, BUS = "pres-am", "B05"
OTHER, OTHER_BUS = "nu-pm", "B08"


async def one_seat(running: Running, bus: str = BUS) -> None:
    """Leave the bus one seat, as an organizer does."""
    await running.db.run(set_seats, actor=OWNER, name=bus, seats=1, now=OPEN, cause=f"seats/{bus}")


async def set_bus(running: Running, seats: int, bus: str = BUS) -> None:
    now = running.clock.now()
    await running.db.run(set_seats, actor=OWNER, name=bus, seats=seats, now=now, cause=f"seats/{bus}/{seats}/{now}")
    running.app.house.sender.wake()


async def own(running: Running, phone: Phone) -> Own:
    known = await person(running, phone)
    assert known is not None
    return await running.ask(own_of, delegate_id=known.id)


async def standing(running: Running, phone: Phone) -> Wait | Offered:
    (one,) = (await own(running, phone)).standing
    return one


async def join(running: Running, phone: Phone, key: str = FULL) -> Message:
    """Open the card of a full visit and stand in its line."""
    card = await running.card(phone, key)
    await phone.tap("join:", message=card)
    return await phone.wait_for(lambda message: message.button("leave:") is not None, newer_than=card)


async def offer(phone: Phone) -> Message:
    """Wait for the message with an offer."""
    return await phone.wait_for(lambda message: message.button("take:") is not None)


async def give_back(phone: Phone, ticket: Message) -> None:
    asked = await screen_after(phone, "giveq:", message=ticket)
    await phone.tap("give:", message=asked)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_full_visit_offers_its_waiting_list_and_a_freed_seat_goes_to_the_head(
    house: Running, code: str
) -> None:
    say, congress = words_of(house, code), congress_of(house)
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    waiting, late = await house.delegate("Aigerim", language=code), await house.delegate("Ivan", language="ru")

    card = await join(house, waiting)
    stands = await standing(house, waiting)
    assert isinstance(stands, Wait)
    assert stands.place == 1
    assert card.text == plain(texts.wait(say, stands, congress=congress))
    assert (await visit_of(house, FULL)).waiting == 1
    await join(house, late)
    behind = await standing(house, late)
    assert isinstance(behind, Wait)
    assert behind.place == 2

    await give_back(emma, ticket)
    asked = await offer(waiting)
    offered = await standing(house, waiting)
    assert isinstance(offered, Offered)
    assert asked.text == plain(texts.offer(say, offered, congress=congress))
    assert offered.ticket.booking.offer_until is not None
    assert say.moment(offered.ticket.booking.offer_until) in asked.text
    shown = await answered(waiting, "/my")
    assert shown.text == plain(own_texts.own(say, await own(house, waiting), congress=congress))

    await waiting.tap("take:", message=asked)
    taken = await waiting.wait_for(lambda message: message.button("giveq:") is not None, newer_than=asked)
    assert taken.message_id == asked.message_id
    (mine,) = (await own(house, waiting)).tickets
    assert taken.text == plain(ticket_texts.ticket(say, mine, congress=congress))
    assert await visits_held(house, waiting) == [FULL]
    first = await standing(house, late)
    assert isinstance(first, Wait)
    assert first.place == 1


async def test_peers_4_whoever_passes_by_does_not_jump_the_line(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    bystander = await house.delegate("Bystander")
    before = await house.card(bystander, FULL)
    head = await house.delegate("Head")
    await join(house, head)
    # A card from before the bus was full: its button takes no seat that somebody waits for.
    await give_back(emma, ticket)
    await offer(head)
    visit = await visit_of(house, FULL)
    answer = await bystander.forge(f"book:{visit.id}:{visit.version}:1", before.message_id)
    await settled(bystander)
    assert answer.text
    assert await visits_held(house, bystander) == []
    shown = next(message for message in bystander.messages if message.message_id == before.message_id)
    await bystander.tap("join:", message=shown)
    await settled(bystander)
    stands = await standing(house, bystander)
    assert isinstance(stands, Wait)
    assert stands.place == 1


async def test_a_declined_offer_goes_on_to_the_next_and_the_first_is_not_asked_again(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    first, second = await house.delegate("First"), await house.delegate("Second")
    await join(house, first)
    await join(house, second)
    await give_back(emma, ticket)
    asked = await offer(first)
    await first.tap("leave:", message=asked)
    again = await offer(second)
    assert (await own(house, first)).standing == ()
    await second.tap("take:", message=again)
    await until(partial(_holds, house, second))
    assert [row.kind for row in await outbox_of(house, first)] == ["offer"]


async def _holds(running: Running, phone: Phone) -> bool:
    return await visits_held(running, phone) == [FULL]


async def test_an_offer_that_nobody_answers_runs_out_and_its_tap_is_answered_kindly(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    first, second = await house.delegate("First", language="kk"), await house.delegate("Second")
    await join(house, first)
    await join(house, second)
    await give_back(emma, ticket)
    asked = await offer(first)
    offered = await standing(house, first)
    assert isinstance(offered, Offered)
    assert offered.ticket.booking.offer_until is not None
    house.clock.move_to(offered.ticket.booking.offer_until)
    await offer(second)
    say = words_of(house, "kk")
    over = await first.wait_for(lambda message: message.button("join:") is not None)
    assert over.text == plain(texts.offer_over(say, await visit_of(house, FULL)))
    late = await first.tap("take:", message=asked)
    assert late.text == texts.offer_reason_answer(say, OfferGone(), congress=congress_of(house))
    assert await visits_held(house, first) == []


async def test_a_party_at_the_head_is_waited_for_and_may_go_with_fewer(house: Running) -> None:
    await set_bus(house, 3)
    people = [await house.delegate(name) for name in ("One", "Two", "Three")]
    tickets = [await house.book(each, FULL) for each in people]
    group, single = await house.delegate("Gulnara"), await house.delegate("Single")
    card = await house.card(group, FULL)
    await screen_after(group, "with:", message=card)
    typed = await answered(group, "Anna\nBoris")
    await group.tap("join:", message=typed)
    shown = await group.wait_for(lambda message: message.button("leave:") is not None)
    await join(house, single)

    await give_back(people[0], tickets[0])
    await settled(single)
    assert isinstance(await standing(house, group), Wait)  # the seat is kept for three
    assert isinstance(await standing(house, single), Wait)

    await group.tap("wish:", message=shown)  # would you also go with fewer?
    asked = await offer(group)
    offered = await standing_offer(house, group)
    assert (offered.ticket.booking.party, offered.waiting) == (1, 2)
    await group.tap("all:", message=asked)  # no, together
    await group.wait_for(lambda message: message.button("leave:") is not None, newer_than=asked)
    stands = await standing(house, group)
    assert isinstance(stands, Wait)
    assert (stands.place, stands.booking.party) == (1, 3)
    await give_back(people[1], tickets[1])
    await give_back(people[2], tickets[2])
    whole = (await standing_offer(house, group)).ticket.booking  # the message of the first offer may still be coming
    take = f"take:{whole.id}:{whole.version}"
    together = await group.wait_for(lambda message: message.button(take) is not None)
    await group.tap(take, message=together)
    await until(partial(_holds, house, group))
    (ticket,) = (await own(house, group)).tickets
    assert [rider.name for rider in ticket.booking.riders] == ["Gulnara", "Anna", "Boris"]


async def standing_offer(running: Running, phone: Phone) -> Offered:
    (offered,) = [each for each in (await own(running, phone)).standing if isinstance(each, Offered)]
    return offered


async def test_peers_7_the_seats_kept_for_a_party_pass_when_the_hold_ends_and_the_party_is_told(house: Running) -> None:
    await set_bus(house, 3)
    people = [await house.delegate(name) for name in ("One", "Two", "Three")]
    tickets = [await house.book(each, FULL) for each in people]
    group, single = await house.delegate("Gulnara", language="ru"), await house.delegate("Single")
    card = await house.card(group, FULL)
    await screen_after(group, "with:", message=card)
    typed = await answered(group, "Anna\nBoris")
    await group.tap("join:", message=typed)
    await group.wait_for(lambda message: message.button("leave:") is not None)
    await join(house, single)
    await give_back(people[0], tickets[0])
    house.clock.move_to(at("08-21 20:00"))  # the evening before a morning departure
    await offer(single)
    told = await group.wait_for(lambda message: message.button("wait:") is not None and len(message.buttons) == 1)
    assert told.text == plain(texts.passed(words_of(house, "ru"), await visit_of(house, FULL)))
    stands = await standing(house, group)
    assert isinstance(stands, Wait)
    assert stands.place == 1


async def test_peers_8_of_several_visits_the_first_that_works_wins_and_the_other_wait_ends(house: Running) -> None:
    await one_seat(house)
    await one_seat(house, OTHER_BUS)
    emma, iwan = await house.delegate("Emma"), await house.delegate("Iwan")
    ticket, other = await house.book(emma, FULL), await house.book(iwan, OTHER)
    waiting = await house.delegate("Waiting")
    shown = await join(house, waiting)
    choice = await screen_after(waiting, "anyq:", message=shown)
    wanted = await visit_of(house, OTHER)
    button = next(each.data for each in choice.buttons if each.data and each.data.endswith(f":{wanted.id}"))
    await waiting.tap(button, message=choice)
    await settled(waiting)
    assert len((await own(house, waiting)).standing) == 2
    await give_back(iwan, other)
    asked = await offer(waiting)
    await give_back(emma, ticket)  # the second seat is not offered to them: one open offer for one wish
    await settled(emma)
    assert len([row for row in await outbox_of(house, waiting) if row.kind == "offer"]) == 1
    await waiting.tap("take:", message=asked)
    await settled(waiting)
    assert await visits_held(house, waiting) == [OTHER]
    assert (await own(house, waiting)).standing == ()
    assert (await visit_of(house, FULL)).waiting == 0


async def test_peers_9_a_seat_is_kept_until_the_new_one_is_real(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    mover = await house.delegate("Mover")
    await house.book(mover, "nab-am")  # at nearly the same time
    card = await house.card(mover, FULL)
    refused = await screen_after(mover, "join:", message=card)
    await mover.tap("move:", message=refused)
    await mover.wait_for(lambda message: message.button("leave:") is not None)
    stands = await standing(house, mover)
    assert isinstance(stands, Wait)
    assert stands.replaces is not None
    assert await visits_held(house, mover) == ["nab-am"]
    taken = (await visit_of(house, "nab-am")).seats_taken
    await give_back(emma, ticket)
    asked = await offer(mover)
    assert await visits_held(house, mover) == ["nab-am"]
    await mover.tap("take:", message=asked)
    await settled(mover)
    assert await visits_held(house, mover) == [FULL]
    assert (await visit_of(house, "nab-am")).seats_taken == taken - 1


async def test_who_said_any_time_is_given_a_seat_without_a_question_from_the_evening_before_on(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    tired = await house.delegate("Tired", language="ru")
    shown = await join(house, tired)
    wish = next(button for button in shown.buttons if button.data and button.data.startswith("wish:"))
    assert wish.data is not None
    await tired.tap(wish.data, message=shown)
    await settled(tired)
    stands = await standing(house, tired)
    assert isinstance(stands, Wait)
    assert stands.booking.any_time
    house.clock.move_to(at("08-21 20:30"))
    await give_back(emma, ticket)
    given = await tired.wait_for(lambda message: message.button("giveq:") is not None)
    (mine,) = (await own(house, tired)).tickets
    say = words_of(house, "ru")
    assert given.text == plain(ticket_texts.ticket(say, mine, congress=congress_of(house)))
    assert [row.kind for row in await outbox_of(house, tired)] == ["ticket"]


async def test_a_second_tap_on_join_shows_the_same_place(house: Running) -> None:
    await one_seat(house)
    await house.book(await house.delegate("Emma"), FULL)
    waiting = await house.delegate("Waiting")
    card = await house.card(waiting, FULL)
    first = await waiting.tap("join:", message=card)
    await settled(waiting)
    visit = await visit_of(house, FULL)
    again = await waiting.forge(f"join:{visit.id}:1", card.message_id)
    say = words_of(house, "en")
    stands = await standing(house, waiting)
    assert isinstance(stands, Wait)
    assert first.text == texts.joined_answer(say, stands)
    reason = AlreadyWaiting(stands.booking)
    assert again.text == texts.not_joined_answer(say, reason, congress=congress_of(house))
    assert len(await logged(house, "join")) == 1


async def test_a_larger_bus_is_offered_in_the_same_transaction(house: Running) -> None:
    await one_seat(house)
    await house.book(await house.delegate("Emma"), FULL)
    crowd: list[Any] = [await house.delegate(f"Person {number}") for number in range(4)]
    for each in crowd:
        await join(house, each)
    await set_bus(house, 4)
    visit = await visit_of(house, FULL)
    assert (visit.seats_taken, visit.waiting) == (4, 1)
    for each in crowd[:3]:
        await offer(each)
    assert isinstance(await standing(house, crowd[3]), Wait)
