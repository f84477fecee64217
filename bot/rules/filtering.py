"""What a person looks for while choosing, which visits fit it, and by how much the others miss it."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Any, assert_never

from bot.rules.agenda import is_coming
from bot.rules.booking import refuse_visit
from bot.rules.gaps import Gap
from bot.rules.seats import is_walk, largest_party
from storage.records import Congress, Library, Visit


class StepFree(StrEnum):
    """Whether a visit has no steps. What nobody has confirmed is unknown, never yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Access(StrEnum):
    """What is wished of step-free access: for certain, or nothing that is known to have steps."""

    CERTAIN = "y"
    NOT_RULED_OUT = "u"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is looked for; None and False look for nothing in particular."""

    gap: Gap = field(default_factory=Gap)
    city: str | None = None
    theme: str | None = None
    language: str | None = None
    kind: str | None = None
    access: Access | None = None
    free: bool = False


class Miss(StrEnum):
    """In what a visit misses the filters."""

    CITY = "city"
    THEME = "theme"
    LANGUAGE = "language"
    KIND = "kind"
    STEPS = "steps"
    STEPS_UNKNOWN = "steps unknown"
    SEATS = "seats"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A visit held against the filters. `early` it wants people before they are free, `late` it brings them back."""

    visit: Visit
    misses: tuple[Miss, ...]
    early: timedelta
    late: timedelta
    spare: timedelta | None
    """Between the return and the end of the gap, where it fits."""
    before_due: timedelta | None
    """Between the return and the moment to be elsewhere, where it fits."""

    @property
    def fits(self) -> bool:
        return not self.misses and not self.early and not self.late

    @property
    def distance(self) -> tuple[int, timedelta, datetime, int]:
        """The nearest first: what misses least, then by the fewest minutes."""
        wrong = len(self.misses) + bool(self.early) + bool(self.late)
        return wrong, self.early + self.late, self.visit.leaves_at, self.visit.id


def matches(visits: Iterable[Visit], filters: Filters, *, congress: Congress, now: datetime) -> tuple[Match, ...]:
    """Hold every visit that will still leave against the filters, the nearest first: what fits, in the day's order."""
    coming = (visit for visit in visits if is_coming(visit, now=now))
    return tuple(sorted((_match(visit, filters, congress, now) for visit in coming), key=lambda match: match.distance))


def _match(visit: Visit, filters: Filters, congress: Congress, now: datetime) -> Match:
    since, until, due = (
        at_minute(minute, congress) for minute in (filters.gap.since, filters.gap.until, filters.gap.due)
    )
    wanted_at = ready_by(visit, doors_close=timedelta(minutes=congress.rules.doors_close_minutes))
    back_by = min((end for end in (until, due) if end is not None), default=None)
    zero = timedelta()
    late = zero if back_by is None else max(zero, visit.returns_at - back_by)
    return Match(
        visit=visit,
        misses=tuple(_misses(visit, filters, congress, now)),
        early=zero if since is None else max(zero, since - wanted_at),
        late=late,
        spare=None if until is None or late else until - visit.returns_at,
        before_due=None if due is None or late else due - visit.returns_at,
    )


def _misses(visit: Visit, filters: Filters, congress: Congress, now: datetime) -> Iterable[Miss]:
    if filters.city is not None and visit.city != filters.city:
        yield Miss.CITY
    if filters.theme is not None and filters.theme not in visit.tags:
        yield Miss.THEME
    if filters.language is not None and filters.language not in visit.guide_languages:
        yield Miss.LANGUAGE
    if filters.kind is not None and all(congress.libraries[stop].kind != filters.kind for stop in visit.stops):
        yield Miss.KIND
    known = step_free(visit, congress.libraries)
    if filters.access is not None and known is StepFree.NO:
        yield Miss.STEPS
    if filters.access is Access.CERTAIN and known is StepFree.UNKNOWN:
        yield Miss.STEPS_UNKNOWN
    if filters.free and not can_be_had(visit, congress=congress, now=now):
        yield Miss.SEATS


