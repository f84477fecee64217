"""The story of buses that shrink, with buses that are put together and parties that an organizer moves.

What may be put together or moved, and what it comes to, is judged a second time here, from the bare rows.
"""

from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bot.services import moving
from bot.services.acts import RECALL
from bot.services.cutting import WITHDRAWN
from bot.services.moving import Moved, MoveShown
from bot.services.swapping import OTHER_BUS
from tests.services.cutting_story import CuttingStory
from tests.services.story import rarely
from tests.services.test_import_acts import arguments as arguments_of
from tests.services.test_import_acts import file_of
from tests.services.world import OWNER, Document, table

pairs = st.sampled_from([("B01", "B02"), ("B02", "B01"), ("B02", "B01"), ("B05", "B01"), ("B02", "B02")])
places = st.sampled_from(["nab-am", "pres-am", "nab-pres-pm", "B01", "B02", "B02", "B05", "B03"])


class ConsoleStory(CuttingStory):
    """One congress whose organizers do all that they can."""

    @staticmethod
    def programme() -> Document:
        """As ever, with a second bus of the first visit that all of the first one fit on."""
        of = CuttingStory.programme()
        table(of, "buses", "B02")["seats"] = 4
        return of

    # What organizers do.

    @rule(pair=pairs)
    def merge(self, pair: tuple[str, str]) -> None:
        """Shown, confirmed and a minute later, with nothing between."""
        bus, into = (self._bus(label) for label in pair)
        expected = self._may_merge(bus, into)
        shown = self._show("merge", pair[0], {"bus": pair[0], "into": pair[1]})
        assert (shown is not None) == expected, pair
        if shown is not None:
            self._confirm(shown)
            self.now += RECALL
            self._tick()

    @precondition(lambda self: self._seldom())
    @rule(seats=st.dictionaries(st.sampled_from(["B01", "B02", "B05", "B03"]), st.integers(1, 5), min_size=1))
    def bring_a_file(self, seats: dict[str, int]) -> None:
        """With other numbers of seats; shown, confirmed and a minute later, with nothing between."""
        of = self.desk.run(file_of, **seats)
        if not any(row.label in seats and seats[row.label] < row.seats_taken for row in self.facts["buses"]):
            return
        self.causes += 1
        arguments = self.desk.run(arguments_of, of, digest=f"file {self.causes}")
        shown = self._show("import", "event.toml", arguments)
        if shown is not None:
            self._confirm(shown)
            self.now += RECALL
            self._tick()

    @precondition(lambda self: self._rows("booked"))
    @rule(data=st.data(), name=places, stale=rarely, late=rarely)
    def move(self, data: st.DataObject, name: str, stale: bool, late: bool) -> None:
        """Shown and confirmed: what was shown is what happens, and one that something has overtaken is shown again."""
        row = data.draw(st.sampled_from(self._rows("booked")))
        visit_id, bus_id = self._where_to(row, name)
        visit = next(each for each in self.facts["visits"] if each.id == visit_id)
        expected = self._may_move(row, visit, self._bus_of(bus_id))
        before = self.facts
        shown = self.desk.run(
            moving.show_move, actor=OWNER, code=row.code, name=name, congress=self.world.congress, now=self.now
        )
        self.facts = self.desk.run(self._facts)
        assert self.facts == before, "a preview changed something"
        assert isinstance(shown, MoveShown) == expected, shown
        if not isinstance(shown, MoveShown):
            return
        assert (shown.ticket.visit.id, shown.ticket.booking.bus_id) == (visit.id, bus_id)
        outcome = self._act(
            moving.move_booking,
            succeeds=Moved,
            actor=OWNER,
            booking_id=row.id,
            booking_version=row.version - stale,
            visit_id=visit.id,
            visit_version=visit.version,
            bus_id=bus_id,
            passed=shown.passed + late,
            congress=self.world.congress,
        )
        assert isinstance(outcome, Moved) == (not stale and not late), outcome
        if isinstance(outcome, Moved):
            sits = outcome.ticket.booking
            assert (sits.visit_id, sits.bus_id, sits.party) == (visit.id, bus_id, row.party)
            assert sits.delegate_id == row.delegate_id
            self.reached["moved to another visit"] += visit.id != row.visit_id
            self.reached["moved to another bus"] += visit.id == row.visit_id
            self.reached["moved past a line"] += bool(shown.passed)

    def _was_done(self, row: Any, planned: Any) -> None:
        super()._was_done(row, planned)
        if row.kind == "import":
            self._was_brought(row)
        if row.kind == "merge":
            parties = {each.id: each.party for each in self.facts["bookings"]}
            told = [each for each in self.facts["outbox"] if (each.kind, each.act_id) == (OTHER_BUS, row.id)]
            assert sum(parties[each.booking_id] for each in told) == row.preview["people"], "not as it was shown"
            assert len({each.booking_id for each in told}) == len(told)
            self.reached["merged with people"] += bool(told)
            self.reached["merged with offers"] += bool(row.preview["offers"])

    def _was_brought(self, row: Any) -> None:
        """The buses have the seats of the file, and so many people have left them as was shown."""
        parties = {each.id: each.party for each in self.facts["bookings"]}
        of_act = [each for each in self.facts["outbox"] if each.act_id == row.id]
        for kind, what in (("seat-lost", "leaving"), (OTHER_BUS, "other_bus")):
            moved = sum(parties[each.booking_id] for each in of_act if each.kind == kind)
            assert moved == _sum(row.preview, what), ("not as it was shown", kind, row.preview)
        # What is held for somebody who is asked to leave another bus is withdrawn without a word: it was no promise.
        assert sum(each.kind == WITHDRAWN for each in of_act) <= _sum(row.preview, "offers")
        seats = {bus.label: bus.real_seats for bus in self.facts["buses"]}
        for key, number in row.preview.items():
            what, _, label = key.partition("/")
            assert what != "seats" or seats[label] == number
        self.reached["brought a file with smaller buses"] += bool(of_act)

    # What must hold after each step.

    @invariant()
    def everybody_is_told_once(self) -> None:
        """Of each seat once as it is given; who is moved to another bus reads their ticket again."""
        first = Counter(row.key for row in self.facts["outbox"] if row.kind == "ticket" and row.key.count("/") == 1)
        assert first == Counter(f"ticket/{row.id}" for row in self.facts["bookings"] if row.given_at is not None)

    # The second opinion.

    def _may_merge(self, bus: Any, into: Any) -> bool:
        visit = next(each for each in self.facts["visits"] if each.id == bus.visit_id)
        runs = visit.state in ("open", "closed") and self.now < visit.leaves_at
        if not runs or bus.id == into.id or bus.visit_id != into.visit_id or self._closes(bus, into):
            return False
        return bool(bus.seats_taken + into.seats_taken <= into.seats)

    def _may_move(self, row: Any, visit: Any, bus: Any) -> bool:
        here = self._visit_of(row)
        if bus is None or visit.state not in ("open", "closed") or self.now >= min(here.leaves_at, visit.leaves_at):
            return False
        sits_on = self._bus_of(row.bus_id)
        if self._closes(sits_on, bus) or row.bus_id == bus.id or row.party > bus.seats - bus.seats_taken:
            return False
        if visit.id == here.id:
            return True
        who = self.world.people.index(row.delegate_id)
        left = self._room(visit) - visit.held_back - visit.seats_taken
        return row.party <= left and self._fits_the_day(who, visit, giving_up=[row.id])

    def _where_to(self, row: Any, name: str) -> tuple[int, int]:
        """The visit and bus that a name means: of a visit the fullest with room, of one's own visit the own bus."""
        named = next((each for each in self.facts["buses"] if each.label == name), None)
        if named is not None:
            return named.visit_id, named.id
        visit = self._visit(name)
        if visit.id == row.visit_id:
            return visit.id, row.bus_id
        of_it = [each for each in self.facts["buses"] if each.visit_id == visit.id]
        fits = [each for each in of_it if row.party <= each.seats - each.seats_taken]
        if not fits:
            return visit.id, max(of_it, key=lambda each: each.seats - each.seats_taken).id
        return visit.id, min(fits, key=lambda each: (each.seats - each.seats_taken, each.id)).id

    def _bus(self, label: str) -> Any:
        return next(row for row in self.facts["buses"] if row.label == label)

    def _bus_of(self, bus_id: int | None) -> Any:
        return next((row for row in self.facts["buses"] if row.id == bus_id), None)

    def _closes(self, *buses: Any) -> bool:
        return any(bus is not None and bus.closing_to is not None for bus in buses)


def _sum(preview: Any, what: str) -> int:
    return sum(number for key, number in preview.items() if key.startswith(f"{what}/"))
