"""The short form of the bars of kills and outages: the same processes and the same measures, with fewer of each."""

from collections.abc import Iterator

import pytest

from tests.proof.__main__ import BARS
from tests.proof.trial import Trial, new_trial

NAMES = ("intake-crash", "send-crash", "ambiguous", "database-away", "telegram-away", "six-hours-off")


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """A PostgreSQL server of their own, for it is killed; each takes fresh databases."""
    with new_trial(seed=2025, full=False) as short:
        yield short


@pytest.mark.parametrize("name", NAMES)
async def test_a_bar_holds_in_its_short_form(name: str, trial: Trial) -> None:
    lines = [line async for line in BARS[name](trial)]
    assert lines
    assert [line for line in lines if line.holds is False] == []
