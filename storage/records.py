"""What storage hands out: frozen records, standard library only. Rows stay inside, moments are aware UTC.

All in one file although it is long: these are the words that all rooms share, and a rule needs one import.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

Words = Mapping[str, str]
"""Content words of the programme by language code, such as {"en": ..., "kk": ..., "ru": ...}."""


class VisitState(StrEnum):
    """What is stored of a visit's life; "full", "filling" and "opens at" are derived (rules/booking.py)."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    DEPARTED = "departed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class BookingState(StrEnum):
    """One row for a booking's whole life; the states only move to the right."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    RELEASED = "released"


class Role(StrEnum):
    """What a grant lets a person do, and what its scope names.

    Owners and organizers run the whole congress (scope empty), owners give out roles too; `city` runs one city (its
    id); `desk` serves people at the desk (scope empty); a leader rides with one bus (its label); a host receives one
    visit (its key) and sees counts alone.
    """

    OWNER = "owner"
    ORGANIZER = "organizer"
    CITY = "city"
    DESK = "desk"
    LEADER = "leader"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of a person; the scope is empty where the role is for everything."""

    role: Role
    scope: str = ""


class MessageState(StrEnum):
    """The life of an outbox row. The last six are final."""

    DUE = "due"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MessageClass(StrEnum):
    """Who goes first at Telegram's pace: urgent before normal before bulk (stored so that it sorts)."""

    URGENT = "1-urgent"
    NORMAL = "2-normal"
    BULK = "3-bulk"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRule:
    """When a reminder is due: at a local clock time of the evening before, or minutes before departure."""

    id: str
    evening_at: time | None
    minutes_before: int | None
    grace: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    id: str
    name: Words
    locative: Words
    travel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    id: str
    city: str
    kind: str
    name: Words
    short: Words
    address: Words
    description: Words
    wheelchair: str
    website: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPoint:
    id: str
    name: Words
    latitude: float
    longitude: float
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Where people turn when the bot can't help: the desk of the congress."""

    desk: Words
    place: Words
    hours: Words
    phone: str
    email: str
    emergency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What people are told about their data, and what is kept of it until which day (local, gone as it begins)."""

    version: str
    notice: Words
    policy: Words
    retention_until: date
    names_until: date
    """Names on lists, needs and half-typed words go earlier, or on the same day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRules:
    """The programme's own rules about seats. Minutes where the name says so."""

    opens_at: datetime
    closes_at: datetime
    party_size: int
    most_half_days: int
    most_full_days: int
    changeover_minutes_same_point: int
    changeover_minutes_other_point: int
    filling_share: float
    doors_close_minutes: int
    registered_only: bool = False
    """Seats are for people on the organizers' list, where a visit says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSpan:
    """From one local clock time to another; it may run over midnight. The start lies inside, the end does not."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRules:
    """How the waiting list offers seats.

    `deadlines` are pairs (more than this is left until departure, so long an offer stands), the most left first.
    Freed seats are kept for the head of the queue until `hold_ends_before` departure; for departures before the
    clock time `hold_morning_until`, until the clock time `hold_evening` of the day before.
    """

    deadlines: tuple[tuple[timedelta, timedelta], ...]
    clock_stops: ClockSpan
    never_past: timedelta
    promotion_ends: timedelta
    hold_ends_before: timedelta
    hold_morning_until: time
    hold_evening: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Congress:
    """Everything about one congress that visits and buses share; from the event file."""

    id: str
    version: int
    name: Words
    zone: str
    zone_city: Words
    """The city the zone is called after in messages: "Astana time"."""
    utc_offset: timedelta
    visits_on: date
    languages: tuple[str, ...]
    sample_note: Words | None
    rules: BookingRules
    offers: OfferRules
    quiet_hours: ClockSpan
    pushes_a_day: int
    """So many messages one person is sent a day, urgent news aside."""
    feedback_after: timedelta | None
    """So long after their return passengers are asked how it was; None: nobody is."""
    reminders: tuple[ReminderRule, ...]
    contacts: Contacts
    privacy: Privacy
    attribution: Words
    cities: Mapping[str, City]
    libraries: Mapping[str, Library]
    meeting_points: Mapping[str, MeetingPoint]
    tags: Mapping[str, Words]
    kinds: Mapping[str, Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    id: int
    visit_id: int
    label: str
    kind: str
    seats: int
    """How many it is to carry. While it is `closing`, more may sit on it still."""
    wheelchair_places: int
    boards_at: datetime
    departs_at: datetime
    bay: str
    plate: str
    transfer: bool
    """A transfer waits elsewhere (an airport): its times never stand on a ticket as the departure."""
    version: int
    roster_version: int
    seats_taken: int
    wheelchairs_taken: int = 0
    """Wheelchair places that are taken; they are seats too, and counted among those."""
    closing: bool = False
    """It gets smaller than what is taken, and its passengers are being asked who would go elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One timed programme item with its buses. `leaves_at` is its earliest bus, or its own start."""

    id: int
    key: str
    city: str
    slot: str
    mode: str
    title: Words
    about: Words | None
    bring: Words | None
    payment: Words | None
    stops: tuple[str, ...]
    tags: tuple[str, ...]
    meeting_point: str
    leaves_at: datetime
    returns_at: datetime
    guide_languages: tuple[str, ...]
    host_limit: int
    held_back: int
    price_eur: int
    needs_id: bool
    lunch: bool
    tentative: bool
    names_final: bool
    """Nobody moves up from the waiting list once booking has closed (a flight)."""
    state: VisitState
    queue_paused: bool
    opens_at: datetime | None
    closes_at: datetime | None
    version: int
    seats_taken: int
    waiting: int
    """Parties in its waiting list; those with an open offer are not among them."""
    buses: tuple[Bus, ...]
    registered_only: bool | None = None
    """Whether its seats are for people on the organizers' list; None: as the congress has it."""

    def bus(self, bus_id: int | None) -> Bus | None:
        return next((bus for bus in self.buses if bus.id == bus_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """A person the bot knows. Without consent only the Telegram id is stored."""

    id: int
    telegram_id: int | None
    name: str
    language: str | None
    consent: str | None
    """The version of the notice that they agreed to."""
    unreachable: bool
    wheelchair: bool = False
    """Needs a wheelchair place wherever they go."""
    stopped: bool = False
    """They want nothing but what their seats depend on (/stop)."""
    contact: str | None = None
    """How the desk reaches somebody who has no Telegram: a phone number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rider:
    """A seat is a rider. `id` is 0 for one that is not stored yet."""

    name: str
    is_owner: bool
    wheelchair: bool = False
    """Holds one of the bus's wheelchair places, or waits for one."""
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    id: int
    code: str
    version: int
    visit_id: int
    bus_id: int | None
    delegate_id: int
    state: BookingState
    party: int
    party_least: int
    """With how many seats the party would go too; as many as it is, for one that stays together."""
    made_at: datetime
    wheelchairs: int = 0
    """How many of the party need a wheelchair place."""
    reason: str | None = None
    """Why it ended, once it is released."""
    queue_no: int | None = None
    priority: int = 0
    offer_until: datetime | None = None
    replaces: int | None = None
    """The booking that ends when this one becomes real."""
    wish: int | None = None
    """Bookings of one wish wait together: the first that becomes real ends the others."""
    any_time: bool = False
    """No question is asked from the evening before departure on: the seat is given."""
    rest_of: int | None = None
    """The booking this part of a party was split from: it holds an offer and this one waits for what becomes of it, or
    it travels on and this one was given back."""
    released_at: datetime | None = None
    coming_at: datetime | None = None
    """When its owner said that they come; silence is "maybe"."""
    riders: tuple[Rider, ...] = ()

    @property
    def holds_seat(self) -> bool:
        return self.state in (BookingState.BOOKED, BookingState.OFFERED)

    @property
    def is_waiting(self) -> bool:
        return self.state is BookingState.WAITING

    def with_riders(self, riders: "tuple[Rider, ...]") -> "Booking":
        return replace(self, riders=riders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A person on the organizers' list, as its file has them."""

    number: str
    name: str
    language: str | None = None
    city: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredRow:
    """A line of that list, and whose number it is."""

    id: int
    person: Registered
    delegate_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A seat that its holder gives to a named colleague: whoever opens the link first and takes it, until `ends_at`."""

    id: int
    booking_id: int
    rider_id: int
    delegate_id: int
    """The giver."""
    name: str
    """The colleague's, as the giver typed it."""
    ends_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A booking that holds its seats, with what a roster says of who signed up."""

    booking: Booking
    telegram_id: int | None
    unreachable: bool
    needs_wheelchair: bool
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSeat:
    """A booking with the visit it is for: what overlap is decided on."""

    booking: Booking
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Half-typed input of one person: what was typed so far and what is expected next."""

    delegate_id: int
    kind: str
    fields: Mapping[str, Any]
    message_id: int | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUpdate:
    """One Telegram update as it came, not yet handled to the end. `raw` is its JSON text."""

    update_id: int
    person: int | None
    raw: str
    tries: int
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAsked:
    """Who asks for a seat, and on which visit: whose locks the job begins with."""

    visit_id: int
    delegate_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A hold on an outbox row: who has the token may send it and write down what happened, until real time `until`.

    A tap leases the message of its own change and performs it by editing the message `edits`; when the tap dies,
    the lease runs out and delivery sends the row as a new message.
    """

    token: str
    until: datetime
    edits: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that must arrive, as a service writes it into the outbox of its transaction.

    `key` is unique for ever. `due_at` and `expires_at` are business time.
    """

    key: str
    kind: str
    delegate_id: int
    slots: Mapping[str, Any] = field(default_factory=dict)
    message_class: MessageClass = MessageClass.NORMAL
    due_at: datetime
    expires_at: datetime
    departs_at: datetime | None = None
    booking_id: int | None = None
    announcement_id: int | None = None
    act_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An outbox row claimed for sending, with whom it goes to. `token` fences the outcome."""

    id: int
    key: str
    kind: str
    slots: Mapping[str, Any]
    delegate_id: int
    telegram_id: int | None
    booking_id: int | None
    announcement_id: int | None
    due_at: datetime
    expires_at: datetime
    departs_at: datetime | None
    token: str
    tries: int
    edits: int | None
    resumed: bool
    """True when an earlier sender died in mid-send: the message may have arrived already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    id: int
    author_id: int
    visit_id: int | None
    text: str
    message_id: int | None
    """The organizer's progress card."""
    who: str = ""
    """The audience as it was written."""
    groups: "tuple[Who, ...]" = ()
    asks: bool = False
    """Its readers are asked to confirm that they have read it."""
    due_at: datetime | None = None
    """It was to go out then, later than it was written."""
    begun_at: datetime | None = None
    """Its messages were written then, where it was to go out later."""
    withdrawn_at: datetime | None = None

    @property
    def is_planned(self) -> bool:
        """Say whether it is still to go out, and can be withdrawn."""
        return self.due_at is not None and self.begun_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """People to whom all of this applies; with nothing, everybody who agreed.

    A state is that of a seat on each visit, bus and city named, or of any seat where none is.
    """

    visits: tuple[int, ...] = ()
    buses: tuple[int, ...] = ()
    cities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """Who did what to which thing, when: a line of the log. `actor` is a Telegram id, None for the bot itself."""

    id: int
    at: datetime
    actor: int | None
    action: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message to somebody about a booking of theirs, and what became of it."""

    key: str
    kind: str
    booking_id: int
    state: MessageState
    error: str | None
    at: datetime
    """When it came to its end; when it is due, while it has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActMessage:
    """A message of an act: to whom, about which booking, what is held or waited for instead, and what became of it."""

    name: str
    booking_id: int | None
    follows_id: int | None
    kind: str
    state: MessageState
    error: str | None


class ActState(StrEnum):
    """The life of a dangerous act: seen, waiting out its recall, and then one of three ends.

    A changed one was not applied, since its counts were others when it was due; it may be confirmed anew.
    """

    SHOWN = "shown"
    PLANNED = "planned"
    RECALLED = "recalled"
    DONE = "done"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A dangerous act of an organizer: what it is about, what its preview counted, and where it stands."""

    id: int
    kind: str
    subject: str
    """As in the log, such as visit:17."""
    arguments: Mapping[str, Any]
    """What its command said beside the subject, such as the new number of seats."""
    author_id: int
    preview: Mapping[str, int]
    before: Mapping[str, int] | None
    """What the preview before it counted, where the facts have changed since."""
    seen: int
    """The last line of the log that was known when its author agreed, or was first asked."""
    revision: int
    """Counts the previews: a button confirms the one it stands under."""
    state: ActState
    message_id: int | None
    """The organizer's card."""
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A bus that gets smaller than what is taken on it, and how far its passengers have been asked.

    All but the outcome counts people: those who were asked, who took what is held for them, and who said they stay.
    """

    id: int
    act_id: int
    bus_id: int
    asks_until: datetime
    is_open: bool
    asked: int
    gone: int
    staying: int
    outcome: Mapping[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One party that was asked: its seat, and the offer that is held for it elsewhere."""

    cut_id: int
    booking_id: int
    hold: Booking
    is_last: bool
    """It is among those whom the rule would move."""
    stays: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCounts:
    """How many messages of one announcement stand where."""

    total: int
    waiting: int
    sent: int
    unreachable: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """People of a visit or bus by what was answered the evening before: they come, are silent, freed their seats."""

    coming: int = 0
    silent: int = 0
    freed: int = 0

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(
            coming=self.coming + other.coming, silent=self.silent + other.silent, freed=self.freed + other.freed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What one traveller says of a visit: 1 (poor) to 5, and a line of words."""

    score: int
    comment: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A seat whose owner cannot be reached by the bot. `is_lost`: it was taken from them, and they hold no other."""

    name: str
    code: str
    visit_id: int
    bus: str | None
    contact: str | None = None
    is_lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A message that ended without having arrived for certain."""

    name: str
    kind: str
    state: MessageState
    error: str | None
    at: datetime
    code: str | None
    """Of the booking it was about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A reminder's copy to somebody who watches that reminders arrive, and where it stands."""

    id: int
    delegate_id: int
    rule_id: str
    due_at: datetime
    state: MessageState
    error: str | None
