"""By the congress's clock: when a message is heard, how long an offer stands, until when seats are kept for the head.

The clock stops at night. Source of the rules: DESIGN section 6; the numbers are the event file's.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from storage.records import ClockSpan, OfferRules

SHORTEST_OFFER = timedelta(minutes=10)
"""Nobody is asked who would have less time than this to read and answer."""


def offer_deadline(
    leaves_at: datetime, rules: OfferRules, *, quiet: ClockSpan, now: datetime, zone: tzinfo
) -> datetime | None:
    """Return until when an offer made now stands, in UTC; None when there is too little time to read and answer.

    The clock stops at night, and the deadline is never nearer to departure than the rules allow.
    """
    left = leaves_at - now
    answer = next((answer for more_than, answer in rules.deadlines if left > more_than), None)
    if answer is None:
        return None
    ends = min(_after(now, answer, stops=rules.clock_stops, zone=zone), leaves_at - rules.never_past)
    return ends if ends - heard_at(now, quiet=quiet, zone=zone) >= SHORTEST_OFFER else None


def heard_at(moment: datetime, *, quiet: ClockSpan, zone: tzinfo) -> datetime:
    """Return when a message written at this moment is heard: at once, or when the quiet hours end. In UTC."""
    local = moment.astimezone(zone)
    return _end_of(quiet, local, zone).astimezone(UTC) if quiet.holds(local.time()) else moment


def hold_ends(leaves_at: datetime, rules: OfferRules, *, zone: tzinfo) -> datetime:
    """Return until when freed seats are kept for the head of the line, in UTC."""
    local = leaves_at.astimezone(zone)
    if local.time() < rules.hold_morning_until:
        return _at(local.date() - timedelta(days=1), rules.hold_evening, zone)
    return leaves_at - rules.hold_ends_before


def asks_no_more(leaves_at: datetime, rules: OfferRules, *, zone: tzinfo) -> datetime:
    """Return from when on those who said "any time" are given a seat without a question: the evening before, in UTC."""
    eve = _at(leaves_at.astimezone(zone).date() - timedelta(days=1), rules.hold_evening, zone)
    last_day = min((more_than for more_than, _ in rules.deadlines if more_than), default=timedelta())
    return min(eve, leaves_at - last_day)


def _after(now: datetime, span: timedelta, *, stops: ClockSpan, zone: tzinfo) -> datetime:
    """Return when this much time has passed on a clock that stands still between two clock times each night."""
    moment = now.astimezone(zone)
    while True:
        if stops.holds(moment.time()):
            moment = _end_of(stops, moment, zone)
        halt = _next(stops.start, moment, zone)
        if moment + span <= halt:
            return (moment + span).astimezone(UTC)
        span -= halt - moment
        moment = halt


def _end_of(span: ClockSpan, local: datetime, zone: tzinfo) -> datetime:
    """Return when a span that holds this moment ends."""
    return _next(span.end, local, zone)


def _next(clock: time, after: datetime, zone: tzinfo) -> datetime:
    """Return the next moment, later than this one, at which the clocks show this time."""
    day = after.date()
    moment = datetime.combine(day, clock, tzinfo=zone)
    return moment if moment > after else datetime.combine(day + timedelta(days=1), clock, tzinfo=zone)


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
