"""`python -m tests.benchmarks [name]`: measure on this machine, print Markdown tables. Method: README.md."""

import argparse
import asyncio
from collections.abc import AsyncIterator

from tests.benchmarks import cancelling, fanout, importing, service, start, taps, transport

BENCHMARKS = {
    "taps": taps.run,
    "transport": transport.run,
    "service": service.run,
    "fanout": fanout.run,
    "cancelling": cancelling.run,
    "importing": importing.run,
    "start": start.run,
}


def main() -> None:
    """Run the benchmark named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("name", nargs="?", choices=BENCHMARKS, help="all of them when left out")
    parser.add_argument("--rounds", type=int, default=9, help="counted rounds of each comparison (default 9)")
    arguments = parser.parse_args()
    for name in [arguments.name] if arguments.name else BENCHMARKS:
        asyncio.run(_print(BENCHMARKS[name](rounds=arguments.rounds)))


async def _print(tables: AsyncIterator[str]) -> None:
    async for table in tables:
        print(table, end="\n\n", flush=True)


if __name__ == "__main__":
    main()
