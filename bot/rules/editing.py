"""Texts that organizers write: which there are, what each is called in a command, what it says, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from storage.records import Congress, Visit, Words

CONGRESS: Final = "congress"
"""The name by which the texts of the whole congress are asked for."""


class Place(StrEnum):
    """What a text is of."""

    VISIT = "visit"
    LIBRARY = "library"
    POINT = "point"
    CONGRESS = "congress"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the languages of the congress; `id` names the library or the meeting point."""

    place: Place
    id: str
    field: str

    @property
    def section(self) -> str:
        """Return the table of the event file in which it stands."""
        match self.place:
            case Place.VISIT:
                return "visits"
            case Place.LIBRARY:
                return "libraries"
            case Place.POINT:
                return "meeting_points"
            case Place.CONGRESS:
                return "event" if self.field in _OF_EVENT else "contacts"

    @property
    def path(self) -> str:
        """Return where it stands in the event file; of a visit, its key alone."""
        return "/".join(part for part in (self.section, self.id, self.field) if part)

    @property
    def typed(self) -> str:
        """Return how it is named in a command, beside the visit or the congress: title, nab/name, place."""
        match self.place:
            case Place.LIBRARY:
                return f"{self.id}/{self.field}"
            case Place.POINT:
                return "meeting"
            case Place.VISIT | Place.CONGRESS:
                return self.field

    @property
    def is_one_line(self) -> bool:
        """Say whether it is a name rather than sentences."""
        return self.field not in _SENTENCES

    @property
    def is_on_tickets(self) -> bool:
        """Say whether a ticket shows it."""
        return self.place is Place.POINT or (self.place is Place.VISIT and self.field != "about")


_OF_EVENT: Final = frozenset({"name", "sample_note"})
_SENTENCES: Final = frozenset({"about", "bring", "payment", "description", "sample_note"})
_NAMES: Final = frozenset({"name", "short", "desk"})
"""Names may be the same in two languages, as "Astana IT University" is."""
_OF_VISIT: Final = ("title", "about", "bring", "payment")
_OF_LIBRARY: Final = ("name", "short", "address", "description")
_OF_CONGRESS: Final = ("name", "sample_note", "desk", "place", "hours")
_ALSO_CALLED: Final[Mapping[str, str]] = {"notes": "about", "description": "about", "place": "meeting"}


def texts_of_visit(visit: Visit) -> tuple[Text, ...]:
    """Return what is said of a visit: its own texts, its meeting point's, its libraries' in the order of the stops."""
    own = [field for field in _OF_VISIT if field != "payment" or visit.price_eur]
    return (
        *(Text(Place.VISIT, "", field) for field in own),
        Text(Place.POINT, visit.meeting_point, "name"),
        *(Text(Place.LIBRARY, stop, field) for stop in visit.stops for field in _OF_LIBRARY),
    )


def texts_of_congress(congress: Congress) -> tuple[Text, ...]:
    """Return what is said of the congress and its desk. The privacy notice is not among it: consent hangs on it."""
    fields = [field for field in _OF_CONGRESS if field != "sample_note" or congress.sample_note is not None]
    return tuple(Text(Place.CONGRESS, "", field) for field in fields)


def named(typed: str, texts: tuple[Text, ...]) -> Text | None:
    """Return the text that is called so in a command; "notes" and "description" are a visit's text about it."""
    wanted = typed.lower()
    known = {text.typed: text for text in texts}
    return known.get(wanted) or known.get(_ALSO_CALLED.get(wanted, ""))


def words_now(text: Text, visit: Visit | None, congress: Congress) -> Words | None:
    """Return what the text says; None where it says nothing, or there is none such."""
    found: Words | None
    match text.place:
        case Place.VISIT:
            found = None if visit is None else getattr(visit, text.field)
        case Place.LIBRARY:
            found = getattr(congress.libraries[text.id], text.field)
        case Place.POINT:
            found = congress.meeting_points[text.id].name
        case Place.CONGRESS:
            found = getattr(congress if text.section == "event" else congress.contacts, text.field)
    return found


def with_words(
    text: Text, words: Words | None, visit: Visit | None, congress: Congress
) -> tuple[Visit | None, Congress]:
    """Return visit and congress as they are once the text says this."""
    changed: dict[str, Any] = {text.field: words}
    match text.place:
        case Place.VISIT:
            assert visit is not None
            return replace(visit, **changed), congress
        case Place.LIBRARY:
            library = replace(congress.libraries[text.id], **changed)
            return visit, replace(congress, libraries={**congress.libraries, text.id: library})
        case Place.POINT:
            point = replace(congress.meeting_points[text.id], **changed)
            return visit, replace(congress, meeting_points={**congress.meeting_points, text.id: point})
        case Place.CONGRESS if text.section == "event":
            return visit, replace(congress, **changed)
        case Place.CONGRESS:
            return visit, replace(congress, contacts=replace(congress.contacts, **changed))


def gaps(text: Text, words: Words | None, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Return the languages in which the text is missing: it has no words there, or those of another one before it.

    The event file asks for words in each language, so who has no translation copies another language's. Names, and
    what nobody says in any language, are no gap.
    """
    if words is None:
        return ()
    missing, seen = [], set[str]()
    for code in languages:
        said = words.get(code, "").strip()
        if not said or (said in seen and text.field not in _NAMES and any(letter.isalpha() for letter in said)):
            missing.append(code)
        seen.add(said)
    return tuple(missing)
