"""Rows for tests, put into the tables without the services that would write them: one plain traveller's world."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from storage import Tx, congress, log, outbox, programme_file
from storage.records import BookingState, Lease, MessageState, NewMessage, VisitState
from storage.tables import (
    acknowledgements,
    acts,
    announcements,
    asks,
    boards,
    bookings,
    buses,
    calendars,
    cards,
    cuts,
    delegates,
    drafts,
    feedback,
    gifts,
    given_rosters,
    grants,
    inbox,
    leases,
    lines,
    pace,
    registered,
    riders,
    visits,
)
from storage.tables import log as log_table
from storage.tables import outbox as messages

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
    congress.put(tx, changed, texts={}, digest="test", now=now)


def put_delegate(tx: Tx, /, telegram_id: int | None, *, now: datetime, **columns: Any) -> int:
    """A person who has agreed to the privacy notice."""
    row = {"telegram_id": telegram_id, "consent": "1", "created_at": now, **columns}
    return _id(tx, delegates, row)


def put_message(tx: Tx, message: NewMessage, *, lease: Lease | None = None) -> int:
    """A message that must arrive, or the one that stands under its key already; return its id."""
    outbox.add(tx, message, lease=lease)
    return int(tx.execute(select(messages.c.id).where(messages.c.key == message.key)).scalar_one())


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
        "names_final": False,
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
        "queue_no": 1 if state is BookingState.WAITING else None,
        "offer_until": given_at + timedelta(hours=12) if state is BookingState.OFFERED else None,
    }
    return _id(tx, bookings, row)


def put_announcement(tx: Tx, author_id: int, *, now: datetime) -> int:
    return _id(tx, announcements, {"author_id": author_id, "text": "Hello", "made_at": now})


def put_everything(tx: Tx, *, now: datetime) -> None:
    """Rows in every table, with all that copying could spoil: NULLs, other alphabets, ids with gaps, pointers ahead."""
    leaves_at = now + timedelta(days=2, microseconds=123_456)
    put_congress(tx, reminders=[EVENING], now=now)
    people = [
        put_delegate(tx, 2**51 + 1, now=now, name="Айгерім Серікқызы", language="kk", needs="plain:wheelchair"),
        put_delegate(tx, None, now=now, name="sealed:no", consent=None),
    ]
    visit = put_visit(tx, leaves_at=leaves_at)
    bus = put_bus(tx, visit, departs_at=leaves_at)
    given = [put_booking(tx, visit, bus, person, given_at=now) for person in people]
    tx.execute(update(bookings).where(bookings.c.id == given[0]).values(replaces=given[1], reason="ahead"))
    for booking in given:
        tx.execute(insert(riders).values(booking_id=booking, position=0, name="Émile 🚌", is_owner=True))
    tx.execute(update(buses).values(seats_taken=len(given)))
    tx.execute(update(visits).values(seats_taken=len(given)))
    link = {"booking_id": given[0], "rider_id": 1, "delegate_id": people[0], "name": "Әлия", "ends_at": leaves_at}
    tx.execute(insert(gifts).values(digest="of a link", made_at=now, **link))
    listed = {"number": "A-001", "name": "Әлия", "city": "Ақтау", "notes": "VIP", "language": "kk"}
    tx.execute(insert(registered).values(bucket=7, delegate_id=people[0], listed_at=now, joined_at=now, **listed))
    tx.execute(insert(feedback).values(booking_id=given[0], score=4, comment="Жақсы 👍", given_at=now))
    draft = {"delegate_id": people[0], "kind": "companions", "fields": {"names": ["Ұлан"]}, "expires_at": leaves_at}
    tx.execute(insert(drafts).values(**draft))
    tx.execute(insert(cards).values(delegate_id=people[0], kind="menu", message_id=2**40))
    tx.execute(insert(boards).values(delegate_id=people[0], city="astana", message_id=8, shown="ab", edited_at=now))
    tx.execute(insert(calendars).values(booking_id=given[1], sequence=3, facts="08:45|B01|A", given_at=now))
    paper = {"list": f"riders/bus:{bus}", "version": 3, "listed": [[1, bus, 65535]], "given_at": now}
    tx.execute(insert(given_rosters).values(delegate_id=people[0], **paper))
    announcement = put_announcement(tx, people[0], now=now)
    tx.execute(insert(acknowledgements).values(announcement_id=announcement, delegate_id=people[0], at=now))
    act = {"kind": "cancelvisit", "subject": f"visit:{visit}", "author_id": people[0], "preview": {"people": 2}}
    act_id = _id(tx, acts, {**act, "seen": 1, "made_at": now, "due_at": now, "state": "planned", "cause": "update/76"})
    cut_id = _id(tx, cuts, {"act_id": act_id, "bus_id": bus, "asks_until": now, "outcome": {"gone": 2}})
    tx.execute(insert(asks).values(hold_id=given[1], cut_id=cut_id, booking_id=given[0], is_last=True, stays_at=now))
    for number, state in enumerate(MessageState):
        row = {
            "key": f"ticket/{given[0]}" if state is MessageState.SENT else f"note/{number}",
            "kind": "ticket" if state is MessageState.SENT else "announcement",
            "delegate_id": people[0],
            "booking_id": given[0],
            "announcement_id": announcement,
            "act_id": act_id,
            "slots": {"moved": "17:30", "größe": [1, 2.5, None]},
            "message_class": "2-normal",
            "due_at": now,
            "expires_at": leaves_at,
            "state": state,
            "lease_until": now if state in (MessageState.LEASED, MessageState.SENDING) else None,
            "message_id": 7 if state is MessageState.SENT else None,
            "tries": number,
        }
        tx.execute(insert(messages).values(**row))
    for update_id, raw, stands in ((77, '{"message": "салем"}', "received"), (78, None, "done"), (79, "{", "parked")):
        tx.execute(insert(inbox).values(update_id=update_id, person=5, raw=raw, state=stands, received_at=now))
    tx.execute(insert(leases).values(name="poller", holder="replica", until=now))
    tx.execute(insert(lines).values(line=5, holder="replica"))
    tx.execute(insert(pace).values(id=1, next_at=now, held_until=now))
    log.write(tx, at=now, actor=5, action="test", subject="test", after={"name": "Ә"}, outcome=[1], cause="update/77")
    tx.execute(insert(log_table).values(id=40, at=now, action="gap", subject="gap"))
    tx.execute(insert(grants).values(telegram_id=9001, role="owner", source="env", granted_at=now))


def _id(tx: Tx, table: Any, row: Mapping[str, Any]) -> int:
    return int(tx.execute(insert(table).values(**row).returning(table.c.id)).scalar_one())
