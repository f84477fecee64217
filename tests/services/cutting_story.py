"""The story of the waiting lists with buses that shrink, grow, change, and visits that are called off.

Acts are shown, confirmed and due in steps of their own, so that anything may happen between; what a cut comes to is
judged a second time here, from the bare rows.
"""

from collections import Counter
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bot.rules.cutting import ASKED_FOR
from bot.services import acts, asking, swapping
from bot.services.acts import RECALL, ShownAct
from bot.services.cutting import CUT
from bot.services.swapping import Swapped
from storage import Tx, tables
from storage.records import ActState
from tests.house import at
from tests.services.story import Facts, people, rarely
from tests.services.story import facts_of as bare_facts
from tests.services.test_acts import owner_of
from tests.services.waiting_story import WaitingStory, keys
from tests.services.world import OWNER, Document, table

crowd = st.integers(0, 6)
labels = st.sampled_from(["B01", "B01", "B02", "B05", "B03"])


class CuttingStory(WaitingStory):
    """One congress whose buses are never what they were."""

    number = 7

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self.author: int = desk.run(owner_of)
        self.shown: list[ShownAct] = []

    @staticmethod
    def programme() -> Document:
        """A bus of four and one of two on one visit; one elsewhere at nearly the same time, one after both."""
        of = WaitingStory.programme()
        for label, seats in (("B01", 4), ("B02", 1), ("B05", 4), ("B03", 3)):
            table(of, "buses", label)["seats"] = seats
        for key in ("nab-am", "pres-am", "nab-pres-pm"):
            table(of, "visits", key)["capacity"] = 9
        return of

    @initialize()
    def begin(self) -> None:
        """The morning before the day before: the bus of four is full, and two travel elsewhere."""
        self.now = at("08-20 09:00")
        for who, key in (
            (0, "nab-am"),
            (1, "nab-am"),
            (2, "nab-am"),
            (3, "nab-am"),
            (4, "pres-am"),
            (5, "nab-pres-pm"),
        ):
            self.book(who, key)

    # What people do.

    @rule(who=crowd, key=st.sampled_from(["nab-am", "nab-am", "pres-am", "nab-pres-pm"]))
    def book(self, who: int, key: str) -> None:
        self._book(who, key, party=1, names=False, stale=False, giving_up=())

    @rule(who=crowd, key=keys, party=st.sampled_from([1, 1, 2, 3]), forgets=rarely)
    def join(self, who: int, key: str, party: int, forgets: bool) -> None:
        super().join(who, key, party, forgets)

    # What organizers do.

    @rule(label=labels, fewer=st.sampled_from([1, 1, 2]))
    def show_a_cut(self, label: str, fewer: int) -> None:
        self._show_cut(label, fewer)

    @rule(label=labels, fewer=st.sampled_from([1, 1, 2]))
    def cut(self, label: str, fewer: int) -> None:
        """Shown, confirmed and a minute later, with nothing between."""
        shown = self._show_cut(label, fewer)
        if shown is not None:
            self._confirm(shown)
            self.now += RECALL
            self._tick()

    @precondition(lambda self: self.shown)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        self._confirm(data.draw(st.sampled_from(self.shown)))

    @precondition(lambda self: self._seldom())
    @rule(key=st.sampled_from(["pres-am", "nab-pres-pm", "nab-am"]))
    def call_off(self, key: str) -> None:
        shown = self._show("cancelvisit", key, {})
        if shown is not None:
            self._confirm(shown)
            self.now += RECALL
            self._tick()

    @rule(label=labels, seats=st.sampled_from([None, 2, 4]))
    def swap(self, label: str, seats: int | None) -> None:
        bus = next(row for row in self.facts["buses"] if row.label == label)
        visit = next(row for row in self.facts["visits"] if row.id == bus.visit_id)
        before = self._rows("booked")
        outcome = self._act(
            swapping.swap_bus, succeeds=Swapped, actor=OWNER, name=label, seats=seats, bay="9", plate="123ABC01"
        )
        runs = visit.state in ("open", "closed") and self.now < visit.leaves_at
        assert isinstance(outcome, Swapped) == (runs and (seats is None or seats >= bus.seats_taken)), outcome
        if isinstance(outcome, Swapped):
            assert outcome.told == len([row for row in before if row.bus_id == bus.id])

    def _show_cut(self, label: str, fewer: int) -> ShownAct | None:
        taken = next(row.seats_taken for row in self.facts["buses"] if row.label == label)
        return self._show("seats", label, {"seats": max(1, taken - fewer), "bus": label})

    def _show(self, kind: str, name: str, arguments: dict[str, Any]) -> ShownAct | None:
        self.causes += 1
        shown = self.desk.run(
            acts.show_act,
            actor=OWNER,
            delegate_id=self.author,
            kind=kind,
            name=name,
            arguments=arguments,
            congress=self.world.congress,
            now=self.now,
            cause=f"update/{self.causes}",
        )
        before, self.facts = self.facts, self.desk.run(self._facts)
        assert {**self.facts, "acts": []} == {**before, "acts": []}, "a preview changed something"
        if not isinstance(shown, ShownAct):
            self.reached[f"{kind} {type(shown).__name__}"] += 1
            return None
        self.shown.append(shown)
        return shown

    def _confirm(self, shown: ShownAct) -> None:
        self.causes += 1
        self.desk.run(
            acts.plan_act,
            actor=OWNER,
            delegate_id=self.author,
            act_id=shown.act.id,
            revision=shown.act.revision,
            message_id=1,
            congress=self.world.congress,
            now=self.now,
            cause=f"update/{self.causes}",
        )
        self.facts = self.desk.run(self._facts)

    # What passengers do.

    @precondition(lambda self: self._asks())
    @rule(data=st.data(), foreign=st.sampled_from([False] * 5 + [True]))
    def stay(self, data: st.DataObject, foreign: bool) -> None:
        ask = data.draw(st.sampled_from(self._asks()))
        hold, seat = (next(row for row in self.facts["bookings"] if row.id == n) for n in (ask.hold_id, ask.booking_id))
        who = (self.world.people.index(hold.delegate_id) + foreign) % len(self.world.people)
        self.causes += 1
        outcome = self.desk.run(
            asking.stay_on_bus,
            delegate_id=self.world.people[who],
            hold_id=ask.hold_id,
            congress=self.world.congress,
            now=self.now,
            cause=f"update/{self.causes}",
        )
        is_open = hold.state == "offered" or ask.stays_at is not None
        assert (outcome is not None) == (not foreign and seat.state == "booked" and is_open)
        self.reached["stays"] += outcome is not None
        self.facts = self.desk.run(self._facts)

    # What the clock does.

    @precondition(lambda self: self._open_cuts())
    @rule(who=people)
    def the_asking_ends(self, who: int) -> None:
        self.now += ASKED_FOR
        self._tick()

    def _tick(self) -> None:
        planned = {row.id: row for row in self._acts() if row.state == ActState.PLANNED}
        while self.desk.run(acts.run_due, congress=self.world.congress, now=self.now):
            self.facts = self.desk.run(self._facts)
        for row in self._acts():
            if row.id in planned and row.state == ActState.DONE:
                self._was_done(row, planned[row.id])
        open_before = {row.id: row for row in self._open_cuts()}
        while self.desk.run(asking.end_asking, congress=self.world.congress, now=self.now):
            self.facts = self.desk.run(self._facts)
        self.reached["asking ended"] += len(open_before.keys() - {row.id for row in self._open_cuts()})
        super()._tick()
        assert not [row for row in self._open_cuts() if row.asks_until <= self.now]

    def _was_done(self, row: Any, planned: Any) -> None:
        assert row.preview == planned.preview
        self.reached[f"{row.kind} done"] += 1
        cut = next((each for each in self.facts["cuts"] if each.act_id == row.id), None)
        if row.kind == "seats":
            assert (cut is not None) == bool(row.preview["asked"])
            self.reached["asked"] += cut is not None
            self.reached["reseated"] += bool(row.preview["other_bus"])
            self.reached["withdrawn"] += bool(row.preview["offers"])
            self.reached["left at once"] += bool(row.preview["leaving"] and cut is None)

    # What must hold after each step.

    @invariant()
    def seats_add_up(self) -> None:
        """As ever, but that more may sit on a bus that is closing than it is to carry; and never more than before."""
        riders = Counter(row.booking_id for row in self.facts["riders"])
        on_bus: Counter[int | None] = Counter()
        on_visit: Counter[int] = Counter()
        for row in self._rows("booked", "offered"):
            on_bus[row.bus_id] += riders[row.id]
            on_visit[row.visit_id] += riders[row.id]
        for bus in self.facts["buses"]:
            assert 0 <= bus.seats_taken == on_bus[bus.id] <= bus.real_seats
            assert bus.closing_to is None or any(cut.bus_id == bus.id for cut in self._open_cuts())
        for visit in self.facts["visits"]:
            assert visit.seats_taken == on_visit[visit.id]

    @invariant()
    def who_lost_a_seat_was_told_once(self) -> None:
        lost = {row.id for row in self.facts["bookings"] if row.reason == CUT and row.given_at is not None}
        told = Counter(row.booking_id for row in self.facts["outbox"] if row.kind == "seat-lost")
        assert told == Counter(lost)

    @invariant()
    def nobody_is_held_two_seats_for_one(self) -> None:
        holds = Counter(row.replaces for row in self._rows("offered") if row.queue_no is None)
        assert all(number == 1 for number in holds.values())

    @invariant()
    def what_is_asked_is_about_a_seat_that_is_held(self) -> None:
        still = {row.id for row in self._rows("offered", "booked", "released")}
        assert {ask.hold_id for ask in self._asks()} <= still

    @invariant()
    def every_offer_is_told(self) -> None:
        keys = {row.key for row in self.facts["outbox"]}
        asked = {row.slots["hold"] for row in self.facts["outbox"] if row.kind == "seat-asked"}
        followed = {row.slots["next"] for row in self.facts["outbox"] if row.kind in ("seat-lost", "cancelled")}
        for row in self._rows("offered"):
            assert f"offer/{row.id}/{row.version}" in keys or row.any_time or row.id in asked | followed

    @invariant()
    def each_cause_had_one_effect(self) -> None:
        causes = [row.cause for row in self.facts["log"] if row.cause is not None]
        assert len(set(causes)) == len(causes)

    @invariant()
    def everybody_is_told_once(self) -> None:
        tickets = Counter(row.booking_id for row in self.facts["outbox"] if row.kind == "ticket")
        assert tickets == Counter(row.id for row in self.facts["bookings"] if row.given_at is not None)

    @invariant()
    def a_cancelled_visit_holds_nothing(self) -> None:
        cancelled = {row.id for row in self.facts["visits"] if row.state == "cancelled"}
        assert not [row for row in self._rows("booked", "offered", "waiting") if row.visit_id in cancelled]

    # The second opinion.

    @staticmethod
    def _facts(tx: Tx) -> Facts:
        """As bare rows; a closing bus has as many seats as it is to carry."""
        facts = dict(bare_facts(tx))
        facts["buses"] = [_effective(row) for row in facts["buses"]]
        for name in ("acts", "cuts", "asks"):
            of = tables.metadata.tables[name]
            facts[name] = list(tx.execute(of.select().order_by(*of.primary_key)))
        return facts

    def _moves(self, visit: Any) -> bool:
        return bool(visit.state in ("open", "closed") and super()._moves(visit))

    def _may_book(self, who: int, visit: Any, party: int, *, giving_up: list[int]) -> bool:
        return visit.state == "open" and super()._may_book(who, visit, party, giving_up=giving_up)

    def _may_join(self, who: int, visit: Any, party: int, *, replaces: int | None) -> bool:
        return visit.state == "open" and super()._may_join(who, visit, party, replaces=replaces)

    def _delay(self, key: str, minutes: int) -> None:
        if self._visit(key).state != "cancelled":
            super()._delay(key, minutes)

    def _acts(self) -> list[Any]:
        self.facts = self.desk.run(self._facts)
        return list(self.facts["acts"])

    def _open_cuts(self) -> list[Any]:
        return [row for row in self.facts.get("cuts", ()) if row.ended_at is None]

    def _asks(self) -> list[Any]:
        still = {row.id for row in self._open_cuts()}
        return [row for row in self.facts.get("asks", ()) if row.cut_id in still]

    def _seldom(self) -> bool:
        return self.causes % 7 == 6


def _effective(row: Any) -> Any:
    seats = row.seats if row.closing_to is None else min(row.seats, row.closing_to)
    return SimpleNamespace(**{**row._mapping, "seats": seats, "real_seats": row.seats})
