"""The morning's board: how the buses of a city stand, on a card that is edited by itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.rules.authority import Right, Subject, about, may
from bot.rules.board import BusFacts, by_trouble, has_ended
from bot.rules.reminding import departure
from bot.rules.rounds import round_due
from bot.services.authority import NoAuthority, refusal, refusal_for
from bot.services.organizers import UnknownName
from bot.services.rosters import ListKind, Scope, find_city
from storage import Tx, boards, delegates, fleet, grants, undelivered, visits
from storage.boards import Board
from storage.records import Absent, Bus, City, Congress, Delegate, Role, Visit, VisitState

LATE_AFTER: Final = timedelta(minutes=5)
"""A reminder so long past its moment is one that is not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """A city's buses, the worst first."""

    city: City
    fleet: tuple[BusFacts, ...]
    has_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A board that begins: its row, what it shows, and the message of the one before it."""

    board_id: int
    morning: Morning
    former: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A board with its reader and what it has to show; None: the reader may not see it any more."""

    board: Board
    reader: Delegate
    morning: Morning | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusDetail:
    """A bus with its leaders by name and those of it whom the bot cannot reach."""

    facts: BusFacts
    leaders: tuple[str, ...]
    absent: tuple[Absent, ...]


def begin_boards(
    tx: Tx, *, actor: int, name: str, congress: Congress, now: datetime
) -> tuple[Begun, ...] | NoAuthority | UnknownName:
    """Begin a board of the named city, or of each city with visits that this person may see.

    Each takes the place of the one before it. A card says what stands, so nothing is written into the log.
    """
    if (refused := refusal(tx, actor, Right.BOARD)) is not None:
        return refused
    held = grants.of(tx, actor)
    if name:
        city = find_city(name, congress=congress)
        if city is None:
            return UnknownName(name)
        if (refused := refusal_for(tx, actor, Right.BOARD, Subject(city=city.id), name=city.id)) is not None:
            return refused
        wanted = [city]
    else:
        wanted = [each for each in congress.cities.values() if may(held, Right.BOARD, Subject(city=each.id))]
    reader = delegates.by_telegram_id(tx, actor)
    assert reader is not None
    everything = read_fleet(tx, now=now)
    mornings = [_morning(city, everything, now=now) for city in wanted]
    begun = []
    for morning in mornings:
        if morning.fleet or name:
            board_id, former = boards.begin(tx, delegate_id=reader.id, city=morning.city.id, now=now)
            begun.append(Begun(board_id=board_id, morning=morning, former=former))
    return tuple(begun)


def keep_board(tx: Tx, *, board_id: int, message_id: int, shown: str, now: datetime) -> None:
    """Remember on which message a board stands; from then on it is edited by itself."""
    boards.put(tx, board_id, message_id=message_id, shown=shown, now=now)


def own_board(tx: Tx, *, actor: int, board_id: int, congress: Congress, now: datetime) -> Living | NoAuthority | None:
    """Return a person's own board that lives; None for any other."""
    if (refused := refusal(tx, actor, Right.BOARD)) is not None:
        return refused
    board, reader = boards.read(tx, board_id), delegates.by_telegram_id(tx, actor)
    if board is None or reader is None or board.delegate_id != reader.id:
        return None
    living = _living(tx, board, reader, read_fleet(tx, now=now), congress=congress, now=now)
    return NoAuthority(board.city) if living.morning is None else living


def stop_board(tx: Tx, *, actor: int, board_id: int, congress: Congress, now: datetime) -> Living | NoAuthority | None:
    """End a person's own board; return what it showed last, None for any other."""
    living = own_board(tx, actor=actor, board_id=board_id, congress=congress, now=now)
    if isinstance(living, Living):
        boards.end(tx, board_id)
    return living


def living_boards(tx: Tx, *, congress: Congress, now: datetime) -> tuple[Living, ...]:
    """Return every board that lives, with what it has to show; the buses are counted once for all."""
    living = boards.living(tx)
    if not living:
        return ()
    everything = read_fleet(tx, now=now)
    readers = delegates.read_all(tx, {board.delegate_id for board in living})
    return tuple(
        _living(tx, board, readers[board.delegate_id], everything, congress=congress, now=now) for board in living
    )


