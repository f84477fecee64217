"""Looking for a visit: what fits the filters or comes nearest, and what a name in any script and spelling means."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.rules.agenda import is_coming
from bot.rules.filtering import Filters, Match, matches
from bot.rules.spelling import closest, keys
from bot.services.drafts import DRAFT_LIFE
from bot.services.visits import Choice, listed_visits
from storage import Tx, bookings, drafts
from storage.records import Congress, HeldSeat, Visit

HOURS = "hours"
"""The kind of a draft that waits for hours to be typed."""
_NEAREST = 3
_MOST_NAMED = 5
_NAMED = 0.62
"""So much of what was typed must name a visit: "university" beside a word that nothing bears is too little."""
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a search. `fitting` in the order of the day; where it is empty, `nearest` is not, if any is left."""

    filters: Filters
    fitting: tuple[Match, ...]
    nearest: tuple[Match, ...]
    visits: tuple[Visit, ...]
    """All that there is to look through."""
    held: tuple[HeldSeat, ...] = ()


def find(tx: Tx, *, filters: Filters, delegate_id: int, congress: Congress, now: datetime) -> Found:
    """Hold the visits against the filters, beside the seats the person holds."""
    visits = listed_visits(tx)
    ordered = matches(visits, filters, congress=congress, now=now)
    fitting = tuple(match for match in ordered if match.fits)
    return Found(
        filters=filters,
        fitting=fitting,
        nearest=() if fitting else ordered[:_NEAREST],
        visits=visits,
        held=bookings.held_by(tx, delegate_id),
    )


def find_named(tx: Tx, *, typed: str, delegate_id: int, congress: Congress, now: datetime) -> Choice | None:
    """Return the visits that the typed words name, the likeliest first; None where they name none.

    Names are those of visits, libraries, kinds, cities and themes, in every language of the event file.
    """
    if len(typed) > _LONGEST_NAME:
        return None
    coming = [visit for visit in listed_visits(tx) if is_coming(visit, now=now)]
    bags = [_bag(tuple(_names(visit, congress))) for visit in coming]
    wanted = [word for word in keys(typed) if word not in _SMALL and (len(word) > 1 or word.isdigit())]
    found = closest(wanted, bags, least=_NAMED, most=_MOST_NAMED)
    if not found:
        return None
    return Choice(visits=tuple(coming[place] for place in found), held=bookings.held_by(tx, delegate_id))


def begin_hours(tx: Tx, *, delegate_id: int, filters: str, message_id: int | None, now: datetime) -> None:
    """Begin to ask for hours; the other filters, as a button carries them, are kept till they come."""
    drafts.put(
        tx, delegate_id, kind=HOURS, fields={"filters": filters}, message_id=message_id, expires_at=now + DRAFT_LIFE
    )


_SMALL = frozenset(
    keys(
        "the a an of in at to for and i we me you my want would like go see visit visits show find where is are "
        "please no yes book seat sign up library libraries tour в на и с о я мы хочу хотим хотел посетить найти где "
        "покажите визит визиты библиотека библиотеки библиотеку библиотеке имени экскурсия пожалуйста место "
        "запишите запиши мен біз орын жазыңыз және барғым барғымыз келеді қайда көрсет кітапхана кітапханасы "
        "кітапханасына кітапханалар кітапханаға сапар атындағы"
    )
)
"""Words that name nothing: those of asking, and "library" itself."""


def _names(visit: Visit, congress: Congress) -> Iterable[str]:
    yield visit.key
    yield from visit.title.values()
    yield from congress.cities[visit.city].name.values()
    for tag in visit.tags:
        yield from congress.tags[tag].values()
    for stop in visit.stops:
        library = congress.libraries[stop]
        yield library.id
        for words in (library.name, library.short, congress.kinds[library.kind]):
            yield from words.values()


@lru_cache(maxsize=256)
def _bag(names: tuple[str, ...]) -> frozenset[str]:
    """The programme's words are the same for everybody, so their keys are made once."""
    return frozenset(word for name in names for word in keys(name)) - _SMALL
