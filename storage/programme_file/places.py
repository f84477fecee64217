"""Where the visits go: cities, libraries, meeting points, the venue."""

from typing import Literal

from storage.programme_file.values import Id, Latitude, Line, Longitude, Names, Record, Texts

Access = Literal["yes", "partial", "no", "unknown"]
"""Wheelchair access. "unknown" is said as unknown, never as "yes"."""


class Location(Record):
    """A pin on the map; `verified` is true once somebody has checked it on the spot or in a map."""

    lat: Latitude
    lon: Longitude
    verified: bool = False


class Venue(Record):
    """Where the congress is."""

    id: Id
    city: Id
    name: Names
    address: Names
    location: Location


class City(Record):
    """A city with visits. `locative` is "in the city", ready-made, because Kazakh and Russian inflect."""

    id: Id
    status: Literal["confirmed", "tentative"] = "confirmed"
    travel: Literal["city", "road", "air"]
    name: Names
    locative: Names
    getting_there: Texts | None = None


class LibraryKind(Record):
    """What sort of library it is, such as national or school."""

    id: Id
    name: Names


class Library(Record):
    """A library that visits stop at. `needs_passport`: it lets nobody in without a passport or ID card."""

    id: Id
    city: Id
    kind: Id
    wheelchair: Access = "unknown"
    needs_passport: bool = False
    website: Line | None = None
    lat: Latitude
    lon: Longitude
    location_verified: bool = False
    name: Names
    short: Names
    address: Names
    description: Texts


class MeetingPoint(Record):
    """Where people gather for a visit."""

    id: Id
    wheelchair: Access = "unknown"
    lat: Latitude
    lon: Longitude
    location_verified: bool = False
    name: Names
