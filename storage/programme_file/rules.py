"""What the organisers decided: when seats can be booked, how offers run, when reminders go out."""

from typing import Annotated, Literal

from pydantic import Field

from storage.programme_file.values import ClockSpan, ClockTime, Id, Minutes, Moment, Record, Some


class ChangeoverMinutes(Record):
    """The least time between two visits of one person."""

    same_point: Annotated[int, Field(ge=0)]
    other_point: Annotated[int, Field(ge=0)]


class OfferDeadline(Record):
    """How long an offer stands while more than so many hours are left until departure."""

    more_than_hours_left: Annotated[int, Field(ge=0)]
    answer_minutes: Minutes


class Hold(Record):
    """Until when freed seats are kept for the party at the head of the queue.

    `ends_minutes_before` departure; for departures before the clock time `morning_until`, at the clock time
    `evening_before` of the day before.
    """

    ends_minutes_before: Minutes
    morning_until: ClockTime
    evening_before: ClockTime


class Offers(Record):
    """How the waiting list offers seats. `deadlines` run from most time left to least and end at 0 hours."""

    deadlines: Some[OfferDeadline]
    clock_stops: ClockSpan
    never_past_minutes_before: Minutes
    promotion_ends_minutes_before: Minutes
    hold: Hold


class ReminderRule(Record):
    """Due at the local clock time `evening_at` of the day before departure, or `minutes_before` departure.

    Exactly one of the two. Sent late it still goes out within `grace_minutes`, after that never.
    """

    id: Id
    evening_at: ClockTime | None = None
    minutes_before: Minutes | None = None
    grace_minutes: Minutes


class Feedback(Record):
    """So long after its return the passengers of a visit are asked how it was; without the table nobody is."""

    minutes_after_return: Annotated[int, Field(ge=0, le=1440)]


class Rules(Record):
    """The rules of one congress. `pushes_a_day`: so many messages at most one person is sent, urgent news aside.

    `registered_only`: seats are for people on the list that organizers bring (/import); a visit may say otherwise.
    """

    booking_opens: Moment
    booking_closes: Moment
    max_half_day_visits: Annotated[int, Field(ge=0)]
    max_full_day_visits: Annotated[int, Field(ge=0)]
    seats_per_booking: Annotated[int, Field(ge=1, le=10)]
    allocation: Literal["first_come_first_served"]
    filling_share: Annotated[float, Field(gt=0, le=1)]
    doors_close_minutes_before: Annotated[int, Field(ge=0)]
    badge_required: bool
    registered_only: bool = False
    changeover_minutes: ChangeoverMinutes
    quiet_hours: ClockSpan
    pushes_a_day: Annotated[int, Field(ge=1, le=50)] = 5
    offers: Offers
    feedback: Feedback | None = None
    reminders: Some[ReminderRule]
