"""What passengers answer the evening before: they come, or are silent. Who frees the seat has no booking any more."""

from datetime import datetime

from sqlalchemy import Connection, and_, case, func, or_, select, update

from storage.gifts import GIVEN_AWAY
from storage.records import Answers, BookingState
from storage.tables import bookings


def write(tx: Connection, booking_id: int, *, coming_at: datetime | None) -> None:
    """Store when the owner said that they come, or None: they are not sure any more."""
    tx.execute(update(bookings).where(bookings.c.id == booking_id).values(coming_at=coming_at))


def count(tx: Connection, *, visit_id: int, asked_at: datetime) -> dict[int | None, Answers]:
    """Count the visit's people by bus (None: on no bus) since they were asked.

    Who signed up after the question has answered it by that; freed are the seats given up since, but for those that a
    colleague has now.
    """
    says = case(
        (bookings.c.state == BookingState.RELEASED, "freed"),
        (or_(bookings.c.coming_at.is_not(None), bookings.c.given_at > asked_at), "coming"),
        else_="silent",
    )
    query = (
        select(bookings.c.bus_id, says.label("says"), func.sum(bookings.c.party).label("people"))
        .where(
            bookings.c.visit_id == visit_id,
            or_(
                bookings.c.state == BookingState.BOOKED,
                and_(
                    bookings.c.given_at.is_not(None),
                    bookings.c.released_at >= asked_at,
                    bookings.c.reason != GIVEN_AWAY,
                ),
            ),
        )
        .group_by(bookings.c.bus_id, "says")
    )
    found: dict[int | None, Answers] = {}
    for row in tx.execute(query):
        found[row.bus_id] = found.get(row.bus_id, Answers()) + Answers(**{row.says: int(row.people)})
    return found
