"""What did not arrive: /undelivered names whom to look for and each message lost; who comes back gets what holds."""

import pytest
from sqlalchemy import update

from bot.services.undelivered import Undelivered, list_undelivered
from bot.texts import undelivered as texts
from storage import Tx
from storage.records import MessageState
from storage.tables import outbox
from tests.house import OWNER, Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    congress_of,
    is_unreachable,
    outbox_of,
    plain,
    screen_after,
    until,
    visit_of,
    words_of,
)
from tests.journeys.test_reminders import EVENING, tick
from tests.phone import Phone

E = MessageState


async def block(running: Running, phone: Phone) -> None:
    await phone.block()
    await until(lambda: is_unreachable(running, phone))


def end(tx: Tx, key: str, state: MessageState, error: str | None) -> None:
    """Write down of one message that it came to nothing."""
    ended = update(outbox).where(outbox.c.key == key)
    tx.execute(ended.values(state=state, error=error, settled_at=outbox.c.due_at))


@pytest.mark.parametrize("code", LANGUAGES)
async def test_counts_then_whom_to_look_for_then_each_message_and_why(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    owner = await quick_house.organizer(language=code)
    empty = await answered(owner, "/undelivered")
    assert say.gettext("Seats of people who cannot be reached: {n}").format(n=0) in empty.text
    people = {name: await quick_house.delegate(name) for name in ("Away", "Refused", "Late", "Perhaps", "Fine")}
    for phone in people.values():
        await quick_house.book(phone, "nab-am")
    await block(quick_house, people["Away"])
    codes = {name: (await booking_of(quick_house, phone)) for name, phone in people.items()}
    for name, state, error in (
        ("Refused", E.FAILED, "BadRequest: message is <too> long"),
        ("Late", E.EXPIRED, "not sent in time"),
        ("Perhaps", E.UNKNOWN, "TimedOut"),
    ):
        await quick_house.db.run(end, f"ticket/{codes[name].id}", state, error)

    shown = await answered(owner, "/undelivered")
    for count in (
        "Seats of people who cannot be reached: {n}",
        "Refused by Telegram: {n}",
        "Too late to send: {n}",
        "Sent, arrival not certain: {n}",
    ):
        assert say.gettext(count).format(n=1) in shown.text
    visit = await visit_of(quick_house, "nab-am")
    [bus] = [bus for bus in visit.buses if bus.id == codes["Away"].bus_id]
    head, _, messages = shown.text.partition(say.gettext("Tickets"))
    assert f"Away · {bus.label} · {codes['Away'].code}" in head
    assert visit.title[code] in head
    for name in ("Refused", "Late", "Perhaps"):
        assert f"{name} · {codes[name].code}" in messages
    assert "message is <too> long" in messages
    assert say.gettext("It could not be sent in time.") in messages
    assert "Fine" not in shown.text

    found = await quick_house.ask(list_undelivered, actor=OWNER, name="B01")
    assert isinstance(found, Undelivered)
    [page] = texts.undelivered_pages(say, found, congress=congress_of(quick_house), now=quick_house.clock.now())
    assert (await answered(owner, "/undelivered b01")).text == plain(page)
    other = await answered(owner, "/undelivered aitu-walk")
    assert "Away" not in other.text
    assert (
        say.gettext("Write the command alone, or with a visit or a bus: {example}").split(":")[0]
        in (await answered(owner, "/undelivered a b")).text
    )
    assert "zzz" in (await answered(owner, "/undelivered zzz")).text


async def test_a_long_list_has_pages(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    emma = await quick_house.delegate("Emma")
    await quick_house.book(emma, "nab-am")
    [ticket] = await outbox_of(quick_house, emma, "ticket")
    await quick_house.db.run(copies, ticket.key, 60)
    first = await answered(owner, "/undelivered")
    assert first.button("lost::0") is None
    second = await screen_after(owner, "lost::1", message=first)
    assert second.text != first.text
    assert second.text.count("Emma") > 10
    back = await screen_after(owner, "lost::0", message=second)
    assert back.text == first.text


def copies(tx: Tx, key: str, number: int) -> None:
    [row] = tx.execute(outbox.select().where(outbox.c.key == key)).mappings()
    for each in range(number):
        lost = {**row, "key": f"{key}/{each}", "state": E.EXPIRED, "settled_at": row["due_at"]}
        del lost["id"]
        tx.execute(outbox.insert().values(lost))


async def test_who_comes_back_gets_what_still_holds_and_reminders_again(house: Running) -> None:
    owner = await house.organizer()
    emma = await house.delegate("Emma")
    await house.book(emma, "nab-am")
    await block(house, emma)
    await answered(owner, "/delay nab-am 15")
    await answered(owner, "/delay nab-am 15")

    async def given_up() -> bool:
        return [row.state for row in await outbox_of(house, emma, "moved")] == ["unreachable"] * 2

    await until(given_up)
    house.clock.move_to(EVENING)
    await tick(house)
    assert await outbox_of(house, emma, "reminder") == []  # nobody tries; the desk's list has them

    before = len(emma.messages)
    await emma.unblock()

    async def told() -> bool:
        moved = [row.state for row in await outbox_of(house, emma, "moved")]
        reminders = [row.state for row in await outbox_of(house, emma, "reminder")]
        return (moved, reminders) == (["cancelled", "sent"], ["sent"])

    await until(told, seconds=30)
    await emma.look()
    assert [message for message in emma.messages[before:] if "09:30" in message.text]
