"""This process among its replicas: alive while its lease is renewed in time, and the one that polls while it has that.

A process that was stalled until its lease ran out cannot know what others have taken from it meanwhile. It never
takes the old lease up again: it gives all up, takes a new name and begins a new life, as if it had just started.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NoReturn

from bot.intake.failures import type_and_place
from storage import Tx, leases, lines
from storage.database import Database

POLLER: Final = "poller"
_POLLER_SECONDS: Final = lines.LEASE_SECONDS
_RENEWED_EACH: Final = 4.0
_TRIED_EACH: Final = 1.0
_SURE_FOR: Final = timedelta(seconds=lines.LEASE_SECONDS - lines.SLACK_SECONDS)

log = logging.getLogger(__name__)


class Life:
    """Holds the leases. `on_new` is called when a new life begins: nothing is this process's any more.

    `now` is real time: the lease was renewed at that moment or later by the database's clock.
    """

    def __init__(self, *, database: Database, now: Callable[[], datetime], on_new: Callable[[], object]) -> None:
        self._database = database
        self._now = now
        self._on_new = on_new
        self.holder = _new_name()
        self._renewed: datetime | None = None
        self._news = asyncio.Event()
        self._polls_since: datetime | None = None

    @property
    def is_sure(self) -> bool:
        """Whether nobody can have thought this process dead."""
        return self._renewed is not None and self._now() - self._renewed < _SURE_FOR

    @property
    def polls(self) -> bool:
        """Whether this process is the one that polls."""
        return self._polls_since is not None and self._now() - self._polls_since < _SURE_FOR

    async def begin(self) -> None:
        """Be alive from now on."""
        began = self._now()
        await self._database.run(lines.be_born, holder=self.holder)
        self._renewed = began
        self._tell()

    async def renew(self) -> None:
        """Live on; or, when it is too late for that, begin a new life."""
        began, polled = self._now(), self._polls_since is not None
        lives, polls = await self._database.run(_renew, holder=self.holder, polls=polled)
        if lives:
            self._renewed = began
            if polled:
                self._polls_since = began if polls else None
            self._tell()
            return
        log.warning("this process was away for too long: what it had in hand is others' now, and it begins anew")
        dead, self.holder = self.holder, _new_name()
        self._renewed = self._polls_since = None
        self._on_new()
        await self._database.run(lines.die, holder=dead)
        await self.begin()

    async def keep_renewing(self) -> NoReturn:
        """Renew the leases until cancelled."""
        troubled = False
        while True:
            await asyncio.sleep(_TRIED_EACH if troubled else _RENEWED_EACH)
            try:
                await self.renew()
                troubled = False
            except Exception as error:  # noqa: BLE001 - it is tried again, until it is too late
                if not troubled:
                    log.warning("the lease cannot be renewed, trying on: %s", type_and_place(error))
                troubled = True

    async def sure(self) -> None:
        """Return once nobody can think this process dead."""
        while not self.is_sure:
            await self._news.wait()

    async def turn_to_poll(self) -> None:
        """Return once this process is the one that polls."""
        while not self.polls:
            await self.sure()
            began, holder = self._now(), self.holder
            try:
                mine = await self._database.run(leases.hold, POLLER, holder=holder, seconds=_POLLER_SECONDS)
            except Exception as error:  # noqa: BLE001 - it is tried again
                log.info("whose turn it is to poll cannot be told: %s", type_and_place(error))
                mine = False
            if mine and holder == self.holder:
                log.info("this process polls")
                self._polls_since = began
            else:
                await asyncio.sleep(_TRIED_EACH)

    async def poll_no_more(self) -> None:
        """Let another process poll."""
        if self._polls_since is not None:
            self._polls_since = None
            await self._database.run(leases.let_go, holder=self.holder, name=POLLER)

    async def end(self) -> None:
        """Give everything back, so that nobody waits for it to run out."""
        await self._database.run(lines.die, holder=self.holder)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _renew(tx: Tx, *, holder: str, polls: bool) -> tuple[bool, bool]:
    """Renew the lease of the process, and the poller's where it has that; say which of them it still has."""
    lives = lines.renew(tx, holder=holder)
    return lives, lives and polls and leases.hold(tx, POLLER, holder=holder, seconds=_POLLER_SECONDS)


def _new_name() -> str:
    return secrets.token_hex(8)
