"""/forget: a question, then seats freed and served, names gone from every table, counts kept, and a receipt."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, select, type_coerce

from bot.clock import real_now
from bot.services.auditing import find_deviations
from bot.services.forgetting import Forgotten, Leaving, look_at_leaving, receipt_of
from bot.services.organizers import set_seats
from bot.texts import forgetting as texts
from bot.texts import waiting as waiting_texts
from bot.texts import welcome
from storage import Tx, tables
from storage.seal import Sealed, SealedJSON
from tests.house import OWNER, Running, at, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    again,
    answered,
    callbacks,
    congress_of,
    forged,
    logged,
    person,
    plain,
    screen_after,
    seats_add_up,
    settled,
    until,
    visit_of,
    visits_held,
    words_of,
    written_down,
)
from tests.phone import Message, Phone

FULL, BUS = "pres-am", "B05"
NAME, COMPANION = "Wilhelmina-7QX", "Theodora-8RZ"
SOMEBODY_ELSES = "Companion-of-Ivan"


async def asked(running: Running, phone: Phone) -> Message:
    """Ask to be forgotten; return the question."""
    return await answered(phone, "/forget")


async def leave(running: Running, phone: Phone) -> Message:
    """Ask and confirm; return the receipt."""
    return await screen_after(phone, "forget:", message=await asked(running, phone))


async def leaving(running: Running, phone: Phone) -> Leaving:
    known = await person(running, phone)
    assert known is not None
    return await running.ask(look_at_leaving, delegate_id=known.id, telegram_id=phone.id, now=running.clock.now())


async def receipt(running: Running) -> Forgotten:
    (line,) = await logged(running, "forget")
    found = await running.ask(receipt_of, line.cause)
    assert found is not None
    return found


def whole_database(tx: Tx) -> str:
    """Every value of every row, as it lies."""
    found = []
    for table in tables.metadata.sorted_tables:
        columns = [
            type_coerce(each, Text) if isinstance(each.type, Sealed | SealedJSON) else each for each in table.columns
        ]
        found += [f"{table.name} {tuple(row)}" for row in tx.execute(select(*columns))]
    return "\n".join(found)


async def sign_up_with(running: Running, phone: Phone, key: str, companion: str) -> None:
    card = await running.card(phone, key)
    await phone.tap("with:", message=card)
    await phone.send(companion)
    party = await phone.wait_for(lambda message: message.button("book:") is not None and companion in message.text)
    await phone.tap("book:", message=party)
    await phone.wait_for(lambda message: message.button("giveq:") is not None, newer_than=party)


async def set_bus(running: Running, seats: int, bus: str = BUS) -> None:
    now = running.clock.now()
    await running.db.run(set_seats, actor=OWNER, name=bus, seats=seats, now=now, cause=f"seats/{bus}/{seats}/{now}")


def bystanders(tx: Tx) -> list[Any]:
    return [tuple(row) for row in tx.execute(select(tables.riders.c.name).order_by(tables.riders.c.name))]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_peers_33_who_is_forgotten_frees_a_seat_for_the_next_and_leaves_no_name(
    house: Running, code: str
) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate(NAME, language=code)
    await set_bus(house, 2)
    await sign_up_with(house, emma, FULL, COMPANION)
    ivan = await house.delegate("Ivan", language="ru")
    await sign_up_with(house, ivan, "nu-pm", SOMEBODY_ELSES)
    card = await house.card(ivan, FULL)
    await ivan.tap("join:", message=card)
    # What is typed half-way, a handled text, and somebody else's words about nobody.
    await answered(emma, f"my friend is {COMPANION}")
    await emma.tap("name", message=await answered(emma, "/my"))
    before = await house.ask(whole_database)
    assert all(word in before for word in (NAME, COMPANION, str(emma.id)))

    question = await asked(house, emma)
    wanted = await leaving(house, emma)
    assert question.text == plain(texts.ask_forget(say, wanted))
    assert (await visit_of(house, FULL)).title[code] in question.text
    tap = await emma.tap("forget:", message=question)
    assert tap.text == texts.forgotten_answer(say)
    shown = await emma.wait_for(lambda seen: seen.message_id == question.message_id, newer_than=question)
    done = await receipt(house)
    assert shown.text == plain(texts.forgotten(say, done, congress=congress))
    assert (done.seats, done.waits, done.companions, done.kept) == (2, 0, 1, 0)
    assert not shown.buttons

    offer = await ivan.wait_for(lambda message: message.button("take:") is not None)
    await ivan.tap("take:", message=offer)
    await settled(ivan)
    assert FULL in await visits_held(house, ivan)
    await until(lambda: house.ask(_all_done))
    after = await house.ask(whole_database)
    assert [
        word for word in (NAME, COMPANION, f"{emma.id}") if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", after)
    ] == []
    assert SOMEBODY_ELSES in after
    assert await house.ask(find_deviations, now=house.clock.now(), real_now=real_now()) == ()
    await seats_add_up(house)


def _all_done(tx: Tx) -> bool:
    return tx.scalar(select(tables.inbox.c.update_id).where(tables.inbox.c.state != "done").limit(1)) is None


async def test_the_file_holds_no_name_once_the_bot_has_stopped(sqlite_url: str) -> None:
    async with running_bot(sqlite_url) as house:
        emma = await house.delegate(NAME)
        await sign_up_with(house, emma, FULL, COMPANION)
        await settled(emma)
        file = Path(sqlite_url.removeprefix("sqlite:///"))
        stored = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
        assert NAME.encode() in stored
        assert COMPANION.encode() in stored
        await leave(house, emma)
    stored = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert NAME.encode() not in stored
    assert COMPANION.encode() not in stored


async def test_a_visit_that_has_left_stays_as_a_count(house: Running) -> None:
    emma = await house.delegate(NAME)
    await sign_up_with(house, emma, "nab-am", COMPANION)
    house.clock.move_to(at("08-22 12:00"))
    taken = (await visit_of(house, "nab-am")).seats_taken
    await leave(house, emma)
    done = await receipt(house)
    assert (done.seats, done.kept, done.companions) == (0, 1, 1)
    assert (await visit_of(house, "nab-am")).seats_taken == taken
    await seats_add_up(house)
    await written_down(house)  # what was tapped is forgotten a moment after its answer
    after = await house.ask(whole_database)
    assert NAME not in after
    assert COMPANION not in after
    owner = await house.organizer()
    roster = await answered(owner, "/roster nab-am")
    assert "1. –" in roster.text
    assert NAME not in (await answered(owner, "/undelivered")).text


async def test_waits_and_offers_end_too_and_the_next_in_line_is_served(house: Running) -> None:
    await set_bus(house, 1)
    holder = await house.delegate("Holder")
    await house.book(holder, FULL)
    emma, next_one = await house.delegate(NAME), await house.delegate("Next", language="kk")
    for phone in (emma, next_one):
        card = await house.card(phone, FULL)
        await phone.tap("join:", message=card)
        await settled(phone)
    await leave(house, holder)
    await emma.wait_for(lambda message: message.button("take:") is not None)
    question = await asked(house, emma)
    wanted = await leaving(house, emma)
    assert plain(waiting_texts.own_line(words_of(house, "en"), wanted.own.standing[0])).strip() in question.text
    await screen_after(emma, "forget:", message=question)
    await next_one.wait_for(lambda message: message.button("take:") is not None)
    assert (await visit_of(house, FULL)).seats_taken == 1
    assert await house.ask(find_deviations, now=house.clock.now(), real_now=real_now()) == ()


async def test_a_question_that_is_out_of_date_is_asked_again(house: Running) -> None:
    emma = await house.delegate(NAME)
    question = await asked(house, emma)
    await house.book(emma, FULL)
    tap = await emma.tap("forget:", message=question)
    assert tap.text == texts.changed_answer(words_of(house, "en"))
    assert await person(house, emma) is not None
    assert await visits_held(house, emma) == [FULL]
    await emma.look()
    fresh = next(message for message in emma.messages if message.message_id == question.message_id)
    await screen_after(emma, "forget:", message=fresh)
    assert await person(house, emma) is None


async def test_who_is_forgotten_is_a_stranger_and_can_come_back(quick_house: Running) -> None:
    emma = await quick_house.delegate(NAME)
    shown = await leave(quick_house, emma)
    say, congress = words_of(quick_house, "en"), congress_of(quick_house)
    for command in ("/mydata", "/forget"):
        assert (await answered(emma, command)).text == texts.nothing_stored(say)
    _, card = await forged(emma, "forget:7", card=shown)
    assert card.text == texts.nothing_stored(say)
    notice = await answered(emma, "/my")
    assert notice.text == plain(welcome.notice(say, congress))
    await screen_after(emma, "ok:en:", message=notice)
    back = await person(quick_house, emma)
    assert back is not None
    assert back.name == NAME
    assert await visits_held(quick_house, emma) == []
    assert len(await logged(quick_house, "forget")) == 1


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "not"])
async def test_a_replay_gives_the_same_receipt_and_brings_nothing_back(
    sqlite_url: str, simulator: Any, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Nothing of what the person sent has been marked as handled when the process dies: all of it comes again."""
    monkeypatch.setattr("storage.inbox.mark_done", lambda tx, ids: None)
    if not guarded:
        monkeypatch.setattr("storage.inbox.forget_person", lambda tx, telegram_id, besides: None)
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma = await house.delegate(NAME)
        if guarded:
            await house.book(emma, FULL)
        await leave(house, emma)
        first = await receipt(house)
    monkeypatch.undo()
    async with running_bot(sqlite_url, simulator=simulator) as house:
        emma = await again(house, emma)
        await until(lambda: house.ask(_all_done))
        assert (await person(house, emma) is None) is guarded
        if guarded:
            assert await receipt(house) == first
            assert NAME not in await house.ask(whole_database)
            assert any(first.receipt in message.text for message in emma.messages)
            assert (await visit_of(house, FULL)).seats_taken == 0


