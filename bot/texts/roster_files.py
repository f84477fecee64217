"""Rosters as files: the lines above, the columns and cells, what stands at the foot of a page. All plain text."""

from datetime import datetime

from bot.language import Language
from bot.services.rosters import ListKind, Passenger, Roster
from bot.texts.markup import NAMELESS, esc
from bot.texts.rosters import change_lines, head_lines, more_lines, place, title
from storage.records import Congress, Rider


def lines_above(say: Language, shown: Roster, *, congress: Congress, now: datetime) -> list[str]:
    """Return what stands above the rows: what, when, version, how many, offers, answers; then what is different."""
    return [
        *head_lines(say, shown, congress=congress, now=now),
        *more_lines(say, shown),
        *change_lines(say, shown.edition),
    ]


def columns(say: Language, shown: Roster) -> list[str]:
    """Name the columns of the list as a file."""
    # Translators: column of a passenger list: the number of the row.
    number, called = say.gettext("No."), say.gettext("Name")
    visit = [say.gettext("Visit")] if shown.visit is None else []
    code, kind = say.gettext("Code"), say.gettext("Traveller")
    # Translators: column of a passenger list; its cells say yes or no.
    reached = say.gettext("Reached by the bot")
    # Translators: column of a passenger list; its cells say yes, no, or that a place is missing.
    wheelchair = say.gettext("Wheelchair place")
    if shown.kind is ListKind.WAITING:
        # Translators: column of a waiting list: 1 for who is first in line.
        return [number, called, *visit, say.gettext("Place in the list"), code, kind, reached, wheelchair]
    # Translators: column of a passenger list: the answer of the evening before, yes or nothing.
    coming = say.gettext("Is coming")
    return [number, called, *visit, say.gettext("Bus"), code, kind, reached, wheelchair, coming]


def cells(say: Language, shown: Roster) -> list[list[str]]:
    """Return the rows of the list as a file, a rider a row, in the order of `columns`; the name is the second cell."""
    return [_cells(say, shown, position, passenger, rider) for position, passenger, rider in shown.rows()]


def caption(say: Language, shown: Roster, *, congress: Congress, now: datetime) -> str:
    """Say under a file what it is: kind, what of, time, version, how many."""
    what, *rest = head_lines(say, shown, congress=congress, now=now)
    return "\n".join([f"📋 <b>{esc(title(say, shown))}</b>", esc(what), *map(esc, rest)])


def page_line(say: Language, *, page: int, pages: str) -> str:
    """Number a page; `pages` may be what a document puts the number for at its end."""
    # Translators: at the foot of a printed list.
    return say.gettext("Page {page} of {pages}").format(page=page, pages=pages)


def missing_letters(say: Language) -> str:
    """Say what a line in place of a name means."""
    return say.gettext("A line in place of a name: its letters cannot be printed here. Look for the code with /find.")


def _cells(say: Language, shown: Roster, position: int, passenger: Passenger, rider: Rider) -> list[str]:
    booking, bus = passenger.booking, shown.bus_of(passenger.booking)
    visit = [shown.visits[booking.visit_id].key] if shown.visit is None else []
    waits = shown.kind is ListKind.WAITING
    row = [str(position), rider.name or NAMELESS, *visit]
    row.append(place(say, passenger) if waits else bus.label if bus else "")
    traveller = traveller_kind(say, is_owner=rider.is_owner)
    row += [booking.code, traveller, yes_no(say, yes=passenger.reachable), _wheelchair_cell(say, passenger, rider)]
    if not waits:
        row.append("" if booking.coming_at is None else yes_no(say, yes=True))
    return row


def _wheelchair_cell(say: Language, passenger: Passenger, rider: Rider) -> str:
    if passenger.lacks_wheelchair_place and rider.is_owner:
        return say.gettext("needs a wheelchair place, has none")
    return yes_no(say, yes=rider.wheelchair)


def traveller_kind(say: Language, *, is_owner: bool) -> str:
    """Say on a roster whether the person signed up or comes along."""
    # Translators: cell of a passenger list: who signed up, or who comes along.
    return say.gettext("delegate") if is_owner else say.gettext("companion")


def yes_no(say: Language, *, yes: bool) -> str:
    """Return yes or no."""
    return say.gettext("yes") if yes else say.gettext("no")
