"""An organizer calls a visit off from the chat: what is shown happens after a minute, nobody is left with nothing."""

import csv
import re
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from sqlalchemy import insert, select

from bot.language import Language
from bot.services.acts import RECALL
from bot.texts import cancelling
from storage import Tx, tables
from storage.records import VisitState
from tests.house import OPEN, Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    logged,
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
)
from tests.phone import Message, Phone


def grant(tx: Tx, telegram_id: int, role: str, scope: str) -> None:
    row = {"telegram_id": telegram_id, "role": role, "scope": scope, "source": "command", "granted_at": OPEN}
    tx.execute(insert(tables.grants).values(row))


def acts_of(tx: Tx) -> list[str]:
    return list(tx.scalars(select(tables.acts.c.state).order_by(tables.acts.c.id)))


async def card_saying(phone: Phone, words: str, *, card: Message) -> Message:
    """Wait until the act's one card says this."""
    return await phone.wait_for(lambda seen: seen.message_id == card.message_id and words in seen.text)


def counted(say: Language, *, people: int, held: int) -> str:
    """The line of numbers when a seat is held for everybody."""
    return cancelling.counts_line(say, {"people": people, "held": held, "queued": 0, "nothing": 0})


async def confirmed(owner: Phone, name: str = "nab-am") -> tuple[Message, Message]:
    """Ask for a visit to be cancelled and say yes; return the preview and the card while it can be recalled."""
    preview = await answered(owner, f"/cancelvisit {name}")
    return preview, await screen_after(owner, "act:", message=preview)


async def test_everybody_booked_gets_a_held_seat_in_the_same_message(house: Running) -> None:
    owner = await house.organizer()
    say = words_of(house, "en")
    phones = {code: await house.delegate(code.title(), language=code) for code in LANGUAGES}
    host, leader = await house.delegate("Host"), await house.delegate("Leader")
    for phone, role, scope in ((host, "host", "nab-am"), (leader, "leader", "B01")):
        await house.db.run(grant, phone.id, role, scope)
    for phone in phones.values():
        await house.book(phone, "nab-am")
    preview, waits = await confirmed(owner)
    assert counted(say, people=3, held=3) in preview.text
    for code in LANGUAGES:
        visit = await visit_of(house, "nab-am")
        assert plain("\n".join(cancelling.seat_head(words_of(house, code), visit))) in preview.text
    assert "Nothing has changed yet" in waits.text
    assert callbacks(waits) == ["recall:1", "acted:1"]
    assert (await visit_of(house, "nab-am")).state is VisitState.OPEN
    assert not await outbox_of(house, phones["en"], "cancelled")

    house.clock.advance(RECALL)
    final = await card_saying(owner, say.gettext("Told: {sent} of {total}").format(sent=5, total=5), card=preview)
    assert counted(say, people=3, held=3) in final.text
    assert [data.split(":")[0] for data in callbacks(final)] == ["actcsv"]
    for code, phone in phones.items():
        told = await phone.wait_for(words_of(house, code).gettext("Your visit is cancelled"))
        assert [data.split(":")[0] for data in callbacks(told)] == ["take", "others", "leave"]
        assert len(await outbox_of(house, phone, "cancelled")) == 1
    for phone in (host, leader):
        await phone.wait_for(say.gettext("Visit cancelled: nobody comes"))

    first, second, third = phones.values()
    held = await first.wait_for(lambda message: message.button("take:") is not None)
    await first.tap("take:", message=held)
    (now_on,) = await until(partial(visits_held, house, first))
    assert now_on != "nab-am"
    asked = await second.wait_for(lambda message: message.button("take:") is not None)
    await second.tap("others:", message=asked)
    below = await second.wait_for(lambda message: message.button("visit:") is not None, newer_than=asked)
    assert below.message_id != asked.message_id
    await second.tap("leave:", message=asked)
    await settled(second)
    assert await visits_held(house, second) == []
    known = await person(house, third)
    assert known is not None
    assert await house.ask(held_rows, known.id) == 1
    house.clock.advance(timedelta(minutes=21))
    await until(partial(house.ask, is_free, known.id))
    await seats_add_up(house)


def held_rows(tx: Tx, delegate_id: int) -> int:
    mine = tables.bookings.c.delegate_id == delegate_id, tables.bookings.c.state == "offered"
    return len(tx.execute(select(tables.bookings.c.id).where(*mine)).all())


def is_free(tx: Tx, delegate_id: int) -> bool:
    return held_rows(tx, delegate_id) == 0


