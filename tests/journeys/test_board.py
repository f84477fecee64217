"""The morning's board: a card that keeps itself up to date, at most each 20 seconds, whoever edits it."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from bot.delivery.board_cards import BoardCards
from bot.rules.board import EDIT_EVERY
from bot.simulator import Simulator
from bot.texts import board as texts
from storage import Tx, boards, grants, tables
from storage.records import Grant, Role
from tests.house import OPEN, TOKEN, Running, at, running_bot
from tests.journeys.scenes import LANGUAGES, again, answered, callbacks, screen_after, until, words_of
from tests.phone import Message, Phone

SECOND = timedelta(seconds=1)


def message_ids(tx: Tx) -> list[int]:
    return [board.message_id or 0 for board in boards.living(tx)]


def lead(tx: Tx, telegram_id: int, label: str) -> None:
    row = {"telegram_id": telegram_id, "role": Role.LEADER, "scope": label, "source": "test", "granted_at": OPEN}
    tx.execute(insert(tables.grants).values(row))


def dismiss(tx: Tx, telegram_id: int) -> None:
    for row in tx.execute(select(tables.grants).where(tables.grants.c.telegram_id == telegram_id)).all():
        grants.take_back(tx, row.id)


async def edits(house: Running, card: Message) -> int:
    """Count how often a card was edited."""
    calls = await house.telegram.calls("editMessageText")
    return sum(str(call.params.get("message_id")) == str(card.message_id) for call in calls)


async def saying(phone: Phone, words: str, *, card: Message) -> Message:
    return await phone.wait_for(lambda seen: seen.message_id == card.message_id and words in seen.text)


async def board_of(owner: Phone, text: str = "/board astana") -> Message:
    return await answered(owner, text)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_board_is_edited_as_facts_change_and_not_before_twenty_seconds(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    card = await board_of(owner)
    assert say.gettext("no leader") in card.text
    assert len(card.text) < 4_096
    moved = say.gettext("moved by {minutes} min").format(minutes="+15")
    assert moved not in card.text
    await answered(owner, "/delay nab-am 15")
    house.clock.advance(EDIT_EVERY - 5 * SECOND)
    await another_process(house).show_all()
    assert await edits(house, card) == 0
    house.clock.advance(5 * SECOND)
    shown = await saying(owner, moved, card=card)
    assert any(data.startswith("bus:") for data in callbacks(shown))
    leader = await house.delegate("Aliya")
    label = next(button.text for button in shown.buttons if (button.data or "").startswith("bus:"))
    assert f"{label}" in shown.text
    await house.db.run(lead, leader.id, label)
    house.clock.advance(EDIT_EVERY)
    led = await owner.wait_for(
        lambda seen: seen.message_id == card.message_id and shown.text != seen.text and moved in seen.text
    )
    assert led.text.count(say.gettext("no leader")) == shown.text.count(say.gettext("no leader")) - 1


async def test_asked_again_the_board_goes_on_below_and_stops_when_told(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    say = words_of(quick_house, "en")
    first = await board_of(owner)
    second = await board_of(owner)
    await saying(owner, "This board goes on below", card=first)
    assert await quick_house.ask(message_ids) == [second.message_id]
    quick_house.clock.advance(SECOND)
    renewed = await screen_after(owner, "boardon:", message=second)
    assert renewed.message_id == second.message_id
    detail = await answered_tap(owner, "bus:", message=renewed)
    assert "/invite leader" in detail.text
    assert callbacks(detail)[0].startswith("roster:riders:B")
    stopped = await screen_after(owner, "boardoff:", message=renewed)
    assert (
        say.gettext("Stopped: this board is not updated any more. A new one: {command}").format(command="/board")
        in stopped.text
    )
    assert not await quick_house.ask(message_ids)


async def answered_tap(phone: Phone, wanted: str, *, message: Message) -> Message:
    newest = phone.messages[-1].message_id
    await phone.tap(wanted, message=message)
    return await phone.wait_for(lambda seen: seen.message_id > newest)


async def test_a_board_survives_a_restart(database_url: str) -> None:
    simulator = await Simulator.start(token=TOKEN)
    try:
        async with running_bot(database_url, simulator=simulator) as before:
            owner = await before.organizer()
            card = await board_of(owner)
        async with running_bot(database_url, simulator=simulator, now=OPEN + timedelta(minutes=1)) as after:
            owner = await again(after, owner)
            await answered(owner, "/delay nab-am 15")
            after.clock.advance(EDIT_EVERY)
            await saying(owner, "moved by +15 min", card=card)
    finally:
        await simulator.stop()


async def test_a_bus_that_moves_alone_is_moved_on_the_board_and_the_other_is_not(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    card = await board_of(owner)
    await answered(owner, "/delay B01 15")
    quick_house.clock.advance(EDIT_EVERY)
    edited = await saying(owner, "moved by +15 min", card=card)
    assert edited.text.count("moved by") == 1


async def test_each_organizer_has_a_board_and_who_loses_the_role_loses_it(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    other = await quick_house.delegate("Aigerim", language="ru")
    await quick_house.db.run(grants.give, other.id, Grant(Role.CITY, "astana"), now=OPEN)
    mine, theirs = await board_of(owner), await board_of(other)
    await quick_house.db.run(dismiss, other.id)
    await answered(owner, "/delay nab-am 15")
    quick_house.clock.advance(EDIT_EVERY)
    await saying(owner, "moved by +15 min", card=mine)
    gone = await saying(other, texts.not_yours(words_of(quick_house, "ru"))[3:], card=theirs)
    assert not gone.buttons
    await until(partial(only_lives, quick_house, mine))


async def test_a_board_ends_after_the_last_return(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    card = await board_of(owner)
    quick_house.clock.move_to(at("09-30 12:00"))
    ended = await saying(owner, "All visits are back: this board has ended.", card=card)
    assert not ended.buttons
    await until(partial(none_live, quick_house))


async def only_lives(house: Running, card: Message) -> bool:
    return await house.ask(message_ids) == [card.message_id]


async def none_live(house: Running) -> bool:
    return not await house.ask(message_ids)


def another_process(house: Running) -> BoardCards:
    """What a further replica does at its tick."""
    app = house.app
    return BoardCards(
        db=house.db,
        bot=app.application.bot,
        clock=house.clock,
        languages=app.house.languages,
        congress=lambda: app.house.congress,
    )


async def edits_by_two(house: Running) -> int:
    """Let two processes come to a changed board at the same moment; return how often they edit it."""
    owner = await house.organizer()
    card = await board_of(owner)
    await answered(owner, "/delay nab-am 15")
    house.clock.advance(EDIT_EVERY)
    await asyncio.gather(another_process(house).show_all(), another_process(house).show_all())
    await saying(owner, "moved by +15 min", card=card)
    return await edits(house, card)


async def test_of_two_processes_one_edits(house: Running) -> None:
    assert await edits_by_two(house) == 1


async def test_control_without_the_claim_both_edit(quick_house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "claim", lambda *_, **__: True)
    assert await edits_by_two(quick_house) >= 2
