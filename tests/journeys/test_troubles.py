"""Telegram in trouble: calls fail, answers are lost, the servers are away. Nobody loses a seat or its ticket."""

import asyncio
from datetime import timedelta

import pytest

from bot.simulator import Simulator
from bot.texts import tickets as texts
from bot.texts import welcome
from tests.house import Running, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    Sent,
    answered,
    congress_of,
    outbox_of,
    plain,
    seats_add_up,
    tickets,
    until,
    visits_held,
    words_of,
)
from tests.phone import Message, Phone, Telegram


async def the_ticket(running: Running, phone: Phone) -> tuple[Sent, list[Message]]:
    """Wait until the ticket's message is said to be sent; return its row and all copies on the phone."""

    async def sent() -> list[Sent]:
        return [row for row in await outbox_of(running, phone, "ticket") if row.state == "sent"]

    (row,) = await until(sent, seconds=20)
    (held,) = await tickets(running, phone)
    await phone.look()
    say = words_of(running, "en")
    wanted = plain(texts.ticket(say, held, congress=congress_of(running)))
    return row, [message for message in phone.messages if message.text == wanted]


TROUBLES = (("429", 1), ("500", 1), ("502", 1), ("close", 1), ("lost", 1), ("bad_json", 1), ("500", 4), ("close", 5))


@pytest.mark.usefixtures("hurried")
async def test_a_ticket_whose_edit_fails_still_stands_on_its_card(quick_house: Running) -> None:
    phones = [await quick_house.delegate(f"Emma {number}") for number in range(len(TROUBLES))]
    await asyncio.gather(
        *(
            _books_in_trouble(quick_house, phone, kind=kind, times=times)
            for phone, (kind, times) in zip(phones, TROUBLES, strict=True)
        )
    )
    await seats_add_up(quick_house)


async def _books_in_trouble(running: Running, phone: Phone, *, kind: str, times: int) -> None:
    card = await running.card(phone, "nab-am")
    await running.telegram.fault("editMessageText", kind, times=times, chat_id=phone.id)
    answer = await phone.tap("book:", message=card)
    assert "B01" in answer.text
    row, copies = await the_ticket(running, phone)
    assert [message.message_id for message in copies] == [card.message_id], kind
    assert row.message_id == card.message_id
    assert await visits_held(running, phone) == ["nab-am"]


@pytest.mark.usefixtures("hurried")
async def test_a_ticket_that_can_never_be_edited_in_comes_as_a_message_of_its_own(
    quick_house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The update is parked after its tries; then the tap's lease runs out, and delivery sends the ticket."""
    monkeypatch.setattr("bot.context._TAP_LEASE", timedelta(seconds=1))
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "nab-am")
    await quick_house.telegram.fault("editMessageText", "500", times=-1, chat_id=emma.id)
    answer = await emma.tap("book:", message=card)
    assert "B01" in answer.text
    row, copies = await the_ticket(quick_house, emma)
    assert [message.message_id for message in copies] == [row.message_id]
    assert row.message_id != card.message_id
    assert await visits_held(quick_house, emma) == ["nab-am"]


async def test_a_tap_that_cannot_be_answered_is_still_done(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "nab-am")
    await quick_house.telegram.fault("answerCallbackQuery", "500", times=-1)
    await emma.tap("book:", message=card, wait=0)
    row, copies = await the_ticket(quick_house, emma)
    assert [message.message_id for message in copies] == [row.message_id] == [card.message_id]


