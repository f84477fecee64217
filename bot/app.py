"""Where the parts meet: settings -> database, programme, languages, Telegram -> intake, handlers, delivery, ticker."""

import asyncio
import hashlib
import logging
from collections import deque
from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.applications import Starlette
from telegram import Bot, Update
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes, Defaults, ExtBot

from bot import handlers
from bot.clock import Clock, real_now
from bot.context import BotApplication, Context, House
from bot.delivery.act_cards import ActCards
from bot.delivery.board_cards import BoardCards
from bot.delivery.gate import Gate
from bot.delivery.pace import Pace
from bot.delivery.progress import Progresses
from bot.delivery.quiet import restraint_at
from bot.delivery.sender import Sender
from bot.delivery.wording import Wording
from bot.handlers.fallback import answer_flood, on_error
from bot.handlers.meeting import MEETING
from bot.intake import Intake, is_late_tap
from bot.intake.address import bring_to, let_fetch
from bot.intake.webhook import Webhook
from bot.language import SOURCE, load_languages
from bot.profile import present
from bot.rules.passes import pass_key
from bot.rules.retention import due
from bot.services import housekeeping
from bot.services.acts import run_due
from bot.services.answers import tell_owners
from bot.services.asking import end_asking
from bot.services.canaries import raise_alarms, send_canaries
from bot.services.feedback import ask_passengers
from bot.services.forgetting import keep_promises
from bot.services.hearing import list_unheard
from bot.services.lines import serve_lines
from bot.services.numbers import Numbers, read_numbers
from bot.services.people import crew_by_language, languages_of, name_owners
from bot.services.planned import begin_due
from bot.services.programme import Harmful, apply_programme
from bot.services.programme_changes import SEATS, Harm
from bot.services.reminders import plan_due_reminders
from bot.services.rounds import send_lists
from bot.services.waiting import give_without_question, offers_without_a_question
from bot.settings import Address, Settings, parse_clock
from bot.tally import Tally
from bot.ticker import Ticker
from bot.transport import Transport
from bot.vitals import Vitals
from bot.web import HttpServer
from storage import congress as congress_table
from storage.database import Database
from storage.programme_file import Fault, ProgrammeFile, read_programme
from storage.records import Congress
from storage.resealing import some_lie_readable

log = logging.getLogger(__name__)

_STOP_SECONDS = 8.0
"""SIGTERM to exit takes at most 10 s; this much of it is for what is under way."""
_DOOR_SECONDS = 2
"""Before that, what stands in the door may come in; an update that takes longer is brought again."""


class CannotStart(Exception):
    """The bot must not run like this; the message says why and the mend, a line each."""


