"""The second opinion on a simulated day: what must hold after each step and at the end, from the bare rows."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import func, select

from bot.delivery.letter import Letter
from bot.rules.lateness import CRITICAL
from storage import Tx
from storage.records import Message
from storage.tables import bookings, buses, cards, delegates, log, outbox, riders, visits
from tests.house import at
from tests.proof.day.desk import MemoryDesk
from tests.proof.day.phones import Phones

MINUTE = timedelta(minutes=1)
EVE = at("08-21 18:00")
_ASTANA = timezone(timedelta(hours=5))
_UNDER_WAY = ("due", "leased", "sending")
_LISTED = ("unreachable", "unknown", "failed", "expired")
"""What organizers see of messages that did not, or may not have, come to their reader."""

_SEATS_BROKEN = """
    WITH seated AS (
        SELECT b.id, b.visit_id, b.bus_id, b.state, b.party, count(r.id) AS riders
        FROM bookings b LEFT JOIN riders r ON r.booking_id = b.id GROUP BY b.id
    )
    SELECT 'booking', id, party, riders FROM seated WHERE party <> riders OR riders < 1
    UNION ALL
    SELECT 'bus', bus.id, bus.seats_taken, riders FROM (
        SELECT u.id, u.seats, u.seats_taken, coalesce(sum(s.riders), 0) AS riders
        FROM buses u LEFT JOIN seated s ON s.bus_id = u.id AND s.state = 'booked' GROUP BY u.id
    ) bus WHERE bus.seats_taken <> riders OR riders > bus.seats
    UNION ALL
    SELECT 'visit', visit.id, visit.seats_taken, riders FROM (
        SELECT v.id, v.seats_taken, coalesce(sum(s.riders), 0) AS riders, v.host_limit,
            coalesce((SELECT sum(u.seats) FROM buses u WHERE u.visit_id = v.id), v.host_limit) AS room
        FROM visits v LEFT JOIN seated s ON s.visit_id = v.id AND s.state = 'booked' GROUP BY v.id
    ) visit WHERE visit.seats_taken <> riders OR riders > min(visit.room, visit.host_limit)
