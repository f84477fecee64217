"""An event file that halves every coach among 1,800 delegates: the preview, and the one transaction that does it.

The preview is the deed itself behind a savepoint, and holds the locks of every visit for as long as it takes.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from bot.rules.authority import Right
from bot.services.booking import book_seat
from bot.services.import_acts import arguments_of
from bot.services.people import agree
from bot.services.programme import plan_programme
from storage import Tx, visits
from storage import congress as congress_table
from storage.records import Congress
from tests.benchmarks.acts import add_owner, databases, measure
from tests.house import OPEN

PEOPLE = 1_800


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give a line for SQLite and for PostgreSQL: the preview's median, and the one transaction that does it."""
    async for name, db, congress in databases():
        await db.run(_fill, congress)
        owner = await db.run(add_owner)
        file: dict[str, Any] = {"name": "event.toml", "arguments": await db.read(_halved)}
        done = await measure(db, owner=owner, congress=congress, rounds=rounds, kind=Right.IMPORT, **file)
        totals: Counter[str] = Counter()
        for key, value in done.act.preview.items():
            totals[key.partition("/")[0]] += value
        counts = ", ".join(f"{key} {totals[key]}" for key in ("people", "leaving", "held", "queued"))
        yield f"{name}: {done.figures} ({counts})"


def _fill(tx: Tx, congress: Congress) -> None:
    """Everybody has agreed and takes the seats there are, as far as they go."""
    keys = [visit.key for visit in visits.read_all(tx) if visit.buses]
    for number in range(1, PEOPLE + 1):
        language = ("en", "kk", "ru")[number % 3]
        person = agree(tx, telegram_id=number, name=f"Person {number}", language=language, notice="1", now=OPEN)
        visit_id = visits.by_key(tx, keys[number % len(keys)])
        assert visit_id is not None
        fresh = visits.read(tx, visit_id)
        assert fresh is not None
        book_seat(
            tx,
            delegate_id=person.id,
            visit_id=visit_id,
            visit_version=fresh.version,
            congress=congress,
            now=OPEN,
            cause=f"book/{number}",
        )


def _halved(tx: Tx) -> Any:
    """What an act on the file in use keeps, with half the seats on every bus."""
    stored = congress_table.stored(tx)
    assert stored is not None
    last = stored[1]
    document: dict[str, Any] = {
        **last,
        "buses": [{**bus, "seats": max(1, bus["seats"] // 2)} for bus in last["buses"]],
    }
    current = {visit.key: visit for visit in visits.read_all(tx)}
    compared = plan_programme(tx, last=last, document=document, current=current).comparison
    return arguments_of(document, compared, digest="halved", name="event.toml")
