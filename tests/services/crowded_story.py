"""The booking story where people also tap at the same moment: what locks are for. On PostgreSQL alone.

SQLite has one write connection: nothing happens at the same time there.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bot.rules.booking import NoSeats
from bot.services import booking
from bot.services.booking import Booked
from tests.services.story import ServerDesk, Story, facts_of, keys, people


class CrowdedStory(Story):
    """A story with rushes in it."""

    desk: ServerDesk

    @rule(taps=st.lists(st.tuples(people, keys), min_size=2, max_size=5), twice=st.booleans())
    def rush(self, taps: list[tuple[int, str]], twice: bool) -> None:
        """Several taps at once in two replicas, some of them by one person; `twice`: the first of them comes again."""
        asked = []
        for who, key in taps:
            self.causes += 1
            visit = self._visit(key)
            asked.append(
                {
                    "delegate_id": self.world.people[who],
                    "visit_id": visit.id,
                    "visit_version": visit.version,
                    "congress": self.world.congress,
                    "now": self.now,
                    "cause": f"update/{self.causes}",
                }
            )
        outcomes = self.desk.book_at_once([*asked, asked[0]] if twice else asked)
        self.facts = self.desk.run(facts_of)
        if twice:
            assert type(outcomes.pop()) is type(outcomes[0])
        for (who, key), one, outcome in zip(taps, asked, outcomes, strict=True):
            if isinstance(outcome, Booked):
                self.done.append((self._again(one), outcome))
                self._seat_fits_the_day(who, self._visit(key))
                self.reached["booked in a rush"] += 1
            elif isinstance(outcome.refusal, NoSeats):
                assert not self._fits(self._visit(key), 1), "refused, and there is a seat"
                self.reached["too late in a rush"] += 1

    def _again(self, asked: dict[str, Any]) -> Any:
        return lambda: self.desk.run(booking.book_seat, **asked)
