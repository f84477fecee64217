"""Calling off a full visit of 90 seats among 1,800 delegates: the preview, and the one transaction that does it."""

from collections.abc import AsyncIterator

from bot.services.booking import book_seat
from bot.services.people import agree
from storage import Tx, visits
from storage.records import Congress
from tests.benchmarks.acts import add_owner, databases, measure
from tests.house import OPEN

PEOPLE = 1_800
SEATS = 90
VISIT = "nab-am"
OTHERS = ("nu-am", "pres-am", "enu-am", "nab-pres-pm")


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give a line for SQLite and for PostgreSQL: the preview's median, and the one transaction that does it."""
    async for name, db, congress in databases():
        await db.run(_fill, congress)
        owner = await db.run(add_owner)
        done = await measure(db, owner=owner, congress=congress, rounds=rounds, kind="cancelvisit", name=VISIT)
        assert done.act.preview["people"] == SEATS
        counts = ", ".join(f"{key} {value}" for key, value in done.act.preview.items())
        yield f"{name}: {done.figures} ({counts})"


def _fill(tx: Tx, congress: Congress) -> None:
    """Everybody has agreed; the visit is full, and most of the others have somebody."""
    people = [
        agree(
            tx,
            telegram_id=number,
            name=f"Person {number}",
            language=("en", "kk", "ru")[number % 3],
            notice="1",
            now=OPEN,
        ).id
        for number in range(1, PEOPLE + 1)
    ]
    visit_id = visits.by_key(tx, VISIT)
    assert visit_id is not None
    visit = visits.read(tx, visit_id)
    assert visit is not None
    visits.change_visit(tx, visit_id, host_limit=SEATS, held_back=0)
    for bus in visit.buses:
        visits.change_bus(tx, bus.id, seats=SEATS // len(visit.buses))
    for number, person in enumerate(people):
        key = VISIT if number < SEATS else OTHERS[number % len(OTHERS)]
        wanted = visits.by_key(tx, key)
        if wanted is None:
            continue
        fresh = visits.read(tx, wanted)
        assert fresh is not None
        book_seat(
            tx,
            delegate_id=person,
            visit_id=wanted,
            visit_version=fresh.version,
            congress=congress,
            now=OPEN,
            cause=f"book/{number}",
        )
