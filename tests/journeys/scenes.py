"""What journeys share: the catalogs' words as a reader sees them, and the committed rows behind them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select

from bot.language import Language
from bot.rules.booking import Refusal
from bot.services.booking import Ticket, tickets_of
from bot.simulator.markup import read_html
from bot.texts import refusals
from storage import Tx, bookings, delegates, inbox, tables, visits
from storage.records import Booking, BookingState, Congress, Delegate, MessageState, Visit
from tests.house import Running
from tests.phone import Message, Phone

T = TypeVar("T")
LANGUAGES = ("en", "kk", "ru")


async def again(running: Running, phone: Phone) -> Phone:
    """Return the same phone, with all it has seen, for a bot that was started anew."""
    same = Phone(running.simulator.url, phone_id=phone.id, session=running.session)
    await same.look()
    return same


def plain(html: str) -> str:
    """Return what a reader sees of a text of ours; bot.simulator reads HTML as Telegram does."""
    return read_html(html).text


def words_of(running: Running, code: str) -> Language:
    """Return the language as this bot speaks it."""
    return running.app.house.languages[code]


def congress_of(running: Running) -> Congress:
    return running.app.house.congress


def why_not(running: Running, code: str, refusal: Refusal) -> tuple[str, str]:
    """Return what a refused tap answers, and the reason as the card gives it."""
    say, congress = words_of(running, code), congress_of(running)
    answer = refusals.refusal_answer(say, refusal, congress=congress)
    assert congress.contacts.phone in answer
    return answer, refusals.reason(say, refusal, congress=congress)


async def visit_of(running: Running, key: str) -> Visit:
    """Return the visit as it is committed."""
    return await running.ask(_visit, key)


def _visit(tx: Tx, key: str) -> Visit:
    visit_id = visits.by_key(tx, key)
    assert visit_id is not None, key
    visit = visits.read(tx, visit_id)
    assert visit is not None
    return visit


async def person(running: Running, phone: Phone) -> Delegate | None:
    """Return what is stored of the phone's owner."""
    return await running.ask(delegates.by_telegram_id, phone.id)


async def tickets(running: Running, phone: Phone) -> tuple[Ticket, ...]:
    """Return the seats the phone's owner holds."""
    known = await person(running, phone)
    return () if known is None else await running.ask(tickets_of, delegate_id=known.id)


async def visits_held(running: Running, phone: Phone) -> list[str]:
    """Return the keys of the visits the phone's owner has a seat on, earliest first."""
    return [ticket.visit.key for ticket in await tickets(running, phone)]


async def is_unreachable(running: Running, phone: Phone) -> bool:
    """Say whether it is known that the phone's owner blocked the bot."""
    known = await person(running, phone)
    return known is not None and known.unreachable


async def booking_of(running: Running, phone: Phone) -> Booking:
    """Return the one booking of the phone's owner."""
    (ticket,) = await tickets(running, phone)
    return ticket.booking


async def seats_add_up(running: Running) -> None:
    """Assert that each counter of seats is the number of riders on them, and within the bus."""
    counted = await running.ask(_count_riders)
    for visit in await running.ask(visits.read_all):
        assert visit.seats_taken == sum(counted.get((visit.id, bus), 0) for bus in (None, *(b.id for b in visit.buses)))
        for bus in visit.buses:
            assert bus.seats_taken == counted.get((visit.id, bus.id), 0) <= bus.seats