"""
"""What does not add up: bookings and their riders, counters and the riders behind them, seats and who sits there."""
_BOOKED = (
    select(
        bookings.c.id,
        bookings.c.delegate_id,
        bookings.c.given_at,
        func.coalesce(buses.c.departs_at, visits.c.leaves_at).label("departs"),
    )
    .join_from(bookings, visits, bookings.c.visit_id == visits.c.id)
    .outerjoin(buses, bookings.c.bus_id == buses.c.id)
    .join(delegates, bookings.c.delegate_id == delegates.c.id)
    .where(bookings.c.state == "booked", delegates.c.unreachable_since.is_(None))
)
_REMINDERS = select(outbox.c.key).where(outbox.c.kind == "reminder", outbox.c.state.not_in(("cancelled", "expired")))


class Books:
    """Reads the rows of the day, and compares them with what stands on the phones."""

    def __init__(self, *, desk: MemoryDesk, phones: Phones, reached: Counter[str]) -> None:
        self._desk = desk
        self._phones = phones
        self._reached = reached

    # What the day asks.

    def bookings(self) -> list[Any]:
        return self._rows(select(bookings).order_by(bookings.c.id))

    def held(self, who: int) -> list[Any]:
        return [row for row in self.bookings() if row.delegate_id == who and row.state == "booked"]

    def reader(self, who: int) -> Any:
        return self._rows(select(delegates).where(delegates.c.id == who))[0]

    def has_happened(self, cause: str) -> bool:
        return bool(self._rows(select(log.c.id).where(log.c.cause == cause)))

    def under_way(self) -> bool:
        return bool(self._rows(select(outbox.c.id).where(outbox.c.state.in_(_UNDER_WAY)).limit(1)))

    def content(self) -> list[Any]:
        """Every row a repeat must leave alone; the lease of a ticket passes on."""
        messages = select(outbox.c.id, outbox.c.key).order_by(outbox.c.id)
        tables = (bookings, riders, buses, visits, log)
        return [*map(self._rows, map(select, tables)), self._rows(messages)]

    # What must hold.

    def check(self, now: datetime, *, effects: int) -> None:
        """Seats add up, nothing is over its seats, and each cause had one effect."""
        broken = self._desk.ask(_SEATS_BROKEN)
        assert not broken, f"seats do not add up at {now}: {broken}"
        causes = self._desk.ask("SELECT count(cause), count(DISTINCT cause) FROM log")
        assert causes == [(effects, effects)], f"{causes} causes, {effects} effects"

    def about_to_send(self, message: Message, letter: Letter, now: datetime) -> None:
        """Nothing is said that is not so, too late, or of a moment before the seat."""
        assert message.expires_at > now, f"{message.key} is past its expiry"
        if message.kind in CRITICAL:
            row = next(row for row in self.bookings() if row.id == message.booking_id)
            seated = row.state == "booked"
            assert seated or message.kind == "card", f"{message.key} without a seat"
            assert (row.code in letter.text) == seated or message.kind not in ("ticket", "card")
            assert message.kind != "reminder" or row.given_at <= message.due_at, (
                f"{message.key}: booked after it was due"
            )
        self._reached["overlap told"] += message.kind == "moved" and "⚠" in letter.text

    def planned(self, now: datetime) -> None:
        """Whoever must be reminded now has a reminder."""
        if now < EVE:
            return
        made: defaultdict[int, set[str]] = defaultdict(set)
        for row in self._rows(_REMINDERS):
            rule, booking_id, _ = row.key.split("/")
            made[int(booking_id)].add(rule)
        for row in self._rows(_BOOKED):
            before = row.departs - 60 * MINUTE
            for rule, due, grace in (("evening-before", EVE, 240), ("before-departure", before, 50)):
                if row.given_at <= due <= now < min(due + grace * MINUTE, row.departs):
                    assert rule in made[row.id], f"no {rule} for booking {row.id} at {now}"

    def close(self) -> None:
        """At the end: everything has ended visibly, everybody with a seat was told, nobody too often."""
        rows = self._rows(select(outbox).order_by(outbox.c.id))
        told: defaultdict[tuple[int, str], list[datetime]] = defaultdict(list)
        for row in rows:
            copies, doubts = self._phones.copies[row.key], self._phones.doubts[row.key]
            assert row.state not in _UNDER_WAY, f"{row.key} is {row.state} for ever"
            assert copies <= 1 + (doubts if row.kind in CRITICAL else 0), (
                f"{row.key} came {copies} times, {doubts} doubts"
            )
            assert row.state != "sent" or copies >= 1, f"{row.key} is marked as sent and never came"
            self._reached["came twice"] += copies > 1
            if row.kind == "reminder" and row.state == "sent":
                told[row.booking_id, row.key.split("/")[0]].append(row.departs_at)
        for (booking_id, rule), departures in told.items():
            gaps = [later - sooner for sooner, later in zip(sorted(departures), sorted(departures)[1:], strict=False)]
            assert rule != "evening-before" or not gaps, f"booking {booking_id}: two evenings"
            assert all(gap >= 30 * MINUTE for gap in gaps), f"booking {booking_id}: reminded again for {gaps}"
            self._reached["reminded again after a move"] += bool(gaps)
        tickets = {row.booking_id: row for row in rows if row.kind == "ticket"}
        for row in self.bookings():
            ticket = tickets[row.id]
            if row.state == "booked":
                assert ticket.state in ("sent", *_LISTED), f"booking {row.id}: its ticket is {ticket.state}"
                if ticket.state == "sent":
                    texts = self._phones.seen[self.reader(row.delegate_id).telegram_id]
                    assert any(row.code in text for text in texts), f"booking {row.id}: its code is on no phone"
        assert len(tickets) == len(self.bookings()), "a ticket without a booking"
        self._cards_are_true(rows)

    def _cards_are_true(self, messages: list[Any]) -> None:
        """What stands on a ticket's card is what the last edit said that came through: the departure as it is."""
        last = {row.booking_id: row.state for row in messages if row.kind == "card"}
        stands = {(row.delegate_id, row.subject): row.message_id for row in self._rows(select(cards))}
        for row in self._rows(_BOOKED):
            card = stands.get((row.delegate_id, row.id))
            if card is None or last.get(row.id, "sent") != "sent":
                continue
            text = self._phones.stands[self.reader(row.delegate_id).telegram_id, card]
            assert f"{row.departs.astimezone(_ASTANA):%H:%M}" in text, f"the card of booking {row.id} is old news"
            self._reached["card edited"] += row.id in last

    def _rows(self, query: Any) -> list[Any]:
        def read(tx: Tx) -> list[Any]:
            return list(tx.execute(query))

        rows: list[Any] = self._desk.do(read)
        return rows
