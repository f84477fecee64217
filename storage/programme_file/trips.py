"""What is ridden: visits, the buses that carry them, the themes they belong to."""

from typing import Annotated, Literal

from pydantic import Field

from storage.programme_file.values import BusId, Id, LanguageCode, Many, Moment, Names, Record, Some, Texts


class Tag(Record):
    """A theme of the congress that visits can be chosen by. Not every tag needs a visit."""

    id: Id
    name: Names


class Visit(Record):
    """One timed programme item.

    `capacity` is the host's limit; seats offered = min(capacity, sum of its buses) - held_back. `start` is
    when the visit itself begins: its buses leave then or later, and a walk, or a visit whose buses are all
    transfers, leaves at `start`. Without `booking_opens` and `booking_closes` the rules' own moments count.
    `names_final`: nobody moves up from the waiting list once booking has closed (a flight). `closed`: no new sign-ups
    and nobody new in the waiting list; who has a seat keeps it. `registered_only`: as in the rules, for this visit.
    """

    id: Id
    city: Id
    slot: Literal["am", "pm", "full"]
    mode: Literal["bus", "walk"] = "bus"
    stops: Annotated[Some[Id], Field(max_length=4)]
    meeting_point: Id
    start: Moment
    end: Moment
    guide_languages: Some[LanguageCode]
    capacity: Annotated[int, Field(gt=0)]
    held_back: Annotated[int, Field(ge=0)] = 0
    price_eur: Annotated[int, Field(ge=0)]
    payment: Texts | None = None
    needs_passport: bool
    lunch_included: bool = False
    status: Literal["confirmed", "tentative"] = "confirmed"
    booking_opens: Moment | None = None
    booking_closes: Moment | None = None
    names_final: bool = False
    registered_only: bool | None = None
    closed: bool = False
    tags: Many[Id] = ()
    title: Names
    about: Texts | None = None
    bring: Texts | None = None


class Bus(Record):
    """A vehicle of one visit. `seats` are the delegates' places; `wheelchair_places` are part of them. 0 for one
    whose passengers ride on another (/merge).

    `transfer`: it waits elsewhere (at an airport), so its times never stand on a ticket as the departure.
    """

    id: BusId
    visit: Id
    kind: Literal["coach", "minibus"]
    seats: Annotated[int, Field(ge=0)]
    wheelchair_places: Annotated[int, Field(ge=0)] = 0
    bay: Annotated[str, Field(max_length=20)] = ""
    plate: Annotated[str, Field(max_length=20)] = ""
    transfer: bool = False
    boarding: Moment
    departs: Moment