async def test_an_owner_is_told_that_the_settings_still_name_them(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    question = await asked(quick_house, owner)
    said = "only who runs the bot can take it out there"
    assert said in question.text
    done = await screen_after(owner, "forget:", message=question)
    assert said in done.text
    # Still an owner, and a stranger to the notice: nothing works before it is agreed to.
    assert (await answered(owner, "/stats")).text == plain(
        welcome.notice(words_of(quick_house, "en"), congress_of(quick_house))
    )


async def test_what_an_owner_announced_still_arrives_and_its_card_troubles_nobody(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    preview = await answered(owner, "/announce all The hall opens at nine.")
    await owner.tap("announce:", message=preview)
    await leave(quick_house, owner)
    await emma.wait_for("The hall opens at nine.")
    await until(lambda: quick_house.ask(_all_reported))


def _all_reported(tx: Tx) -> bool:
    query = select(tables.announcements.c.id).where(tables.announcements.c.reported_at.is_(None))
    return tx.scalar(query) is None


async def test_a_message_that_waits_is_not_sent_to_who_has_left(quick_house: Running) -> None:
    emma = await quick_house.delegate(NAME)
    await quick_house.book(emma, "nab-am")
    await leave(quick_house, emma)
    quick_house.clock.move_to(at("08-21 18:00") + timedelta(minutes=1))
    await settled(await quick_house.delegate("Somebody"))
    messages = await quick_house.ask(lambda tx: tx.execute(select(tables.outbox)).all())
    assert [row.kind for row in messages if row.kind == "reminder"] == []
    assert {row.delegate_id for row in messages if row.slots} == set()


async def test_in_a_group_nothing_of_it_is_said(quick_house: Running) -> None:
    emma = await quick_house.delegate(NAME)
    await quick_house.telegram.group(-1001, title="Delegates", members=[emma])
    for command in ("/mydata", "/forget", "/my"):
        await quick_house.telegram.send_in_group(-1001, author=emma, text=command)
    await settled(emma)
    said = [message for message in await quick_house.telegram.see_group(-1001) if message.from_bot]
    assert {message.text for message in said} == {welcome.group_text(words_of(quick_house, "en"))}
    assert len(said) == 3
    assert all(NAME not in message.text and not message.document for message in said)
    assert callbacks(said[0]) == []
    assert not [message for message in emma.messages if message.document]
