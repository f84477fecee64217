"""Where the parts meet: settings -> database, programme, languages, Telegram -> intake, handlers, delivery, ticker."""

import asyncio
import logging
from collections import deque
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from telegram import Bot, Update
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes, Defaults, ExtBot

from bot import handlers
from bot.clock import Clock, real_now
from bot.context import BotApplication, Context, House
from bot.delivery.gate import Gate
from bot.delivery.pace import Pace
from bot.delivery.quiet import restraint_at
from bot.delivery.sender import Sender
from bot.delivery.wording import Wording
from bot.handlers.fallback import answer_flood, on_error
from bot.handlers.meeting import MEETING
from bot.intake import Intake, is_late_tap
from bot.intake.address import bring_to, let_fetch
from bot.intake.webhook import Webhook
from bot.jobs import Jobs
from bot.language import load_languages
from bot.rules.passes import pass_key
from bot.services.numbers import Numbers, read_numbers
from bot.services.people import name_owners
from bot.settings import Settings, parse_clock
from bot.starting import CannotStart, check_zone, listen, load_congress, tell_of_data
from bot.tally import Tally
from bot.ticker import Ticker
from bot.transport import Transport
from bot.vitals import Vitals
from bot.web import HttpServer
from storage.database import Database

log = logging.getLogger(__name__)

_STOP_SECONDS = 8.0
"""SIGTERM to exit takes at most 10 s; this much of it is for what is under way."""
_DOOR_SECONDS = 2
"""Before that, what stands in the door may come in; an update that takes longer is brought again."""