@pytest.mark.parametrize("code", LANGUAGES)
async def test_what_it_came_to_is_given_out_as_a_file_name_by_name(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    owner = await quick_house.organizer(language=code)
    emma, formula = await quick_house.delegate("Emma", language="kk"), await quick_house.delegate("=1+1")
    tickets_before = []
    for phone in (emma, formula):
        await quick_house.book(phone, "nab-am")
        tickets_before.append(await booking_of(quick_house, phone))
    preview, _ = await confirmed(owner)
    quick_house.clock.advance(RECALL)
    done = await card_saying(owner, say.gettext("Told: {sent} of {total}").format(sent=2, total=2), card=preview)
    news = await emma.wait_for(words_of(quick_house, "kk").gettext("Your visit is cancelled"))
    await emma.tap("take:", message=news)
    await settled(emma)
    (taken,) = await tickets(quick_house, emma)

    await owner.tap("actcsv:", message=done)
    came = await owner.wait_for(lambda seen: seen.document is not None)
    assert came.document is not None
    assert re.fullmatch(r"cancelvisit-nab-am-\d+\.csv", came.document.file_name)
    assert say.ngettext("{n} person in the file", "{n} people in the file", 2).format(n=2) in came.text
    rows = list(csv.reader(StringIO((await owner.download(came.document)).decode("utf-8-sig"))))
    assert [row[:3] for row in rows[1:]] == [
        [booking.code, name, "1"] for booking, name in zip(tickets_before, ("Emma", "'=1+1"), strict=True)
    ]
    assert {row[4] for row in rows[1:]} == {say.gettext("Sent.")}
    assert rows[1][5] == say.words(taken.visit.title)
    assert rows[1][6].startswith(say.gettext("has seats: {n}").format(n=1))
    assert rows[2][6].startswith(say.gettext("is offered seats: {n}, reply by {moment}").split("{n}")[0])
    assert [line.after["rows"] for line in await logged(quick_house, "act file")] == [2]
    assert (
        say.gettext("list of everybody concerned taken as a file, people: {n}").format(n=2)
        in (await answered(owner, "/log roster")).text
    )


async def test_a_recall_in_the_minute_leaves_everything_as_it_was(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    _, waits = await confirmed(owner)
    back = await screen_after(owner, "recall:", message=waits)
    say = words_of(quick_house, "en")
    assert say.gettext("Recalled: nothing has changed") in back.text
    quick_house.clock.advance(2 * RECALL)
    await settled(owner)
    assert await quick_house.ask(acts_of) == ["recalled"]
    assert await visits_held(quick_house, emma) == ["nab-am"]
    assert [line.action for line in await logged(quick_house, "recall")] == ["recall"]


async def test_numbers_that_changed_meanwhile_are_shown_anew_and_confirmed_anew(quick_house: Running) -> None:
    owner, emma, late = await quick_house.organizer(), await quick_house.delegate(), await quick_house.delegate("Late")
    await quick_house.book(emma, "nab-am")
    preview, _ = await confirmed(owner)
    await quick_house.book(late, "nab-am")
    quick_house.clock.advance(RECALL)
    say = words_of(quick_house, "en")
    changed = await card_saying(owner, say.gettext("Changed meanwhile: nothing has been done"), card=preview)
    assert counted(say, people=1, held=1) in changed.text
    assert counted(say, people=2, held=2) in changed.text
    assert (await visit_of(quick_house, "nab-am")).state is VisitState.OPEN
    await screen_after(owner, "act:", message=changed)
    quick_house.clock.advance(RECALL)
    await card_saying(owner, say.gettext("Told: {sent} of {total}").format(sent=2, total=2), card=preview)


async def test_bad_names_strangers_and_old_buttons_are_answered(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    say = words_of(quick_house, "en")
    assert (await answered(owner, "/cancelvisit")).text == plain(cancelling.usage(say))
    assert "no-such" in (await answered(owner, "/cancelvisit no-such")).text
    unknown = await answered(emma, "/cancelvisit nab-am")
    assert say.gettext("Cancel this visit?") not in unknown.text
    preview, _ = await confirmed(owner)
    await emma.forge("recall:1", unknown.message_id)
    await settled(emma)
    assert await quick_house.ask(acts_of) == ["planned"]
    quick_house.clock.advance(RECALL)
    done = await card_saying(owner, say.gettext("The visit is cancelled"), card=preview)
    await owner.forge("recall:1", done.message_id)
    await settled(owner)
    assert await quick_house.ask(acts_of) == ["done"]
    again = await answered(owner, "/cancelvisit nab-am")
    assert "cancelled or over" in again.text
