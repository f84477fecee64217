"""A small congress in a database, for services: few seats, so that they run out; people who have agreed."""

import json
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from bot.services.drafts import add_companions, begin_party
from bot.services.people import agree, name_owners
from bot.services.programme import Applied, apply_programme
from storage import Tx, congress, tables, visits
from storage.programme_file import ProgrammeFile
from storage.records import Congress, Visit
from tests.house import at
from tests.makers import OPEN, shipped_programme

OWNER = 9001
DAY = timedelta(days=1)
NEXT_MORNING = at("08-22 08:00")

_SEATS = {"B01": 2, "B02": 3, "B05": 2, "B03": 2, "B14": 4, "B15": 3}
"""nab-am by B01 and B02, pres-am by B05 at nearly the same time, nab-pres-pm by B03 after both, karaganda-day by B14
in another city all day long, almaty-fly with the transfer B15, and a walk without a bus."""
_HOSTS = {"nab-am": 5, "pres-am": 2, "nab-pres-pm": 4, "aitu-walk": 2, "karaganda-day": 4, "almaty-fly": 3}

Document = dict[str, Any]


def document() -> Document:
    """The event file of the small congress, as JSON, to be changed at will."""
    whole = deepcopy(shipped_programme().model_dump(mode="json"))
    whole["visits"] = [
        {**visit, "capacity": _HOSTS[visit["id"]], "held_back": 0} for visit in whole["visits"] if visit["id"] in _HOSTS
    ]
    whole["buses"] = [{**bus, "seats": _SEATS[bus["id"]]} for bus in whole["buses"] if bus["id"] in _SEATS]
    return whole


def table(of: Document, listed: str, key: str) -> Document:
    """The table of this id in a list of the event file."""
    found: Document = next(each for each in of[listed] if each["id"] == key)
    return found


def programme(of: Document) -> ProgrammeFile:
    """The checked event file."""
    return ProgrammeFile.model_validate_json(json.dumps(of))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Whom and what a test speaks of."""

    congress: Congress
    people: tuple[int, ...]
    """Delegate ids, of the Telegram ids 1, 2, 3 ..."""


def settle(tx: Tx, *, people: int = 3, file: Document | None = None, now: datetime = OPEN) -> World:
    """Apply the event file, name the owner, and let so many people agree to the notice."""
    applied = apply_programme(tx, file=programme(file or document()), digest="first", now=now)
    assert applied == Applied(first=True)
    name_owners(tx, owner_ids=(OWNER,), now=now)
    languages = ("en", "kk", "ru")
    return World(
        congress=congress.read(tx),
        people=tuple(
            agree(
                tx,
                telegram_id=number,
                name=f"Person {number}",
                language=languages[number % 3],
                notice="1",
                now=now,
            ).id
            for number in range(1, people + 1)
        ),
    )


def visit_of(tx: Tx, key: str) -> Visit:
    """The visit of this key as it is now."""
    visit_id = visits.by_key(tx, key)
    assert visit_id is not None
    visit = visits.read(tx, visit_id)
    assert visit is not None
    return visit


def put_party(tx: Tx, person: int, key: str, *names: str, congress: Congress, now: datetime = OPEN) -> None:
    """The person has typed these companions' names for the visit."""
    begin_party(tx, delegate_id=person, visit_id=visit_of(tx, key).id, message_id=None, congress=congress, now=now)
    add_companions(
        tx, delegate_id=person, typed="\n".join(names), message_id=None, congress=congress, now=now, cause="typed"
    )


def counted(tx: Tx) -> dict[str, int]:
    """How many rows each table holds, and the seats taken by the counters: what a refusal must leave as it was."""
    rows = {name: tx.scalar(select(func.count()).select_from(each)) for name, each in tables.metadata.tables.items()}
    seats = {f"seats of {row.label}": row.seats_taken for row in tx.execute(select(tables.buses))}
    taken = {f"seats of {row.key}": row.seats_taken for row in tx.execute(select(tables.visits))}
    return {**rows, **seats, **taken}
