"""database-away: the database goes in the midst of booking, and comes back; the bot goes on by itself.

PostgreSQL is killed (-9 of its postmaster) and started again some seconds later; a foreign process locks the SQLite
file; the disk is full. Each tap is somebody's only one for a seat: each must end in that seat and in a word to them.
"""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from storage.database import parse_url
from tests.processes.bot_process import BotProcess
from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.kills import settled
from tests.proof.ledger import Seat, ask, read_rows
from tests.proof.people import hand_out_phones, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

PER_SECOND = 20.0
PATIENCE = 120.0
LOCKED = 30
"""Real seconds; a writer gives up after 10."""
CALM = "Something went wrong on our side."
_DISK_BYTES = 24 * 2**20

_LOCK = """
import sqlite3, sys, time
file = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
file.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
file.execute("ROLLBACK")
"""
_EFFECTS = """
    SELECT actor, COUNT(*) FROM log WHERE action = 'book' AND cause LIKE 'update/%' GROUP BY actor
"""

Disturb = Callable[[BotProcess], Awaitable[object]]


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """PostgreSQL killed four times, SQLite locked for 30 s, the disk full."""
    kills = trial.size(4, 1)

    async def kill_server(_: BotProcess) -> None:
        for _number in range(kills):
            await asyncio.sleep(trial.size(3, 1))
            await asyncio.to_thread(kill_postgresql, trial)
            await asyncio.sleep(trial.size(4, 2))
            await asyncio.to_thread(start_postgresql, trial)
            await asyncio.sleep(trial.size(6, 1))

    yield await _under_load(
        trial, trial.database(POSTGRESQL), POSTGRESQL, f"killed {kills} times", kill_server, seconds=trial.size(55, 6)
    )
    locked_url = trial.database(SQLITE)

    async def lock(_: BotProcess) -> None:
        await asyncio.sleep(1)
        await lock_file(locked_url, seconds=LOCKED)

    if trial.full:
        trouble = f"locked {LOCKED} s"
        yield await _under_load(trial, locked_url, SQLITE, trouble, lock, seconds=LOCKED + 5)
    full = trial.size(15, 3)
    with small_disk(trial) as (folder, how):
        url = f"sqlite:///{folder / 'full.sqlite'}"

        async def fill(bot: BotProcess) -> None:
            await asyncio.sleep(2)
            with no_space(folder, bot, limited=how == "by limit"):
                await asyncio.sleep(full)

        yield await _under_load(trial, url, SQLITE, f"disk full {full} s, {how}", fill, seconds=full + trial.size(7, 3))


async def _under_load(trial: Trial, url: str, kind: str, trouble: str, disturb: Disturb, *, seconds: float) -> Line:
    """Let one person after the other tap for a seat while the database is disturbed; see what became of each."""
    people = round(PER_SECOND * seconds)
    prepared = await prepare(url, people=people + 1, seats=6 * (people + 1))
    *crowd_ids, latecomer = prepared.people
    seat = prepared.booking(prepared.visits[0])
    async with fleet(url, query_seconds=3600) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        bot = await telegram.start_bot()
        tapping = asyncio.create_task(
            crowd.tap_steadily(((person, seat) for person in crowd_ids), per_second=PER_SECOND)
        )
        await disturb(bot)
        await tapping
        unanswered = await crowd.answered(within=PATIENCE)
        quiet = await settled(url, within=PATIENCE, messages=trial.full)
        await crowd.tap(latecomer, seat)
        late = await crowd.answered(within=30)
        untold = await not_told(crowd, within=40)
        alive = bot.process.returncode is None
        code = await bot.stop()
        await crowd.look()
    rows = await read_rows(url)
    booked = {person for person, _ in rows.booked}
    effects = dict(await ask(url, _EFFECTS))
    lost = [person for person in prepared.people if person not in booked]
    twice = [person for person in prepared.people if effects.get(person, 0) > 1]
    calm = sum(CALM in str(call.params.get("text", "")) for call in crowd.answers.values())
    noticed = Counter(word for line in bot.lines for word in (" WARNING ", " ERROR ") if word in line).total()
    return Line(
        name=f"database-away, {trouble}",
        database=kind,
        figure=f"{len(crowd.taps)} taps: {len(lost)} lost, {len(twice)} twice, {len(rows.miscounted)} miscounts, "
        f"{unanswered + late} unanswered, {calm} calmed first, {len(untold)} not told of their seat, "
        f"{rows.inbox.get('parked', 0)} parked; the same process {'went on' if alive else 'died'}, exit {code}, "
        f"{noticed} lines of trouble logged{'' if quiet else '; not settled'}",
        bar="0 lost, 0 twice, each answered and told, goes on by itself",
        holds=quiet
        and alive
        and code == 0
        and noticed > 0
        and not (lost or twice or untold or unanswered or late or rows.miscounted or rows.oversold),
    )


async def not_told(crowd: Crowd, *, within: float) -> set[Seat]:
    """Return the seats of which nobody has been told; a ticket that a tap could not show comes by itself in 20 s."""
    ends = time.monotonic() + within
    while True:
        await crowd.look()
        untold = set((await read_rows(crowd.fleet.database_url)).booked) - crowd.told
        if not untold or time.monotonic() > ends:
            return untold
        await asyncio.sleep(0.5)


def kill_postgresql(trial: Trial) -> None:
    """kill -9 the postmaster, and wait until its orphans have seen it."""
    postmaster = psutil.Process(trial.server().get_pid())
    family = postmaster.children(recursive=True)
    postmaster.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=20)


def start_postgresql(trial: Trial) -> None:
    """Start the killed server again, in its folder and at its address."""
    # Where nobody reaps the dead, a killed postmaster's number looks alive for ever.
    (Path(trial.server().pgdata) / "postmaster.pid").unlink(missing_ok=True)
    for _ in range(6):
        with suppress(subprocess.SubprocessError):  # it waits for 10 s at most, and a recovery may take longer
            trial.server().ensure_postgres_running()
            return
    raise TimeoutError("PostgreSQL does not come back")


async def lock_file(url: str, *, seconds: float) -> None:
    """Let a foreign process hold the SQLite file's write lock."""
    path = str(parse_url(url).database)
    foreign = await asyncio.create_subprocess_exec(sys.executable, "-c", _LOCK, path, str(seconds))
    assert await foreign.wait() == 0


@contextmanager
def small_disk(trial: Trial) -> Iterator[tuple[Path, str]]:
    """A folder on a disk of its own of 24 MiB where this may be mounted, else any folder; and how it is filled."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=trial.folder)))
        mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(folder)]
        if trial.full and os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0:
            stack.callback(subprocess.run, ["umount", str(folder)], check=True)
            yield folder, "really"
        else:
            yield folder, "by limit"


@contextmanager
def no_space(folder: Path, bot: BotProcess, *, limited: bool) -> Iterator[None]:
    """Leave no byte on that disk; or let the bot write no file any longer than its database is."""
    if limited:
        before = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
        largest = max(path.stat().st_size for path in folder.iterdir())
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (largest, before[1]))
        yield
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, before)
        return
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    yield
    ballast.unlink()