def can_be_had(visit: Visit, *, congress: Congress, now: datetime) -> bool:
    """Say whether somebody new can get a seat right now: it is open, a seat is free, and nobody waits for it."""
    return refuse_visit(visit, rules=congress.rules, now=now) is None and largest_party(visit) > 0 and not visit.waiting


def step_free(visit: Visit, libraries: Mapping[str, Library]) -> StepFree:
    """Say what is known of all its stops together: steps at one are steps; "in part" promises nothing."""
    known = {libraries[stop].wheelchair for stop in visit.stops}
    if known & {"no", "partial"}:
        return StepFree.NO
    return StepFree.YES if known == {"yes"} else StepFree.UNKNOWN


def ready_by(visit: Visit, *, doors_close: timedelta) -> datetime:
    """Return when one must be there at the latest: a bus closes its doors before it leaves."""
    return visit.leaves_at if is_walk(visit) else visit.leaves_at - doors_close


def at_minute(minute: int | None, congress: Congress) -> datetime | None:
    """Return this minute of the day of the visits, by the congress's clocks."""
    if minute is None:
        return None
    midnight = datetime.combine(congress.visits_on, time(), tzinfo=timezone(congress.utc_offset))
    return midnight + timedelta(minutes=minute)


class Which(StrEnum):
    """The filters by the letter that rides in a button."""

    GAP = "g"
    CITY = "c"
    THEME = "t"
    LANGUAGE = "l"
    KIND = "k"
    ACCESS = "a"
    FREE = "f"


Value = Gap | Access | str | bool | None

LIKELY_GAPS = (
    Gap(8 * 60, 13 * 60),
    Gap(10 * 60, 14 * 60),
    Gap(13 * 60, 19 * 60),
    Gap(until=13 * 60),
    Gap(until=17 * 60),
    Gap(since=14 * 60),
)
"""Before lunch, around it, after it; back for lunch, back before the evening; free in the afternoon."""


def values(which: Which, visits: Iterable[Visit], congress: Congress) -> tuple[Value, ...]:
    """Return what a filter can be set to: of cities, themes, languages and kinds those that some visit has."""
    there = list(visits)
    match which:
        case Which.GAP:
            return LIKELY_GAPS
        case Which.CITY:
            return _some(congress.cities, {visit.city for visit in there})
        case Which.THEME:
            return _some(congress.tags, {tag for visit in there for tag in visit.tags})
        case Which.LANGUAGE:
            return tuple(dict.fromkeys(code for visit in there for code in visit.guide_languages))
        case Which.KIND:
            return _some(congress.kinds, {congress.libraries[stop].kind for visit in there for stop in visit.stops})
        case Which.ACCESS:
            return tuple(Access)
        case Which.FREE:
            return (True,)
        case _:
            assert_never(which)


def value_of(filters: Filters, which: Which) -> Value:
    """Return what a filter is set to; None where it looks for nothing in particular."""
    value: Value = getattr(filters, _FIELDS[which])
    return None if value in (Gap(), False) else value


def with_value(filters: Filters, which: Which, value: Value) -> Filters:
    """Return the filters with one of them set; None looks for nothing in particular."""
    nothing = {Which.GAP: Gap(), Which.FREE: False}.get(which)
    changed: dict[str, Any] = {_FIELDS[which]: nothing if value is None else value}
    return replace(filters, **changed)


_FIELDS = {
    Which.GAP: "gap",
    Which.CITY: "city",
    Which.THEME: "theme",
    Which.LANGUAGE: "language",
    Which.KIND: "kind",
    Which.ACCESS: "access",
    Which.FREE: "free",
}


def _some(names: Iterable[str], borne: Container[str]) -> tuple[str, ...]:
    """The names in the order of the event file."""
    return tuple(name for name in names if name in borne)
