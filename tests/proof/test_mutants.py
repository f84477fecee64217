"""Mutants in short: what may be changed in a line, that a change is noticed, and that the argued lines still stand."""

from pathlib import Path

import pytest

from tests.proof.mutants import TESTS, argued
from tests.proof.mutating import ROOT, mutants_of


def changes(tmp_path: Path, source: str) -> list[str]:
    path = tmp_path / "source.py"
    path.write_text(source, encoding="utf-8")
    return [mutant.becomes for mutant in mutants_of(path)]


def test_boundaries_and_opposites_are_tried(tmp_path: Path) -> None:
    assert changes(tmp_path, "late = now >= leaves and not held") == [
        "now >= leaves and (not held) -> now >= leaves or not held",
        "now >= leaves and (not held) -> not held",
        "now >= leaves and (not held) -> now >= leaves",
        "now >= leaves -> now > leaves",
        "now >= leaves -> now < leaves",
        "not held -> held",
    ]


def test_statements_go_and_numbers_are_missed_by_one(tmp_path: Path) -> None:
    source = "def free(seats: int = 1) -> int:\n    log(seats)\n    return seats\n"
    assert changes(tmp_path, source) == ["1 -> 2", "1 -> 0", "log(seats) -> pass", "return seats -> return None"]


@pytest.mark.parametrize("file", TESTS)
def test_every_argued_mutant_still_exists(file: str) -> None:
    existing = {(mutant.function, mutant.line, mutant.becomes) for mutant in mutants_of(ROOT / file)}
    assert argued(file) <= existing


def test_no_rule_is_left_out() -> None:
    rules = {f"bot/rules/{path.name}" for path in (ROOT / "bot" / "rules").glob("*.py")} - {"bot/rules/__init__.py"}
    assert rules <= set(TESTS)
