"""One text of the event file by itself: whether it may stand there, by the rules that the file is checked with."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from storage.programme_file.congress import Contacts, Event
from storage.programme_file.places import Library, MeetingPoint
from storage.programme_file.trips import Visit
from storage.programme_file.values import Record

_TABLES: Final[dict[str, type[Record]]] = {
    "visits": Visit,
    "libraries": Library,
    "meeting_points": MeetingPoint,
    "event": Event,
    "contacts": Contacts,
}


@dataclass(frozen=True, slots=True)
class EmptyText:
    """There are no words in it."""


@dataclass(frozen=True, slots=True)
class LongText:
    """It has `length` characters and may have `most`."""

    length: int
    most: int


def checked_text(section: str, field: str, text: str) -> str | EmptyText | LongText:
    """Return the text as the file would keep it at this key of this table, or why it may not stand there."""
    annotation: Any = _TABLES[section].model_fields[field].annotation
    try:
        kept: str = TypeAdapter(annotation).validate_python({"en": text})["en"]
    except ValidationError as error:
        limits = [each["ctx"]["max_length"] for each in error.errors() if each["type"] == "string_too_long"]
        return LongText(len(text.strip()), limits[0]) if limits else EmptyText()
    return kept
