"""A seat given to a colleague: ask for the name, send the link, the colleague takes it, the giver is told."""

from urllib.parse import parse_qs, urlparse

import pytest

from bot.rules.gifts import GiftGone, OwnGift
from bot.texts import gifts as texts
from bot.texts import tickets as ticket_texts
from bot.texts import welcome
from tests.house import Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    outbox_of,
    plain,
    screen_after,
    seats_add_up,
    settled,
    tickets,
    visit_of,
    visits_held,
    words_of,
)
from tests.journeys.test_changing import below, book_party, riders
from tests.phone import Message, Phone

VISIT = "school-am"


async def link_of(phone: Phone, ticket: Message, *, rider: int = 0, colleague: str = "Amina Saparova") -> Message:
    """Give a seat of this ticket away; return the message with the link."""
    giving = await below(phone, "gifts:", message=ticket)
    to = [data for data in callbacks(giving) if data.startswith("giftto:")][rider]
    await screen_after(phone, to, message=giving)
    return await answered(phone, colleague)


def payload(message: Message) -> str:
    """The start payload of the link that the message shares."""
    share = next(button.url for button in message.buttons if button.url is not None)
    assert share is not None
    url = parse_qs(urlparse(share).query)["url"][0]
    assert url in message.text
    return parse_qs(urlparse(url).query)["start"][0]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_colleague_who_is_new_here_takes_the_seat_and_the_giver_is_told(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate("Emma", language=code)
    ticket = await house.book(emma, VISIT)
    giving = await below(emma, "gifts:", message=ticket)
    asked = await screen_after(emma, "giftto:", message=giving)
    assert asked.text == plain(texts.ask_name(say))
    link = await answered(emma, "Amina Saparova")
    assert "Amina Saparova" in link.text
    assert await visits_held(house, emma) == [VISIT]  # the seat is hers until it is taken
    start = payload(link)
    assert len(start) <= 64

    amina = await house.stranger("Amina", language=code)
    notice = await answered(amina, f"/start {start}")
    await amina.tap("ok:", message=notice)
    shown = await amina.wait_for(lambda message: message.button("gift:") is not None)
    assert "Emma" in shown.text
    assert (await visit_of(house, VISIT)).title[code] in shown.text
    await amina.tap("gift:", message=shown)
    taken = await amina.wait_for(lambda message: message.button("giveq:") is not None, newer_than=shown)
    (theirs,) = await tickets(house, amina)
    assert taken.text == plain(ticket_texts.ticket(say, theirs, congress=congress))

    visit = await visit_of(house, VISIT)
    told = await emma.wait_for(plain(texts.given(say, visit, taker="Amina")))
    assert told.message_id > link.message_id
    assert await visits_held(house, emma) == []
    assert await riders(house, amina) == ["Amina"]
    assert visit.seats_taken == 1
    await seats_add_up(house)
    kinds = [row.kind for row in await outbox_of(house, emma) if row.kind != "card"]
    assert kinds == ["ticket", "given"]

    # The link again, by somebody else and by the old button: it works once.
    late = await house.delegate("Late", language=code)
    gone = await answered(late, f"/start {start}")
    assert plain(texts.why_not(say, GiftGone(), congress=congress)) in gone.text
    answer = await late.forge(f"gift:{start.removeprefix('g_')}", gone.message_id)
    assert answer.text == texts.why_not(say, GiftGone(), congress=congress)
    assert await visits_held(house, late) == []


async def test_one_seat_of_a_party_is_given_and_the_link_can_be_taken_back(house: Running) -> None:
    say, congress = words_of(house, "ru"), congress_of(house)
    emma, ivan = await house.delegate("Emma", language="ru"), await house.delegate("Ivan")
    ticket = await book_party(house, emma, VISIT, "Ann Lee")
    first = await link_of(emma, ticket, rider=1)
    back = await screen_after(emma, "unlink:", message=first)
    assert not [data for data in callbacks(back) if data.startswith("unlink:")]
    gone = await answered(ivan, f"/start {payload(first)}")
    assert plain(texts.why_not(words_of(house, "en"), GiftGone(), congress=congress)) in gone.text

    again = await screen_after(emma, "ticket:", message=back)
    second = await link_of(emma, again, rider=1)
    own = await answered(emma, f"/start {payload(second)}")
    assert plain(texts.why_not(say, OwnGift(), congress=congress)) in own.text
    shown = await answered(ivan, f"/start {payload(second)}")
    await ivan.tap("gift:", message=shown)
    await ivan.wait_for(lambda message: message.button("giveq:") is not None, newer_than=shown)
    assert await riders(house, emma) == ["Emma"]
    assert await riders(house, ivan) == ["Ivan"]
    await seats_add_up(house)


async def test_a_colleague_who_is_elsewhere_at_that_time_is_told_what_is_in_the_way(house: Running) -> None:
    emma, ivan = await house.delegate("Emma"), await house.delegate("Ivan", language="kk")
    link = await link_of(emma, await house.book(emma, VISIT))
    await house.book(ivan, "pres-am")
    refused = await answered(ivan, f"/start {payload(link)}")
    assert (await visit_of(house, "pres-am")).title["kk"] in refused.text
    assert await visits_held(house, ivan) == ["pres-am"]
    assert await visits_held(house, emma) == [VISIT]


async def test_a_bad_name_is_asked_for_again_and_cancel_ends_it(house: Running) -> None:
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, VISIT)
    giving = await below(emma, "gifts:", message=ticket)
    await screen_after(emma, "giftto:", message=giving)
    bad = await answered(emma, "\u202e\u200b")
    assert bad.button("end") is not None
    stopped = await answered(emma, "/cancel")
    assert stopped.text == welcome.stopped(words_of(house, "en"))
    assert await visits_held(house, emma) == [VISIT]


@pytest.mark.parametrize(
    "start", ["g_", "g_short", "g_" + "A" * 17, "g_" + "Ä" * 16, "g_" + "A" * 16, "g_'; DROP TABLE--"]
)
async def test_a_made_up_link_gives_nothing_and_is_answered(quick_house: Running, start: str) -> None:
    emma = await quick_house.delegate("Emma")
    answer = await answered(emma, f"/start {start}")
    assert answer.text
    assert not [data for data in callbacks(answer) if data.startswith("gift:")]
    await settled(emma)
    assert await visits_held(quick_house, emma) == []


async def test_seats_of_others_cannot_be_given(quick_house: Running) -> None:
    emma, stranger = await quick_house.delegate("Emma"), await quick_house.delegate("Stranger")
    link = await link_of(emma, await quick_house.book(emma, VISIT))
    (ticket,) = await tickets(quick_house, emma)
    card = await quick_house.card(stranger, VISIT)
    rider = ticket.booking.riders[0].id
    for data in (f"gifts:{ticket.booking.id}", f"giftto:{ticket.booking.id}:{rider}", "unlink:1"):
        answer = await stranger.forge(data, card.message_id)
        assert answer.text == welcome.old_button_answer(words_of(quick_house, "en"))
    shown = await answered(stranger, f"/start {payload(link)}")
    assert shown.button("gift:") is not None  # the stranger withdrew nothing