class BadProgramme(CannotStart):
    """The event file has faults."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults in the event file; python -m bot check FILE names them")
        self.faults = faults


class HarmfulProgramme(CannotStart):
    """The changed event file would harm people who are booked."""

    def __init__(self, harms: tuple[Harm, ...]) -> None:
        lines = [f"{harm.subject}: {harm.change}, but {harm.seats} seats are taken" for harm in harms]
        if any(harm.field == SEATS for harm in harms):
            lines.append(
                "for smaller buses start with the old file and send the new one to the bot: it plans who leaves"
            )
        super().__init__("\n".join(["the changed event file would harm booked people; nothing was applied:", *lines]))
        self.harms = harms


class App:
    """The running bot. `start` brings it up, `stop` ends it within 10 s with nothing half done."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or _clock_of(settings)
        self.house: House
        self.application: BotApplication
        self.tally = Tally()
        self.watch: HttpServer | None = None
        self._presented = 0
        """The version of the programme with which the bot has shown itself in Telegram."""
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
        self._former_owners = await self.db.run(name_owners, owner_ids=self.settings.owner_ids, now=self.clock.now())
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
        progresses = Progresses(db=self.db, bot=bot, clock=self.clock, languages=languages)
        act_cards = ActCards(db=self.db, bot=bot, clock=self.clock, languages=languages)
        board_cards = BoardCards(
            db=self.db, bot=bot, clock=self.clock, languages=languages, congress=lambda: self.house.congress
        )
        self._ticker = Ticker(
            [
                ("programme", 2.0, self._follow_programme),
                ("reminders", 1.0, self._plan_reminders),
                ("shrinking buses", 1.0, self._end_asking),
                ("waiting lists", 1.0, self._serve_lines),
                ("answers and feedback", 5.0, self._tell_and_ask),
                ("lists", 5.0, self._send_lists),
                ("planned announcements", 1.0, self._announce),
                ("announcements", 2.0, progresses.show_all),
                ("planned acts", 1.0, self._run_acts),
                ("cards of acts", 1.0, act_cards.show_all),
                ("boards", 2.0, board_cards.show_all),
                ("retention", 10.0, self._keep_promises),
                ("housekeeping", 600.0, self._keep_house),
            ]
        )
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
        self._presented = congress.version
        self._ticker.start()
        vitals.ticker = self._ticker
        if self._door is not None:
            self._door.start()
        elif poll:
            self._tasks.append(asyncio.create_task(self.intake.run(), name="poller"))
        self._tasks.append(asyncio.create_task(self._present(bot), name="profile"))
        log.info("ready: @%s serves %s", bot.username, congress.id)
        await self._tell_of_data()

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
            self.watch = _listen(vitals.app(), self.settings.metrics, variable="BOT_METRICS")
            self.watch.start()
        if self.settings.webhook_url is not None:
            assert self.settings.webhook_secret is not None
            webhook = Webhook(
                path=urlsplit(self.settings.webhook_url).path or "/",
                secret=self.settings.webhook_secret.get_secret_value(),
                store=self.intake.stored,
                tally=self.tally,
            )
            self._door = _listen(webhook.app(), self.settings.listen, variable="BOT_LISTEN")

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

    async def _tell_of_data(self) -> None:
        """Say in one line what lies readable at rest, if anything does; and that nobody is kept any more."""
        congress = self.house.congress
        if due(congress.privacy, now=self.clock.now(), zone=ZoneInfo(congress.zone)).everything:
            log.warning(
                "retention_until (%s) has come: whoever agrees from now on is forgotten at once; "
                "for another congress set BOT_PROGRAMME",
                congress.privacy.retention_until,
            )
        if not self.settings.keys:
            log.warning(
                "BOT_DATA_KEY is not set: names and what people write lie readable in the database and its backups; "
                "make a key (.env.example shows how), then run python -m bot reseal"
            )
        elif await self.db.read(some_lie_readable):
            log.warning("names from before BOT_DATA_KEY was set lie readable: run python -m bot reseal")

    async def _settle_address(self, bot: Bot, *, poll: bool) -> None:
        if self.settings.webhook_url is not None:
            assert self.settings.webhook_secret is not None
            await bring_to(bot, self.settings.webhook_url, secret=self.settings.webhook_secret.get_secret_value())
        elif poll:
            await let_fetch(bot)

    async def _present(self, bot: Bot) -> None:
        languages, congress = self.house.languages, self.house.congress
        self._presented = congress.version
        crew = await self.db.read(crew_by_language, default=SOURCE)
        former = await self.db.read(languages_of, self._former_owners, default=SOURCE)
        try:
            await present(bot, languages=languages, congress=congress, crew=crew, former=former)
        except TelegramError as error:
            log.warning("names and commands are set at the next start: %s", type(error).__name__)

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

    async def _follow_programme(self) -> None:
        """Use the programme that somebody has imported, here or in another process."""
        if await self.db.read(congress_table.version) != self.house.congress.version:
            self.house.congress = await self.db.read(congress_table.read)
        if self._presented != self.house.congress.version:
            await self._present(self.application.bot)

    async def _plan_reminders(self) -> None:
        new = await self.db.run(plan_due_reminders, now=self.clock.now())
        if self.settings.canary_ids:
            new += await self.db.run(send_canaries, canary_ids=self.settings.canary_ids, now=self.clock.now())
            late = await self.db.run(raise_alarms, now=self.clock.now())
            for canary in late:
                log.error(
                    "the check message %d of %s is %s: reminders may not arrive", canary.id, canary.due_at, canary.state
                )
            new += len(late)
        if new:
            self.house.sender.wake()

    async def _tell_and_ask(self) -> None:
        congress, now = self.house.congress, self.clock.now()
        new = await self.db.run(tell_owners, congress=congress, now=now)
        new += await self.db.run(ask_passengers, congress=congress, now=now)
        if new:
            self.house.sender.wake()

    async def _send_lists(self) -> None:
        if await self.db.run(send_lists, now=self.clock.now()):
            self.house.sender.wake()

    async def _serve_lines(self) -> None:
        congress, now = self.house.congress, self.clock.now()
        moved = await self.db.run(serve_lines, congress=congress, now=now)
        given = 0
        for booking in await self.db.read(offers_without_a_question):
            given += await self.db.run(give_without_question, booking, congress=congress, now=now)
        if moved or given:
            self.house.sender.wake()

    async def _end_asking(self) -> None:
        while await self.db.run(end_asking, congress=self.house.congress, now=self.clock.now()):
            self.house.sender.wake()

    async def _announce(self) -> None:
        """Begin what was planned for now, and tell authors who has not confirmed."""
        while await self.db.run(begin_due, congress=self.house.congress, now=self.clock.now()):
            self.house.sender.wake()
        while await self.db.run(list_unheard, now=self.clock.now()):
            self.house.sender.wake()

    async def _run_acts(self) -> None:
        while await self.db.run(run_due, congress=self.house.congress, now=self.clock.now()):
            self.house.sender.wake()

    async def _keep_promises(self) -> None:
        while await self.db.run(keep_promises, congress=self.house.congress, now=self.clock.now()):
            continue  # in short transactions: taps come in between

    async def _keep_house(self) -> None:
        await self.db.run(housekeeping.tidy_inbox, real_now=real_now())
        await self.db.run(housekeeping.tidy_drafts, now=self.clock.now())


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


