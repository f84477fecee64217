"""A claimed row -> a letter in the reader's language, from the facts of this moment; or why it is moot."""

from collections.abc import Callable
from typing import assert_never

from bot import keyboards
from bot.clock import Clock
from bot.delivery.letter import Attachment, Letter, Moot
from bot.documents.making import made
from bot.documents.roster_pdf import roster_pdf
from bot.documents.sheet import sheet_of
from bot.language import SOURCE, Languages
from bot.rules.lateness import CRITICAL
from bot.services.cancelled_facts import CancelledCrew, CancelledSeat, CancelledTeam, CancelledWait
from bot.services.card_facts import CardFacts, OldCardFacts
from bot.services.cut_facts import OfferWithdrawn, OtherBus, SeatAsked, SeatKept, SeatLost
from bot.services.delaying import MovedCrew
from bot.services.line_facts import LineOverFacts, OfferFacts, OfferOverFacts, PassedFacts
from bot.services.merging import MergedCrew
from bot.services.messages import (
    AlarmFacts,
    AnnouncementFacts,
    AnswersFacts,
    CanaryFacts,
    FeedbackFacts,
    GivenFacts,
    HostFacts,
    MovedFacts,
    NoLonger,
    ReminderFacts,
    RosterFacts,
    TicketFacts,
    UnheardFacts,
    facts_of,
)
from bot.services.rounds import GIVES
from bot.texts import (
    broadcasts,
    cancelling,
    cards,
    cutting,
    delaying,
    feedback,
    gifts,
    merging,
    moving,
    organizers,
    roster_files,
    rounds,
    seating,
    tickets,
    waiting,
)
from bot.texts import messages as texts
from storage.database import Database
from storage.records import Congress, Message


