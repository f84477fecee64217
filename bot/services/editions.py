"""Versions of a list: what was given out, to whom, and what is different on it since. No name is kept for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zlib import crc32

from storage import Tx, rosters
from storage.records import Booking, Rider, Visit
from storage.rosters import GivenRoster, Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A rider who is new on a list, not on it any more, on another bus, or written otherwise (name, needs)."""

    name: str
    was: str = ""
    """The bus's label of before and of now, for one who moved."""
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A list's version, what it replaces and what is different since."""

    version: int
    is_given: bool
    """Somebody has this version; else it would become this one as it is given out."""
    replaces: int | None = None
    replaced_at: datetime | None = None
    joined: tuple[Change, ...] = ()
    left: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    rewritten: tuple[Change, ...] = ()

    @property
    def has_changes(self) -> bool:
        return bool(self.joined or self.left or self.moved or self.rewritten)


def listed(listing: Iterable[Booking]) -> tuple[Listed, ...]:
    """Return the rows of these parties as they are kept of a list that is given out."""
    return tuple((rider.id, booking.bus_id or 0, _mark(rider)) for booking in listing for rider in booking.riders)


def _mark(rider: Rider) -> int:
    """Return 16 bits that change with what a row says of a rider, and from which nobody reads a name."""
    return crc32(f"{rider.name}|{rider.wheelchair}".encode()) & 0xFFFF


def edition_of(
    tx: Tx, name: str, listed: tuple[Listed, ...], *, reader: int | None, seen: Mapping[int, Visit]
) -> Edition:
    """Return which version of the list these rows are, what it replaces for this reader, and what differs."""
    newest = rosters.newest(tx, name)
    if newest is None:
        return Edition(version=1, is_given=False)
    is_given = set(newest.listed) == set(listed)
    version = newest.version + (not is_given)
    former = rosters.before(tx, name, version=version, delegate_id=reader)
    if former is None:
        return Edition(version=version, is_given=is_given)
    return replace(
        changes_since(tx, former, listed, seen=seen),
        version=version,
        is_given=is_given,
        replaces=former.version,
        replaced_at=former.given_at,
    )


def changes_since(tx: Tx, former: GivenRoster, listed: Sequence[Listed], *, seen: Mapping[int, Visit]) -> Edition:
    """Return what is different between a list that somebody has and the one of now."""
    was, are = ({rider: (bus, mark) for rider, bus, mark in each} for each in (former.listed, listed))
    names = rosters.names_of(tx, was.keys() | are.keys())
    labels = {bus.id: bus.label for visit in seen.values() for bus in visit.buses}

    def change(rider: int) -> Change:
        label_was, label = (labels.get(each[rider][0], "") if rider in each else "" for each in (was, are))
        return Change(name=names.get(rider, ""), was=label_was, now=label)

    both = [rider for rider in are if rider in was]
    return Edition(
        version=former.version,
        is_given=True,
        joined=tuple(change(rider) for rider in are if rider not in was),
        left=tuple(change(rider) for rider in was if rider not in are),
        moved=tuple(change(rider) for rider in both if was[rider][0] != are[rider][0]),
        rewritten=tuple(change(rider) for rider in both if was[rider][1] != are[rider][1]),
    )
