"""The booking story with waiting lists: join, wish, take, decline, let offers run out, in any order with all the rest.

Who has a right to a seat is judged a second time here, from the bare rows and by other code than bot/rules/waiting.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bot.rules.hours import offer_deadline
from bot.services import booking, waiting
from bot.services.booking import Booked, Released
from bot.services.lines import serve_lines
from bot.services.standing import MOST_WISHES, Offered, Wait
from bot.services.waiting import LeftLine
from tests.house import at
from tests.services.story import MINUTE, Story, people, rarely, tight_congress
from tests.services.world import Document, put_party, table

HOUR = 60 * MINUTE
keys = st.sampled_from(["nab-am", "pres-am", "nab-pres-pm"])
ZONE = ZoneInfo("Asia/Almaty")


class WaitingStory(Story):
    """One congress in which people wait."""

    @staticmethod
    def programme() -> Document:
        """So few seats that people wait: two on nab-am, one on pres-am at nearly the same time, two after both."""
        of = tight_congress()
        table(of, "visits", "nab-pres-pm")["capacity"] = 3
        table(of, "buses", "B02")["seats"] = 1
        table(of, "buses", "B05")["seats"] = 1
        table(of, "buses", "B01")["seats"] = 1
        return of

    # What people do.

    @rule(who=people, key=keys, party=st.sampled_from([1, 1, 2, 3]), forgets=rarely)
    def join(self, who: int, key: str, party: int, forgets: bool) -> None:
        if party > 1 and not forgets:
            names = [f"Companion {number}" for number in range(1, party)]
            self.desk.run(put_party, self.world.people[who], key, *names, congress=self.world.congress, now=self.now)
            self.facts = self.desk.run(self._facts)
        visit = self._visit(key)
        expected = self._may_join(who, visit, party, replaces=None) and self._names_are_typed(who, visit, party)
        self._join(who, visit, expected, party=party)

    @precondition(lambda self: self._rows("booked"))
    @rule(key=keys, data=st.data())
    def join_and_keep_a_seat(self, key: str, data: st.DataObject) -> None:
        kept = data.draw(st.sampled_from(self._rows("booked")))
        who, visit = self.world.people.index(kept.delegate_id), self._visit(key)
        self._join(who, visit, self._may_join(who, visit, 1, replaces=kept.id), replaces=kept.id)

    @precondition(lambda self: self._rows("waiting"))
    @rule(key=keys, data=st.data())
    def join_beside(self, key: str, data: st.DataObject) -> None:
        other = data.draw(st.sampled_from(self._rows("waiting")))
        who, visit = self.world.people.index(other.delegate_id), self._visit(key)
        expected = self._may_join(who, visit, other.party, replaces=other.replaces)
        self._join(who, visit, expected, beside=other.id)

    def _join(self, who: int, visit: Any, expected: bool, **asked: Any) -> None:
        before = len(self.facts["bookings"])
        outcome = self._act(
            waiting.join_line,
            succeeds=(Wait, Offered),
            delegate_id=self.world.people[who],
            visit_id=visit.id,
            congress=self.world.congress,
            **asked,
        )
        assert isinstance(outcome, Wait | Offered) == expected, outcome
        if isinstance(outcome, Wait | Offered):
            assert len(self.facts["bookings"]) >= before + 1
            self.reached["joined beside"] += "beside" in asked
            self.reached["joined keeping"] += "replaces" in asked
        elif outcome is not None:
            self.reached[f"join {type(outcome.refusal).__name__}"] += 1

    @precondition(lambda self: self._rows("offered"))
    @rule(data=st.data(), stale=rarely, foreign=rarely)
    def take(self, data: st.DataObject, stale: bool, foreign: bool) -> None:
        row = data.draw(st.sampled_from(self._rows("offered")))
        who = (self.world.people.index(row.delegate_id) + foreign) % len(self.world.people)
        visit = self._visit_of(row)
        expected = (
            not stale
            and not foreign
            and self.now < min(row.offer_until, visit.leaves_at)
            and self._fits_the_day(who, visit, giving_up=[row.id, row.replaces, row.rest_of])
        )
        outcome = self._act(
            waiting.accept_offer,
            succeeds=Booked,
            delegate_id=self.world.people[who],
            booking_id=row.id,
            booking_version=row.version - stale,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Booked) == expected, outcome
        if isinstance(outcome, Booked):
            self.reached["taken"] += 1
            self.reached["moved"] += bool(outcome.given_up)
            self.reached["wish fulfilled"] += row.wish is not None
            alive = [each for each in self.facts["bookings"] if row.wish and each.wish == row.wish]
            assert [each.id for each in alive if each.state != "released"] in ([], [row.id])

    @precondition(lambda self: self._rows("offered", "waiting"))
    @rule(data=st.data(), stale=rarely, foreign=rarely)
    def leave(self, data: st.DataObject, stale: bool, foreign: bool) -> None:
        row = data.draw(st.sampled_from(self._rows("offered", "waiting")))
        who = (self.world.people.index(row.delegate_id) + foreign) % len(self.world.people)
        outcome = self._act(
            waiting.leave_line,
            succeeds=LeftLine,
            delegate_id=self.world.people[who],
            booking_id=row.id,
            booking_version=row.version - stale,
            congress=self.world.congress,
        )
        assert isinstance(outcome, LeftLine) == (not stale and not foreign), outcome

    @precondition(lambda self: self._rows("offered"))
    @rule(data=st.data())
    def wait_for_all(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self._rows("offered")))
        has_rest = any(each.rest_of == row.id for each in self._rows("waiting"))
        outcome = self._act(
            waiting.wait_for_all,
            succeeds=(Wait, Offered),
            delegate_id=row.delegate_id,
            booking_id=row.id,
            booking_version=row.version,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Wait | Offered) == has_rest, outcome
        if has_rest:
            self.reached["waits for all"] += 1
            again = next(each for each in self.facts["bookings"] if each.id == row.id)
            assert again.queue_no == row.queue_no
            assert again.party_least == again.party

    @precondition(lambda self: self._rows("waiting"))
    @rule(data=st.data(), fewer=st.booleans(), any_time=st.booleans())
    def wish(self, data: st.DataObject, fewer: bool, any_time: bool) -> None:
        row = data.draw(st.sampled_from(self._rows("waiting")))
        self.desk.run(
            waiting.change_wish,
            delegate_id=row.delegate_id,
            booking_id=row.id,
            booking_version=row.version,
            fewer=fewer,
            any_time=any_time,
            congress=self.world.congress,
            now=self.now,
        )
        self.facts = self.desk.run(self._facts)

    # What just happens.

    # Here time passes by `tick`, and not so fast that nobody can wait any more; the buses are full to begin with, and
    # what the booking story tells of parties and delays is left to it.

    def wait(self, by: timedelta) -> None:
        """No rule of this story."""

    def book_for_several(self, *_: object) -> None:
        """No rule of this story."""

    def organize(self, *_: object) -> None:
        """No rule of this story."""

    @initialize()
    def begin(self) -> None:
        """The morning before the day before: every seat of the morning is taken."""
        self.now = at("08-20 09:00")
        for who, key in ((0, "nab-am"), (1, "nab-am"), (2, "pres-am")):
            self.book(who, key)

    @precondition(lambda self: self._rows("waiting"))
    @rule(label=st.sampled_from(["B01", "B05", "B03"]), seats=st.integers(1, 3))
    def set_seats(self, label: str, seats: int) -> None:
        self._set_seats(label, seats)

    @precondition(lambda self: self._rows("waiting"))
    @rule(key=keys)
    def delay(self, key: str) -> None:
        self._delay(key, 15)

    def release(self, *_: object) -> None:
        """No rule of this story."""

    @precondition(lambda self: self._in_demand())
    @rule(data=st.data())
    def release_what_is_waited_for(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self._in_demand()))
        self._act(
            booking.release_seat,
            succeeds=Released,
            delegate_id=row.delegate_id,
            booking_id=row.id,
            booking_version=row.version,
            congress=self.world.congress,
        )

    @rule(by=st.sampled_from([10 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, 13 * HOUR]))
    def tick(self, by: timedelta) -> None:
        """Time passes, and the ticker looks at the lines."""
        self.now += by
        self._tick()
        for visit in self.facts["visits"]:
            assert self._next_in_line(visit) is None, f"a seat of {visit.key} is free, and who waits may have it"

    def _tick(self) -> None:
        before = Counter(row.state for row in self.facts["bookings"])
        self.desk.run(serve_lines, congress=self.world.congress, now=self.now)
        for each in self.desk.run(waiting.offers_without_a_question):
            given = self.desk.run(waiting.give_without_question, each, congress=self.world.congress, now=self.now)
            self.reached["given without a question"] += given
        # What was given may have freed a seat elsewhere, whose line has moved in the same transaction.
        self.desk.run(serve_lines, congress=self.world.congress, now=self.now)
        self.facts = self.desk.run(self._facts)
        after = Counter(row.state for row in self.facts["bookings"])
        self.reached["offers ran out"] += before["offered"] > after["offered"]
        assert not [row for row in self._rows("offered") if row.offer_until <= self.now]

    # What must hold after each step.

    @invariant()
    def lines_add_up(self) -> None:
        waiting_on = Counter(row.visit_id for row in self._rows("waiting"))
        for visit in self.facts["visits"]:
            assert visit.waiting == waiting_on[visit.id]
        for row in self._rows("offered"):
            assert row.offer_until <= self._visit_of(row).leaves_at or self._was_delayed(row)

    @invariant()
    def a_wish_has_one_offer(self) -> None:
        wishes = Counter(row.wish for row in self._rows("offered", "booked") if row.wish is not None)
        assert all(number == 1 for number in wishes.values())

    @invariant()
    def nobody_holds_two_seats_at_once(self) -> None:
        """But for what a delay has brought, and for an offer beside the seat that it replaces."""
        held = self._rows("offered", "booked")
        for who in range(len(self.world.people)):
            for row in held:
                if row.delegate_id == self.world.people[who] and not self._was_delayed(row):
                    beside = [each.id for each in held if row.id in (each.replaces, each.rest_of)]
                    replaced = [each.replaces for each in held]  # one of the two counts, not both
                    kept = [row.id, row.rest_of, *beside, *replaced]
                    assert self._fits_the_day(who, self._visit_of(row), giving_up=kept) or self._has_delay(who)

    @invariant()
    def what_happened_is_counted(self) -> None:
        self.reached["offered"] += bool(self._rows("offered"))
        self.reached["offered in part"] += any(row.rest_of for row in self._rows("waiting"))

    @invariant()
    def every_offer_is_told(self) -> None:
        keys = {row.key for row in self.facts["outbox"]}
        for row in self._rows("offered"):
            asked = f"offer/{row.id}/{row.version}" in keys
            assert asked or row.any_time

    @invariant()
    def everybody_is_told_once(self) -> None:
        tickets = Counter(row.booking_id for row in self.facts["outbox"] if row.kind == "ticket")
        assert tickets == Counter(row.id for row in self.facts["bookings"] if row.given_at is not None)

    # The second opinion.

    def _rows(self, *states: str) -> list[Any]:
        return [row for row in self.facts["bookings"] if row.state in states]

    def _in_demand(self) -> list[Any]:
        """Seats for which somebody waits."""
        return [row for row in self._rows("booked") if self._visit_of(row).waiting]

    def _visit_of(self, row: Any) -> Any:
        return next(visit for visit in self.facts["visits"] if visit.id == row.visit_id)

    def _is_held(self, row: Any, who: int) -> bool:
        return bool(row.state in ("booked", "offered") and row.delegate_id == self.world.people[who])

    def _was_delayed(self, row: Any) -> bool:
        return bool(self._visit_of(row).version > 1)

    def _has_delay(self, who: int) -> bool:
        return any(self._was_delayed(row) for row in self.facts["bookings"] if self._is_held(row, who))

    def _free(self, visit: Any) -> int:
        left = self._room(visit) - visit.held_back - visit.seats_taken
        if visit.key == "aitu-walk":
            return max(0, int(left))
        in_buses = [bus.seats - bus.seats_taken for bus in self.facts["buses"] if bus.visit_id == visit.id]
        return int(max(0, min(left, max(in_buses, default=0))))

    def _moves(self, visit: Any) -> bool:
        """Whether anybody could still be asked on this visit."""
        congress = self.world.congress
        opens, leaves_at = at("08-18 09:00"), visit.leaves_at
        deadline = offer_deadline(leaves_at, congress.offers, quiet=congress.quiet_hours, now=self.now, zone=ZONE)
        return bool(opens <= self.now < leaves_at - HOUR and deadline is not None)

    def _kept_until(self, visit: Any) -> datetime:
        leaves: datetime = visit.leaves_at.astimezone(ZONE)
        if leaves.hour >= 12:
            return (leaves - 3 * HOUR).astimezone(ZONE)
        return (leaves - timedelta(days=1)).replace(hour=20, minute=0, second=0, microsecond=0)

    def _ready(self, visit: Any) -> list[Any]:
        """The parties in line that could be offered seats, the first first."""
        line = sorted(
            (r for r in self._rows("waiting") if r.visit_id == visit.id), key=lambda r: (-r.priority, r.queue_no)
        )
        held_wishes = {row.wish for row in self._rows("offered", "booked") if row.wish is not None}
        offered = {row.id for row in self._rows("offered")}
        return [
            row
            for row in line
            if row.rest_of not in offered
            and row.wish not in held_wishes
            and self._fits_the_day(
                self.world.people.index(row.delegate_id), visit, giving_up=[row.replaces, row.rest_of]
            )
        ]

    def _next_in_line(self, visit: Any) -> Any:
        if not self._moves(visit):
            return None
        free = self._free(visit)
        for row in self._ready(visit):
            if 0 < row.party_least <= free:
                return row
            if free and self.now < self._kept_until(visit):
                return None
        return None

    def _overtakes(self, visit: Any) -> bool:
        if not self._moves(visit):
            return False
        ready = self._ready(visit)
        if ready and self.now < self._kept_until(visit):
            return True
        return any(row.party_least <= self._free(visit) for row in ready)

    def _may_book(self, who: int, visit: Any, party: int, *, giving_up: list[int]) -> bool:
        may = super()._may_book(who, visit, party, giving_up=giving_up)
        if may and self._overtakes(visit):
            self.reached["kept from overtaking"] += 1
            return False
        return may

    def _may_join(self, who: int, visit: Any, party: int, *, replaces: int | None) -> bool:
        if not at("08-18 09:00") <= self.now < (visit.closes_at or at("08-21 20:00")) or self.now >= visit.leaves_at:
            return False
        own = [row for row in self._rows("waiting") if row.delegate_id == self.world.people[who]]
        if any(row.visit_id == visit.id for row in own) or len(own) >= MOST_WISHES:
            return False
        seats = [bus.seats for bus in self.facts["buses"] if bus.visit_id == visit.id] or [visit.host_limit]
        held = [row for row in self._rows("booked", "offered") if row.delegate_id == self.world.people[who]]
        if party > min(4, max(seats)) or any(row.visit_id == visit.id for row in held):
            return False
        if party <= self._free(visit) and not self._overtakes(visit):
            return False
        return self._fits_the_day(who, visit, giving_up=[replaces] if replaces else [])
