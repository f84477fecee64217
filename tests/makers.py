"""Records for tests, made by hand: a visit to two libraries by bus B03, who travels there, and the shipped congress."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.services.booking import Ticket
from storage import congress, programme_file
from storage.programme_file import ProgrammeFile, format_faults, read_programme
from storage.records import Booking, BookingState, Bus, Congress, Rider, Visit, VisitState, Words

PROGRAMME = Path(programme_file.__file__).parents[1] / "programmes" / "wlic2025.toml"
LEAVES = datetime(2025, 8, 22, 8, 45, tzinfo=UTC)
"""13:45 in Astana."""
OPEN = datetime(2025, 8, 19, 5, tzinfo=UTC)
"""A moment at which the shipped rules let people sign up."""
TITLE: Words = {
    "en": "National Academic Library and Presidential Centre",
    "kk": "Ұлттық академиялық кітапхана және Президенттік орталық",
    "ru": "Национальная академическая библиотека и Президентский центр",
}


@cache
def shipped_programme() -> ProgrammeFile:
    """The event file that ships with the bot."""
    answer = read_programme(PROGRAMME.read_text(encoding="utf-8"), source=PROGRAMME.name)
    assert isinstance(answer, ProgrammeFile), format_faults(answer)
    return answer


def a_congress(**changes: Any) -> Congress:
    """The shipped congress, but for the changes."""
    return replace(congress.from_document(shipped_programme().model_dump(mode="json"), version=1), **changes)


def a_bus(**changes: Any) -> Bus:
    usual: dict[str, Any] = {
        "id": 3,
        "visit_id": 17,
        "label": "B03",
        "kind": "coach",
        "seats": 45,
        "wheelchair_places": 0,
        "boards_at": LEAVES - timedelta(minutes=20),
        "departs_at": LEAVES,
        "bay": "A",
        "plate": "",
        "transfer": False,
        "version": 1,
        "roster_version": 1,
        "seats_taken": 0,
    }
    return Bus(**usual | changes)


def a_visit(*buses: Bus, **changes: Any) -> Visit:
    usual: dict[str, Any] = {
        "id": 17,
        "key": "nab-pres-pm",
        "city": "astana",
        "slot": "pm",
        "mode": "bus",
        "title": TITLE,
        "about": None,
        "bring": None,
        "payment": None,
        "stops": ("nab", "presidential"),
        "tags": (),
        "meeting_point": "mp-main",
        "leaves_at": LEAVES,
        "returns_at": LEAVES + timedelta(hours=4, minutes=15),
        "guide_languages": ("en", "ru"),
        "host_limit": 90,
        "held_back": 0,
        "price_eur": 0,
        "needs_id": True,
        "lunch": False,
        "tentative": False,
        "names_final": False,
        "state": VisitState.OPEN,
        "queue_paused": False,
        "opens_at": None,
        "closes_at": None,
        "version": 1,
        "seats_taken": 0,
        "waiting": 0,
        "buses": buses,
    }
    return Visit(**usual | changes)


def a_booking(*names: str, **changes: Any) -> Booking:
    """A booking of these travellers, the first of them its owner."""
    riders = tuple(Rider(name=name, is_owner=not position) for position, name in enumerate(names or ("Aigerim",)))
    usual: dict[str, Any] = {
        "id": 5,
        "code": "K7PW",
        "version": 1,
        "visit_id": 17,
        "bus_id": 3,
        "delegate_id": 2,
        "state": BookingState.BOOKED,
        "party": len(riders),
        "party_least": len(riders),
        "made_at": OPEN,
        "riders": riders,
    }
    return Booking(**usual | changes)


def a_ticket(visit: Visit, *names: str) -> Ticket:
    """The ticket of these travellers on the visit's first bus, if it has one."""
    bus = visit.buses[0] if visit.buses else None
    booking = a_booking(*names, visit_id=visit.id, bus_id=bus.id if bus else None)
    return Ticket(booking=booking, visit=visit, bus=bus)
