"""The booking story with changes of mind: one seat back, undo, a move with all, seats given away, people who leave.

What may be undone, moved or taken by a link is judged a second time here, from the bare rows.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bot.services import booking, changing, forgetting, gifts
from bot.services.booking import Booked, Released
from bot.services.forgetting import Forgotten
from bot.services.gifts import Given, Giving
from bot.services.people import agree
from tests.services.story import MINUTE, Story, keys, people, rarely

GIVEN_BACK = "given back"


@dataclass(kw_only=True)
class Link:
    """A seat that a colleague may take."""

    token: str
    booking: int
    rider: int
    giver: int
    ends_at: datetime
    taken: bool = False
    over: bool = False


class ChangingStory(Story):
    """One congress in which people change their minds."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.links: list[Link] = []

    # What people do.

    @precondition(lambda self: self._parties())
    @rule(data=st.data(), stale=rarely, foreign=rarely)
    def release_one(self, data: st.DataObject, stale: bool, foreign: bool) -> None:
        row = data.draw(st.sampled_from(self._parties()))
        rider = data.draw(st.sampled_from(self._riders(row)))
        outcome = self._act(
            changing.release_rider,
            succeeds=Released,
            delegate_id=self._owner_or_next(row, foreign),
            booking_id=row.id,
            booking_version=row.version - stale,
            rider_id=rider.id,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Released) == (not stale and not foreign and not self._has_left(row.visit_id))
        self.reached["one given back"] += isinstance(outcome, Released)

    @precondition(lambda self: self._given_back())
    @rule(data=st.data(), stale=rarely, foreign=rarely)
    def undo(self, data: st.DataObject, stale: bool, foreign: bool) -> None:
        row = data.draw(st.sampled_from(self._given_back()))
        expected = not stale and not foreign and self._may_undo(row)
        outcome = self._act(
            changing.undo_release,
            succeeds=Booked,
            delegate_id=self._owner_or_next(row, foreign),
            booking_id=row.id,
            booking_version=row.version - stale,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Booked) == expected, outcome
        if isinstance(outcome, Booked):
            self.reached["undone"] += 1
            self.reached["one undone"] += row.rest_of is not None

    @precondition(lambda self: self._held())
    @rule(key=keys, data=st.data(), stale=rarely)
    def move(self, key: str, data: st.DataObject, stale: bool) -> None:
        row, visit = data.draw(st.sampled_from(self._held())), self._visit(key)
        who = self.world.people.index(row.delegate_id)
        expected = (
            not stale and not self._has_left(row.visit_id) and self._may_book(who, visit, row.party, giving_up=[row.id])
        )
        names = [rider.name for rider in self._riders(row)]
        outcome = self._act(
            booking.book_seat,
            succeeds=Booked,
            delegate_id=row.delegate_id,
            visit_id=visit.id,
            visit_version=visit.version,
            giving_up=((row.id, row.version - stale),),
            moving=True,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Booked) == expected, outcome
        if isinstance(outcome, Booked):
            self.reached["moved"] += 1
            assert [rider.name for rider in outcome.ticket.booking.riders] == names

    @precondition(lambda self: self._held())
    @rule(data=st.data())
    def give_away(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self._held()))
        rider = data.draw(st.sampled_from(self._riders(row)))
        asked = {"delegate_id": row.delegate_id, "congress": self.world.congress}
        begun = self.desk.run(
            gifts.begin_gift, booking_id=row.id, rider_id=rider.id, message_id=None, now=self.now, **asked
        )
        self.facts = self.desk.run(self._facts)
        if not isinstance(begun, Giving):
            assert self._has_left(row.visit_id)
            return
        token = f"{len(self.links):016}"
        outcome = self._act(gifts.make_gift, succeeds=Given, typed="Colleague", token=token, **asked)
        assert isinstance(outcome, Given), outcome
        leaves_at = next(visit.leaves_at for visit in self.facts["visits"] if visit.id == row.visit_id)
        ends_at = min(leaves_at, self.now + timedelta(days=1))
        for link in self.links:  # a newer link for the same seat takes the place of the older
            link.over |= link.rider == rider.id
        self.links.append(Link(token=token, booking=row.id, rider=rider.id, giver=row.delegate_id, ends_at=ends_at))
        self.reached["seat offered by link"] += 1

    @precondition(lambda self: self.links)
    @rule(who=people, data=st.data())
    def take_by_link(self, who: int, data: st.DataObject) -> None:
        link = data.draw(st.sampled_from(self.links))
        expected = self._may_take(link, who)
        taken = {visit.id: visit.seats_taken for visit in self.facts["visits"]}
        outcome = self._act(
            gifts.take_gift,
            succeeds=Booked,
            delegate_id=self.world.people[who],
            token=link.token,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Booked) == expected, outcome
        assert {visit.id: visit.seats_taken for visit in self.facts["visits"]} == taken, "the seat was free between"
        if isinstance(outcome, Booked):
            link.taken = True
            self.reached["seat taken by link"] += 1

    @precondition(lambda self: self._held())
    @rule(data=st.data(), really=rarely)
    def forget(self, data: st.DataObject, really: bool) -> None:
        if not really:
            return
        row = data.draw(st.sampled_from(self._held()))
        who = self.world.people.index(row.delegate_id)
        me = {"delegate_id": row.delegate_id, "now": self.now}
        question = self.desk.run(forgetting.look_at_leaving, telegram_id=who + 1, **me)
        outcome = self._act(
            forgetting.forget,
            succeeds=Forgotten,
            delegate_id=row.delegate_id,
            key=question.key,
            congress=self.world.congress,
            update_id=self.causes,
        )
        assert isinstance(outcome, Forgotten), outcome
        future = [each for each in self._held() if each.delegate_id == row.delegate_id]
        assert all(self._has_left(each.visit_id) for each in future), "a seat to come is still held"
        assert not [r.name for each in future for r in self._riders(each) if r.name], "a name is left"
        self.left.add(row.delegate_id)
        self.reached["forgotten"] += 1
        back = self.desk.run(
            agree, telegram_id=who + 1, name=f"Person {who + 1}", language="en", notice="1", now=self.now
        )
        assert back.id != row.delegate_id
        self.world = replace(
            self.world, people=tuple(back.id if each == row.delegate_id else each for each in self.world.people)
        )
        self.facts = self.desk.run(self._facts)

    # What must hold after each step.

    @invariant()
    def everybody_is_told_once(self) -> None:
        """Once a booking, and once more after each undo; a part that was split off has no ticket of its own."""
        told = Counter(row.booking_id for row in self.facts["outbox"] if row.kind == "ticket")
        for row in self.facts["bookings"]:
            if row.delegate_id not in self.left:
                assert bool(told[row.id]) == (row.rest_of is None), row

    @invariant()
    def a_seat_is_held_by_one(self) -> None:
        """Each rider sits on one booking, and each link's seat has gone to one person at most."""
        taken = [link.rider for link in self.links if link.taken]
        assert len(taken) == len(set(taken))

    # The second opinion.

    def _held(self) -> list[Any]:
        return [row for row in self._mine() if row.state == "booked"]

    def _parties(self) -> list[Any]:
        return [row for row in self._held() if row.party > 1]

    def _given_back(self) -> list[Any]:
        """Given back just now, or else at all."""
        every = [row for row in self._mine() if row.state == "released" and row.reason == GIVEN_BACK]
        return [row for row in every if self.now - row.released_at <= MINUTE] or every

    def _riders(self, row: Any) -> list[Any]:
        return sorted((r for r in self.facts["riders"] if r.booking_id == row.id), key=lambda rider: rider.position)

    def _owner_or_next(self, row: Any, foreign: bool) -> int:
        return self.world.people[(self.world.people.index(row.delegate_id) + foreign) % len(self.world.people)]

    def _may_undo(self, row: Any) -> bool:
        main = next((each for each in self._held() if each.id == row.rest_of), None)
        if (row.rest_of is not None and main is None) or self.now - row.released_at > MINUTE:
            return False
        visit = next(visit for visit in self.facts["visits"] if visit.id == row.visit_id)
        who = self.world.people.index(row.delegate_id)
        if self._has_left(visit.id) or not self._fits_the_day(who, visit, giving_up=[main.id] if main else []):
            return False
        if self._room(visit) - visit.held_back - visit.seats_taken < row.party:
            return False
        buses = [bus for bus in self.facts["buses"] if bus.visit_id == visit.id and (not main or bus.id == main.bus_id)]
        return visit.key == "aitu-walk" or any(row.party <= bus.seats - bus.seats_taken for bus in buses)

    def _may_take(self, link: Link, who: int) -> bool:
        giver = next((row for row in self._held() if row.id == link.booking), None)
        if link.taken or link.over or self.now >= link.ends_at or giver is None or self.world.people[who] == link.giver:
            return False
        visit = next(visit for visit in self.facts["visits"] if visit.id == giver.visit_id)
        sits = any(rider.id == link.rider for rider in self._riders(giver))
        return sits and not self._has_left(visit.id) and self._fits_the_day(who, visit, giving_up=[])
