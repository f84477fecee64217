"""What the ticker has done, and how often. Each job asks the database what is due, so it may run again at any moment,
here or in another process, and a run that is missed is made good by the next.
"""

import logging
from collections.abc import Collection

from telegram import Bot
from telegram.error import TelegramError

from bot.clock import real_now
from bot.context import House
from bot.delivery.act_cards import ActCards
from bot.delivery.board_cards import BoardCards
from bot.delivery.progress import Progresses
from bot.language import SOURCE
from bot.profile import present
from bot.services import housekeeping
from bot.services.acts import run_due
from bot.services.answers import tell_owners
from bot.services.asking import end_asking
from bot.services.canaries import raise_alarms, send_canaries
from bot.services.feedback import ask_passengers
from bot.services.forgetting import keep_promises
from bot.services.hearing import list_unheard
from bot.services.lines import serve_lines
from bot.services.people import crew_by_language, languages_of
from bot.services.planned import begin_due
from bot.services.reminders import plan_due_reminders
from bot.services.rounds import send_lists
from bot.services.waiting import give_without_question, offers_without_a_question
from bot.ticker import Job
from storage import congress as congress_table

log = logging.getLogger(__name__)


class Jobs:
    """The jobs of one process. `former_owners` are Telegram ids whose commands are to go from their menus."""

    def __init__(self, *, house: House, bot: Bot, former_owners: Collection[int]) -> None:
        self._house = house
        self._db = house.db
        self._clock = house.clock
        self._bot = bot
        self._former_owners = former_owners
        self._presented = house.congress.version
        """The version of the programme with which the bot has shown itself in Telegram."""

    def all(self) -> list[Job]:
        """Return each job with the seconds from one run to the next."""
        house = self._house
        progresses = Progresses(db=self._db, bot=self._bot, clock=self._clock, languages=house.languages)
        act_cards = ActCards(db=self._db, bot=self._bot, clock=self._clock, languages=house.languages)
        board_cards = BoardCards(
            db=self._db,
            bot=self._bot,
            clock=self._clock,
            languages=house.languages,
            congress=lambda: house.congress,
        )
        return [
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

    async def present(self) -> None:
        """Give Telegram the bot's names and everybody's commands, as the programme in use says them."""
        congress = self._house.congress
        self._presented = congress.version
        crew = await self._db.read(crew_by_language, default=SOURCE)
        former = await self._db.read(languages_of, self._former_owners, default=SOURCE)
        try:
            await present(self._bot, languages=self._house.languages, congress=congress, crew=crew, former=former)
        except TelegramError as error:
            log.warning("names and commands are set at the next start: %s", type(error).__name__)

    async def _follow_programme(self) -> None:
        """Use the programme that somebody has imported, here or in another process."""
        if await self._db.read(congress_table.version) != self._house.congress.version:
            self._house.congress = await self._db.read(congress_table.read)
        if self._presented != self._house.congress.version:
            await self.present()

    async def _plan_reminders(self) -> None:
        new = await self._db.run(plan_due_reminders, now=self._clock.now())
        if self._house.settings.canary_ids:
            new += await self._db.run(send_canaries, canary_ids=self._house.settings.canary_ids, now=self._clock.now())
            late = await self._db.run(raise_alarms, now=self._clock.now())
            for canary in late:
                log.error(
                    "the check message %d of %s is %s: reminders may not arrive", canary.id, canary.due_at, canary.state
                )
            new += len(late)
        if new:
            self._house.sender.wake()

    async def _tell_and_ask(self) -> None:
        congress, now = self._house.congress, self._clock.now()
        new = await self._db.run(tell_owners, congress=congress, now=now)
        new += await self._db.run(ask_passengers, congress=congress, now=now)
        if new:
            self._house.sender.wake()

    async def _send_lists(self) -> None:
        if await self._db.run(send_lists, now=self._clock.now()):
            self._house.sender.wake()

    async def _serve_lines(self) -> None:
        congress, now = self._house.congress, self._clock.now()
        moved = await self._db.run(serve_lines, congress=congress, now=now)
        given = 0
        for booking in await self._db.read(offers_without_a_question):
            given += await self._db.run(give_without_question, booking, congress=congress, now=now)
        if moved or given:
            self._house.sender.wake()

    async def _end_asking(self) -> None:
        while await self._db.run(end_asking, congress=self._house.congress, now=self._clock.now()):
            self._house.sender.wake()

    async def _announce(self) -> None:
        """Begin what was planned for now, and tell authors who has not confirmed."""
        while await self._db.run(begin_due, congress=self._house.congress, now=self._clock.now()):
            self._house.sender.wake()
        while await self._db.run(list_unheard, now=self._clock.now()):
            self._house.sender.wake()

    async def _run_acts(self) -> None:
        while await self._db.run(run_due, congress=self._house.congress, now=self._clock.now()):
            self._house.sender.wake()

    async def _keep_promises(self) -> None:
        while await self._db.run(keep_promises, congress=self._house.congress, now=self._clock.now()):
            continue  # in short transactions: taps come in between

    async def _keep_house(self) -> None:
        await self._db.run(housekeeping.tidy_inbox, real_now=real_now())
        await self._db.run(housekeeping.tidy_drafts, now=self._clock.now())
