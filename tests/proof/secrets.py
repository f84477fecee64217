"""secrets: the whole test suite with every logger at DEBUG; what must never be in the log is in it 0 times.

pytest runs with --hear-everything (tests/hearing.py): the log passes the bot's own filters into one file, from the
tests and from the bots they start, with every library at DEBUG. Counted are bot tokens and data keys of any kind, the
names of all phones, the texts typed on them, and the bot's own sentences. The negative control takes the filters off.

What bot/logs.py promises is this: below WARNING no library is heard, whatever level it is given; rows that PostgreSQL
quotes are cut out of its errors. Not promised: the words of an exception itself, which may quote a word.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from tests.hearing import UNGUARDED
from tests.processes.bot_process import ROOT
from tests.proof.trial import Line, Trial

FORBIDDEN = ("tokens", "keys", "names", "texts")
SHORT = ("tests/journeys/test_companions.py", "-k", "taken_back")
EVERYTHING = ("tests", "--ignore=tests/proof", "--ignore=tests/benchmarks")

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


async def hear(file: Path, tests: Sequence[str], *, guarded: bool = True) -> tuple[str, dict[str, Any]]:
    """Run these tests with everything heard into the file; return how pytest ended, and the counts.

    "0" where all passed, else the exit code with the names of those that failed.
    """
    process = await asyncio.create_subprocess_exec(
        # pytest would keep, and show, every record too.
        sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "--log-level=WARNING", "--show-capture=no",
        f"--hear-everything={file}", *tests,
        cwd=ROOT,
        env=os.environ | ({} if guarded else {UNGUARDED: "1"}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    said, _ = await process.communicate()
    failed = _FAILED.findall(said.decode(errors="replace"))
    return " ".join([str(process.returncode), *failed]), json.loads(file.with_suffix(".json").read_text())


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """The suite as it is, and a part of it with the filters off."""
    ended, counts = await hear(trial.folder / "heard.log", EVERYTHING if trial.full else SHORT)
    _, bare = await hear(trial.folder / "bare.log", SHORT, guarded=False)
    found, unfiltered = ({what: each[what] for what in FORBIDDEN} for each in (counts, bare))
    looked_for = f"{counts['names noted']} names and {counts['texts noted']} texts looked for"
    yield Line(
        name="secrets",
        figure=f"{counts['lines']} lines, {looked_for}: {found}; pytest ended with {ended}; no filters: {unfiltered}",
        bar="0 of each, and some without the filters",
        holds=not any(found.values()) and ended == "0" and bool(bare["names"] and bare["texts"]),
    )
