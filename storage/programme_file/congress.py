"""The whole event file: one congress, its places, its visits and its rules."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from storage.programme_file.places import City, Library, LibraryKind, MeetingPoint, Venue
from storage.programme_file.rules import Rules
from storage.programme_file.trips import Bus, Tag, Visit
from storage.programme_file.values import (
    UTC_OFFSET,
    Id,
    LanguageCode,
    Line,
    Many,
    Names,
    Pages,
    Record,
    Some,
    Texts,
)


class Event(Record):
    """The congress. `sample` with its `sample_note`: what is made up is said so, to delegates too."""

    id: Id
    start_date: date
    end_date: date
    visits_date: date
    timezone: str
    utc_offset: Annotated[str, StringConstraints(pattern=UTC_OFFSET)]
    default_language: LanguageCode
    languages: Some[LanguageCode]
    expected_delegates: Annotated[int, Field(gt=0)]
    organisers: Many[Line] = ()
    sample: bool = False
    sample_note: Texts | None = None
    name: Names
    theme: Names


class Contacts(Record):
    """Whom delegates turn to when the bot can't help."""

    phone: Line
    email: Line
    emergency: Line
    desk: Names
    place: Names
    hours: Names


class Privacy(Record):
    """What delegates are told about their data. A new `version` asks everybody again.

    As the day `retention_until` begins, everything about people is deleted; as `names_until` begins, the names on
    passenger lists.
    """

    version: Line
    retention_until: date
    names_until: date | None = None
    notice: Texts
    policy: Pages


class Attribution(Record):
    """Whose map data the pins come from; the licence asks to show it."""

    url: Line
    text: Names


class ProgrammeFile(Record):
    """An event file without a fault. Attributes are the file's own keys."""

    schema_version: Literal[1]
    event: Event
    venue: Venue
    contacts: Contacts
    privacy: Privacy
    attribution: Attribution
    cities: Some[City]
    library_kinds: Some[LibraryKind]
    libraries: Some[Library]
    meeting_points: Some[MeetingPoint]
    tags: Many[Tag] = ()
    visits: Some[Visit]
    buses: Many[Bus] = ()
    rules: Rules
