"""A roster as CSV: UTF-8 that Excel opens, and no cell that a spreadsheet takes for a formula."""

import csv
from io import StringIO

from bot.language import Language
from bot.services.organizers import Roster
from bot.texts import organizers
from bot.texts.markup import NAMELESS

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
"""OWASP ASVS 5, 1.2.10, and the carriage return."""


def roster_csv(say: Language, roster: Roster) -> bytes:
    """Return the roster, one rider a row, with a byte order mark so that Excel reads it as UTF-8."""
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(organizers.roster_columns(say))
    position = 0
    for passenger in roster.passengers:
        bus = roster.visit.bus(passenger.booking.bus_id)
        for rider in passenger.booking.riders:
            position += 1
            writer.writerow(
                [
                    str(position),
                    harmless(rider.name) or NAMELESS,
                    bus.label if bus else "",
                    passenger.booking.code,
                    organizers.traveller_kind(say, is_owner=rider.is_owner),
                    organizers.yes_no(say, yes=passenger.reachable),
                    organizers.wheelchair_cell(say, passenger, rider),
                    "" if passenger.booking.coming_at is None else organizers.yes_no(say, yes=True),
                ]
            )
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """Return the text with an apostrophe before what a spreadsheet would run."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def file_name(roster: Roster) -> str:
    """Return such as roster-nab-am.csv or roster-B01-v3.csv: the bus's list has a version."""
    if roster.bus is None:
        return f"roster-{roster.visit.key}.csv"
    return f"roster-{roster.bus.label}-v{roster.bus.roster_version}.csv"
