"""Rows for tests, put into the tables without the services that would write them: one plain traveller's world."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from storage import Tx, congress, programme_file
from storage.records import BookingState, VisitState
from storage.tables import announcements, bookings, buses, delegates, visits

PROGRAMME = Path(programme_file.__file__).parents[1] / "programmes" / "wlic2025.toml"
EVENING = {"id": "evening", "evening_at": "19:00:00", "minutes_before": None, "grace_minutes": 120}
HOUR_BEFORE = {"id": "hour", "evening_at": None, "minutes_before": 60, "grace_minutes": 50}


@cache
def _document() -> dict[str, Any]:
    programme = programme_file.read_programme(PROGRAMME.read_text(), source=PROGRAMME.name)
    assert isinstance(programme, programme_file.ProgrammeFile)
    return programme.model_dump(mode="json")


def put_congress(tx: Tx, *, reminders: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """The shipped congress, in Astana's zone, with these reminder rules."""
    document = _document()
    changed = {**document, "rules": {**document["rules"], "reminders": list(reminders)}}
    congress.put(tx, changed, digest="test", now=now)


def put_delegate(tx: Tx, /, telegram_id: int | None, *, now: datetime, **columns: Any) -> int:
    """A person who has agreed to the privacy notice."""
    row = {"telegram_id": telegram_id, "consent": "1", "created_at": now, **columns}
    return _id(tx, delegates, row)


def put_visit(tx: Tx, *, leaves_at: datetime, state: VisitState = VisitState.OPEN, mode: str = "bus") -> int:
    """A visit of four hours, without a bus yet."""
    details = {
        "slot": "am",
        "mode": mode,
        "title": {"en": "Libraries"},
        "about": None,
        "bring": None,
        "payment": None,
        "stops": ["nab"],
        "tags": [],
        "meeting_point": "gate",
        "guide_languages": ["en"],
        "price_eur": 0,
        "needs_id": False,
        "lunch": False,
        "tentative": False,
    }
    row = {
        "key": f"visit-{leaves_at.isoformat()}-{state}-{mode}",
        "position": 1,
        "city": "astana",
        "state": state,
        "leaves_at": leaves_at,
        "returns_at": leaves_at + timedelta(hours=4),
        "host_limit": 100,
        "details": details,
    }
    return _id(tx, visits, row)


def put_bus(tx: Tx, visit_id: int, *, departs_at: datetime, label: str = "B01", transfer: bool = False) -> int:
    row = {
        "label": label,
        "visit_id": visit_id,
        "kind": "coach",
        "seats": 45,
        "boards_at": departs_at - timedelta(minutes=20),
        "departs_at": departs_at,
        "transfer": transfer,
    }
    return _id(tx, buses, row)


def put_booking(
    tx: Tx,
    visit_id: int,
    bus_id: int | None,
    delegate_id: int,
    *,
    given_at: datetime,
    state: BookingState = BookingState.BOOKED,
) -> int:
    row = {
        "code": f"{visit_id}-{bus_id}-{delegate_id}",
        "visit_id": visit_id,
        "bus_id": bus_id,
        "delegate_id": delegate_id,
        "state": state,
        "party": 1,
        "party_least": 1,
        "made_at": given_at,
        "given_at": given_at,
    }
    return _id(tx, bookings, row)


def put_announcement(tx: Tx, author_id: int, *, now: datetime) -> int:
    return _id(tx, announcements, {"author_id": author_id, "text": "Hello", "made_at": now})


def _id(tx: Tx, table: Any, row: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(table).values(**row).returning(table.c.id)).scalar_one())
