"""`python -m bot.simulator`: the stand-in as a process of its own, until Ctrl-C."""

import argparse
import asyncio
import contextlib
import signal
import sys
import webbrowser

from bot.simulator.server import DEMO_TOKEN, Simulator


async def serve(asked: argparse.Namespace) -> None:
    """Run until SIGINT or SIGTERM."""
    simulator = await Simulator.start(
        port=asked.port, token=asked.token, clock=asked.clock, query_seconds=asked.query_seconds
    )
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in the loop
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    print(f"The simulator is at {simulator.url}", flush=True)
    if asked.open_browser:
        await asyncio.to_thread(webbrowser.open, simulator.url)
    try:
        await ended.wait()
    finally:
        await simulator.stop()


def main() -> int:
    """Read the command line and serve; 2 when the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=DEMO_TOKEN, help="the only token it knows")
    parser.add_argument("--clock", help="address of the bot's clock, to be shown and moved in the page")
    parser.add_argument("--query-seconds", type=float, default=15.0, help="how long a tap may be answered")
    parser.add_argument("--open-browser", action="store_true")
    try:
        asyncio.run(serve(parser.parse_args()))
    except (OSError, ValueError) as problem:
        print(f"The simulator cannot start: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