class App:
    """The running bot. `start` brings it up, `stop` ends it within 10 s with nothing half done."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or _clock_of(settings)
        self.house: House
        self.application: BotApplication
        self.tally = Tally()
        self.watch: HttpServer | None = None
        self._door: HttpServer | None = None
        self._tasks: list[asyncio.Task[Any]] = []

    async def start(self, *, poll: bool = True) -> None:
        """Open the database, apply the programme, meet Telegram (waiting while it is away), begin to work.

        Raise CannotStart, storage's own refusals (FileInUse, NewerSchema) or InvalidToken.
        """
        self.db = await Database.open(self.settings.database_url, keys=self.settings.keys)
        try:
            await self._prepare(poll=poll)
        except BaseException:
            await self.db.close()
            raise

    async def _prepare(self, *, poll: bool) -> None:
        congress = await load_congress(self.db, self.settings.programme, now=self.clock.now())
        check_zone(congress)
        languages = load_languages(congress.zone)
        former_owners = await self.db.run(name_owners, owner_ids=self.settings.owner_ids, now=self.clock.now())
        token = self.settings.token.get_secret_value()
        self._transport = Transport(on_call=self.tally.note_call)
        pace = Pace(self.db)
        bot: ExtBot[str] = ExtBot(
            token,
            base_url=f"{self.settings.api_url}/bot",
            base_file_url=f"{self.settings.api_url}/file/bot",
            request=Transport(on_call=self.tally.note_call),
            get_updates_request=self._transport,
            defaults=Defaults(tzinfo=UTC),
            rate_limiter=Gate(pace),
        )
        wording = Wording(db=self.db, clock=self.clock, languages=languages, congress=lambda: self.house.congress)
        sender = Sender(
            database=self.db,
            bot=bot,
            pace=pace,
            word=wording.word,
            is_critical=wording.is_critical,
            now=self.clock.now,
            tally=self.tally,
            restraint=lambda now: restraint_at(now, self.house.congress),
        )
        self.house = House(
            settings=self.settings,
            db=self.db,
            clock=self.clock,
            languages=languages,
            congress=congress,
            sender=sender,
            pass_keys=tuple(map(pass_key, self.settings.pass_secrets)),
        )
        self.application = _application(bot, self.house)
        self.intake = Intake(
            database=self.db,
            request=self._transport,
            bot=bot,
            api_url=self.settings.api_url,
            token=token,
            handle=self._handle,
            on_flood=self._answer_flood,
            tally=self.tally,
        )
        jobs = Jobs(house=self.house, bot=bot, former_owners=former_owners)
        self._ticker = Ticker(jobs.all())
        vitals = Vitals(read=self._read_numbers, token_refused=lambda: sender.token_refused, tally=self.tally)
        try:
            self._open_ports(vitals)
            await self._meet_telegram(bot, poll=poll)
        except BaseException:
            await self._close_ports()
            await bot.shutdown()
            raise
        await self.intake.start()
        sender.start()
        self._ticker.start()
        vitals.ticker = self._ticker
        if self._door is not None:
            self._door.start()
        elif poll:
            self._tasks.append(asyncio.create_task(self.intake.run(), name="poller"))
        self._tasks.append(asyncio.create_task(jobs.present(), name="profile"))
        log.info("ready: @%s serves %s", bot.username, congress.id)
        await tell_of_data(self.db, settings=self.settings, congress=congress, now=self.clock.now())

    async def stop(self) -> None:
        """Take nothing new, finish or give back what is under way, close."""
        if self._door is not None:
            await self._door.stop(within=_DOOR_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(
            self.intake.stop(deadline_seconds=_STOP_SECONDS / 2),
            self._ticker.stop(within=_STOP_SECONDS / 2),
            self.house.sender.stop(within=_STOP_SECONDS / 2),
        )
        await self._close_ports()
        await self.application.shutdown()
        await self.db.close()

    def _open_ports(self, vitals: Vitals) -> None:
        """Take the ports that the settings name. The watch answers at once, the public door when all is ready."""
        if self.settings.metrics is not None:
            self.watch = listen(vitals.app(), self.settings.metrics, variable="BOT_METRICS")
            self.watch.start()
        if self.settings.webhook_url is not None:
            assert self.settings.webhook_secret is not None
            webhook = Webhook(
                path=urlsplit(self.settings.webhook_url).path or "/",
                secret=self.settings.webhook_secret.get_secret_value(),
                store=self.intake.stored,
                tally=self.tally,
            )
            self._door = listen(webhook.app(), self.settings.listen, variable="BOT_LISTEN")

    async def _close_ports(self) -> None:
        for server in (self._door, self.watch):
            if server is not None:
                await server.stop(within=1)

    async def _meet_telegram(self, bot: Bot, *, poll: bool) -> None:
        pause = 0.5
        while True:
            try:
                await self.application.initialize()
                await self._settle_address(bot, poll=poll)
                return
            except InvalidToken:
                raise CannotStart("BOT_TOKEN is refused by the Bot API server; copy it from @BotFather again") from None
            except BadRequest as refusal:
                raise CannotStart(f"Telegram refuses BOT_WEBHOOK_URL: {refusal.message}") from None
            except TelegramError as error:
                log.warning("Telegram does not answer yet (%s); asked again in %.0f s", type(error).__name__, pause)
                await asyncio.sleep(pause)
                pause = min(30.0, pause * 1.5)

    async def _settle_address(self, bot: Bot, *, poll: bool) -> None:
        if self.settings.webhook_url is not None:
            assert self.settings.webhook_secret is not None
            await bring_to(bot, self.settings.webhook_url, secret=self.settings.webhook_secret.get_secret_value())
        elif poll:
            await let_fetch(bot)

    async def _handle(self, update: Update, *, received_at: datetime) -> None:
        """Run the handlers; raise what the error handler recorded, so that the inbox tries again."""
        failures: dict[int, BaseException] = self.application.bot_data["failures"]
        late: set[int] = self.application.bot_data["late"]
        if is_late_tap(update, received_at=received_at, now=real_now()):
            late.add(update.update_id)
        query = update.callback_query
        try:
            with self.tally.tap(query.id, received_at=received_at) if query is not None else nullcontext():
                await self.application.process_update(update)
        finally:
            late.discard(update.update_id)
        failure = failures.pop(update.update_id, None)
        if failure is not None:
            raise failure

    async def _answer_flood(self, update: Update) -> None:
        await answer_flood(update, self.house, self.application.bot)

    async def _read_numbers(self) -> Numbers:
        return await self.db.read(read_numbers, now=self.clock.now())


def _application(bot: ExtBot[str], house: House) -> BotApplication:
    application: BotApplication = (
        Application.builder()
        .bot(bot)
        .updater(None)
        .job_queue(None)
        .context_types(ContextTypes(context=Context))
        .build()
    )
    application.bot_data["house"] = house
    application.bot_data["failures"] = {}
    application.bot_data["late"] = set()
    application.bot_data["apologies"] = deque(maxlen=1_000)
    application.add_handlers(MEETING, group=-1)
    application.add_handlers(handlers.ALL)
    application.add_error_handler(on_error)
    return application


def _clock_of(settings: Settings) -> Clock:
    if settings.clock is None:
        return Clock()
    start, speed = parse_clock(settings.clock)
    return Clock(start, speed=speed)
