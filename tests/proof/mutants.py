"""mutants: one change at a time in the rules and in the booking; what no test notices is argued in survivors.toml."""

import asyncio
import json
import sys
import tomllib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from tests.proof.mutating import ROOT
from tests.proof.trial import Line, Trial

_RULES, _SERVICES = "tests/bot/rules", "tests/services"
TESTS: dict[str, tuple[str, ...]] = {
    "bot/rules/acting.py": (f"{_RULES}/test_acting.py",),
    "bot/rules/agenda.py": (f"{_RULES}/test_agenda.py",),
    "bot/rules/audience.py": (f"{_RULES}/test_audience.py",),
    "bot/rules/authority.py": (f"{_RULES}/test_authority.py", f"{_SERVICES}/test_authority.py"),
    "bot/rules/board.py": (f"{_RULES}/test_board.py",),
    "bot/rules/booking.py": (f"{_RULES}/test_booking.py", f"{_RULES}/test_finding.py", f"{_SERVICES}/test_booking.py"),
    "bot/rules/changing.py": (f"{_RULES}/test_changing.py",),
    "bot/rules/charts.py": (f"{_RULES}/test_charts.py",),
    "bot/rules/clocks.py": (f"{_RULES}/test_clocks.py",),
    "bot/rules/coaches.py": (f"{_RULES}/test_coaches.py",),
    "bot/rules/counter.py": (f"{_RULES}/test_counter.py",),
    "bot/rules/cutting.py": (
        f"{_RULES}/test_cutting.py",
        f"{_SERVICES}/test_cutting.py",
        f"{_SERVICES}/test_cutting_promise.py",
    ),
    "bot/rules/editing.py": (f"{_RULES}/test_editing.py",),
    "bot/rules/feedback.py": (f"{_RULES}/test_feedback.py",),
    "bot/rules/filtering.py": (f"{_RULES}/test_filtering.py",),
    "bot/rules/finding.py": (f"{_RULES}/test_finding.py", f"{_SERVICES}/test_visits.py"),
    "bot/rules/forcing.py": (f"{_RULES}/test_forcing.py",),
    "bot/rules/gaps.py": (f"{_RULES}/test_gaps.py",),
    "bot/rules/gifts.py": (f"{_RULES}/test_gifts.py",),
    "bot/rules/hours.py": (f"{_RULES}/test_waiting.py",),
    "bot/rules/lateness.py": (f"{_RULES}/test_lateness.py",),
    "bot/rules/links.py": (f"{_RULES}/test_links.py",),
    "bot/rules/logbook.py": (f"{_RULES}/test_logbook.py",),
    "bot/rules/merging.py": (f"{_RULES}/test_merging.py", f"{_SERVICES}/test_merging.py"),
    "bot/rules/moving.py": (f"{_RULES}/test_moving.py", f"{_SERVICES}/test_moving.py"),
    "bot/rules/naming.py": (f"{_RULES}/test_naming.py", f"{_RULES}/test_editing.py"),
    "bot/rules/overlapping.py": (f"{_RULES}/test_overlapping.py",),
    "bot/rules/packing.py": (f"{_RULES}/test_packing.py",),
    "bot/rules/passes.py": (f"{_RULES}/test_passes.py",),
    "bot/rules/phrasing.py": (f"{_RULES}/test_phrasing.py",),
    "bot/rules/plan_b.py": (f"{_RULES}/test_plan_b.py",),
    "bot/rules/pushes.py": (f"{_RULES}/test_pushes.py",),
    "bot/rules/questions.py": (f"{_RULES}/test_questions.py",),
    "bot/rules/registered.py": (f"{_RULES}/test_registered.py", f"{_SERVICES}/test_registered.py"),
    "bot/rules/reminding.py": (
        f"{_RULES}/test_reminding.py",
        "tests/storage/test_reminders.py",
        f"{_SERVICES}/test_messages.py",
    ),
    "bot/rules/retention.py": (f"{_RULES}/test_retention.py",),
    "bot/rules/rounds.py": (f"{_RULES}/test_rounds.py",),
    "bot/rules/scheduling.py": (f"{_RULES}/test_scheduling.py",),
    "bot/rules/seats.py": (f"{_RULES}/test_seats.py",),
    "bot/rules/spelling.py": (f"{_RULES}/test_spelling.py",),
    "bot/rules/waiting.py": (f"{_RULES}/test_waiting.py",),
    "bot/rules/watching.py": (f"{_RULES}/test_watching.py",),
    "bot/rules/wording.py": (f"{_RULES}/test_wording.py",),
    "bot/services/booking.py": (
        f"{_SERVICES}/test_booking.py",
        f"{_SERVICES}/test_booking_beside_lines.py",
        f"{_SERVICES}/test_messages.py",
        f"{_SERVICES}/test_changing.py",
        f"{_SERVICES}/test_lines.py",
        f"{_SERVICES}/test_wheelchairs.py",
    ),
    "storage/seats.py": (f"{_SERVICES}/test_booking.py", f"{_SERVICES}/test_wheelchairs.py"),
}
"""The tests that must notice, for each module; what they miss may not be left to luck elsewhere."""
_ARGUED = ROOT / "tests" / "proof" / "survivors.toml"

Key = tuple[str, str, str]


def argued(file: str) -> set[Key]:
    """The mutants of this file that change nothing a caller could notice, each with its reason in the list."""
    listed = tomllib.loads(_ARGUED.read_text(encoding="utf-8"))["survivor"]
    return {(one["function"], one["line"], one["becomes"]) for one in listed if one["file"] == file and one["why"]}


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Every mutant of every file; a few of one in the short form."""
    for file in TESTS if trial.full else ["bot/rules/seats.py"]:
        mutants = await _try_all(file, *([] if trial.full else ["--only", "4"]))
        fates = Counter(mutant["fate"] for mutant in mutants)
        survivors = {_key(mutant) for mutant in mutants if mutant["fate"] == "survived"}
        unargued = survivors - argued(file)
        outdated = argued(file) - survivors if trial.full else set()
        for function, line, becomes in sorted(unargued):
            print(f"  {file}, {function}: {line}\n      {becomes}")
        for function, line, becomes in sorted(outdated):
            print(f"  argued, and no survivor: {file}, {function}: {line}\n      {becomes}")
        yield Line(
            name="mutants",
            figure=f"{file}: {len(mutants)} mutants, {fates['killed'] + fates['killed by time']} killed, "
            f"{len(survivors)} survived, {len(unargued)} of them not argued",
            bar="each killed or argued",
            holds=bool(mutants) and not unargued and not outdated,
        )


async def _try_all(file: str, *options: str) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.proof.mutating", file, *TESTS[file], *options,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the mutants of {file} were not tried to the end")
    return [json.loads(line) for line in output.splitlines()]


def _key(mutant: dict[str, Any]) -> Key:
    return mutant["function"], mutant["line"], mutant["becomes"]