class Wording:
    """Words messages for the sender. `congress` says at each message what the house is about at that moment."""

    def __init__(self, *, db: Database, clock: Clock, languages: Languages, congress: Callable[[], Congress]) -> None:
        self._db = db
        self._clock = clock
        self._languages = languages
        self._congress = congress

    @property
    def congress(self) -> Congress:
        return self._congress()

    @staticmethod
    def is_critical(kind: str) -> bool:
        """Say whether a seat depends on messages of this kind."""
        return kind in CRITICAL

    async def word(self, message: Message) -> Letter | Moot:
        """Return what the message says now, or why it must not be sent."""
        ask = self._db.run if message.kind in GIVES else self._db.read
        facts = await ask(facts_of, message, congress=self.congress, now=self._clock.now())
        if isinstance(facts, NoLonger):
            return Moot(facts.reason)
        say = self._languages[facts.reader.language or SOURCE]
        match facts:
            case TicketFacts(ticket=ticket):
                text = tickets.ticket(say, ticket, congress=self.congress)
                if facts.former is not None:
                    text = f"{moving.moved_by(say, by=facts.by, former=facts.former, ticket=ticket)}\n\n{text}"
                if facts.seated_by:
                    text = f"{seating.seated_by(say, by=facts.seated_by)}\n\n{text}"
                return Letter(text=text, keyboard=keyboards.ticket(say, ticket))
            case CardFacts(ticket=ticket, message_id=card) if facts.is_over:
                keyboard = keyboards.ended_ticket(say, ticket, in_calendar=facts.in_calendar)
                return Letter(text=cards.ended(say, ticket), keyboard=keyboard, edits=card, only_edits=True)
            case CardFacts(ticket=ticket, message_id=card):
                text = tickets.ticket(say, ticket, congress=self.congress)
                return Letter(text=text, keyboard=keyboards.ticket(say, ticket), edits=card, quiet=True)
            case OldCardFacts(visit=visit, message_id=card):
                text = cards.elsewhere(say, visit)
                return Letter(text=text, keyboard=keyboards.old_ticket(say), edits=card, only_edits=True)
            case ReminderFacts(ticket=ticket):
                if facts.is_evening:
                    text = texts.evening_reminder(say, ticket, congress=self.congress)
                    return Letter(text=text, keyboard=keyboards.evening(say, ticket))
                text = texts.departure_reminder(say, ticket, congress=self.congress)
                return Letter(text=text, keyboard=keyboards.reminder(say, ticket))
            case MovedFacts(ticket=ticket):
                others = [other.visit for other in facts.overlapping]
                text = texts.moved(say, ticket, was=facts.was, overlapping=others, congress=self.congress)
                if not others:
                    keyboard = keyboards.reminder(say, ticket, in_calendar=facts.in_calendar)
                    return Letter(text=text, keyboard=keyboard)
                return Letter(text=text, keyboard=keyboards.overlapping(say, (ticket, *facts.overlapping)))
            case MovedCrew():
                return Letter(text=delaying.moved_crew(say, facts, congress=self.congress))
            case MergedCrew():
                return Letter(text=merging.merged_crew(say, facts, congress=self.congress))
            case OfferFacts(offered=offered):
                text = waiting.offer(say, offered, congress=self.congress)
                keyboard = keyboards.offer(say, offered.ticket.booking, waiting=offered.waiting)
                return Letter(text=text, keyboard=keyboard)
            case OfferOverFacts(visit=visit):
                return Letter(text=waiting.offer_over(say, visit), keyboard=keyboards.join_again(say, visit))
            case LineOverFacts(alternatives=near):
                text = waiting.line_over(say, facts, congress=self.congress)
                return Letter(text=text, keyboard=keyboards.after_line(say, near))
            case PassedFacts(visit=visit, booking=booking):
                return Letter(text=waiting.passed(say, visit), keyboard=keyboards.to_wait(say, booking))
            case GivenFacts(visit=visit, taker=taker):
                return Letter(text=gifts.given(say, visit, taker=taker), keyboard=keyboards.after_giving(say, visit))
            case AnswersFacts(counted=counted):
                return Letter(text=organizers.evening_counts(say, counted))
            case RosterFacts(roster=roster, now=now) if facts.news:
                return Letter(text=rounds.roster_news(say, roster, congress=self.congress, now=now))
            case RosterFacts(roster=roster, now=now):
                sheet = sheet_of(say, roster, congress=self.congress, now=now)
                file = Attachment(f"{sheet.name}.pdf", await made(roster_pdf, sheet))
                caption = roster_files.caption(say, roster, congress=self.congress, now=now)
                return Letter(text=caption, document=file)
            case HostFacts(counts=counts):
                return Letter(text=rounds.host_counts(say, counts, congress=self.congress))
            case FeedbackFacts(said=said):
                return Letter(text=feedback.question(say, said), keyboard=keyboards.feedback(say, said))
            case CancelledSeat():
                keyboard = keyboards.cancelled_seat(say, facts)
                return Letter(text=cancelling.cancelled_seat(say, facts, congress=self.congress), keyboard=keyboard)
            case CancelledWait():
                keyboard = keyboards.cancelled_wait(say, facts)
                return Letter(text=cancelling.cancelled_wait(say, facts), keyboard=keyboard)
            case CancelledCrew():
                return Letter(text=cancelling.cancelled_crew(say, facts, congress=self.congress))
            case CancelledTeam():
                return Letter(text=cancelling.cancelled_team(say, facts))
            case SeatAsked():
                return Letter(
                    text=cutting.asked(say, facts, congress=self.congress), keyboard=keyboards.seat_asked(say, facts)
                )
            case SeatKept(ticket=ticket):
                return Letter(
                    text=cutting.kept(say, facts, congress=self.congress), keyboard=keyboards.reminder(say, ticket)
                )
            case SeatLost():
                keyboard = keyboards.cancelled_seat(say, facts)
                return Letter(text=cutting.lost(say, facts, congress=self.congress), keyboard=keyboard)
            case OtherBus(ticket=ticket):
                return Letter(
                    text=cutting.other_bus(say, facts, congress=self.congress), keyboard=keyboards.reminder(say, ticket)
                )
            case OfferWithdrawn(wait=wait):
                return Letter(text=cutting.withdrawn(say, facts), keyboard=keyboards.to_wait(say, wait.booking))
            case CanaryFacts(ticket=ticket):
                said_to_canary = texts.canary(say, ticket, is_evening=facts.is_evening, congress=self.congress)
                return Letter(text=said_to_canary)
            case AlarmFacts(canary=canary, person=person):
                return Letter(text=texts.alarm(say, canary, person=person))
            case AnnouncementFacts(text=written, asks=asks):
                text = texts.announcement(say, text=written)
                return Letter(text=text, keyboard=None if asks is None else keyboards.got_it(say, asks))
            case UnheardFacts(silence=silence):
                return Letter(text=broadcasts.unheard(say, silence), keyboard=keyboards.unheard(say, silence))
            case _:
                assert_never(facts)
