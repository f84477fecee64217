"""The facts behind a message at the moment it is sent; or why it must not go any more."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.authority import may_organize
from bot.rules.booking import find_clashes
from bot.rules.lateness import AFTER_STOP
from bot.rules.reminding import departure, why_stale
from bot.services.answers import counts_of_evening
from bot.services.booking import Ticket, ticket_for, ticket_of
from bot.services.cancelled_facts import CancelledCrew, CancelledSeat, CancelledTeam, CancelledWait, cancelled_facts
from bot.services.card_facts import CardFacts, OldCardFacts, card_facts
from bot.services.cut_facts import CutFacts, cut_facts
from bot.services.delaying import MovedCrew, moved_crew
from bot.services.feedback import Said, said_of
from bot.services.hearing import Silence, silence_about
from bot.services.line_facts import LineFacts, line_facts
from bot.services.merging import MergedCrew, merged_crew
from bot.services.reminders import Reminder, still_holds
from bot.services.rosters import Roster
from bot.services.rounds import HostCounts, host_counts, leaders_list
from storage import Tx, acknowledgements, announcements, bookings, calendars, canaries, delegates, grants, visits
from storage.records import (
    Answers,
    Booking,
    BookingState,
    Canary,
    Congress,
    Delegate,
    Message,
    MessageState,
    Rider,
    Visit,
    VisitState,
)


@dataclass(frozen=True, slots=True)
class NoLonger:
    """The message is moot, for this reason (it is written into its row)."""

    reason: str


_UNWANTED = NoLonger("the reader wants only what their seats depend on (/stop)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """A booking that holds its seat; `former` where somebody of the crew (`by`) has moved it from there.

    `seated_by` is who of the crew has signed the reader up.
    """

    reader: Delegate
    ticket: Ticket
    by: str = ""
    former: Ticket | None = None
    seated_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFacts:
    """A reminder that holds."""

    reader: Delegate
    ticket: Ticket
    is_evening: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedFacts:
    """A departure that moved, and the reader's seats that it overlaps with now."""

    reader: Delegate
    ticket: Ticket
    was: datetime
    overlapping: tuple[Ticket, ...]
    in_calendar: bool
    """The reader has taken a calendar file with the departure of before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementFacts:
    """An organizer's words."""

    reader: Delegate
    text: str
    asks: int | None = None
    """The announcement whose readers are asked to confirm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnheardFacts:
    """Who has not confirmed what the reader has announced."""

    reader: Delegate
    silence: Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFacts:
    """A seat of the reader's that a colleague has taken by a link."""

    reader: Delegate
    visit: Visit
    taker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersFacts:
    """To an owner: what was answered the evening before, by visit."""

    reader: Delegate
    counted: tuple[tuple[Visit, Answers], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFacts:
    """To a leader: their bus's list, which they have from now on; or what is new on it alone."""

    reader: Delegate
    roster: Roster
    news: bool
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """To a host: counts of who comes."""

    reader: Delegate
    counts: HostCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFacts:
    """A visit that is back, to somebody who had a seat on it."""

    reader: Delegate
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryFacts:
    """A reminder that passengers get now; the ticket is made up, the reader has no seat."""

    reader: Delegate
    ticket: Ticket
    is_evening: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFacts:
    """A canary's copy that has not arrived, and whose it is."""

    reader: Delegate
    canary: Canary
    person: Delegate


Facts = (
    TicketFacts
    | CardFacts
    | OldCardFacts
    | ReminderFacts
    | MovedFacts
    | MovedCrew
    | MergedCrew
    | AnnouncementFacts
    | UnheardFacts
    | LineFacts
    | GivenFacts
    | AnswersFacts
    | RosterFacts
    | HostFacts
    | FeedbackFacts
    | CancelledSeat
    | CancelledWait
    | CancelledCrew
    | CancelledTeam
    | CutFacts
    | CanaryFacts
    | AlarmFacts
)


def facts_of(tx: Tx, message: Message, *, congress: Congress, now: datetime) -> Facts | NoLonger:
    """Look at the facts again, in one transaction, just before the message is worded and sent.

    A list that goes out is noted as given (kinds in `rounds.GIVES`): their transaction writes.
    """
    reader = delegates.read(tx, message.delegate_id)
    if reader.stopped and message.kind not in AFTER_STOP:
        return _UNWANTED
    match message.kind:
        case "ticket":
            return _ticket(tx, message, reader)
        case "card" | "old-card":
            found = card_facts(tx, message, reader)
            return NoLonger(found) if isinstance(found, str) else found
        case "reminder":
            return _reminder(tx, message, reader, congress=congress, now=now)
        case "moved":
            return _moved(tx, message, reader, congress=congress, now=now)
        case "moved-crew":
            known = moved_crew(tx, message, reader, now=now)
            return NoLonger(known) if isinstance(known, str) else known
        case "merged-crew":
            joined = merged_crew(tx, message, reader, now=now)
            return NoLonger(joined) if isinstance(joined, str) else joined
        case "announcement":
            assert message.announcement_id is not None
            announcement = announcements.read(tx, message.announcement_id)
            if announcement is None:
                return NoLonger("withdrawn")
            if acknowledgements.read(tx, announcement_id=announcement.id, delegate_id=reader.id) is not None:
                return NoLonger("confirmed already")
            asks = announcement.id if announcement.asks else None
            return AnnouncementFacts(reader=reader, text=announcement.text, asks=asks)
        case "unheard":
            silence = silence_about(tx, message.slots["announcement"])
            return NoLonger("withdrawn") if silence is None else UnheardFacts(reader=reader, silence=silence)
        case "offer" | "offer-over" | "passed" | "line-over":
            line = line_facts(tx, message, reader, congress=congress, now=now)
            return NoLonger(line) if isinstance(line, str) else line
        case "given":
            return _given(tx, message, reader)
        case "answers":
            return _answers(tx, message, reader, congress=congress, now=now)
        case "roster" | "roster-news":
            listed = leaders_list(tx, message, leader=reader.telegram_id, congress=congress, now=now)
            if isinstance(listed, str):
                return NoLonger(listed)
            return RosterFacts(reader=reader, roster=listed, news=message.kind == "roster-news", now=now)
        case "host-counts":
            counts = host_counts(tx, message, host=reader.telegram_id)
            return NoLonger(counts) if isinstance(counts, str) else HostFacts(reader=reader, counts=counts)
        case "feedback":
            return _feedback(tx, message, reader, congress=congress, now=now)
        case "cancelled" | "cancelled-wait" | "cancelled-crew" | "cancelled-team":
            about = cancelled_facts(tx, message, reader)
            return NoLonger(about) if isinstance(about, str) else about
        case "seat-asked" | "seat-kept" | "seat-lost" | "other-bus" | "offer-withdrawn":
            cut = cut_facts(tx, message, reader, now=now)
            return NoLonger(cut) if isinstance(cut, str) else cut
        case "canary":
            return _canary(tx, message, reader, congress=congress, now=now)
        case "alarm":
            return _alarm(tx, message, reader)
        case unknown:
            return NoLonger(f"no message of kind {unknown}")


def _own_ticket(tx: Tx, message: Message) -> Ticket | NoLonger:
    assert message.booking_id is not None
    ticket = ticket_of(tx, booking_id=message.booking_id, delegate_id=message.delegate_id)
    return ticket if isinstance(ticket, Ticket) else NoLonger("the seat was given back")


def _ticket(tx: Tx, message: Message, reader: Delegate) -> Facts | NoLonger:
    ticket = _own_ticket(tx, message)
    if isinstance(ticket, NoLonger):
        return ticket
    was = visits.read(tx, message.slots["was_visit"]) if "by" in message.slots else None
    if was is None:
        seated_by = message.slots.get("seated_by")
        by = "" if seated_by is None else delegates.read(tx, seated_by).name
        return TicketFacts(reader=reader, ticket=ticket, seated_by=by)
    former = Ticket(booking=ticket.booking, visit=was, bus=was.bus(message.slots["was_bus"]))
    author = message.slots["by"]
    by = "" if author is None else delegates.read(tx, author).name
    return TicketFacts(reader=reader, ticket=ticket, by=by, former=former)


def _reminder(tx: Tx, message: Message, reader: Delegate, *, congress: Congress, now: datetime) -> Facts | NoLonger:
    found = still_holds(tx, message, meeting=congress, now=now)
    if not isinstance(found, Reminder):
        return NoLonger(str(found))
    is_evening = found.rule.evening_at is not None
    if reader.stopped and is_evening:
        return _UNWANTED
    ticket = ticket_for(tx, _with_riders(tx, found.booking), found.visit)
    return ReminderFacts(reader=reader, ticket=ticket, is_evening=is_evening)


def _moved(tx: Tx, message: Message, reader: Delegate, *, congress: Congress, now: datetime) -> Facts | NoLonger:
    ticket = _own_ticket(tx, message)
    if isinstance(ticket, NoLonger):
        return ticket
    leaves_at = departure(ticket.visit, ticket.bus)
    told = message.slots.get("leaves_at")
    if leaves_at.isoformat() != told if told else ticket.visit.version > message.slots["version"]:
        return NoLonger("a newer change has its own message")
    if now >= leaves_at:
        return NoLonger("the departure has passed")
    others = [seat for seat in bookings.held_by(tx, reader.id) if seat.booking.id != ticket.booking.id]
    clashes = find_clashes(ticket.visit, others, rules=congress.rules)
    overlapping = () if clashes is None else clashes.seats
    return MovedFacts(
        reader=reader,
        ticket=ticket,
        was=datetime.fromisoformat(message.slots["was"]),
        overlapping=tuple(Ticket(booking=seat.booking, visit=seat.visit, bus=None) for seat in overlapping),
        in_calendar=calendars.is_given(tx, ticket.booking.id),
    )


def _given(tx: Tx, message: Message, reader: Delegate) -> Facts | NoLonger:
    assert message.booking_id is not None
    taken = bookings.read(tx, message.booking_id)
    visit = None if taken is None else visits.read(tx, taken.visit_id)
    if taken is None or visit is None:
        return NoLonger("the seat is not there any more")
    return GivenFacts(reader=reader, visit=visit, taker=taken.riders[0].name)


def _answers(tx: Tx, message: Message, reader: Delegate, *, congress: Congress, now: datetime) -> Facts | NoLonger:
    if reader.telegram_id is None or not may_organize(grants.roles_of(tx, reader.telegram_id)):
        return NoLonger("the reader is no organizer any more")
    asked = datetime.fromisoformat(message.slots["asked_at"])
    counted = counts_of_evening(tx, asked=asked, congress=congress, now=now)
    return AnswersFacts(reader=reader, counted=counted) if counted else NoLonger("nobody has a seat any more")


def _feedback(tx: Tx, message: Message, reader: Delegate, *, congress: Congress, now: datetime) -> Facts | NoLonger:
    assert message.booking_id is not None
    if congress.feedback_after is None:
        return NoLonger("nobody is asked any more")
    said = said_of(tx, delegate_id=reader.id, booking_id=message.booking_id, now=now)
    if said is None or said.visit.state is VisitState.CANCELLED:
        return NoLonger("the seat was given back, or the visit is not back yet")
    return FeedbackFacts(reader=reader, said=said)


def _canary(tx: Tx, message: Message, reader: Delegate, *, congress: Congress, now: datetime) -> Facts | NoLonger:
    visit = visits.read(tx, message.slots["visit"])
    rule = next((rule for rule in congress.reminders if rule.id == message.slots["rule"]), None)
    if visit is None or rule is None:
        return NoLonger("the programme has no such reminder any more")
    bus = visit.bus(message.slots["bus"])
    stale = why_stale(rule, visit=visit, bus=bus, state=BookingState.BOOKED, now=now, zone=ZoneInfo(congress.zone))
    if stale is not None:
        return NoLonger(str(stale))
    made_up = Booking(
        id=0,
        code="00000",
        version=1,
        visit_id=visit.id,
        bus_id=message.slots["bus"],
        delegate_id=reader.id,
        state=BookingState.BOOKED,
        party=1,
        party_least=1,
        made_at=now,
        riders=(Rider(name=reader.name, is_owner=True),),
    )
    ticket = Ticket(booking=made_up, visit=visit, bus=bus)
    return CanaryFacts(reader=reader, ticket=ticket, is_evening=rule.evening_at is not None)


def _alarm(tx: Tx, message: Message, reader: Delegate) -> Facts | NoLonger:
    canary = canaries.read(tx, message.slots["canary"])
    if canary.state in (MessageState.SENT, MessageState.CANCELLED):
        return NoLonger("the check message has been sent meanwhile, or is not wanted any more")
    return AlarmFacts(reader=reader, canary=canary, person=delegates.read(tx, canary.delegate_id))


def _with_riders(tx: Tx, booking: Booking) -> Booking:
    return booking.with_riders(bookings.riders_of(tx, [booking.id]).get(booking.id, ()))
