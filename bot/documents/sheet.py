"""A list as every kind of file shows it: lines above, columns, rows. One sheet, so that no two files differ."""

from dataclasses import dataclass
from datetime import datetime

from bot.language import Language
from bot.services.rosters import Roster
from bot.texts import roster_files as texts
from bot.texts import rosters
from storage.records import Congress

NAME_COLUMN = 1
"""Where the name stands in every row; the number of the row is the first cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A list in one language. Cells are text; the total above the rows is their number."""

    say: Language
    title: str
    above: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    name: str
    """Of the file, without its ending: no personal data in it, such as roster-B01-v3."""
    made_at: datetime


_CALLED = {"riders": "roster", "waiting": "waiting", "access": "access"}


def sheet_of(say: Language, shown: Roster, *, congress: Congress, now: datetime) -> Sheet:
    """Return the list as it is printed."""
    return Sheet(
        say=say,
        title=rosters.title(say, shown),
        above=tuple(texts.lines_above(say, shown, congress=congress, now=now)),
        columns=tuple(texts.columns(say, shown)),
        rows=tuple(map(tuple, texts.cells(say, shown))),
        name=f"{_CALLED[shown.kind]}-{shown.scope.name}-v{shown.edition.version}",
        made_at=now,
    )
