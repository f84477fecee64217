"""What the clock does to the waiting lists: offers run out, lines end, and every line that can move does.

It catches what no transaction foresaw: a hold that ended, a person who can be reached again, or who was busy with their
own bookings at the moment when their turn came.
"""

from datetime import datetime

from bot.rules.seats import largest_party
from bot.rules.waiting import line_is_over, offers_are_over
from bot.services.promotion import line_message, promote, take_back
from storage import Tx, log, outbox, queue, visits
from storage.records import Booking, Congress

OFFER_OVER = "offer-over"
LINE_OVER = "line-over"


def serve_lines(tx: Tx, *, congress: Congress, now: datetime) -> int:
    """End offers that ran out and lines that are over, move every line that can move; return how many changed.

    Called at each tick. Missing some is harmless.
    """
    run_out = queue.visits_of_run_out_offers(tx, now=now)
    lines = visits.read_some(tx, queue.visits_with_a_line(tx)).values()
    over = {visit.id for visit in lines if line_is_over(visit, rules=congress.rules, now=now)}
    wanted = run_out | over | {visit.id for visit in lines if visit.waiting and largest_party(visit) > 0}
    if not wanted:
        return 0
    visits.lock(tx, wanted)
    ended = sum(end_line(tx, visit_id, congress=congress, now=now) for visit_id in sorted(over))
    for booking in queue.run_out_offers(tx, run_out, now=now):
        _run_out(tx, booking, congress=congress, now=now)
        ended += 1
    return ended + sum(promote(tx, visit_id, congress=congress, now=now) for visit_id in sorted(wanted - over))


def end_line(tx: Tx, visit_id: int, *, congress: Congress, now: datetime) -> int:
    """End the line of a visit, which is locked, if it is over, and write to each party once; return how many.

    Open offers end with it where the visit itself is over; else they stand, and the rest of such a party waits on.
    """
    visit = visits.read(tx, visit_id)
    if visit is None or not line_is_over(visit, rules=congress.rules, now=now):
        return 0
    ended: list[Booking] = []
    offered = queue.offers_on(tx, visit_id)
    if offers_are_over(visit, now=now):
        for booking in offered:
            rest = queue.rest_of(tx, booking.id)
            take_back(tx, booking)
            if rest is not None:
                queue.unite(tx, booking, rest)
            ended.append(booking)
        offered = ()
    standing = {booking.id for booking in offered}
    ended += [each.booking for each in queue.line_of(tx, visit_id) if each.booking.rest_of not in standing]
    for booking in ended:
        queue.end(tx, booking, reason="the line is over", now=now)
        message = line_message(LINE_OVER, booking, visit, congress=congress, now=now, until=visit.returns_at)
        outbox.add(tx, message)
        log.write(tx, at=now, actor=None, action="line over", subject=f"booking:{booking.id}")
    return len(ended)


def _run_out(tx: Tx, booking: Booking, *, congress: Congress, now: datetime) -> None:
    visit = visits.read(tx, booking.visit_id)
    assert visit is not None
    rest = queue.rest_of(tx, booking.id)
    take_back(tx, booking)
    if rest is not None:
        queue.unite(tx, booking, rest)
    queue.end(tx, booking, reason="offer ran out", now=now)
    outbox.add(tx, line_message(OFFER_OVER, booking, visit, congress=congress, now=now, until=visit.leaves_at))
    log.write(tx, at=now, actor=None, action="offer ran out", subject=f"booking:{booking.id}")
