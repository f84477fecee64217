"""The short form of each bar: the same processes and the same measures, with fewer people."""

from collections.abc import Iterator

import pytest

from tests.proof.__main__ import BARS
from tests.proof.trial import Trial, new_trial

NAMES = ("storm", "burst", "cancelling", "fairness", "order", "backlog", "poison", "stop")


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """One PostgreSQL server for all of them; each takes fresh databases."""
    with new_trial(seed=2025, full=False) as short:
        yield short


@pytest.mark.parametrize("name", NAMES)
async def test_a_bar_holds_in_its_short_form(name: str, trial: Trial) -> None:
    lines = [line async for line in BARS[name](trial)]
    assert lines
    assert [line for line in lines if line.holds is False] == []
