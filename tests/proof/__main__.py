"""`python -m tests.proof [names]`: run the bars, print one line each; exit 1 when one falls short."""

import argparse
import asyncio
import sys
import time
import traceback

from tests.proof import (
    ambiguous,
    authority,
    backlog,
    burst,
    cancelling,
    database_away,
    fairness,
    forged,
    fuzz,
    hours_off,
    intake_crash,
    mutants,
    order,
    poison,
    rolling_restart,
    secrets,
    send_crash,
    simulated_day,
    stop,
    storm,
    story,
    telegram_away,
    zones,
)
from tests.proof.trial import Line, Prove, new_trial

BARS: dict[str, Prove] = {
    "storm": storm.prove,
    "intake-crash": intake_crash.prove,
    "send-crash": send_crash.prove,
    "ambiguous": ambiguous.prove,
    "burst": burst.prove,
    "cancelling": cancelling.prove,
    "fairness": fairness.prove,
    "order": order.prove,
    "backlog": backlog.prove,
    "database-away": database_away.prove,
    "telegram-away": telegram_away.prove,
    "six-hours-off": hours_off.prove,
    "rolling-restart": rolling_restart.prove,
    "poison": poison.prove,
    "stop": stop.prove,
    "story": story.prove,
    "mutants": mutants.prove,
    "simulated-day": simulated_day.prove,
    "zones": zones.prove,
    "fuzz": fuzz.prove,
    "forged": forged.prove,
    "authority": authority.prove,
    "secrets": secrets.prove,
}


def main() -> int:
    """Run the bars named on the command line, all when none is."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BARS))
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--short", action="store_true", help="the short form that `make test` runs")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(BARS))
    if unknown:
        parser.error(f"there is no bar {', '.join(unknown)}; there are {', '.join(BARS)}")
    # A bar that falls short, or breaks, does not keep the others from being tried.
    short = [name for name in asked.names or BARS if _run(name, seed=asked.seed, full=not asked.short)]
    return 1 if short else 0


def _run(name: str, *, seed: int, full: bool) -> bool:
    """Run one bar and print its lines; say whether one of them falls short."""
    began = time.monotonic()
    short = False
    try:
        with new_trial(seed=seed, full=full) as trial:

            async def run() -> None:
                nonlocal short
                async for line in BARS[name](trial):
                    short |= line.holds is False
                    print(format_line(line, seed=seed), flush=True)

            asyncio.run(run())
    except Exception:  # noqa: BLE001 - it is printed, and the next bar is tried
        traceback.print_exc()
        print(
            format_line(Line(name=name, figure="broke off", bar="runs to its end", holds=False), seed=seed), flush=True
        )
        short = True
    print(f"  {name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return short


def format_line(line: Line, *, seed: int) -> str:
    """One line a bar: name, database, seed, figure, bar, holds or falls short."""
    verdict = {True: "holds", False: "FALLS SHORT", None: "reported"}[line.holds]
    return " | ".join([f"{line.name:<18}", f"{line.database or '-':<13}", f"{seed}", line.figure, line.bar, verdict])


if __name__ == "__main__":
    sys.exit(main())