async def load_congress(db: Database, path: Path, *, now: datetime) -> Congress:
    """Apply the event file and return the congress. Raise BadProgramme or HarmfulProgramme; then nothing changed."""
    try:
        text = await asyncio.to_thread(path.read_text, "utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CannotStart(f"the event file {path} cannot be read ({problem}); mend BOT_PROGRAMME or the file") from None
    file = read_programme(text, source=path.name)
    if not isinstance(file, ProgrammeFile):
        raise BadProgramme(file)
    digest = hashlib.sha256(text.encode()).hexdigest()
    outcome = await db.run(apply_programme, file=file, digest=digest, now=now)
    if isinstance(outcome, Harmful):
        raise HarmfulProgramme(outcome.harms)
    return await db.read(congress_table.read)


def check_zone(congress: Congress) -> None:
    """Raise CannotStart when this machine's zone data is wrong for the congress's day.

    Asia/Almaty is +05:00 since 2024-03-01; zone data older than 2024a is an hour off.
    """
    try:
        zone = ZoneInfo(congress.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise CannotStart(f"this machine knows no zone {congress.zone}; install the package tzdata") from None
    noon = datetime.combine(congress.visits_on, time(12), tzinfo=zone)
    offset = noon.utcoffset() or timedelta()
    if offset != congress.utc_offset:
        raise CannotStart(
            f"this machine's zone data gives {congress.zone} {_hours(offset)} on {congress.visits_on}, the programme "
            f"{_hours(congress.utc_offset)}; update tzdata, or set PYTHONTZPATH= (empty) so that the package wins"
        )


def _hours(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'+' if minutes >= 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _listen(app: Starlette, address: Address, *, variable: str) -> HttpServer:
    try:
        return HttpServer(app, address)
    except OSError as error:
        host, port = address
        raise CannotStart(f"{variable}: {host}:{port} cannot be listened at ({error.strerror})") from None


def _clock_of(settings: Settings) -> Clock:
    if settings.clock is None:
        return Clock()
    start, speed = parse_clock(settings.clock)
    return Clock(start, speed=speed)
