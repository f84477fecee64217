"""The booking story: any order of acts of delegates, organizers and clocks, and what must hold after each of them.

What may be booked is judged a second time here, from the bare rows and by other code than bot/rules.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, select

from bot.services import booking, organizers
from bot.services.booking import Booked, Released
from bot.services.organizers import Delayed, SeatsSet
from storage import Tx
from storage.database import Database, parse_url
from storage.records import SeatAsked
from storage.seal import Seal
from storage.sqlite import make_engine
from storage.tables import metadata
from tests.house import at
from tests.services.world import OWNER, Document, World, document, put_party, settle, table

MINUTE = timedelta(minutes=1)
KEYS = ("nab-am", "pres-am", "nab-pres-pm", "aitu-walk", "karaganda-day")
LABELS = ("B01", "B02", "B03", "B05", "B14")
PEOPLE = 3
KEPT = ("bookings", "riders", "buses", "visits", "outbox", "log", "drafts")
"""The tables that an act may change, and a refused one must not."""

Facts = Mapping[str, list[Any]]


def facts_of(tx: Tx) -> Facts:
    """Every row of the tables that count."""
    return {name: list(tx.execute(select(metadata.tables[name]).order_by(*metadata.tables[name].primary_key)))
            for name in KEPT}  # fmt: skip


class FileDesk:
    """Runs services on an SQLite file, each in a transaction of its own."""

    def __init__(self, url: str) -> None:
        pragmas = ("journal_mode=WAL", "synchronous=OFF", "foreign_keys=ON")
        self._connection = make_engine(parse_url(url), Seal(()), begin="BEGIN IMMEDIATE", pragmas=pragmas).connect()

    def run(self, service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._connection.begin():
            return service(self._connection, *args, **kwargs)

    def close(self) -> None:
        self._connection.close()


class ServerDesk:
    """Runs services on PostgreSQL, as two replicas of the bot do, in an event loop of their own."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.Runner()
        self._replicas = [self._loop.run(Database.open(url, migrate=False)) for _ in range(2)]

    def run(self, service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self._loop.run(self._replicas[0].run(service, *args, **kwargs))

    def run_at_once(self, service: Callable[..., Any], several: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Run the service for each of these, all at the same time; the answers in their order."""
        return self._all([self._replicas[0].run(service, **asked) for asked in several])

    def book_at_once(self, several: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Book for each of these, all at the same time, by turns in one replica and the other."""
        return self._all(
            [
                replica.run_grouped(
                    SeatAsked(visit_id=asked["visit_id"], delegate_id=asked["delegate_id"]), booking.book_seat, **asked
                )
                for replica, asked in zip(itertools.cycle(self._replicas), several, strict=False)
            ]
        )

    def _all(self, rushing: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
        async def rush() -> list[Any]:
            return await asyncio.gather(*rushing, return_exceptions=True)  # nobody is left behind in the middle

        outcomes = self._loop.run(rush())
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return outcomes

    def close(self) -> None:
        for replica in self._replicas:
            self._loop.run(replica.close())
        self._loop.close()


Desk = FileDesk | ServerDesk


def tight_congress() -> Document:
    """Each limit bites somewhere: two small buses, a host below the bus, a seat held back, a walk that is too near."""
    of = document()
    table(of, "visits", "karaganda-day")["capacity"] = 3
    table(of, "buses", "B02")["seats"] = 2  # with B01 room for four, but not together
    table(of, "buses", "B03")["seats"] = 4
    table(of, "visits", "nab-pres-pm")["held_back"] = 1
    # Twenty minutes after nab-am is back, from another meeting point; over five minutes before nab-pres-pm leaves.
    table(of, "visits", "aitu-walk").update(
        capacity=3, start="2025-08-22T12:20:00+05:00", end="2025-08-22T13:40:00+05:00"
    )
    return of


def begin_anew(tx: Connection, file: Document, *, people: int) -> World:
    for each in reversed(metadata.sorted_tables):
        tx.execute(each.delete())
    return settle(tx, people=people, file=file)


people = st.integers(0, PEOPLE - 1)
keys = st.sampled_from(KEYS)
which_of_them = st.integers(0, 999)
"""One of several, however many there are: where people rush, chance decides that, and Hypothesis must not see it."""
rarely = st.sampled_from([False] * 5 + [True])


class Story(RuleBasedStateMachine):
    """One congress. `reached` counts what happened over all stories, so that a rare branch is not missed for ever."""

    reached: ClassVar[Counter[str]] = Counter()
    number: ClassVar[int] = PEOPLE
    """So many people are there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.world: World = desk.run(begin_anew, self.programme(), people=self.number)
        self.facts: Facts = desk.run(self._facts)
        self.now = at("08-19 10:00")
        self.causes = 0
        self.done: list[tuple[Callable[[], Any], Any]] = []
        """Acts that had an effect, to be repeated, with what they came to."""
        self.left: set[int] = set()
        """Delegate ids of who was forgotten: the log does not know what their updates came to. A repeat, which the
        inbox would not even let in any more, must change nothing."""

    @staticmethod
    def programme() -> Document:
        """The event file of this congress."""
        return tight_congress()

    @initialize(now=st.sampled_from([*["08-19 10:00"] * 5, "08-18 08:30", "08-21 18:30", "08-22 08:00"]))
    def begin(self, now: str) -> None:
        self.now = at(now)

    # What people do.

    @rule(who=people, key=keys)
    def book(self, who: int, key: str) -> None:
        self._book(who, key, party=1, names=False, stale=False, giving_up=())

    @rule(who=people, key=keys, party=st.integers(1, 5), forgets=rarely, stale=rarely)
    def book_for_several(self, who: int, key: str, party: int, forgets: bool, stale: bool) -> None:
        self._book(who, key, party=party, names=not forgets, stale=stale, giving_up=())

    @rule(who=people, key=keys, party=st.integers(1, 3), stale=rarely, all_of_them=st.booleans(), foreign=rarely)
    def replace(self, who: int, key: str, party: int, stale: bool, all_of_them: bool, foreign: bool) -> None:
        own = [row for row in self.facts["bookings"] if self._is_held(row, who) or (foreign and row.state == "booked")]
        given = own if all_of_them else own[:1]
        self._book(
            who, key, party=party, names=True, stale=False, giving_up=tuple((r.id, r.version - stale) for r in given)
        )

    def _book(
        self, who: int, key: str, *, party: int, names: bool, stale: bool, giving_up: tuple[tuple[int, int], ...]
    ) -> None:
        if names and party > 1:
            companions = [f"Companion {number}" for number in range(1, party)]
            congress = self.world.congress
            self.desk.run(put_party, self.world.people[who], key, *companions, congress=congress, now=self.now)
            self.facts = self.desk.run(self._facts)
        visit = self._visit(key)
        expected = (
            not stale
            and self._names_are_typed(who, visit, party)
            and all(self._is_current(who, *given) for given in giving_up)
            and self._may_book(who, visit, party, giving_up=[booking_id for booking_id, _ in giving_up])
        )
        outcome = self._act(
            booking.book_seat,
            succeeds=Booked,
            delegate_id=self.world.people[who],
            visit_id=visit.id,
            visit_version=visit.version - stale,
            party=party,
            giving_up=giving_up,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Booked) == expected, outcome
        if isinstance(outcome, Booked):
            self.reached["booked for several"] += party > 1
            self.reached["replaced"] += bool(giving_up)
            self._seat_fits_the_day(who, self._visit(key))
        else:
            self.reached[type(outcome.refusal).__name__] += 1

    @rule(which=which_of_them, stale=rarely, foreign=rarely)
    def release(self, which: int, stale: bool, foreign: bool) -> None:
        rows = self._mine()
        if not rows:
            return
        row = rows[which % len(rows)]
        owner = self.world.people.index(row.delegate_id)
        who = (owner + foreign) % len(self.world.people)
        visit = next(visit for visit in self.facts["visits"] if visit.id == row.visit_id)
        expected = row.state == "booked" and not stale and not foreign and self.now < visit.leaves_at
        outcome = self._act(
            booking.release_seat,
            succeeds=Released,
            delegate_id=self.world.people[who],
            booking_id=row.id,
            booking_version=row.version - stale,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Released) == expected, outcome
        assert (outcome is None) == foreign

    # What organizers do.

    @rule(data=st.data(), moves=st.booleans())
    def organize(self, data: st.DataObject, moves: bool) -> None:
        if moves:
            self._delay(data.draw(keys), data.draw(st.sampled_from([-90, -30, 15, 30, 120, 300])))
        else:
            self._set_seats(data.draw(st.sampled_from(LABELS)), data.draw(st.integers(0, 6)))

    def _delay(self, key: str, minutes: int) -> None:
        was = self._visit(key)
        outcome = self._act(organizers.delay_visit, succeeds=Delayed, actor=OWNER, name=key, minutes=minutes)
        leaves_at = was.leaves_at + minutes * MINUTE
        assert isinstance(outcome, Delayed) == (leaves_at > self.now)
        if isinstance(outcome, Delayed):
            visit = self._visit(key)
            assert (visit.leaves_at, visit.version) == (leaves_at, was.version + 1)
            booked = {row.id for row in self.facts["bookings"] if row.visit_id == visit.id and row.state == "booked"}
            told = {f"moved/{booking_id}/{visit.version}" for booking_id in booked}
            assert told <= {row.key for row in self.facts["outbox"]}

    def _set_seats(self, label: str, seats: int) -> None:
        bus = next(row for row in self.facts["buses"] if row.label == label)
        outcome = self._act(organizers.set_seats, succeeds=SeatsSet, actor=OWNER, name=label, seats=seats)
        assert isinstance(outcome, SeatsSet) == (seats >= bus.seats_taken)

    # What just happens.

    @rule(by=st.sampled_from([10 * MINUTE, 60 * MINUTE, 600 * MINUTE]))
    def wait(self, by: timedelta) -> None:
        self.now += by

    @rule(which=which_of_them)
    def repeat(self, which: int) -> None:
        """An update that was handled comes again, as after a crash."""
        if not self.done:
            return
        again, first = self.done[which % len(self.done)]
        outcome = again()
        if isinstance(first, Booked) and first.ticket.booking.delegate_id not in self.left:
            assert outcome.ticket.booking.id == first.ticket.booking.id
        before, self.facts = self.facts, self.desk.run(self._facts)
        assert self.facts == before
        self.reached["repeated"] += 1

    def _act(self, service: Callable[..., Any], *, succeeds: type | tuple[type, ...], **asked: Any) -> Any:
        """Run the act under a new cause; a refused one must change nothing."""
        self.causes += 1
        asked |= {"now": self.now, "cause": f"update/{self.causes}"}

        def act() -> Any:
            return self.desk.run(service, **asked)

        outcome = act()
        before, self.facts = self.facts, self.desk.run(self._facts)
        if isinstance(outcome, succeeds):
            self.done.append((act, outcome))
        else:
            assert self.facts == before, "a refused act changed something"
        self.reached[type(outcome).__name__] += 1
        return outcome

    # What must hold after each step.

    @invariant()
    def seats_add_up(self) -> None:
        riders = Counter(row.booking_id for row in self.facts["riders"])
        visit_of_bus, walk = {bus.id: bus.visit_id for bus in self.facts["buses"]}, self._visit("aitu-walk").id
        on_bus: Counter[int | None] = Counter()
        on_visit: Counter[int] = Counter()
        for row in self.facts["bookings"]:
            assert row.party == riders[row.id] >= 1
            if row.state in ("booked", "offered"):
                on_bus[row.bus_id] += riders[row.id]
                on_visit[row.visit_id] += riders[row.id]
                assert row.visit_id == visit_of_bus.get(row.bus_id, walk)
        for bus in self.facts["buses"]:
            assert 0 <= bus.seats_taken == on_bus[bus.id] <= bus.seats
        for visit in self.facts["visits"]:
            assert 0 <= visit.seats_taken == on_visit[visit.id] <= self._room(visit)

    @invariant()
    def everybody_is_told_once(self) -> None:
        tickets = Counter(row.booking_id for row in self.facts["outbox"] if row.kind == "ticket")
        assert tickets == Counter(row.id for row in self.facts["bookings"])

    @invariant()
    def each_cause_had_one_effect(self) -> None:
        causes = [row.cause for row in self.facts["log"] if row.cause is not None]
        assert len(set(causes)) == len(causes) == len(self.done)

    def teardown(self) -> None:
        self.reached["stories"] += 1

    # The second opinion, from bare rows.

    def _visit(self, key: str) -> Any:
        return next(row for row in self.facts["visits"] if row.key == key)

    @staticmethod
    def _facts(tx: Tx) -> Facts:
        return facts_of(tx)

    def _mine(self) -> list[Any]:
        """The bookings of people who are here."""
        return [row for row in self.facts["bookings"] if row.delegate_id in self.world.people]

    def _is_held(self, row: Any, who: int) -> bool:
        return bool(row.state == "booked" and row.delegate_id == self.world.people[who])

    def _is_current(self, who: int, booking_id: int, version: int) -> bool:
        return any(
            self._is_held(row, who)
            and (row.id, row.version) == (booking_id, version)
            and not self._has_left(row.visit_id)
            for row in self.facts["bookings"]
        )

    def _has_left(self, visit_id: int) -> bool:
        return any(row.id == visit_id and row.leaves_at <= self.now for row in self.facts["visits"])

    def _names_are_typed(self, who: int, visit: Any, party: int) -> bool:
        if party == 1:
            return True
        return any(
            row.delegate_id == self.world.people[who]
            and row.fields["visit"] == visit.id
            and len(row.fields["names"]) == party - 1
            and self.now < row.expires_at
            for row in self.facts["drafts"]
        )

    def _room(self, visit: Any) -> int:
        if visit.key == "aitu-walk":
            return int(visit.host_limit)
        return int(min(visit.host_limit, sum(bus.seats for bus in self.facts["buses"] if bus.visit_id == visit.id)))

    def _may_book(self, who: int, visit: Any, party: int, *, giving_up: list[int]) -> bool:
        if not at("08-18 09:00") <= self.now < (visit.closes_at or at("08-21 20:00")) or self.now >= visit.leaves_at:
            return False
        return 1 <= party <= 4 and self._fits(visit, party) and self._fits_the_day(who, visit, giving_up=giving_up)

    def _fits(self, visit: Any, party: int) -> bool:
        free = [bus.seats - bus.seats_taken for bus in self.facts["buses"] if bus.visit_id == visit.id]
        left = self._room(visit) - visit.held_back - visit.seats_taken
        return party <= left and (visit.key == "aitu-walk" or any(party <= each for each in free))

    def _seat_fits_the_day(self, who: int, visit: Any) -> None:
        """The seat that was just given; a delay may bring an overlap later."""
        own = next(row for row in self.facts["bookings"] if self._is_held(row, who) and row.visit_id == visit.id)
        assert self._fits_the_day(who, visit, giving_up=[own.id])
        assert visit.seats_taken <= self._room(visit) - visit.held_back

    def _fits_the_day(self, who: int, visit: Any, *, giving_up: list[int]) -> bool:
        visits = {row.id: row for row in self.facts["visits"]}
        others = [
            visits[row.visit_id]
            for row in self.facts["bookings"]
            if self._is_held(row, who) and row.id not in giving_up
        ]
        slots = [each.details["slot"] for each in [visit, *others]]
        if len(slots) > (1 if "full" in slots else 2):
            return False
        for other in others:
            same_point = other.details["meeting_point"] == visit.details["meeting_point"]
            gap = max(visit.leaves_at - other.returns_at, other.leaves_at - visit.returns_at)
            if other.id == visit.id or other.city != visit.city or gap < (15 if same_point else 30) * MINUTE:
                return False
        return True