def _count_riders(tx: Tx) -> dict[tuple[int, int | None], int]:
    live = select(tables.bookings).where(tables.bookings.c.state == BookingState.BOOKED)
    counted: dict[tuple[int, int | None], int] = {}
    for row in tx.execute(live).all():
        booking = bookings.read(tx, row.id)
        assert booking is not None
        assert len(booking.riders) == booking.party
        counted[row.visit_id, row.bus_id] = counted.get((row.visit_id, row.bus_id), 0) + booking.party
    return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message of the outbox and what became of it."""

    key: str
    kind: str
    state: str
    message_id: int | None
    slots: Any
    error: str | None


async def outbox_of(running: Running, phone: Phone, kind: str | None = None) -> list[Sent]:
    """Return the outbox's messages to the phone's owner, oldest first."""
    return await running.ask(_outbox, phone.id, kind)


def _outbox(tx: Tx, telegram_id: int, kind: str | None) -> list[Sent]:
    rows = tx.execute(
        select(tables.outbox)
        .join(tables.delegates, tables.outbox.c.delegate_id == tables.delegates.c.id)
        .where(tables.delegates.c.telegram_id == telegram_id)
        .order_by(tables.outbox.c.id)
    )
    return [
        Sent(
            key=row.key,
            kind=row.kind,
            state=row.state,
            message_id=row.message_id,
            slots=row.slots,
            error=row.error,
        )
        for row in rows
        if kind in (None, row.kind)
    ]


async def logged(running: Running, action: str) -> list[Any]:
    """Return the log's lines of this action, oldest first."""
    return list(await running.ask(_logged, action))


def _logged(tx: Tx, action: str) -> list[Any]:
    return list(tx.execute(select(tables.log).where(tables.log.c.action == action).order_by(tables.log.c.id)).all())


async def until(question: Callable[[], Any], *, seconds: float = 10) -> Any:
    """Ask the committed rows again until the answer is true, at most so long; return it."""
    ends = time.monotonic() + seconds
    while True:
        answer = await question()
        if answer:
            return answer
        assert time.monotonic() < ends, f"still {answer!r} after {seconds} s"
        await asyncio.sleep(0.02)


async def answered(phone: Phone, text: str) -> Message:
    """Write to the bot and return its answer, a new message below one's own."""
    return await next_message(phone, await phone.send(text))


async def next_message(phone: Phone, after: int) -> Message:
    """Wait for the bot's newest message below the one of this number; pictures that follow a text are none."""
    return await phone.wait_for(lambda message: message.message_id > after and message.photo_id is None)


async def without_buttons(phone: Phone, message: Message) -> Message:
    """Wait until a message has lost its buttons."""
    return await phone.wait_for(lambda seen: seen.message_id == message.message_id and not seen.buttons)


async def screen_after(phone: Phone, wanted: str, *, message: Message) -> Message:
    """Press a button of a card and return the card as it is edited."""
    await phone.tap(wanted, message=message)
    return await phone.wait_for(lambda seen: seen.message_id == message.message_id, newer_than=message)


async def forged(phone: Phone, data: str, *, card: Message) -> tuple[str, Message]:
    """Send made-up data from a card; return the tap's answer, and the card as it is once all is handled."""
    answer = await phone.forge(data, card.message_id)
    await settled(phone)
    return answer.text, next(seen for seen in phone.messages if seen.message_id == card.message_id)


async def settled(phone: Phone) -> None:
    """Wait until the bot has handled everything this person sent: it answers one person in order.

    News that comes meanwhile is no answer: the help is known by a command that only it names.
    """
    mine = await phone.send("/help")
    await phone.wait_for(lambda message: message.message_id > mine and "/mydata" in message.text)


async def handled(running: Running) -> None:
    """Wait until the bot has fetched and handled all that anybody sent; news may come before an answer does."""

    async def nothing_waits() -> bool:
        return not await running.telegram.pending() and not (await running.ask(inbox.count)).received

    await until(nothing_waits)


async def written_down(running: Running) -> None:
    """Wait until what nobody waits for is written too: updates that are done, tickets that a tap has shown."""
    await until(partial(_all_is_written, running))


async def _all_is_written(running: Running) -> bool:
    leased = select(tables.outbox.c.id).where(tables.outbox.c.state == MessageState.LEASED)
    waiting = (await running.ask(inbox.count)).received
    return not waiting and not await running.ask(lambda tx: tx.execute(leased).all())


def callbacks(message: Message) -> list[str]:
    """Return the callback data of a card's buttons."""
    return [button.data for button in message.buttons if button.data is not None]