@pytest.mark.usefixtures("hurried")
async def test_a_screen_that_could_not_be_sent_is_sent_a_moment_later(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    last = emma.last
    await quick_house.telegram.fault("sendMessage", "500", times=2, chat_id=emma.id)
    await emma.send("/visits")
    await emma.wait_for(lambda message: message.button("list:astana:0") is not None, newer_than=last)
    # A pause that Telegram asks for is kept, and then the answer comes.
    last = emma.last
    await quick_house.telegram.fault("sendMessage", "429", chat_id=emma.id, retry_after=1)
    await emma.send("/my")
    await emma.wait_for(lambda message: message.button("name") is not None, newer_than=last)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.usefixtures("hurried")  # five tries would be over before the pause is
async def test_in_a_pause_of_telegrams_nobody_hears_of_trouble_and_the_answers_come_when_it_is_over(
    house: Running, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr("bot.delivery.gate.LONGEST_WAIT", 0.0)  # as if the pause were longer than an answer waits
    emma, marat = await house.delegate(language=code), await house.delegate(language=code)
    card = await house.card(emma, "nab-am")
    last = marat.last
    await house.telegram.fault("sendMessage", "429", chat_id=marat.id, retry_after=2)
    await marat.send("/visits")
    await until(lambda: _was_asked_to_wait(house))
    tapped = await emma.tap("book:", message=card)
    assert "B01" in tapped.text, "the seat is taken, and the tap says so, in the pause"
    await marat.wait_for(lambda message: message.button("list:astana:0") is not None, newer_than=last)
    await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=card)
    sorry = plain(welcome.something_failed(words_of(house, code), congress_of(house).contacts))
    assert not [message for phone in (emma, marat) for message in phone.messages if message.text == sorry]
    assert await visits_held(house, emma) == ["nab-am"]


async def _was_asked_to_wait(running: Running) -> bool:
    return any(call.status == 429 for call in await running.telegram.calls("sendMessage"))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.usefixtures("hurried")
async def test_when_something_breaks_the_person_hears_it_once_and_then_gets_the_answer(
    quick_house: Running, code: str
) -> None:
    emma = await quick_house.delegate(language=code)
    last = emma.last
    await quick_house.telegram.fault("sendMessage", "500", chat_id=emma.id)
    await emma.send("/visits")
    await emma.wait_for(lambda message: message.button("list:astana:0") is not None, newer_than=last)
    say = words_of(quick_house, code)
    sorry = plain(welcome.something_failed(say, congress_of(quick_house).contacts))
    assert len([message for message in emma.messages if message.text == sorry]) == 1


@pytest.mark.parametrize("kind", ["502", "partial_json"])
async def test_polling_goes_on_after_trouble_and_no_update_is_lost(quick_house: Running, kind: str) -> None:
    emma = await quick_house.delegate()
    await quick_house.telegram.fault("getUpdates", kind, times=2)
    assert (await answered(emma, "/my")).text
    card = await quick_house.card(emma, "nab-am")
    await emma.tap("book:", message=card)
    await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=card)
    assert await visits_held(quick_house, emma) == ["nab-am"]


@pytest.mark.parametrize("kind", ["502", "close"])
async def test_the_bot_waits_for_telegram_that_is_away_at_the_start(
    simulator: Simulator, sqlite_url: str, kind: str
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        emma = await running.delegate()
        last = (await running.telegram.calls())[-1].n
    async with Telegram(simulator.url) as telegram, Phone(simulator.url, phone_id=emma.id, session=None) as phone:
        away = await telegram.fault("*", kind, times=-1)
        mine = await phone.send("/my")
        async with asyncio.TaskGroup() as group:
            group.create_task(_heal_after_two_questions(telegram, away, since=last))
            async with running_bot(sqlite_url, simulator=simulator):
                # What people wrote meanwhile is answered.
                answer = await phone.wait_for(lambda message: message.message_id > mine)
                assert answer.button("name") is not None


async def _heal_after_two_questions(telegram: Telegram, fault: int, *, since: int) -> None:
    async def asked() -> bool:
        return len(await telegram.calls("getMe", since=since)) >= 2

    await until(asked)
    await telegram.heal(fault)


async def test_a_reader_who_blocks_the_bot_in_mid_tap_keeps_the_seat(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "nab-am")
    await quick_house.telegram.fault("editMessageText", "403", chat_id=emma.id)
    answer = await emma.tap("book:", message=card)
    assert "B01" in answer.text
    assert await visits_held(quick_house, emma) == ["nab-am"]
    assert "B01" in (await answered(emma, "/my")).text