def claim_edit(tx: Tx, *, board: Board, now: datetime) -> bool:
    """Take the right to edit a board once, before it is edited: among several processes one has it."""
    return boards.claim(tx, board, now=now)


def note_shown(tx: Tx, *, board: Board, shown: str) -> None:
    """Remember what a board says, once it has been edited."""
    boards.note_shown(tx, board, shown=shown)


def end_board(tx: Tx, *, board_id: int) -> None:
    """End a board whose last edit is out, or whose message is gone."""
    boards.end(tx, board_id)


def bus_detail(tx: Tx, *, actor: int, bus_id: int, now: datetime) -> BusDetail | NoAuthority | None:
    """Return what is to be known of one bus at its bay; None where it does not run any more."""
    if (refused := refusal(tx, actor, Right.BOARD)) is not None:
        return refused
    facts = next((each for each in read_fleet(tx, now=now) if each.bus.id == bus_id), None)
    if facts is None:
        return None
    if (refused := refusal(tx, actor, Right.BOARD, visit=facts.visit, bus=facts.bus)) is not None:
        return refused
    leaders = grants.holders(tx, Role.LEADER, facts.bus.label)
    known = delegates.by_telegram_ids(tx, leaders)
    named = tuple(known[each].name for each in leaders if each in known)
    absent = undelivered.absent(tx, visit_ids=None, bus_id=bus_id)
    return BusDetail(facts=facts, leaders=named, absent=absent)


def read_fleet(tx: Tx, *, now: datetime) -> tuple[BusFacts, ...]:
    """Return how every bus of every visit stands that delegates know of."""
    leaders, listed = grants.by_scope(tx, Role.LEADER), fleet.listed(tx)
    coming, unreachable, untold = fleet.coming(tx), fleet.unreachable(tx), fleet.untold(tx)
    unreminded = fleet.unreminded(tx, due_before=now - LATE_AFTER)
    planned = fleet.planned(tx)
    return tuple(
        BusFacts(
            visit=visit,
            bus=bus,
            is_led=bus.label in leaders,
            coming=coming.get(bus.id, 0),
            unreachable=unreachable.get(bus.id, 0),
            untold=untold.get(bus.id, 0),
            unreminded=unreminded.get(bus.id, 0),
            is_listed=_is_listed(visit, bus.id, leaders.get(bus.label, ()), listed, now=now),
            moved=_moved(visit, bus, planned),
        )
        for visit in visits.read_all(tx)
        if visit.state is not VisitState.DRAFT
        for bus in visit.buses
    )


def _moved(visit: Visit, bus: Bus, planned: Mapping[str, datetime]) -> timedelta:
    """By how much a bus leaves later than it was to: since it was moved alone, or else with its visit."""
    leaves_at = departure(visit, bus)
    was = planned.get(f"bus:{bus.id}")
    return leaves_at - was if was is not None else visit.leaves_at - planned.get(f"visit:{visit.id}", visit.leaves_at)


def _is_listed(
    visit: Visit, bus_id: int, leaders: Collection[int], listed: Collection[tuple[str, int]], *, now: datetime
) -> bool:
    bus = visit.bus(bus_id)
    if round_due(departure(visit, bus), now=now) is None:
        return True
    name = Scope(visit=visit, bus=bus).list_name(ListKind.RIDERS)
    return any((name, leader) in listed for leader in leaders)


def _morning(city: City, everything: Collection[BusFacts], *, now: datetime) -> Morning:
    own = [facts for facts in everything if facts.visit.city == city.id]
    return Morning(city=city, fleet=by_trouble(own, now=now), has_ended=has_ended(own, now=now))


def _living(
    tx: Tx, board: Board, reader: Delegate, everything: Collection[BusFacts], *, congress: Congress, now: datetime
) -> Living:
    held = frozenset() if reader.telegram_id is None else grants.of(tx, reader.telegram_id)
    city = congress.cities.get(board.city)
    if city is None or not may(held, Right.BOARD, Subject(city=city.id)):
        return Living(board=board, reader=reader, morning=None)
    seen = [facts for facts in everything if may(held, Right.BOARD, about(facts.visit, facts.bus))]
    return Living(board=board, reader=reader, morning=_morning(city, seen, now=now))
