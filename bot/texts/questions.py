"""Answers to plain questions, from the asker's own tickets."""

from collections.abc import Sequence
from typing import assert_never

from bot.language import Language
from bot.rules.questions import Question
from bot.rules.seats import is_walk
from bot.services.booking import Ticket
from bot.texts.markup import esc, words
from bot.texts.tickets import departure_lines
from bot.texts.visits import bring, zone_name
from bot.texts.welcome import desk
from storage.records import Congress, Contacts


def answer(say: Language, question: Question, tickets: Sequence[Ticket], *, congress: Congress) -> str:
    """Answer a question from the tickets that are still to be used, earliest first."""
    match question:
        case Question.WHEN | Question.WHERE:
            return _each(say, tickets, [departure_lines(say, t.visit, t.bus, congress=congress) for t in tickets])
        case Question.BACK:
            zone = esc(zone_name(say, congress))
            return _each(say, tickets, [[_back(say, ticket), zone] for ticket in tickets])
        case Question.BRING:
            return _each(say, tickets, [_bring(say, ticket) for ticket in tickets])
        case Question.CANCEL:
            return _cancel(say, has_tickets=bool(tickets))
        case Question.TICKETS:
            return _each(say, tickets, [departure_lines(say, t.visit, t.bus, congress=congress) for t in tickets])
        case Question.TOILET:
            return _toilet(say, congress.contacts)
        case Question.HELP:
            return desk(say, congress.contacts)
        case _:
            assert_never(question)


def _each(say: Language, tickets: Sequence[Ticket], told: Sequence[Sequence[str]]) -> str:
    if not tickets:
        return no_tickets(say)
    return "\n\n".join(
        "\n".join([f"<b>{words(say, ticket.visit.title)}</b>", *lines])
        for ticket, lines in zip(tickets, told, strict=True)
    )


def no_tickets(say: Language) -> str:
    """Answer who asks about a visit and has no seat on any that is still to come."""
    return say.gettext("You have no seat on a visit that is still to come. Choose one below.")


def _back(say: Language, ticket: Ticket) -> str:
    time = f"<b>{say.clock(ticket.visit.returns_at)}</b>"
    if is_walk(ticket.visit):
        return "↩️ " + say.gettext("Ends at about {time}").format(time=time)
    return "↩️ " + say.gettext("Back at about {time}").format(time=time)


def _bring(say: Language, ticket: Ticket) -> list[str]:
    needed = bring(say, ticket.visit)
    return needed or ["🎒 " + say.gettext("Nothing special: your badge, and this ticket on your phone.")]


def _cancel(say: Language, *, has_tickets: bool) -> str:
    if not has_tickets:
        return no_tickets(say)
    # Translators: “{release}” is the label of a button.
    return say.gettext("Open the ticket below and press “{release}”. Others can take the seat at once.").format(
        release=say.gettext("Give the seat back")
    )


def _toilet(say: Language, contacts: Contacts) -> str:
    """The bot knows no plan of any building, so it says who does, and how one asks there."""
    ask = say.gettext("In a library ask your guide; here ask at the desk: {desk}, {place}.").format(
        desk=words(say, contacts.desk), place=words(say, contacts.place)
    )
    show = say.gettext("Or show this to anybody:")
    return f"🚻 {ask}\n\n{show}\n<b>{esc(TOILET_ASKED)}</b>"


TOILET_ASKED = "Кешіріңіз, дәретхана қайда?\nИзвините, где туалет?"
"""In the languages of the place, whatever the reader's: it is shown to passers-by."""
