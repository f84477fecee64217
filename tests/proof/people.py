"""Who takes part in a bar: people who have agreed and the seats they want, in the database; their phones and cards."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import update

from bot.buttons import Book
from bot.services.booking import Booked, book_seat
from bot.services.people import agree
from bot.starting import load_congress
from storage import Tx, congress, delegates, visits
from storage.database import Database
from storage.records import Visit
from storage.tables import outbox
from tests.house import OPEN
from tests.makers import PROGRAMME
from tests.processes.bot_process import TOKEN
from tests.proof.fleet import Fleet

T = TypeVar("T")

BUSES = ("B01", "B02", "B03", "B04", "B11", "B12")
"""Two on a visit of the morning, four on two of the afternoon: who has one of these may not have the other."""
FIRST_PERSON = 10_001
_AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """`people` are Telegram ids; `visits` are those whose buses have the seats, as they stood at the start."""

    people: range
    visits: tuple[Visit, ...]

    def booking(self, visit: Visit) -> str:
        """Callback data that signs up alone for this visit."""
        return Book(visit.id, visit.version, 1).data


async def prepare(database_url: str, *, people: int, seats: int = 300, booked: int = 0) -> Prepared:
    """Let so many people have agreed to the notice, and share the seats out over the six BUSES.

    The first `booked` of them hold a seat on the first visit, whose ticket they have got. The buses shall have room
    for them. The database is empty before, and closed again after.
    """
    if seats % len(BUSES):
        raise ValueError(f"{seats} seats cannot be shared by {len(BUSES)} buses")
    everybody = range(FIRST_PERSON, FIRST_PERSON + people)
    async with open_database(database_url) as database:
        await load_congress(database, PROGRAMME, now=OPEN)
        with_seats = await database.run(_seat, seats // len(BUSES))
        await database.run(_agree, everybody)
        for some in in_groups(everybody[:booked], size=100):
            await database.run(_book, some, visit=with_seats[0])
    return Prepared(people=everybody, visits=with_seats)


@asynccontextmanager
async def open_database(database_url: str) -> AsyncIterator[Database]:
    """Open the database for as long as the block lasts; on SQLite no bot may run meanwhile."""
    database = await Database.open(database_url)
    try:
        yield database
    finally:
        await database.close()


def _seat(tx: Tx, seats: int) -> tuple[Visit, ...]:
    """Set the seats of each bus; what a host can take is no limit here."""
    ids = set()
    for label in BUSES:
        bus = visits.bus_by_label(tx, label)
        assert bus is not None, label
        visits.change_bus(tx, bus.id, seats=seats, wheelchair_places=0)
        visits.change_visit(tx, bus.visit_id, host_limit=len(BUSES) * seats, held_back=0)
        ids.add(bus.visit_id)
    return tuple(visits.read_some(tx, sorted(ids)).values())


def _agree(tx: Tx, people: Iterable[int]) -> None:
    notice = congress.read(tx).privacy.version
    for person in people:
        agree(tx, telegram_id=person, name=f"Person {person}", language="en", notice=notice, now=OPEN)


def _book(tx: Tx, people: Sequence[int], *, visit: Visit) -> None:
    for person in people:
        delegate = delegates.by_telegram_id(tx, person)
        assert delegate is not None
        outcome = book_seat(
            tx,
            delegate_id=delegate.id,
            visit_id=visit.id,
            visit_version=visit.version,
            congress=congress.read(tx),
            now=OPEN,
            cause=f"prepared/{person}",
        )
        assert isinstance(outcome, Booked), outcome
    tx.execute(update(outbox).values(state="sent", settled_at=OPEN))


async def hand_out_phones(fleet: Fleet, people: Iterable[int]) -> dict[int, int]:
    """Give each person a phone that has written to the bot and got a card; return the card's message id of each.

    To be called before a bot runs: nothing of it is left in the bot's queue.
    """

    async def phone(person: int) -> tuple[int, int]:
        names = {"first_name": f"Person {person}", "language_code": "en"}
        await fleet.ask("/sim/phones", {"id": person, **names})
        await fleet.ask(f"/sim/phones/{person}/send", {"text": "/start"})
        card = await fleet.ask(f"/bot{TOKEN}/sendMessage", {"chat_id": person, "text": "card"})
        return person, card["result"]["message_id"]

    cards = dict(await at_once(phone, people))
    await fleet.ask(f"/bot{TOKEN}/deleteWebhook", {"drop_pending_updates": True})
    return cards


async def at_once(
    act: Callable[[int], Coroutine[Any, Any, T]], people: Iterable[int], *, most: int = _AT_ONCE
) -> list[T]:
    """Do this for each of the people, so many at a time; return what it came to, in no order."""
    waiting, done = iter(people), []

    async def work() -> None:
        for person in waiting:
            done.append(await act(person))

    async with asyncio.TaskGroup() as group:
        for _ in range(most):
            group.create_task(work())
    return done


def in_groups(people: Sequence[T], *, size: int) -> Iterable[Sequence[T]]:
    """Cut into groups of at most this size."""
    return (people[first : first + size] for first in range(0, len(people), size))
